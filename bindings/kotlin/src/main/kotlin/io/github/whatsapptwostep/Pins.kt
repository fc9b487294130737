@file:JvmName("TwoStepPins")

package io.github.whatsapptwostep

/**
 * Draws a PIN from the operating system's random source: each is as likely as any other, and none is [weak][isWeakPin].
 *
 * Java: `TwoStepPins.generatePin()`.
 */
public fun generatePin(): String {
    Library.check()
    return Core.generatePin().orRefused { text() }
}

/**
 * Is it one that people try first: one digit six times, or a run up or down, such as `234567`? The server takes it.
 *
 * Java: `TwoStepPins.isWeakPin(pin)`.
 *
 * @throws InvalidPinError if it is no PIN.
 */
public fun isWeakPin(pin: String): Boolean {
    Library.check()
    return Core.isWeakPin(Record().text(pin).toByteArray()).orRefused { bool() }
}
