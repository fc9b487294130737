import io.github.whatsapptwostep.ConnectionFailedError
import io.github.whatsapptwostep.InvalidPinError
import io.github.whatsapptwostep.Outcome
import io.github.whatsapptwostep.Reason
import io.github.whatsapptwostep.TimedOutError
import io.github.whatsapptwostep.Transport
import io.github.whatsapptwostep.TransportException
import io.github.whatsapptwostep.TransportResponse
import io.github.whatsapptwostep.TwoStepClient
import io.github.whatsapptwostep.TwoStepError
import io.github.whatsapptwostep.UnexpectedResponseError
import java.io.ByteArrayOutputStream
import java.io.IOException
import java.io.ObjectOutputStream
import java.io.UncheckedIOException
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse.BodyHandlers
import kotlin.coroutines.AbstractCoroutineContextElement
import kotlin.coroutines.CoroutineContext
import kotlin.coroutines.suspendCoroutine
import kotlin.system.measureTimeMillis
import kotlin.time.Duration.Companion.milliseconds
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.test.runTest
import kotlinx.coroutines.withContext
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertSame
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout

/** A user's own transport: what it gives, what it throws. */
@Timeout(60)
class TransportTest {
    /** java.net.http, against the sandbox. */
    private val ownTransport =
        Transport.blocking { request ->
            val out = HttpRequest.newBuilder(URI(request.url)).timeout(request.timeLeft)
            request.headers.forEach { (name, value) -> out.header(name, value) }
            out.method(request.method, HttpRequest.BodyPublishers.ofByteArray(request.body))
            val answer = HttpClient.newHttpClient().send(out.build(), BodyHandlers.ofByteArray())
            TransportResponse(answer.statusCode(), answer.headers().map().mapValues { it.value.first() }, answer.body())
        }

    @Test
    fun setsThePinOverAnotherStack() = runBlocking {
        client { transport(ownTransport) }.setTwoStepPin("106540352242002", PIN)
        assertEquals(PIN, Sandbox.pin("106540352242002"))
        val error = failure { client("EAAsandboxExpired") { transport(ownTransport) }.setTwoStepPin(ID, PIN) }
        assertEquals(463, error.graphSubcode)
    }

    private fun thrown(throwable: Throwable) = failure { offline { throw throwable }.setTwoStepPin(ID, PIN) }

    @Test
    fun whateverItThrowsIsTheCause() {
        class Odd : Error("odd")
        for (original in listOf(RuntimeException("boom"), Odd(), StackOverflowError(), CancellationException("not really"), InterruptedException())) {
            val error = thrown(original)
            assertTrue(error is ConnectionFailedError, "$error")
            assertEquals(Outcome.UNKNOWN, error.outcome)
            assertSame(original, error.cause)
        }
    }

    /** It would be thrown again: one attempt. What a network may throw is tried again. */
    @Test
    fun aFaultOfTheProgramIsNotTriedAgain() {
        fun attempts(throwable: Throwable): Pair<Int, Boolean> {
            val client = TwoStepClient(TOKEN) { transport { throw throwable }.maxRetries(1) }
            var error: TwoStepError? = null
            runTest { error = runCatching { client.setTwoStepPin(ID, PIN) }.exceptionOrNull() as TwoStepError }
            return error!!.attempts to error!!.isRetryable
        }
        for (fault in listOf(NullPointerException(), IllegalStateException(), AssertionError())) assertEquals(1 to false, attempts(fault))
        for (other in listOf(IOException(), UncheckedIOException(IOException()), Exception())) assertEquals(2 to true, attempts(other))
    }

    /** One that takes no notice of being cancelled, in each form of the call. */
    @Test
    fun oneThatNeverReturnsEndsInTime() {
        val deaf = TwoStepClient(TOKEN) { transport { suspendCoroutine {} }.timeout(300.milliseconds) }
        val forms = listOf({ deaf.setTwoStepPinBlocking(ID, PIN) }, { runBlocking { deaf.setTwoStepPin(ID, PIN) } })
        for (form in forms) {
            val took = measureTimeMillis {
                val error = runCatching { form() }.exceptionOrNull()
                assertTrue(error is TimedOutError && error.outcome == Outcome.UNKNOWN, "$error")
            }
            assertTrue(took in 250..2_000, "$took ms")
        }
    }

    @Test
    fun itCanSayMore() {
        val original = java.net.ConnectException("refused")
        val refused = thrown(TransportException.connection(original, beforeSending = true))
        assertEquals(Outcome.NOT_SENT, refused.outcome)
        assertSame(original, refused.cause)
        for (unprocessed in listOf(TransportException.connectionEnded(original), TransportException.streamRefused(original))) {
            val once = TransportException.malformed()
            var attempts = 0
            val error = failure { offline { throw if (attempts++ == 0) unprocessed else once }.setTwoStepPin(ID, PIN) }
            assertEquals(2, error.attempts) // though it may not be tried again
        }
        assertTrue(thrown(TransportException.timeout()) is TimedOutError)
        for (reason in Reason.entries) assertEquals(reason, thrown(TransportException.connection().because(reason)).reason)
        val untrusted = TwoStepClient(TOKEN) { transport { throw TransportException.connection(original, beforeSending = true).because(Reason.TLS).lasting() } }
        with(failure { untrusted.setTwoStepPin(ID, PIN) }) { assertEquals(1 to false, attempts to isRetryable) }
        assertEquals(204, thrown(TransportException.bodyTooLarge(204)).httpStatus)
        assertTrue(thrown(TransportException.malformed()) is UnexpectedResponseError)
    }

