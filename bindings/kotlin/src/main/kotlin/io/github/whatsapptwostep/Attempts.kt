package io.github.whatsapptwostep

import java.time.Duration

/**
 * How one attempt of a call ended, for logs and metrics. No secret is in it.
 *
 * @property number 1 for the first request of a call.
 * @property error what it came to; null is success. Its outcome is that of all attempts so far.
 * @property httpStatus the answer's HTTP status, if one came.
 * @property traceId the ID that Meta's support asks for.
 * @property took how long the attempt took.
 * @property wait how long until the next one; null if there is none.
 */
public class AttemptEnd internal constructor(
    public val number: Int,
    public val error: TwoStepError?,
    public val httpStatus: Int?,
    public val traceId: String?,
    public val took: Duration,
    public val wait: Duration?,
) {
    override fun toString(): String =
        "attempt $number: ${error?.message ?: "success (HTTP $httpStatus, trace id $traceId)"}; took ${took.toMillis()} ms" +
            wait?.let { ", the next in ${it.toMillis()} ms" }.orEmpty()
}

/** Is told of each attempt's end, where the call runs: so it must be quick. What it throws is dropped. */
public fun interface AttemptListener {
    /** An attempt has ended. */
    public fun attemptEnded(end: AttemptEnd)
}

/** What [this] step says of the attempt before it; null, if there was none. */
internal fun Step.attemptEnd(httpStatus: Int?, took: Duration): AttemptEnd? {
    val (failure, wait) =
        when (this) {
            is Step.Send -> request.previous to Duration.ZERO
            is Step.Wait -> previous to time
            is Step.Failed -> failure to null
            is Step.Read -> page.refused to null
            is Step.Succeeded -> return AttemptEnd(response.attempts, null, httpStatus, response.traceId, took, null)
        }
    if (this is Step.Read && failure == null) return AttemptEnd(page.attempts, null, httpStatus, page.traceId, took, null)
    return failure?.let { AttemptEnd(it.attempts, twoStepError(it, cause = null), httpStatus ?: it.httpStatus, it.traceId, took, wait) }
}
