package io.github.whatsapptwostep

import com.fasterxml.jackson.annotation.JsonCreator
import com.fasterxml.jackson.annotation.JsonValue
import java.io.Serializable
import java.nio.ByteBuffer
import java.time.Duration

/**
 * The server set the PIN.
 *
 * @property traceId the ID that Meta's support asks for (`x-fb-request-id`), if the server gave one.
 * @property apiVersion the version that served the call; it can be above the one asked for.
 * @property attempts how many requests it took.
 * @property usage how much of the call budget is used, if the server said.
 * @constructor For a test that needs one.
 */
public class SetTwoStepPinResponse
@JvmOverloads
constructor(
    public val traceId: String? = null,
    public val apiVersion: String? = null,
    public val attempts: Int = 1,
    public val usage: Usage? = null,
) : Serializable {
    internal constructor(record: ByteBuffer) : this(
        traceId = record.orNull { text() },
        apiVersion = record.orNull { text() },
        attempts = record.int,
        usage = record.orNull { Usage(highestPercentage = int, timeToRegainAccess = orNull { time() }) },
    )

    /** The fields as plain data, for JSON or a queue: the same names in every language, times in seconds. Jackson uses it. */
    @JsonValue
    public fun toMap(): Map<String, Any?> =
        linkedMapOf("trace_id" to traceId, "api_version" to apiVersion, "attempts" to attempts, "usage" to usage?.toMap())

    override fun equals(other: Any?): Boolean = other is SetTwoStepPinResponse && toMap() == other.toMap()

    override fun hashCode(): Int = toMap().hashCode()

    override fun toString(): String =
        "SetTwoStepPinResponse(traceId=$traceId, apiVersion=$apiVersion, attempts=$attempts, usage=$usage)"

    /** Makes one from plain data. */
    public companion object {
        private const val serialVersionUID = 1L

        /** What [toMap] gave, read back. */
        @JvmStatic
        @JsonCreator
        public fun fromMap(map: Map<String, Any?>): SetTwoStepPinResponse =
            with(Fields(map)) { SetTwoStepPinResponse(text("trace_id"), text("api_version"), int("attempts") ?: 1, map("usage")?.let(::usage)) }
    }
}

/**
 * How much of its call budget an app or account has used.
 *
 * @property highestPercentage the highest of the percentages given; past 100 calls are refused.
 * @property timeToRegainAccess how long until calls are taken again, when they are refused now.
 */
public class Usage
@JvmOverloads
constructor(public val highestPercentage: Int, public val timeToRegainAccess: Duration? = null) : Serializable {
    /** See [SetTwoStepPinResponse.toMap]. */
    @JsonValue
    public fun toMap(): Map<String, Any?> =
        linkedMapOf("highest_percentage" to highestPercentage, "time_to_regain_access" to timeToRegainAccess?.inSeconds())

    override fun equals(other: Any?): Boolean = other is Usage && toMap() == other.toMap()

    override fun hashCode(): Int = toMap().hashCode()

    override fun toString(): String =
        "Usage(highestPercentage=$highestPercentage, timeToRegainAccess=$timeToRegainAccess)"

    private companion object {
        private const val serialVersionUID = 1L
    }
}

private fun usage(fields: Fields) = Usage(fields.int("highest_percentage") ?: 0, fields.time("time_to_regain_access"))
