package io.github.whatsapptwostep

/** What clients for several tokens share. */
internal class Way(val transport: Transport, val listener: AttemptListener?, val turns: Turns)
