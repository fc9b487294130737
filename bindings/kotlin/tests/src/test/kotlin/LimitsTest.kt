import io.github.whatsapptwostep.InvalidConfigurationError
import io.github.whatsapptwostep.Outcome
import io.github.whatsapptwostep.TimedOutError
import io.github.whatsapptwostep.TransportException
import io.github.whatsapptwostep.TwoStepClient
import io.github.whatsapptwostep.TwoStepError
import java.time.Duration
import java.util.concurrent.ExecutionException
import kotlin.system.measureTimeMillis
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout

/** Limits of one call, another token over the same connections, and the environment. */
@Timeout(60)
class LimitsTest {
    @Test
    fun ofOneCall() {
        val client = TwoStepClient(TOKEN) { transport { awaitCancellation() } }
        val short = Duration.ofMillis(200)
        val forms =
            listOf(
                { runBlocking { client.setTwoStepPin(ID, PIN, timeout = 200.milliseconds) } },
                { client.setTwoStepPinBlocking(ID, PIN, timeout = short) },
                { client.setTwoStepPinAsync(ID, PIN, timeout = short).get() },
            )
        for (form in forms) {
            val took = measureTimeMillis {
                val error = runCatching { form() }.exceptionOrNull()
                assertTrue(((error as? ExecutionException)?.cause ?: error) is TimedOutError, "$error")
            }
            assertTrue(took in 180..2_000, "$took ms")
        }
        val failing = TwoStepClient(TOKEN) { transport { throw TransportException.connection(beforeSending = true) } }
        assertEquals(1, failure { failing.setTwoStepPin(ID, PIN, maxRetries = 0) }.attempts)
        assertEquals(1, assertThrows(TwoStepError::class.java) { failing.setTwoStepPinBlocking(ID, PIN, maxRetries = 0) }.attempts)
        for (wrong in listOf(0.seconds, (-1).seconds, 90_000.seconds)) {
            val error = failure { client.setTwoStepPin(ID, PIN, timeout = wrong) }
            assertTrue(error is InvalidConfigurationError && "timeout" in error.message, "$error")
        }
        assertIn("maxRetries", failure { client.setTwoStepPin(ID, PIN, maxRetries = -1) }.message)
    }

    @Test
    fun anotherTokenGoesOverTheSameConnections() {
        val client = client()
        client.setTwoStepPinBlocking(ID, PIN)
        val other = client.withAccessToken("EAAsandboxExpired")
        assertEquals(463, assertThrows(TwoStepError::class.java) { other.setTwoStepPinBlocking(ID, PIN) }.graphSubcode)
        other.close()
        assertEquals(1, client.setTwoStepPinBlocking(ID, PIN).attempts)
        val third = client.withAccessToken("EAAthird")
        client.close()
        assertEquals(1, third.setTwoStepPinBlocking(ID, PIN).attempts)
        val error = assertThrows(InvalidConfigurationError::class.java) { third.withAccessToken("EAA secret") }
        assertIn("accessToken", error.message)
    }

    /** In a process of its own: a JVM can't change its environment. */
    private fun inEnvironment(vararg variables: Pair<String, String>): String {
        val java = ProcessBuilder("${System.getProperty("java.home")}/bin/java", "-cp", System.getProperty("java.class.path"), "InEnvironment")
        java.environment().putAll(variables)
        return java.redirectErrorStream(true).start().inputStream.reader().readText()
    }

    @Test
    fun theEnvironment() {
        val said =
            inEnvironment(
                "WHATSAPP_ACCESS_TOKEN" to "EAAenvironment",
                "WHATSAPP_APP_SECRET" to "secret",
                "WHATSAPP_BASE_URL" to "https://gate.example",
                "WHATSAPP_API_VERSION" to "v25.0",
            )
        assertTrue(Regex("POST https://gate.example/v25.0/1\\?appsecret_proof=[0-9a-f]{64} Bearer EAAenvironment\n.*").containsMatchIn(said), said)
        assertIn("a null token: NullPointerException", said)
        assertIn("accessToken is missing: set WHATSAPP_ACCESS_TOKEN", inEnvironment())
    }

    @Test
    fun onlyThisMachine() {
        val switch = arrayOf("WHATSAPP_ACCESS_TOKEN" to "EAA", "WHATSAPP_TWO_STEP_LOOPBACK_ONLY" to "1")
        assertIn("must be a loopback host", inEnvironment(*switch))
        val here = inEnvironment(*switch, "WHATSAPP_BASE_URL" to "http://127.0.0.1:9")
        assertIn("POST http://127.0.0.1:9/v24.0/1", here)
    }

    /** Of clients that exist already too, and until it is taken back. */
    @Test
    fun onlyThisMachineByAProperty() {
        offline(answering(200, """{"success":true}""")).use { client ->
            System.setProperty("whatsapptwostep.loopbackOnly", "true")
            try {
                assertIn("must be a loopback host", failure { client.setTwoStepPin(ID, PIN) }.message)
                assertThrows(InvalidConfigurationError::class.java) { TwoStepClient(TOKEN) }
                assertEquals(1, client().use { it.setTwoStepPinBlocking("106540352242058", PIN) }.attempts)
            } finally {
                System.clearProperty("whatsapptwostep.loopbackOnly")
            }
            assertEquals(1, client.setTwoStepPinBlocking(ID, PIN).attempts)
        }
    }
}

/** What a process of [LimitsTest] runs. */
object InEnvironment {
    @JvmStatic
    fun main(arguments: Array<String>) {
        try {
            val client =
                TwoStepClient.fromEnv {
                    transport {
                        println("${it.method} ${it.url} ${it.headers["authorization"]}")
                        throw TransportException.malformed()
                    }
                }
            runCatching { client.setTwoStepPinBlocking("1", "012345") }
            val builder = TwoStepClient::class.java.getMethod("builder", String::class.java)
            println("a null token: " + runCatching { builder.invoke(null, null) }.exceptionOrNull()?.cause?.javaClass?.simpleName)
        } catch (error: TwoStepError) {
            println("${error.message} ${error.outcome == Outcome.NOT_SENT}")
        }
    }
}
