import com.fasterxml.jackson.databind.ObjectMapper
import io.github.whatsapptwostep.AuthenticationError
import io.github.whatsapptwostep.ErrorKind
import io.github.whatsapptwostep.Outcome
import io.github.whatsapptwostep.PhoneNumber
import io.github.whatsapptwostep.PinState
import io.github.whatsapptwostep.RateLimitedError
import io.github.whatsapptwostep.Reason
import io.github.whatsapptwostep.SecurityEvent
import io.github.whatsapptwostep.SetTwoStepPinResponse
import io.github.whatsapptwostep.TwoStepApi
import io.github.whatsapptwostep.TwoStepError
import io.github.whatsapptwostep.Usage
import java.io.ByteArrayInputStream
import java.io.ByteArrayOutputStream
import java.io.ObjectInputStream
import java.io.ObjectOutputStream
import java.time.Duration
import java.time.Instant
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** Errors and responses as plain data, for a queue or a log, and back. */
class DataTest {
    private val jackson = ObjectMapper() // no modules

    private val full =
        vectors("kinds").list("error_fields").associate {
            it.asString to
                when (val name = it.asString) {
                    "kind" -> "rate_limited"
                    "outcome" -> "rejected"
                    "reason" -> "no_descriptors"
                    "http_status", "graph_code", "graph_subcode", "attempts" -> name.length
                    "retry_after" -> 60L
                    "is_retryable" -> true
                    else -> "the $name"
                }
        }

    private fun <T> serialised(value: T): T {
        val bytes = ByteArrayOutputStream()
        ObjectOutputStream(bytes).writeObject(value)
        @Suppress("UNCHECKED_CAST")
        return ObjectInputStream(ByteArrayInputStream(bytes.toByteArray())).readObject() as T
    }

    @Test
    fun anErrorComesBackWhole() {
        val error = TwoStepError.fromMap(full)
        assertEquals(full, error.toMap())
        assertTrue(error is RateLimitedError && error.retryAfter == Duration.ofMinutes(1) && error.reason == Reason.NO_DESCRIPTORS)
        val json = jackson.readValue(jackson.writeValueAsString(error), TwoStepError::class.java)
        for (copy in listOf(json, serialised(error))) {
            assertEquals(error.javaClass to full, copy.javaClass to LinkedHashMap(copy.toMap()).apply { this["retry_after"] = 60L })
            assertEquals(error.message, copy.message)
        }
        val nothing = TwoStepError.of(ErrorKind.TIMED_OUT, Outcome.NOT_SENT)
        assertEquals(nothing.toMap(), jackson.readValue(jackson.writeValueAsBytes(nothing), TwoStepError::class.java).toMap())
        val half = TwoStepError.of(ErrorKind.RATE_LIMITED, more = mapOf("retry_after" to 0.25))
        assertEquals(Duration.ofMillis(250) to 0.25, half.retryAfter to half.toMap()["retry_after"])
    }

    /** The core writes that line; for an error that it hasn't made, Kotlin does. */
    @Test
    fun theMessageIsTheLineForSupport() {
        val errors =
            listOf(
                failure { client("EAAsandboxExpired").setTwoStepPin(ID, PIN) },
                failure { offline(answering(503, "")).setTwoStepPin(ID, PIN) },
            )
        for (error in errors) {
            assertEquals(error.message, TwoStepError.fromMap(error.toMap()).message)
            assertTrue(error.message.startsWith(error.sentence) && "outcome ${error.outcome.code}" in error.message)
            assertEquals("${error.javaClass.name}: ${error.message}", error.toString())
        }
        assertIn("(authentication, outcome rejected, Graph code 190, subcode 463, HTTP 401, trace id ${errors[0].traceId})", errors[0].message)
    }

    @Test
    fun tagsForALog() {
        assertEquals("190", failure { client("EAAsandboxExpired").setTwoStepPin(ID, PIN) }.toTags()["whatsapp.graph_code"])
        val least = setOf("whatsapp.kind", "whatsapp.outcome", "whatsapp.is_retryable", "whatsapp.attempts")
        assertEquals(least, TwoStepError.of(ErrorKind.INVALID_PIN).toTags().keys)
    }

