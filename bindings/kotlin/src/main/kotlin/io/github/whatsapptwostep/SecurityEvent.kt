@file:JvmName("TwoStepWebhook")

package io.github.whatsapptwostep

import com.fasterxml.jackson.annotation.JsonCreator
import com.fasterxml.jackson.annotation.JsonValue
import java.io.Serializable
import java.nio.ByteBuffer
import java.time.Instant

/**
 * Something happened to the PIN of a number, as the webhook's field `security` tells it.
 *
 * @property event [PIN_CHANGED], [PIN_RESET_REQUEST], [PIN_RESET_SUCCESS], or another, as Meta spells it.
 * @property wabaId the WhatsApp business account.
 * @property displayPhoneNumber the number as people write it. The event has no phone number ID.
 * @property requester who asked for a reset: a user's ID.
 * @property time when, in whole seconds.
 * @constructor For a test that needs one.
 */
public class SecurityEvent
@JvmOverloads
constructor(
    public val event: String,
    public val wabaId: String? = null,
    public val displayPhoneNumber: String? = null,
    public val requester: String? = null,
    public val time: Instant? = null,
) : Serializable {
    internal constructor(record: ByteBuffer) : this(
        event = record.text(),
        wabaId = record.orNull { text() },
        displayPhoneNumber = record.orNull { text() },
        requester = record.orNull { text() },
        time = record.orNull { instant(long) },
    )

    /** The fields as plain data, for JSON or a queue: the same names in every language, the time in seconds since 1970. Jackson uses it. */
    @JsonValue
    public fun toMap(): Map<String, Any?> =
        linkedMapOf(
            "event" to event,
            "waba_id" to wabaId,
            "display_phone_number" to displayPhoneNumber,
            "requester" to requester,
            "time" to time?.epochSecond,
        )

    override fun equals(other: Any?): Boolean = other is SecurityEvent && toMap() == other.toMap()

    override fun hashCode(): Int = toMap().hashCode()

    override fun toString(): String =
        "SecurityEvent(event=$event, wabaId=$wabaId, displayPhoneNumber=$displayPhoneNumber, requester=$requester, time=$time)"

    /** Makes one from plain data, and has the events that Meta documents. */
    public companion object {
        private const val serialVersionUID = 1L

        /** Somebody changed the PIN. */
        public const val PIN_CHANGED: String = "PIN_CHANGED"

        /** Somebody asked to reset the PIN. */
        public const val PIN_RESET_REQUEST: String = "PIN_RESET_REQUEST"

        /** The PIN was reset. */
        public const val PIN_RESET_SUCCESS: String = "PIN_RESET_SUCCESS"

        /**
         * What [toMap] gave, read back.
         *
         * @throws IllegalArgumentException if it has no event.
         */
        @JvmStatic
        @JsonCreator
        public fun fromMap(map: Map<String, Any?>): SecurityEvent =
            with(Fields(map)) {
                SecurityEvent(
                    event = requireNotNull(text("event")) { "event is missing" },
                    wabaId = text("waba_id"),
                    displayPhoneNumber = text("display_phone_number"),
                    requester = text("requester"),
                    time = (get("time") as? Number)?.let { instant(it.toLong()) },
                )
            }
    }
}

/** None, past the end of Java's time. */
private fun instant(seconds: Long): Instant? = seconds.takeIf { it in 0..Instant.MAX.epochSecond }?.let(Instant::ofEpochSecond)

/**
 * Checks a webhook delivery's signature, in constant time, then gives the events of its field `security`. Other fields are passed over.
 *
 * A delivery has no ID, and Meta sends it again if it got no answer: drop what you have seen. Java: `TwoStepWebhook.securityEvents(…)`.
 *
 * @param body the request's body as it came, byte for byte: before anything parses it.
 * @param signature its header `X-Hub-Signature-256`, null where it has none.
 * @param appSecret the app's.
 * @throws InvalidWebhookError if the signature is missing or wrong, or the body is no webhook's.
 * @throws InvalidConfigurationError if that can be no app secret.
 */
public fun securityEvents(body: ByteArray, signature: String?, appSecret: String): List<SecurityEvent> {
    Library.check()
    return Core.securityEvents(delivery(body, signature, appSecret).toByteArray()).orRefused { list { SecurityEvent(this) } }
}

internal fun delivery(body: ByteArray, signature: String?, appSecret: String): Record =
    Record().int(1).bytes(body).textOrNull(signature).text(appSecret)
