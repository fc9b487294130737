package io.github.whatsapptwostep

import java.nio.ByteBuffer
import java.time.Duration

/**
 * The server set the PIN.
 *
 * @property traceId the ID that Meta's support asks for (`x-fb-request-id`), if the server gave one.
 * @property apiVersion the version that served the call; it can be above the one asked for.
 * @property attempts how many requests it took.
 * @property usage how much of the call budget is used, if the server said.
 */
public class SetTwoStepPinResponse internal constructor(
    public val traceId: String?,
    public val apiVersion: String?,
    public val attempts: Int,
    public val usage: Usage?,
) {
    internal constructor(record: ByteBuffer) : this(
        traceId = record.orNull { text() },
        apiVersion = record.orNull { text() },
        attempts = record.int,
        usage = record.orNull { Usage(highestPercentage = int, timeToRegainAccess = orNull { time() }) },
    )

    override fun toString(): String =
        "SetTwoStepPinResponse(traceId=$traceId, apiVersion=$apiVersion, attempts=$attempts, usage=$usage)"
}

/**
 * How much of its call budget an app or account has used.
 *
 * @property highestPercentage the highest of the percentages given; past 100 calls are refused.
 * @property timeToRegainAccess how long until calls are taken again, when they are refused now.
 */
public class Usage internal constructor(public val highestPercentage: Int, public val timeToRegainAccess: Duration?) {
    override fun toString(): String =
        "Usage(highestPercentage=$highestPercentage, timeToRegainAccess=$timeToRegainAccess)"
}