    @Test
    fun whatIsNoErrorIsRefused() {
        for (map in listOf(emptyMap(), mapOf("kind" to "odd", "outcome" to "unknown"), mapOf("kind" to "timed_out"))) {
            assertThrows(IllegalArgumentException::class.java) { TwoStepError.fromMap(map) }
        }
    }

    @Test
    fun aResponseComesBackWhole() {
        val response = SetTwoStepPinResponse("trace", "v24.0", attempts = 2, Usage(80, Duration.ofMinutes(5)))
        assertEquals(vectors("kinds").list("response_fields").map { it.asString }, response.toMap().keys.toList())
        assertEquals(vectors("kinds").list("usage_fields").map { it.asString }, response.usage!!.toMap().keys.toList())
        val json = jackson.readValue(jackson.writeValueAsString(response), SetTwoStepPinResponse::class.java)
        for (copy in listOf(json, serialised(response), SetTwoStepPinResponse.fromMap(response.toMap()))) {
            assertEquals(response, copy)
            assertEquals(response.hashCode(), copy.hashCode())
        }
        assertNotEquals(response, SetTwoStepPinResponse("trace", "v24.0", attempts = 2, Usage(80)))
        assertEquals(SetTwoStepPinResponse(), jackson.readValue("""{"attempts":1}""", SetTwoStepPinResponse::class.java))
    }

    @Test
    fun aNumberComesBackWhole() {
        val number = PhoneNumber("1", "display", "name", PinState.NOT_SET, "status", "verification", "name status", "platform")
        assertEquals(vectors("kinds").list("phone_number_fields").map { it.asString }, number.toMap().keys.toList())
        val json = jackson.readValue(jackson.writeValueAsString(number), PhoneNumber::class.java)
        for (copy in listOf(json, serialised(number), PhoneNumber.fromMap(number.toMap()))) {
            assertEquals(listOf(number, number.hashCode(), "$number"), listOf(copy, copy.hashCode(), "$copy"))
        }
        assertNotEquals(number, PhoneNumber("1"))
        assertEquals(PhoneNumber("1"), PhoneNumber.fromMap(PhoneNumber("1").toMap()))
        for (map in listOf(mapOf("pin" to "set"), mapOf("id" to "1", "pin" to "odd"), mapOf("id" to "1"))) {
            assertThrows(IllegalArgumentException::class.java) { PhoneNumber.fromMap(map) }
        }
    }

    @Test
    fun anEventComesBackWhole() {
        val event = SecurityEvent(SecurityEvent.PIN_CHANGED, "1", "display", "requester", Instant.ofEpochSecond(1_748_811_473))
        val json = jackson.readValue(jackson.writeValueAsString(event), SecurityEvent::class.java)
        for (copy in listOf(json, serialised(event), SecurityEvent.fromMap(event.toMap()))) {
            assertEquals(listOf(event, event.hashCode(), "$event"), listOf(copy, copy.hashCode(), "$copy"))
        }
        assertNotEquals(event, SecurityEvent(SecurityEvent.PIN_CHANGED))
        assertThrows(IllegalArgumentException::class.java) { SecurityEvent.fromMap(emptyMap()) }
    }

    /** What a program's own tests do. */
    @Test
    fun aStandInNeedsNoNetwork() = runBlocking {
        class Refusing : TwoStepApi by offline(answering(200, "")) {
            override suspend fun setTwoStepPin(phoneNumberId: String, pin: String, timeout: kotlin.time.Duration?, maxRetries: Int?) =
                if (pin == PIN) SetTwoStepPinResponse(traceId = "AbC") else throw TwoStepError.of(ErrorKind.AUTHENTICATION, Outcome.REJECTED)
        }
        val api: TwoStepApi = Refusing()
        assertEquals("AbC", api.setTwoStepPin(ID, PIN).traceId)
        assertTrue(failure { api.setTwoStepPin(ID, "000000") } is AuthenticationError)
    }
}
