import io.github.whatsapptwostep.ConnectionFailedError
import io.github.whatsapptwostep.Flight
import io.github.whatsapptwostep.Outcome
import io.github.whatsapptwostep.Reason
import io.github.whatsapptwostep.ServiceUnavailableError
import io.github.whatsapptwostep.TimedOutError
import io.github.whatsapptwostep.TwoStepClient
import java.net.InetAddress
import java.net.Proxy
import java.net.ServerSocket
import java.util.concurrent.TimeUnit
import kotlin.concurrent.thread
import kotlin.system.measureTimeMillis
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.runBlocking
import okhttp3.Call
import okhttp3.Dns
import okhttp3.EventListener
import okhttp3.OkHttpClient
import okhttp3.tls.HandshakeCertificates
import okhttp3.tls.HeldCertificate
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout

/** What the transport makes of a network that fails, and of a user's own OkHttp client. */
@Timeout(60)
class OkHttpTransportTest {
    private fun at(url: String, configure: TwoStepClient.Builder.() -> Unit = {}) =
        TwoStepClient(TOKEN) {
            baseUrl(url)
            maxRetries(0)
            timeout(5.seconds)
            configure()
        }

    private fun failure(client: TwoStepClient) = failure { client.setTwoStepPin(ID, PIN) }

    @Test
    fun nothingIsSentWithoutAConnection() {
        val free = ServerSocket(0).use { it.localPort }
        val refused = failure(at("http://127.0.0.1:$free"))
        assertEquals(Outcome.NOT_SENT, refused.outcome)
        assertTrue(refused is ConnectionFailedError && refused.cause is java.net.ConnectException, "$refused")
        assertEquals(Reason.REFUSED, refused.reason)
        assertIn("the connection was refused", refused.message)
        val unknown = failure(at("https://no-such-host.invalid"))
        assertTrue(unknown is ConnectionFailedError && unknown.outcome == Outcome.NOT_SENT && unknown.reason == Reason.DNS, "$unknown")
    }

    @Test
    fun aServerWithoutTlsGetsNothing() {
        val error = failure(at(Sandbox.url.replace("http://", "https://")))
        assertTrue(error is ConnectionFailedError && error.outcome == Outcome.NOT_SENT && error.reason == Reason.TLS, "$error")
    }

    /** What stays as it is, is not tried again. */
    @Test
    fun aProxySaysWhatItWants() {
        for ((answer, isLasting) in listOf("407 Proxy Authentication Required" to true, "502 Bad Gateway" to false)) {
            ServerSocket(0, 50, InetAddress.getLoopbackAddress()).use { socket ->
                thread(isDaemon = true) {
                    runCatching {
                        while (true) socket.accept().use { connection ->
                            connection.getInputStream().read(ByteArray(65_536))
                            connection.getOutputStream().write("HTTP/1.1 $answer\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".toByteArray())
                        }
                    }
                }
                val own = OkHttpClient.Builder().proxy(Proxy(Proxy.Type.HTTP, socket.localSocketAddress)).build()
                val error = failure(at("https://graph.test") { httpClient(own).maxRetries(1) })
                assertEquals(listOf(Outcome.NOT_SENT, Reason.PROXY, !isLasting), listOf(error.outcome, error.reason, error.isRetryable), "$error")
                assertEquals(if (isLasting) 1 else 2, error.attempts)
            }
        }
    }

    @Test
    fun anAnswerThatBreaksOff() {
        for ((resets, reason) in listOf(true to Reason.RESET, false to Reason.CLOSED)) {
            ServerSocket(0, 50, InetAddress.getLoopbackAddress()).use { socket ->
                thread(isDaemon = true) {
                    runCatching {
                        while (true) socket.accept().use { connection ->
                            connection.getInputStream().read(ByteArray(65_536))
                            if (resets) connection.setSoLinger(true, 0)
                        }
                    }
                }
                val error = failure(at("http://127.0.0.1:${socket.localPort}"))
                assertEquals(Outcome.UNKNOWN to reason, error.outcome to error.reason, "$error")
            }
        }
    }

    @Test
    fun connectingHasATimeLimitWithTlsInIt() {
        ServerSocket(0, 50, InetAddress.getLoopbackAddress()).use { silent -> // takes the connection, says nothing
            val took = measureTimeMillis {
                val error = failure(at("https://127.0.0.1:${silent.localPort}") { connectTimeout(400.milliseconds) })
                assertTrue(error is TimedOutError && error.outcome == Outcome.NOT_SENT && error.isRetryable, "$error")
            }
            assertTrue(took in 350..3_000, "$took ms")
            // Also where the user listens to events.
            val own = OkHttpClient.Builder().eventListener(object : EventListener() {}).build()
            val heard = failure(at("https://127.0.0.1:${silent.localPort}") { connectTimeout(400.milliseconds).httpClient(own) })
            assertTrue(heard is TimedOutError && heard.outcome == Outcome.NOT_SENT, "$heard")
            assertEquals(1, heard.attempts)
            // Also when the whole call's time is up before.
            val error = failure(at("https://127.0.0.1:${silent.localPort}") { timeout(400.milliseconds) })
            assertTrue(error is TimedOutError && error.outcome == Outcome.NOT_SENT, "$error")
        }
    }

