package io.github.whatsapptwostep

import java.util.concurrent.ThreadLocalRandom
import kotlin.time.Duration
import kotlin.time.Duration.Companion.nanoseconds
import kotlin.time.DurationUnit
import kotlin.time.toJavaDuration
import kotlin.time.toKotlinDuration

/** What a call is begun with. [caller] was made where it was called: a later stack leads to nobody. */
internal class Beginning(val work: Work, val timeout: Duration?, val maxRetries: Int?, val caller: Throwable)

/**
 * A call: the core decides, and a driver does what it says and tells it what came of that. What a transport threw stays here.
 *
 * To stop it, close it, and its request.
 */
internal class Call(client: Long, private val listener: AttemptListener?, private val beginning: Beginning) : AutoCloseable {
    private val began = System.nanoTime()
    private var attemptBegan = Duration.ZERO
    private var waited = Duration.ZERO
    private var thrown: Throwable? = null
    private var canBeShown = true

    var step: Step = Step.read(Core.begin(beginning.toRecord(client).toByteArray()))
        private set

    /** For the whole call. */
    val timeout: Duration = (step as? Step.Send)?.request?.timeLeft?.toKotlinDuration() ?: Duration.ZERO

    /** A wait that is over counts in full, whatever clock it went by. */
    val elapsed: Duration get() = maxOf((System.nanoTime() - began).nanoseconds, waited)

    fun sent(request: TransportRequest, result: Result<TransportResponse>) =
        result.mapCatching { response ->
            // A transport in Java may give a null, or put one into the headers.
            runCatching { response.status to answer(response).toByteArray() }.getOrElse { throw TransportException.unusable(it) }
        }.fold({ (status, answer) -> ended(answered(request.call, answer), status) }, { ended(failed(request, it), httpStatus = null) })

    fun waited(wait: Step.Wait, until: Duration) {
        waited = until
        step = Step.read(Core.waited(wait.call, elapsed.inWholeNanoseconds))
        attemptBegan = elapsed
    }

    /** The time is over. */
    fun expire() {
        when (val step = step) {
            is Step.Send -> ended(Core.expired(step.request.call, elapsed.inWholeNanoseconds, step.request.mayHaveLeft), httpStatus = null)
            is Step.Wait -> waited(step, until = timeout)
            is Step.Succeeded, is Step.Read, is Step.Failed -> {}
        }
    }

    /** The last step, if that is a success. */
    fun result(): Step =
        when (val step = step) {
            is Step.Succeeded, is Step.Read -> step
            is Step.Failed -> throw twoStepError(step.failure, cause(step.failure)).apply { stackTrace = beginning.caller.stackTrace }
            is Step.Send, is Step.Wait -> error("the call goes on")
        }

    override fun close() {
        when (val step = step) {
            is Step.Send -> Core.cancel(step.request.call)
            is Step.Wait -> Core.cancel(step.call)
            is Step.Succeeded, is Step.Read, is Step.Failed -> {}
        }
    }

    /** An attempt is over. */
    private fun ended(record: ByteArray, httpStatus: Int?) {
        step = Step.read(record)
        val now = elapsed
        if (listener != null) tell(listener, step.attemptEnd(httpStatus, (now - attemptBegan).toJavaDuration()))
        attemptBegan = now
    }

    private fun tell(listener: AttemptListener, end: AttemptEnd?) {
        runCatching { if (end != null) listener.attemptEnded(end) }
    }

    private fun answered(call: Long, answer: ByteArray): ByteArray {
        thrown = null
        return Core.answered(call, elapsed.inWholeNanoseconds, answer)
    }

    private fun failed(request: TransportRequest, exception: Throwable): ByteArray {
        val said = exception as? TransportException
        val original = said?.cause ?: exception
        val shown = runCatching { original.stackTraceToString() }.getOrNull()
        thrown = original
        canBeShown = shown != null
        val text = runCatching { original.toString() }.getOrDefault("an exception that can't be printed")
        val beforeSending = said?.beforeSending == true || !request.mayHaveLeft
        val record = noAnswer(exception.problem, said, beforeSending, text, shown.orEmpty())
        return Core.failed(request.call, elapsed.inWholeNanoseconds, record.toByteArray())
    }

    /** What the transport threw, if that is why the call failed; clean words in its place, if it repeats a secret. */
    private fun cause(failure: Failure): Throwable? {
        val words = failure.cause ?: return null
        return thrown?.let { if (failure.causeIsClean && canBeShown) it else TransportException.redacted(words, it.stackTrace) }
    }
}

private fun Beginning.toRecord(client: Long) =
    beginning(client, work, timeout?.toDouble(DurationUnit.SECONDS), maxRetries, ThreadLocalRandom.current().nextLong())
