import io.github.whatsapptwostep.AuthenticationError
import io.github.whatsapptwostep.Outcome
import io.github.whatsapptwostep.TwoStepError
import java.util.concurrent.TimeUnit
import kotlin.system.measureTimeMillis
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.sync.Semaphore
import kotlinx.coroutines.sync.withPermit
import kotlinx.coroutines.withTimeoutOrNull
import okhttp3.OkHttp
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout

/** Real sockets, with the transport that ships. */
@Timeout(60)
class SandboxTest {
    @Test
    fun setsThePin() {
        val id = "106540352242001"
        Sandbox.forget()
        val response = runBlocking { client().use { it.setTwoStepPin(id, "012345") } }
        assertEquals("012345", Sandbox.pin(id))
        assertEquals(1, response.attempts)
        assertEquals("v24.0", response.apiVersion)
        assertTrue(!response.traceId.isNullOrEmpty())

        val request = Sandbox.requests().single { it.asJsonObject.text("path").endsWith(id) }.asJsonObject
        val headers = request.list("headers").associate { it.asJsonArray[0].asString.lowercase() to it.asJsonArray[1].asString }
        assertEquals("16", headers["content-length"])
        assertEquals("identity", headers["accept-encoding"])
        assertEquals("application/json", headers["content-type"])
        assertNull(headers["transfer-encoding"])
        assertEquals("whatsapp-two-step/${System.getProperty("version")};lang=kotlin", headers["user-agent"])
        assertEquals("Bearer $TOKEN", headers["authorization"])
    }

    @Test
    fun everyScenario() = runBlocking {
        val few = Semaphore(24)
        val scenarios = Sandbox.get("scenarios").asJsonArray.map { it.asJsonObject }
        // OkHttp 4 takes one interim answer, and this has two.
        val playable = scenarios.filter { !OkHttp.VERSION.startsWith("4.") || it.text("name") != "interim-answers" }
        playable.map { scenario ->
            async(Dispatchers.Default) {
                few.withPermit {
                    // One each: a connection that a fault closed must not serve the next.
                    val client = client {
                        timeout(2.seconds)
                        maxRetries(0)
                    }
                    var why: Throwable? = null
                    val met =
                        try {
                            client.setTwoStepPin(scenario.text("id").dropLast(2) + "31", PIN)
                            "success" to "applied"
                        } catch (error: TwoStepError) {
                            assertHidden(shown(error), PIN, TOKEN)
                            why = error.cause?.cause ?: error.cause
                            error.kind.code to error.outcome.code
                        }
                    assertEquals(scenario.text("kind") to scenario.text("outcome"), met, "${scenario.text("name")}: $why")
                }
            }
        }.awaitAll()
        Unit
    }

    @Test
    fun retriesSettleWhatCanBeSettled() = runBlocking {
        assertEquals(3, client().setTwoStepPin("920010000000032", PIN).attempts)
        assertEquals(2, client().setTwoStepPin("920020000000032", PIN).attempts)
        val error = failure { client().setTwoStepPin("920050000000032", PIN) }
        assertEquals(Outcome.UNKNOWN to 2, error.outcome to error.attempts)
        assertTrue(error is AuthenticationError)
    }

    @Test
    fun errorsReadWell() {
        val error = failure { client("EAAsandboxExpired").setTwoStepPin(ID, PIN) } as AuthenticationError
        assertEquals("The server refused the access token: Error validating access token: Session has expired.", error.sentence)
        assertEquals(listOf(401, 190, 463), listOf(error.httpStatus, error.graphCode, error.graphSubcode))
        assertIn("AuthenticationError: The server refused", error.toString())
        assertIn("trace id ${error.traceId}", error.toString())
        assertIn("Use a new access token", error.hint)
    }

    @Test
    fun fiftyAtOnce() = runBlocking {
        client().use { client ->
            val pins = (100_000 until 100_050).map { "$it" }
            val took = measureTimeMillis {
                pins.map { pin -> async { client.setTwoStepPin("1065403522$pin", pin) } }.awaitAll()
            }
            println("50 calls at once: $took ms")
            for (pin in pins) assertEquals(pin, Sandbox.pin("1065403522$pin"))
        }
    }

    @Test
    fun cancellingClosesTheRequest() = runBlocking {
        val client = client { timeout(50.seconds) }
        val times = (1..5).map { number ->
            val before = Sandbox.aborted()
            val call = launch(Dispatchers.Default) { client.setTwoStepPin("91001000000004$number", PIN) }
            delay(300)
            val took = measureTimeMillis { call.cancelAndJoin() }
            assertAborted(before)
            took
        }.sorted()
        println("cancelled in $times ms")
        assertTrue(times[0] < 50 && times[2] < 250, "$times") // a busy machine takes longer now and then
    }

    @Test
    fun timeIsUpAsAsked() = runBlocking {
        val took = measureTimeMillis {
            val error = failure { client { timeout(700.milliseconds) }.setTwoStepPin("910010000000051", PIN) }
            assertEquals("timed_out", error.kind.code)
        }
        assertTrue(took in 650..3_000, "$took ms")
    }

    @Test
    fun aCallersTimeoutIsTheCallers() = runBlocking {
        assertNull(withTimeoutOrNull(300) { client().setTwoStepPin("910010000000052", PIN) })
    }

    @Test
    fun aFutureStopsWhenCancelled() {
        val before = Sandbox.aborted()
        val future = client().setTwoStepPinAsync("910010000000054", PIN)
        Thread.sleep(300)
        future.cancel(true)
        assertThrows(CancellationException::class.java) { future.get(5, TimeUnit.SECONDS) }
        assertAborted(before)
    }

    @Test
    fun aClosedClientSaysSo() {
        val client = client()
        client.close()
        client.close()
        val error = assertThrows(IllegalStateException::class.java) { runBlocking { client.setTwoStepPin(ID, PIN) } }
        assertEquals("the client is closed", error.message)
    }
}
