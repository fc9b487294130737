import io.github.whatsapptwostep.Core
import io.github.whatsapptwostep.ErrorKind
import io.github.whatsapptwostep.Failure
import io.github.whatsapptwostep.Outcome
import io.github.whatsapptwostep.PhoneNumber
import io.github.whatsapptwostep.PinState
import io.github.whatsapptwostep.Problem
import io.github.whatsapptwostep.Reason
import io.github.whatsapptwostep.Record
import io.github.whatsapptwostep.SecurityEvent
import io.github.whatsapptwostep.Step
import io.github.whatsapptwostep.TransportException
import io.github.whatsapptwostep.TransportResponse
import io.github.whatsapptwostep.TwoStepClient
import io.github.whatsapptwostep.answer
import io.github.whatsapptwostep.beginning
import io.github.whatsapptwostep.delivery
import io.github.whatsapptwostep.list
import io.github.whatsapptwostep.noAnswer
import io.github.whatsapptwostep.orRefused
import io.github.whatsapptwostep.readingPhoneNumbers
import io.github.whatsapptwostep.settingPin
import io.github.whatsapptwostep.text
import io.github.whatsapptwostep.bool
import java.io.File
import java.nio.ByteBuffer
import java.time.Duration
import java.time.Instant
import kotlin.time.Duration.Companion.seconds
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Test

/** The records that cross to the core, byte by byte: `records.txt` holds what Rust writes and reads. */
class RecordsTest {
    private val lines =
        File(System.getenv("VECTORS") ?: "../../../tests/vectors", "../../bindings/uniffi/records.txt")
            .readLines()
            .associate { it.substringBefore(' ') to it.substringAfter(' ') }

    private fun bytes(name: String) = lines.getValue(name).chunked(2).map { it.toInt(16).toByte() }.toByteArray()

    private fun assertWritten(name: String, record: Record) =
        assertEquals(lines[name], record.toByteArray().joinToString("") { "%02x".format(it) }, name)

    @Test
    fun written() {
        assertEquals(lines["RECORDS"], "${Core.RECORDS}")
        val settings = TwoStepClient.builder("token").appSecret("secret").baseUrl("url").allowHttp().apiVersion("version")
        assertWritten("Settings", settings.timeout(1.5.seconds).connectTimeout(2.5.seconds).maxRetries(3).maxInFlight(4).toRecord())
        assertWritten("Beginning", beginning(client = 1, settingPin("2", "3"), timeout = 4.5, maxRetries = 5, seed = 6))
        assertWritten("ReadOn", beginning(client = 1, readingPhoneNumbers("2", from = "there"), timeout = null, maxRetries = null, seed = 3))
        assertWritten("Delivery", delivery("body".toByteArray(), "signature", "secret"))
        assertWritten("Answer", answer(TransportResponse(200, mapOf("name" to "value"), "body".toByteArray())))
        // No transport says so much at once; a body that is too large has the status in it.
        val said = TransportException.streamRefused().because(Reason.PROXY).lasting()
        val record = noAnswer(Problem.BODY_TOO_LARGE, said, beforeSending = true, "text", "shown").toByteArray()
        record[Int.SIZE_BYTES + 1] = 200.toByte()
        assertEquals(lines["NoAnswer"], record.joinToString("") { "%02x".format(it) })
    }

    @Test
    fun read() {
        val request = (Step.read(bytes("Send")) as Step.Send).request
        val fields = with(request) { listOf(call, attemptNumber, method, url, headers, String(body), maxBodyBytes) }
        assertEquals(listOf(1L, 2, "POST", "url", mapOf("name" to "value"), "body", 3), fields)
        assertEquals(Duration.ofSeconds(4, 5) to Duration.ofSeconds(6, 7), request.timeLeft to request.connectTimeout)
        assertFailure(request.previous!!)
        val wait = Step.read(bytes("Wait")) as Step.Wait
        assertEquals(1L to Duration.ofSeconds(2, 3), wait.call to wait.time)
        assertFailure(wait.previous)
        val response = (Step.read(bytes("Succeeded")) as Step.Succeeded).response
        val said = with(response) { listOf(traceId, apiVersion, attempts, usage?.highestPercentage, usage?.timeToRegainAccess) }
        assertEquals(listOf("trace", "version", 1, 2, Duration.ofSeconds(3, 4)), said)
        val page = (Step.read(bytes("Read")) as Step.Read).page
        val number = PhoneNumber("1", "display", "name", PinState.NOT_SET, "status", "verification", "name status", "platform")
        assertEquals(listOf(listOf(number), "there", 2, "trace"), with(page) { listOf(numbers, next, attempts, traceId) })
        assertFailure(page.refused!!)
        assertFailure((Step.read(bytes("Failed")) as Step.Failed).failure)
        assertEquals("012345" to true, bytes("Drawn").orRefused { text() } to bytes("Weighed").orRefused { bool() })
        val event = SecurityEvent("event", "waba", "display", "requester", Instant.ofEpochSecond(7))
        assertEquals(listOf(event), bytes("Told").orRefused { list { SecurityEvent(this) } })
    }

    @Test
    fun toTheirEnd() {
        for (name in listOf("Refused", "Failed")) {
            val record = ByteBuffer.wrap(bytes(name)).apply { int }
            assertFailure(Failure.read(record))
            assertFalse(record.hasRemaining(), name)
        }
    }

    private fun assertFailure(failure: Failure) =
        with(failure) {
            assertEquals(Triple(ErrorKind.RATE_LIMITED, Outcome.REJECTED, Reason.WAITING), Triple(kind, outcome, reason))
            assertEquals(listOf("sentence", "text", "hint"), listOf(sentence, text, hint))
            assertEquals(listOf(65_535, 4, 5, 8), listOf(httpStatus, graphCode, graphSubcode, attempts))
            assertEquals(listOf("type", "details", "title", "message", "trace", "cause"), listOf(graphType, details, userTitle, userMessage, traceId, cause))
            assertEquals(listOf(Duration.ofSeconds(6, 7), true, true), listOf(retryAfter, isRetryable, causeIsClean))
        }
}
