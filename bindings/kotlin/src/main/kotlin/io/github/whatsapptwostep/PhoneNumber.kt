package io.github.whatsapptwostep

import com.fasterxml.jackson.annotation.JsonCreator
import com.fasterxml.jackson.annotation.JsonValue
import java.io.Serializable
import java.nio.ByteBuffer

/**
 * A number of a WhatsApp business account, as the server tells of it. What it didn't say is null; a value that isn't known here is kept
 * as it came.
 *
 * @property id the ID that [TwoStepApi.setTwoStepPin] takes.
 * @property displayPhoneNumber the number as people write it.
 * @property verifiedName the name that users see.
 * @property pin has it a PIN?
 * @property status such as `CONNECTED`.
 * @property codeVerificationStatus was the number's owner checked: `VERIFIED`, `NOT_VERIFIED`, `EXPIRED`. It says nothing about the PIN.
 * @property nameStatus such as `APPROVED`.
 * @property platformType such as `CLOUD_API`.
 * @constructor For a test that needs one.
 */
public class PhoneNumber
@JvmOverloads
constructor(
    public val id: String,
    public val displayPhoneNumber: String? = null,
    public val verifiedName: String? = null,
    public val pin: PinState = PinState.UNKNOWN,
    public val status: String? = null,
    public val codeVerificationStatus: String? = null,
    public val nameStatus: String? = null,
    public val platformType: String? = null,
) : Serializable {
    internal constructor(record: ByteBuffer) : this(
        id = record.text(),
        displayPhoneNumber = record.orNull { text() },
        verifiedName = record.orNull { text() },
        pin = PinState.entries[record.int - 1],
        status = record.orNull { text() },
        codeVerificationStatus = record.orNull { text() },
        nameStatus = record.orNull { text() },
        platformType = record.orNull { text() },
    )

    /** The fields as plain data, for JSON or a queue: the same names in every language. Jackson uses it. */
    @JsonValue
    public fun toMap(): Map<String, Any?> =
        linkedMapOf(
            "id" to id,
            "display_phone_number" to displayPhoneNumber,
            "verified_name" to verifiedName,
            "pin" to pin.code,
            "status" to status,
            "code_verification_status" to codeVerificationStatus,
            "name_status" to nameStatus,
            "platform_type" to platformType,
        )

    override fun equals(other: Any?): Boolean = other is PhoneNumber && toMap() == other.toMap()

    override fun hashCode(): Int = toMap().hashCode()

    override fun toString(): String =
        "PhoneNumber(id=$id, displayPhoneNumber=$displayPhoneNumber, verifiedName=$verifiedName, pin=$pin, status=$status, " +
            "codeVerificationStatus=$codeVerificationStatus, nameStatus=$nameStatus, platformType=$platformType)"

    /** Makes one from plain data. */
    public companion object {
        private const val serialVersionUID = 1L

        /**
         * What [toMap] gave, read back.
         *
         * @throws IllegalArgumentException if it has no ID, or a state of the PIN that this version doesn't know.
         */
        @JvmStatic
        @JsonCreator
        public fun fromMap(map: Map<String, Any?>): PhoneNumber =
            with(Fields(map)) {
                PhoneNumber(
                    id = requireNotNull(text("id")) { "id is missing" },
                    displayPhoneNumber = text("display_phone_number"),
                    verifiedName = text("verified_name"),
                    pin = case("pin", PinState.entries) { it.code },
                    status = text("status"),
                    codeVerificationStatus = text("code_verification_status"),
                    nameStatus = text("name_status"),
                    platformType = text("platform_type"),
                )
            }
    }
}

/** Does a number have a two-step verification PIN? */
public enum class PinState {
    /** It has one; which, the server never says. */
    SET,

    /** It has none. */
    NOT_SET,

    /** The server didn't say: the field is undocumented. */
    UNKNOWN,
    ;

    /** The stable spelling, such as `not_set`. */
    public val code: String = name.lowercase()
}
