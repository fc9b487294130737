import com.google.gson.JsonObject
import io.github.whatsapptwostep.Core
import io.github.whatsapptwostep.Failure
import io.github.whatsapptwostep.Record
import io.github.whatsapptwostep.Step
import java.nio.ByteBuffer
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.TestFactory

/** `calls.json` on the call itself, which nobody drives: times are made up, and nothing waits. The only test that sees what is internal. */
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
        val client = Record().int(1).text(TOKEN).textOrNull(null).textOrNull(null).textOrNull(null)
        client.doubleOrNull(settings["timeout"].asDouble).doubleOrNull(null).longOrNull(settings["max_retries"].asLong)
        val number = ByteBuffer.wrap(Core.openClient(client.toByteArray())).getLong(Int.SIZE_BYTES)
        val call = Record().long(number).text(ID).text(PIN).doubleOrNull(null).longOrNull(null).long(7)
        return Step.read(Core.begin(call.toByteArray())).also { Core.closeClient(number) }
    }

    private fun tell(call: Long, elapsed: Long, event: JsonObject): ByteArray {
        if (event.has("hang")) return Core.expired(call, elapsed, event["may_have_left"]?.asBoolean != false)
        val failure = event["fail"].stringOrNull ?: return Core.answered(call, elapsed, answer(event.getAsJsonObject("answer")))
        val record = Record().int(listOf("connection", "timeout", "body_too_large", "malformed", "program_fault").indexOf(failure) + 1)
        if (failure == "body_too_large") record.short(200)
        record.bool(event["before_sending"]?.asBoolean == true)
        when (event["unprocessed"].stringOrNull) {
            null -> record.bool(false)
            "connection_ended" -> record.bool(true).int(1)
            else -> record.bool(true).int(2)
        }
        return Core.failed(call, elapsed, record.text("gone").text("gone").toByteArray())
    }

    private fun answer(answer: JsonObject): ByteArray {
        val headers = answer.getAsJsonObject("headers").asMap()
        val record = Record().long(answer["status"].asLong).int(headers.size * 2)
        headers.forEach { (name, value) -> record.text(name).text(value.asString) }
        return record.text(answer.text("body")).toByteArray()
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
