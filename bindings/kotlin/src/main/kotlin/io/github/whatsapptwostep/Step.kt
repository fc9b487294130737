package io.github.whatsapptwostep

import java.nio.ByteBuffer
import java.time.Duration

/** What a call wants next. */
internal sealed class Step {
    /** Send a request, once. */
    class Send(val request: TransportRequest) : Step()

    /** Send nothing for so long. */
    class Wait(val call: Long, val time: Duration, val previous: Failure) : Step()

    /** It is over: the PIN is set. */
    class Succeeded(val response: SetTwoStepPinResponse) : Step()

    /** It is over. */
    class Failed(val failure: Failure) : Step()

    companion object {
        fun read(record: ByteArray): Step =
            with(ByteBuffer.wrap(record)) {
                when (int) {
                    1 -> Send(TransportRequest(this))
                    2 -> Wait(call = long, time = time(), previous = Failure(this))
                    3 -> Succeeded(SetTwoStepPinResponse(this))
                    else -> Failed(Failure(this))
                }
            }
    }
}

/** The fields of an error. */
internal class Failure(record: ByteBuffer) {
    val kind = ErrorKind.entries[record.int - 1]
    val sentence = record.text()
    val text = record.text()
    val outcome = Outcome.entries[record.int - 1]
    val hint = record.text()
    val httpStatus = record.orNull { short.toInt() and 0xFFFF }
    val graphCode = record.orNull { int }
    val graphSubcode = record.orNull { int }
    val graphType = record.orNull { text() }
    val details = record.orNull { text() }
    val userTitle = record.orNull { text() }
    val userMessage = record.orNull { text() }
    val traceId = record.orNull { text() }
    val retryAfter = record.orNull { time() }
    val isRetryable = record.bool()
    val reason = record.orNull { Reason.entries[int - 1] }
    val attempts = record.int

    /** What the transport threw, in clean words. */
    val cause = record.orNull { text() }

    /** Does what it threw repeat no secret? */
    val causeIsClean = record.bool()
}
