package io.github.whatsapptwostep

import java.util.concurrent.atomic.AtomicReference
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.sync.Semaphore

/**
 * How many calls of a client, and of those that share its connections, may be under way: as many as its setting says, and fewer while
 * a server ends its connections after a few requests each. Who waits comes in his order.
 *
 * Such a server leaves out what is above the last request that it takes, and all of that rushes onto the next connection, with every
 * new call. Few would get through each time, and somebody never. So a client learns how many requests a connection takes, and lets no
 * more calls begin at once. Those that were left out have their turns already, so they go first.
 */
internal class Turns(private val all: Int) {
    private val free = Semaphore(all)

    /** How many there are now. */
    private var turns = all

    /** Of those that are taken, so many aren't given back. */
    private var owed = 0

    /** Counts the connections that left something out, as far as is seen here. */
    private var connection = 0L

    /** Answers since that number was counted up. */
    private var answers = 0
    private var leftOutAt: Long? = null

    fun tryTake(): Boolean = free.tryAcquire()

    /** Waits for one. [isTaken] is called at once when it is there: what comes after that may be cancelled. */
    suspend fun take(isTaken: () -> Unit): Unit = coroutineScope {
        val looks = launch {
            while (true) {
                look()
                delay(CALM)
            }
        }
        free.acquire()
        isTaken()
        looks.cancel()
    }

    @Synchronized
    fun giveBack() {
        if (owed > 0) owed-- else free.release()
    }

    /** A request is handed to the transport: over which connection, as far as is seen here. */
    @Synchronized
    fun sends(): Long = connection

    /** That request is over. Of those that one connection left out, the first one tells how many it took. */
    @Synchronized
    fun ended(connection: Long, result: Result<TransportResponse>, now: Long = System.nanoTime()) {
        if (result.isSuccess) answers++
        val isLeftOut = (result.exceptionOrNull() as? TransportException)?.unprocessed == Unprocessed.CONNECTION_ENDED
        if (!isLeftOut) return
        leftOutAt = now
        if (this.connection != connection) return
        this.connection++
        if (answers in 1 until turns) set(answers)
        answers = 0
    }

    /** After so long without a call that was left out, all turns are there again. */
    @Synchronized
    fun look(now: Long = System.nanoTime()) {
        val calmSince = leftOutAt ?: return
        if (now - calmSince < CALM.inWholeNanoseconds) return
        leftOutAt = null
        set(all)
    }

    private fun set(number: Int) {
        repeat(turns - number) { if (!free.tryAcquire()) owed++ }
        repeat(number - turns) { if (owed > 0) owed-- else free.release() }
        turns = number
    }

    private companion object {
        val CALM = 1.seconds
    }
}

/** A call's turn, to be waited for where none is free. Once it is closed, a turn that comes late goes back by itself. */
internal class Turn(private val turns: Turns) : AutoCloseable {
    private enum class State { AWAITED, HELD, OVER }

    private val state = AtomicReference(if (turns.tryTake()) State.HELD else State.AWAITED)

    val isHeld: Boolean get() = state.get() == State.HELD

    suspend fun await() = turns.take { if (!state.compareAndSet(State.AWAITED, State.HELD)) turns.giveBack() }

    override fun close() {
        if (state.getAndSet(State.OVER) == State.HELD) turns.giveBack()
    }
}