    /** As a timer's thread does that was about to strike when the connection came. */
    @Test
    fun theTimeForConnectingCountsNoLongerOnceTheRequestLeaves() {
        val timedOut = Flight::class.java.getDeclaredMethod("timedOut").apply { isAccessible = true }
        val late = object : EventListener() {
            override fun requestHeadersStart(call: Call) {
                timedOut.invoke(call.request().tag(Flight::class.java))
            }
        }
        client { httpClient(OkHttpClient.Builder().eventListener(late).build()).maxRetries(0) }.use { client ->
            val answersAfter300Ms = "910060000000064"
            assertEquals(1, runBlocking { client.setTwoStepPin(answersAfter300Ms, PIN) }.attempts)
            assertEquals(1, client.setTwoStepPinBlocking(answersAfter300Ms, PIN).attempts)
        }
    }

    @Test
    fun aStrangersCertificateIsRefusedAndOnesOwnIsTaken() {
        val certificate = HeldCertificate.Builder().addSubjectAlternativeName("localhost").build()
        val server = HandshakeCertificates.Builder().heldCertificate(certificate).build()
        server.sslContext().serverSocketFactory.createServerSocket(0).use { socket ->
            thread(isDaemon = true) {
                runCatching {
                    while (true) socket.accept().use { connection ->
                        runCatching {
                            connection.soTimeout = 2_000
                            connection.getInputStream().read(ByteArray(65_536))
                            connection.getOutputStream().write(
                                "HTTP/1.1 200 OK\r\nContent-Length: 16\r\nConnection: close\r\n\r\n{\"success\":true}".toByteArray(),
                            )
                        }
                    }
                }
            }
            val url = "https://localhost:${socket.localPort}"
            val error = failure(at(url) { maxRetries(2) })
            assertTrue(error is ConnectionFailedError && error.outcome == Outcome.NOT_SENT, "$error")
            assertEquals(Triple(Reason.TLS, false, 1), Triple(error.reason, error.isRetryable, error.attempts))
            assertIn("certificate is not trusted", error.message)
            val trust = HandshakeCertificates.Builder().addTrustedCertificate(certificate.certificate).build()
            val own = OkHttpClient.Builder().sslSocketFactory(trust.sslSocketFactory(), trust.trustManager).build()
            runBlocking { at(url) { httpClient(own) }.setTwoStepPin(ID, PIN) }
        }
    }

    @Test
    fun aUsersOwnClientKeepsItsWaysButNotItsRetries() {
        var requests = 0
        val own =
            OkHttpClient.Builder()
                .dns(object : Dns {
                    override fun lookup(hostname: String) = Dns.SYSTEM.lookup(if (hostname == "graph.test") "127.0.0.1" else hostname)
                })
                .addInterceptor { chain -> chain.proceed(chain.request()).also { requests++ } }
                .readTimeout(100, TimeUnit.MILLISECONDS)
                .build()
        runBlocking { client { httpClient(own) }.setTwoStepPin("910060000000061", PIN) } // answers after 300 ms
        assertEquals(1, requests)

        val impatient = OkHttpClient.Builder().callTimeout(400, TimeUnit.MILLISECONDS).build()
        val error = failure { client { httpClient(impatient) }.setTwoStepPin("910010000000061", PIN) }
        assertTrue(error is TimedOutError && error.outcome == Outcome.UNKNOWN && error.attempts == 1, "$error")
    }

    @Test
    fun anInterceptorThatThrowsIsAnErrorNotACrash() {
        val own = OkHttpClient.Builder().addInterceptor { throw IllegalStateException("mine") }.build()
        val error = failure { client { httpClient(own); maxRetries(0) }.setTwoStepPin(ID, PIN) }
        assertTrue(error is ConnectionFailedError && error.cause is IllegalStateException, "$error")
    }

    /** OkHttp by itself repeats a request after `408` and after `503` with `Retry-After: 0`. */
    @Test
    fun okHttpRepeatsNothing() {
        for (status in listOf("408 Request Timeout", "503 Unavailable", "421 Misdirected")) {
            ServerSocket(0, 50, InetAddress.getLoopbackAddress()).use { socket ->
                var requests = 0
                thread(isDaemon = true) {
                    runCatching {
                        while (true) socket.accept().use { connection ->
                            requests++
                            connection.getInputStream().read(ByteArray(65_536))
                            connection.getOutputStream().write(
                                "HTTP/1.1 $status\r\nRetry-After: 0\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".toByteArray(),
                            )
                        }
                    }
                }
                val error = failure(at("http://127.0.0.1:${socket.localPort}"))
                assertEquals(status.take(3).toInt(), error.httpStatus, "$error")
                assertTrue(requests == 1 && (error is ServiceUnavailableError || status.startsWith("4")), "$requests: $error")
            }
        }
    }

    /** A connection that the server closed while it idled costs one retry at most, and the call works. */
    @Test
    fun aConnectionThatDiedIdleIsNoFailure() = runBlocking {
        client().use { client ->
            repeat(3) { assertTrue(client.setTwoStepPin("9102300000000$it" + "6", PIN).attempts <= 2) }
        }
    }
}
