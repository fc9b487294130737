import com.google.gson.JsonObject
import io.github.whatsapptwostep.SetTwoStepPinResponse
import io.github.whatsapptwostep.TransportException
import io.github.whatsapptwostep.TransportRequest
import io.github.whatsapptwostep.TransportResponse
import io.github.whatsapptwostep.TwoStepClient
import io.github.whatsapptwostep.TwoStepError
import kotlin.system.measureTimeMillis
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.ExperimentalCoroutinesApi
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.delay
import kotlinx.coroutines.test.currentTime
import kotlinx.coroutines.test.runTest
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestFactory

/** `calls.json` through the public client, on a test's own clock: half a minute takes some milliseconds. */
@OptIn(ExperimentalCoroutinesApi::class)
class CallsTest {
    @TestFactory
    fun scripts(): List<DynamicTest> {
        val cases = vectors("calls").list("cases").map { it.asJsonObject }.filter { !it.has("only_value") }
        assertTrue(cases.size > 40, "only ${cases.size} cases")
        return cases.map { case -> dynamicTest(case.text("name")) { play(case) } }
    }

    /** The core has no clock: it is told of the test's. */
    @Test
    fun aWaitThatIsOverCountsInFull() = runTest {
        val left = mutableListOf<Long>()
        val client =
            TwoStepClient(TOKEN) {
                transport {
                    left += it.timeLeft.toMillis()
                    TransportResponse(if (left.size == 1) 503 else 200, mapOf("retry-after" to "20"), """{"success":true}""".toByteArray())
                }
            }
        client.setTwoStepPin(ID, PIN)
        assertTrue(left[0] == 30_000L && left[1] <= 10_000, "$left")
    }

    private fun play(case: JsonObject) {
        val settings = case.getAsJsonObject("settings")
        val steps = case.list("steps").map { it.asJsonObject }
        val expect = case.getAsJsonObject("expect")
        var attempts = 0
        val client =
            TwoStepClient(TOKEN) {
                timeout(settings["timeout"].asDouble.seconds)
                maxRetries(settings["max_retries"].asInt)
                transport { request -> meet(steps[attempts++], request) }
            }
        val took = measureTimeMillis {
            runTest {
                compare(expect, runCatching { client.setTwoStepPin(ID, PIN) })
                val least = steps.sumOf { it["after"]?.asDouble ?: 0.0 }
                val most = expect["takes"]?.asDouble ?: (least + expect.list("waits").sumOf { it.asDouble })
                assertTrue(currentTime / 1000.0 in (expect["takes"]?.asDouble ?: least)..most, "$currentTime ms of the test's clock")
            }
        }
        assertEquals(expect["attempts"].asInt, attempts)
        assertTrue(took < 5_000, "$took ms")
    }

    private suspend fun meet(step: JsonObject, request: TransportRequest): TransportResponse {
        if (step.has("hang")) {
            if (step["may_have_left"]?.asBoolean == false) request.connecting()
            awaitCancellation()
        }
        delay(step["after"].asDouble.seconds)
        val beforeSending = step["before_sending"]?.asBoolean ?: false
        when (step["unprocessed"].stringOrNull) {
            "connection_ended" -> throw TransportException.connectionEnded()
            "stream_refused" -> throw TransportException.streamRefused()
        }
        when (val failure = step["fail"].stringOrNull) {
            null -> return answer(step.getAsJsonObject("answer"))
            "connection" -> throw TransportException.connection(beforeSending = beforeSending)
            "timeout" -> throw TransportException.timeout(beforeSending = beforeSending)
            "body_too_large" -> throw TransportException.bodyTooLarge(200)
            "malformed" -> throw TransportException.malformed()
            "program_fault" -> {
                if (beforeSending) request.connecting()
                throw IllegalStateException("mine")
            }
            else -> error("unknown failure $failure")
        }
    }

    private fun compare(expect: JsonObject, result: Result<SetTwoStepPinResponse>) {
        val error = result.exceptionOrNull()
        if (error == null) {
            assertTrue(expect.has("ok"), "no error")
            assertEquals(expect["attempts"].asInt, result.getOrThrow().attempts)
        } else {
            assertFalse(expect.has("ok"), "$error")
            for (name in listOf("kind", "outcome", "attempts", "retry_after", "is_retryable").filter(expect::has)) {
                assertEquals(expect[name], field(error as TwoStepError, name), name)
            }
        }
    }
}
