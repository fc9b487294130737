package io.github.whatsapptwostep

import java.time.Duration as JavaDuration
import kotlin.time.Duration
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.toJavaDuration
import kotlin.time.toKotlinDuration
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.CoroutineStart.UNDISPATCHED
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.async
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.delay
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeoutOrNull

/** Drives the call in the caller's own context: deadline, waits and cancelling are his coroutine's. */
internal suspend fun Call.drive(way: Way): Step {
    var sending: Sending? = null
    val turn = Turn(way.turns)
    try {
        withTimeoutOrNull(timeout) {
            val first = step
            if (first is Step.Send && !turn.isHeld) awaitTurn(turn, first.request)
            while (true) {
                when (val step = step) {
                    is Step.Send -> {
                        val connection = way.turns.sends()
                        val result = way.transport.start(step.request).also { sending = it }.result.await()
                        way.turns.ended(connection, result)
                        sent(step.request, result)
                    }
                    is Step.Wait -> {
                        val until = elapsed + step.time.toKotlinDuration()
                        delay(step.time.toKotlinDuration())
                        waited(step, until)
                    }
                    is Step.Succeeded, is Step.Read, is Step.Failed -> break
                }
            }
        }
        (step as? Step.Send)?.let { last -> sending?.result?.ifThere(late = elapsed - timeout)?.let { sent(last.request, it) } }
        sending?.stop() // before the question whether it may have left
        expire()
        return result()
    } finally {
        sending?.stop()
        turn.close()
        close()
    }
}

/** Nothing leaves before the turn comes, and the time that it takes is the call's own. */
private suspend fun Call.awaitTurn(turn: Turn, request: TransportRequest) {
    request.connecting()
    turn.await()
    request.timeLeft = (timeout - elapsed).coerceAtLeast(Duration.ZERO).toJavaDuration()
    request.sending()
}

private suspend fun Transport.start(request: TransportRequest): Sending {
    val scope = CoroutineScope(currentCoroutineContext().minusKey(Job))
    if (this is OkHttpTransport) return start(request, scope)
    val result = scope.async(start = UNDISPATCHED) { runCatching { send(request) } }
    return Sending(result, stop = result::cancel)
}

/** An answer that is there counts. A process that stood still wakes late, perhaps with an answer in the socket: it is read first. */
private suspend fun <T> Deferred<T>.ifThere(late: Duration): T? =
    if (isCompleted || late > 100.milliseconds) withTimeoutOrNull(100.milliseconds) { await() } else null

/** Sends on the thread that it is called on. Null, if [TransportRequest.timeLeft] is over. */
internal typealias SendHere = (TransportRequest) -> Result<TransportResponse>?

/** Drives the call on the caller's thread, all of it: nothing that blocks another thread can hold it up. */
internal fun Call.driveHere(turns: Turns, send: SendHere): Step {
    val turn = Turn(turns)
    try {
        val first = step
        if (first is Step.Send && !turn.isHeld) {
            // The turn comes on the thread of whoever gives it, perhaps just as this one is interrupted.
            runBlocking(Dispatchers.Unconfined) { withTimeoutOrNull(timeout) { awaitTurn(turn, first.request) } }
            if (!turn.isHeld) expire()
        }
        while (true) {
            when (val step = step) {
                is Step.Send -> {
                    val connection = turns.sends()
                    val result = send(step.request)
                    val failure = result?.exceptionOrNull()
                    if (failure is InterruptedException || failure != null && Thread.interrupted()) throw InterruptedException()
                    if (result == null) {
                        expire()
                    } else {
                        turns.ended(connection, result)
                        sent(step.request, result)
                    }
                }
                is Step.Wait -> {
                    val until = elapsed + step.time.toKotlinDuration()
                    step.time.sleep()
                    waited(step, until)
                }
                is Step.Succeeded, is Step.Read, is Step.Failed -> return result()
            }
        }
    } finally {
        turn.close()
        close()
    }
}

private fun JavaDuration.sleep() = Thread.sleep(toMillis(), nano % 1_000_000)
