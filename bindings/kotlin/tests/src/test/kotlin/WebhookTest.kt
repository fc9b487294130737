import com.google.gson.JsonObject
import io.github.whatsapptwostep.InvalidConfigurationError
import io.github.whatsapptwostep.InvalidPinError
import io.github.whatsapptwostep.InvalidWebhookError
import io.github.whatsapptwostep.Outcome
import io.github.whatsapptwostep.SecurityEvent
import io.github.whatsapptwostep.generatePin
import io.github.whatsapptwostep.isWeakPin
import io.github.whatsapptwostep.securityEvents
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestFactory

/** The security webhook, and PINs that are drawn. */
class WebhookTest {
    private val vectors = vectors("webhooks")
    private val secret = vectors.text("app_secret")

    private fun cases(name: String, check: (JsonObject) -> Unit): List<DynamicTest> =
        vectors.list(name).map { it.asJsonObject }.map { case -> dynamicTest(case.text("name")) { check(case) } }

    private fun events(case: JsonObject) = securityEvents(webhookBody(case), case["signature"].stringOrNull, secret)

    @TestFactory
    fun good() = cases("good") { case ->
        val events = events(case)
        val due = case.list("events").map { it.asJsonObject.asMap().mapValues { (_, value) -> value.takeIf { !it.isJsonNull } } }
        val plain = due.map { it.mapValues { (name, value) -> if (name == "time") value?.asLong else value?.asString } }
        assertEquals(plain, events.map { it.toMap() })
        assertEquals(events, plain.map(SecurityEvent::fromMap))
        assertHidden("$events", secret)
    }

    @TestFactory
    fun bad() = cases("bad") { case ->
        val error = assertThrows(InvalidWebhookError::class.java) { events(case) }
        assertEquals(Triple("invalid_webhook", Outcome.NOT_SENT, 0), Triple(error.kind.code, error.outcome, error.attempts))
        for (word in case.list("words")) assertIn(word.asString, error.message)
        assertHidden(shown(error), secret)
    }

    @Test
    fun aSecretThatIsNone() {
        for (bad in listOf("", "$secret\n")) {
            val error = assertThrows(InvalidConfigurationError::class.java) { securityEvents(ByteArray(0), "sha256=", bad) }
            assertIn("appSecret", error.message)
            assertHidden(shown(error), secret)
        }
    }

    @Test
    fun pinsThatAreDrawn() {
        val pins = List(1_000) { generatePin() }
        assertTrue(pins.toSet().size > 900)
        for (pin in pins) assertTrue(Regex("[0-9]{6}").matches(pin) && !isWeakPin(pin))
    }

    @Test
    fun weakPins() {
        for (pin in listOf("000000", "123456", "987654")) assertTrue(isWeakPin(pin))
        assertFalse(isWeakPin(PIN))
        assertHidden(shown(assertThrows(InvalidPinError::class.java) { isWeakPin("$PIN ") }), PIN)
    }
}

fun webhookBody(case: JsonObject): ByteArray {
    val text = case.text("body").toByteArray()
    return text.copyOf(maxOf(text.size, case["padded_to"]?.asInt ?: 0)).apply { fill(' '.code.toByte(), text.size, size) }
}
