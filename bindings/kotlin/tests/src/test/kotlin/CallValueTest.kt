import com.google.gson.JsonObject
import io.github.whatsapptwostep.Core
import io.github.whatsapptwostep.Failure
import io.github.whatsapptwostep.Library
import io.github.whatsapptwostep.Problem
import io.github.whatsapptwostep.Step
import io.github.whatsapptwostep.TransportException
import io.github.whatsapptwostep.TwoStepClient
import io.github.whatsapptwostep.answer
import io.github.whatsapptwostep.beginning
import io.github.whatsapptwostep.noAnswer
import io.github.whatsapptwostep.settingPin
import java.nio.ByteBuffer
import kotlin.time.Duration.Companion.seconds
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.TestFactory

/** `calls.json` on the call itself, which nobody drives: times are made up, and nothing waits. */
class CallValueTest {
    @TestFactory
    fun scripts(): List<DynamicTest> =
        vectors("calls").list("cases").map { it.asJsonObject }.map { case -> dynamicTest(case.text("name")) { play(case) } }

    private fun play(case: JsonObject) {
        val settings = case.getAsJsonObject("settings")
        val expect = case.getAsJsonObject("expect")
        val timeout = settings["timeout"].asDouble
        val waits = expect.list("waits").map { it.asDouble }
        var elapsed = 0.0
        var step = begin(settings)
        case.list("steps").map { it.asJsonObject }.forEachIndexed { number, event ->
            val request = (step as Step.Send).request
            assertEquals(number + 1, request.attemptNumber)
            assertEquals(maxOf(timeout - elapsed, 0.0), request.timeLeft.toNanos() / 1e9, 1e-6)
            elapsed = if (event.has("after")) elapsed + event["after"].asDouble else timeout
            step = Step.read(tell(request.call, nanos(elapsed), event))
            val longest = waits.getOrElse(number) { 0.0 }
            if (longest == 0.0) return@forEachIndexed
            val wait = step as Step.Wait
            val isNamed = "retry-after" in "$event" || "regain" in "$event"
            val time = wait.time.toNanos() / 1e9
            assertTrue(if (isNamed) time == longest else time <= longest, "$time s")
            elapsed += longest + (expect["late"]?.asDouble ?: 0.0)
            step = Step.read(Core.waited(wait.call, nanos(elapsed)))
        }
        compare(expect, step)
    }

    private fun nanos(seconds: Double) = (seconds * 1e9).toLong()

    private fun begin(settings: JsonObject): Step {
        Library.check()
        val client = TwoStepClient.builder(TOKEN).timeout(settings["timeout"].asDouble.seconds).maxRetries(settings["max_retries"].asInt).toRecord()
        val number = ByteBuffer.wrap(Core.openClient(client.toByteArray())).getLong(Int.SIZE_BYTES)
        val call = beginning(number, settingPin(ID, PIN), timeout = null, maxRetries = null, seed = 7)
        return Step.read(Core.begin(call.toByteArray())).also { Core.closeClient(number) }
    }

    private fun tell(call: Long, elapsed: Long, event: JsonObject): ByteArray {
        if (event.has("hang")) return Core.expired(call, elapsed, event["may_have_left"]?.asBoolean != false)
        val failure = event["fail"].stringOrNull ?: return Core.answered(call, elapsed, answer(answer(event.getAsJsonObject("answer"))).toByteArray())
        val said =
            when (event["unprocessed"].stringOrNull) {
                "connection_ended" -> TransportException.connectionEnded()
                "stream_refused" -> TransportException.streamRefused()
                else -> TransportException.bodyTooLarge(200)
            }
        val problem = Problem.valueOf(failure.uppercase())
        return Core.failed(call, elapsed, noAnswer(problem, said, event["before_sending"]?.asBoolean == true, "gone", "gone").toByteArray())
    }

    private fun compare(expect: JsonObject, end: Step) {
        if (expect.has("ok")) return assertEquals(expect["attempts"].asInt, (end as Step.Succeeded).response.attempts)
        val failure: Failure = (end as Step.Failed).failure
        assertEquals(expect.text("kind") to expect.text("outcome"), failure.kind.code to failure.outcome.code)
        assertEquals(expect["attempts"].asInt, failure.attempts)
        expect["retry_after"]?.let { assertEquals(it.asLong, failure.retryAfter?.seconds) }
        expect["is_retryable"]?.let { assertEquals(it.asBoolean, failure.isRetryable) }
    }
}