    @Test
    fun anExceptionThatCannotBePrintedDoesNoHarm() {
        val error = thrown(object : RuntimeException() {
            override val message: String get() = throw IllegalStateException("no")
        })
        assertTrue(error is ConnectionFailedError)
        assertIn("ConnectionFailedError", error.stackTraceToString())
    }

    @Test
    fun aCauseThatRepeatsASecretIsCleaned() {
        val inner = IllegalStateException("sent {\"pin\":\"$PIN\"}")
        for (original in listOf(RuntimeException("Authorization: Bearer $TOKEN"), RuntimeException("outer", inner))) {
            original.addSuppressed(RuntimeException("also $PIN"))
            val error = thrown(original)
            assertHidden(shown(error), PIN, TOKEN)
            assertIn("RuntimeException", error.cause!!.message!!)
            assertTrue(original.stackTrace.first() in error.cause!!.stackTrace)
        }
    }

    @Test
    fun theProofShowsInNoError() {
        val client =
            TwoStepClient(TOKEN) {
                appSecret("sandbox-app-secret")
                transport { throw IllegalStateException("no way to ${it.url}") }
                maxRetries(0)
            }
        val error = failure { client.setTwoStepPin(ID, PIN) }
        assertHidden(shown(error), "147f8d98f0ad6356fb790dbde9f811dcdba30c85189d626a7c10326d35ae9984", "sandbox-app-secret")
    }

    @Test
    fun oddAnswersAreCheckedLikeAServers() {
        for (status in listOf(-1, 0, 99, 1000, 70_000, Int.MAX_VALUE)) {
            val error = failure { offline { TransportResponse(status, emptyMap(), ByteArray(0)) }.setTwoStepPin(ID, PIN) }
            assertTrue(error is UnexpectedResponseError, "$status: $error")
        }
        val success = """{"success":true}""".toByteArray()
        val odd =
            listOf(
                TransportResponse(200, mapOf("bad name" to "x"), success),
                TransportResponse(200, mapOf("x" to "a\r\nb"), success),
                TransportResponse(200, List(70) { "x-$it" to "y".repeat(1_000) }, success),
                TransportResponse(200, emptyMap(), ByteArray(65_537) { 32 }),
            )
        for (answer in odd) {
            val error = failure { offline { answer }.setTwoStepPin(ID, PIN) }
            assertTrue(error is UnexpectedResponseError, "$error")
        }
        // A lone half of a surrogate pair, which is no text.
        runBlocking { offline { TransportResponse(200, mapOf("x" to "\uD800"), success) }.runCatching { setTwoStepPin(ID, PIN) } }
            .exceptionOrNull()?.let { assertTrue(it is TwoStepError, "$it") }
    }

    @Test
    fun headersAreReadOnce() {
        val once = sequenceOf("x-fb-request-id" to "Once").constrainOnce().asIterable()
        val answer = TransportResponse(200, once, """{"success":true}""".toByteArray())
        assertEquals("Once", runBlocking { offline { answer }.setTwoStepPin(ID, PIN) }.traceId)
    }

    @Test
    fun textThatIsNoTextIsRefused() {
        val error = failure { offline(answering(200, "")).setTwoStepPin(ID, "12345\uD800") }
        assertTrue(error is InvalidPinError)
        assertIn("character 6", error.message)
    }

    @Test
    fun theCallersContextComesAlong() = runBlocking {
        var seen: String? = null
        val client = offline {
            seen = currentCoroutineContext()[Trace]?.name
            answering(200, """{"success":true}""").send(it)
        }
        withContext(Trace("mine")) { client.setTwoStepPin(ID, PIN) }
        assertEquals("mine", seen)
    }

    private class Trace(val name: String) : AbstractCoroutineContextElement(Trace) {
        companion object : CoroutineContext.Key<Trace>
    }

    @Test
    fun requestAndAnswerPrintNothing() {
        val answer = TransportResponse(200, mapOf("x" to TOKEN), "{\"pin\":\"$PIN\"}".toByteArray())
        assertHidden("$answer", PIN, TOKEN)
        val client = offline { answer }
        assertHidden("$client ${failure { client.setTwoStepPin(ID, PIN) }}", PIN, TOKEN)
        assertHidden("${TwoStepClient.builder(TOKEN)}", TOKEN)
    }

    @Test
    fun anErrorCanBeSerialised() {
        val bytes = ByteArrayOutputStream()
        ObjectOutputStream(bytes).writeObject(failure { client("EAAsandboxExpired").setTwoStepPin(ID, PIN) })
        assertHidden(bytes.toString("ISO-8859-1"), PIN, "EAAsandboxExpired")
        assertNull(failure { client("EAAsandboxExpired").setTwoStepPin(ID, PIN) }.cause)
    }
}
