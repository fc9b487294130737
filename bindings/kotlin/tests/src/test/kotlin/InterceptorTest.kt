import io.github.whatsapptwostep.AuthenticationError
import io.github.whatsapptwostep.ConnectionFailedError
import io.github.whatsapptwostep.Outcome
import io.github.whatsapptwostep.Reason
import io.github.whatsapptwostep.TimedOutError
import io.github.whatsapptwostep.TwoStepError
import java.io.IOException
import java.time.Duration
import java.util.concurrent.atomic.AtomicInteger
import kotlin.time.Duration.Companion.milliseconds
import kotlinx.coroutines.runBlocking
import okhttp3.Interceptor
import okhttp3.OkHttpClient
import okhttp3.Request
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNull
import org.junit.jupiter.api.Assertions.assertSame
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout

/** What a user's own interceptors and authenticator may do. */
@Timeout(60)
class InterceptorTest {
    private fun meeting(interceptor: Interceptor): TwoStepError {
        val client = client { httpClient(OkHttpClient.Builder().addInterceptor(interceptor).build()).maxRetries(1) }
        val blocking = runCatching { client.setTwoStepPinBlocking(ID, PIN) }.exceptionOrNull() as TwoStepError
        val error = failure { client.setTwoStepPin(ID, PIN) }
        assertEquals(blocking.toMap() - "trace_id", error.toMap() - "trace_id")
        return error
    }

    @Test
    fun oneThatProceedsTwiceSendsTwice() {
        val id = "106540352242088"
        Sandbox.forget()
        val twice = Interceptor { chain -> chain.proceed(chain.request()).close(); chain.proceed(chain.request()) }
        val client = client { httpClient(OkHttpClient.Builder().addInterceptor(twice).build()) }
        assertEquals(listOf(1, 1), listOf(runBlocking { client.setTwoStepPin(id, PIN) }, client.setTwoStepPinBlocking(id, PIN)).map { it.attempts })
        assertEquals(4, Sandbox.requests().count { it.asJsonObject.text("path").endsWith(id) })
    }

    /** The first may have set the PIN, whatever the second comes to. */
    @Test
    fun itsFirstRequestIsNotForgotten() {
        val error = meeting { chain -> chain.proceed(chain.request()).close(); throw IOException("second") }
        assertEquals(Outcome.UNKNOWN, error.outcome)
    }

    @Test
    fun aFaultBeforeItProceedsSendsNothing() {
        for (fault in listOf(IllegalStateException("mine"), NullPointerException("mine"), OutOfMemoryError("mine"))) {
            val error = meeting { throw fault }
            assertTrue(error is ConnectionFailedError && error.outcome == Outcome.NOT_SENT && error.attempts == 1 && !error.isRetryable, "$error")
            assertSame(fault, error.cause)
            assertIn("own transport failed", error.message)
        }
    }

    @Test
    fun aFaultAfterwardsLeavesDoubt() {
        for (fault in listOf(NullPointerException("mine"), OutOfMemoryError("mine"))) {
            val error = meeting { chain -> chain.proceed(chain.request()).close(); throw fault }
            assertTrue(error.outcome == Outcome.UNKNOWN && error.attempts == 1 && !error.isRetryable, "$error")
        }
    }

    /** It has none of the tags of ours, and what it meets counts all the same. */
    @Test
    fun aRequestMadeFromNothingHasLeftToo() {
        val fresh = Interceptor { chain ->
            val ours = chain.request()
            chain.proceed(Request.Builder().url(ours.url).headers(ours.headers).method(ours.method, ours.body).build())
        }
        client { httpClient(OkHttpClient.Builder().addInterceptor(fresh).build()) }.use { client ->
            assertEquals(1, client.setTwoStepPinBlocking(ID, PIN).attempts)
            val forms =
                listOf(
                    { client.setTwoStepPinBlocking(neverAnswers, PIN, Duration.ofMillis(700)) },
                    { runBlocking { client.setTwoStepPin(neverAnswers, PIN, timeout = 700.milliseconds) } },
                )
            for (call in forms) {
                val error = assertThrows(TimedOutError::class.java) { call() }
                assertEquals(Outcome.UNKNOWN to Reason.WAITING, error.outcome to error.reason)
            }
        }
    }

    /** In the blocking form it holds the call, but the request stays here. */
    @Test
    fun oneThatTakesAllTheTimeSendsNothing() {
        val id = "106540352242087"
        val slow = Interceptor { chain -> Thread.sleep(700); chain.proceed(chain.request()) }
        val client = client { httpClient(OkHttpClient.Builder().addInterceptor(slow).build()).timeout(300.milliseconds) }
        for (call in listOf({ client.setTwoStepPinBlocking(id, PIN) }, { runBlocking { client.setTwoStepPin(id, PIN) } })) {
            assertEquals(Outcome.NOT_SENT, assertThrows(TimedOutError::class.java) { call() }.outcome)
        }
        Thread.sleep(1_000)
        assertNull(Sandbox.pin(id))
    }

    private val neverAnswers = "910010000000087"

    @Test
    fun anAuthenticatorIsNotAsked() {
        val asked = AtomicInteger()
        val own =
            OkHttpClient.Builder().authenticator { _, answer ->
                asked.incrementAndGet()
                answer.request.newBuilder().header("Authorization", "Bearer EAAother").build()
            }
        Sandbox.forget()
        val error = failure { client("EAAsandboxExpired") { httpClient(own.build()) }.setTwoStepPin("106540352242089", PIN) }
        assertTrue(error is AuthenticationError && error.graphSubcode == 463 && error.attempts == 1, "$error")
        assertEquals(0 to 1, asked.get() to Sandbox.requests().count { it.asJsonObject.text("path").endsWith("106540352242089") })
    }
}
