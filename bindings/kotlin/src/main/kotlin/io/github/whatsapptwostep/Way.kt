package io.github.whatsapptwostep

import java.util.concurrent.atomic.AtomicReference
import kotlinx.coroutines.sync.Semaphore

/** What clients for several tokens share. [turns] are as many as calls may be under way at once; who waits comes in his order. */
internal class Way(val transport: Transport, val listener: AttemptListener?, val turns: Semaphore)

/** A call's turn, to be waited for where none is free. Once it is closed, a turn that comes late goes back by itself. */
internal class Turn(private val turns: Semaphore) : AutoCloseable {
    private enum class State { AWAITED, HELD, OVER }

    private val state = AtomicReference(if (turns.tryAcquire()) State.HELD else State.AWAITED)

    val isHeld: Boolean get() = state.get() == State.HELD

    suspend fun await() {
        turns.acquire()
        if (!state.compareAndSet(State.AWAITED, State.HELD)) turns.release()
    }

    override fun close() {
        if (state.getAndSet(State.OVER) == State.HELD) turns.release()
    }
}
