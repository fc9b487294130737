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

    /** It is over: a page was read, or has to be asked for once more. */
    class Read(val page: Page) : Step()

    /** It is over. */
    class Failed(val failure: Failure) : Step()

    companion object {
        fun read(record: ByteArray): Step =
            with(ByteBuffer.wrap(record)) {
                when (int) {
                    1 -> Send(TransportRequest(this))
                    2 -> Wait(call = long, time = time(), previous = Failure.read(this))
                    3 -> Succeeded(SetTwoStepPinResponse(this))
                    4 -> Read(Page(this))
                    else -> Failed(Failure.read(this))
                }
            }
    }
}
