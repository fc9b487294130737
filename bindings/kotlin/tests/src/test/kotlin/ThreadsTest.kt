import io.github.whatsapptwostep.InvalidPinError
import io.github.whatsapptwostep.Lookup
import io.github.whatsapptwostep.SetTwoStepPinResponse
import io.github.whatsapptwostep.TimedOutError
import io.github.whatsapptwostep.Transport
import io.github.whatsapptwostep.TransportResponse
import io.github.whatsapptwostep.TwoStepClient
import java.net.InetAddress
import java.net.UnknownHostException
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CountDownLatch
import java.util.concurrent.ExecutionException
import java.util.concurrent.Executors
import java.util.concurrent.TimeUnit.SECONDS
import java.util.concurrent.locks.LockSupport
import kotlin.concurrent.thread
import kotlin.system.measureTimeMillis
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeoutOrNull
import okhttp3.Dns
import okhttp3.OkHttpClient
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout

/** Who runs where: what blocks other threads doesn't stop us, and what blocks is on the caller's own. */
@Timeout(60)
class ThreadsTest {
    private val many = 4 * Runtime.getRuntime().availableProcessors()

    private fun impatient(configure: TwoStepClient.Builder.() -> Unit = {}) = client {
        timeout(5.seconds)
        maxRetries(0)
        configure()
    }

    private fun everyFormWorks(client: TwoStepClient) {
        assertEquals(1, runBlocking { client.setTwoStepPin(ID, PIN) }.attempts)
        assertEquals(1, client.setTwoStepPinBlocking(ID, PIN).attempts)
        assertEquals(1, client.setTwoStepPinAsync(ID, PIN).get(10, SECONDS).attempts)
    }

    @Test
    fun dependentsOfFuturesThatBlockStopNoOtherCall() {
        val release = CountDownLatch(1)
        fun slow(response: SetTwoStepPinResponse) = response.also { release.await() }
        impatient().use { client ->
            val blocked = List(many) { client.setTwoStepPinAsync(answersAfter300Ms, PIN).thenApply(::slow) }
            Thread.sleep(600)
            everyFormWorks(client)
            assertTrue(blocked.none { it.isDone })
            release.countDown()
            CompletableFuture.allOf(*blocked.toTypedArray()).get(10, SECONDS)
        }
    }

    @Test
    fun theBlockingFormWorksInACoroutineOfEachThreadThatTheyHave() = runBlocking {
        impatient().use { client ->
            val calls = List(many) { async(Dispatchers.Default) { client.setTwoStepPinBlocking(ID, PIN).attempts } }
            assertEquals(List(many) { 1 }, calls.awaitAll())
        }
    }

    @Test
    fun sharedPoolsWithoutAFreeThreadStopNoCall() {
        val release = CountDownLatch(1)
        runBlocking {
            repeat(many) { launch(Dispatchers.Default) { release.await() } }
            repeat(128) { launch(Dispatchers.IO) { release.await() } }
            delay(300)
            impatient().use(::everyFormWorks)
            impatient { transport(Transport.blocking { success }) }.use(::everyFormWorks)
            release.countDown()
        }
    }

    @Test
    fun theCallNeedsNoThreadOfTheFuturesExecutor() {
        val release = CountDownLatch(1)
        val executor = Executors.newSingleThreadExecutor { Thread(it, "mine") }
        executor.execute { release.await() }
        impatient().use { client ->
            val id = "106540352242005"
            var completedOn = ""
            val future = client.setTwoStepPinAsync(id, PIN, executor).thenAccept { completedOn = Thread.currentThread().name }
            runBlocking { withTimeoutOrNull(5.seconds) { while (Sandbox.pin(id) == null) delay(10) } }
            assertEquals(PIN, Sandbox.pin(id))
            assertFalse(future.isDone)
            release.countDown()
            future.get(10, SECONDS)
            assertEquals("mine", completedOn)
        }
        executor.shutdown()
    }

    @Test
    fun anExecutorThatRefusesLosesNoFuture() {
        val closed = Executors.newSingleThreadExecutor().apply { shutdown() }
        val client = impatient { transport(Transport.blocking { success }) }
        assertEquals(1, client.setTwoStepPinAsync(ID, PIN, closed).get(10, SECONDS).attempts)
        val error = assertThrows(ExecutionException::class.java) { client.setTwoStepPinAsync(ID, "1", closed).get(10, SECONDS) }
        assertTrue(error.cause is InvalidPinError, "$error")
    }

    @Test
    fun theBlockingFormDoesAllOnItsCallersThread() {
        val trace = ThreadLocal<String>()
        val seen = mutableListOf<String?>()
        val own = OkHttpClient.Builder().addInterceptor { seen += trace.get(); it.proceed(it.request()) }.build()
        trace.set("mine")
        impatient { httpClient(own) }.use { it.setTwoStepPinBlocking(ID, PIN) }
        impatient { transport(Transport.blocking { seen += trace.get(); success }) }.use { it.setTwoStepPinBlocking(ID, PIN) }
        impatient { transport { seen += trace.get(); success } }.use { it.setTwoStepPinBlocking(ID, PIN) }
        assertEquals(List(3) { "mine" }, seen)
    }

    @Test
    fun interruptingAThreadStopsItsBlockingCall() {
        val sleeping = Transport.blocking { Thread.sleep(50_000); success }
        val waiting = Transport { delay(50_000); success }
        val between = Transport.blocking { TransportResponse(503, mapOf("retry-after" to "20"), ByteArray(0)) }
        val clients = listOf(client(), client { transport(sleeping) }, client { transport(waiting) }, client { transport(between) })
        for (client in clients) {
            var seen: Throwable? = null
            var isInterrupted = false
            val before = Sandbox.aborted()
            val caller = thread {
                seen = runCatching { client.setTwoStepPinBlocking("910010000000053", PIN) }.exceptionOrNull()
                isInterrupted = Thread.currentThread().isInterrupted
            }
            Thread.sleep(300)
            val took = measureTimeMillis {
                caller.interrupt()
                caller.join(5_000)
            }
            assertTrue(seen is InterruptedException && !isInterrupted, "$seen")
            assertTrue(took < 1_000, "$took ms")
            if (client === clients.first()) assertAborted(before)
        }
    }

    @Test
    fun aBlockingCallEndsInTime() {
        val transports = listOf(null, Transport.blocking { Thread.sleep(50_000); success }, Transport { delay(50_000); success })
        for (transport in transports) {
            val client = impatient { timeout(500.milliseconds); transport?.let(::transport) }
            val took = measureTimeMillis {
                val error = runCatching { client.setTwoStepPinBlocking("910010000000055", PIN) }.exceptionOrNull()
                assertTrue(error is TimedOutError && error.outcome.code == "unknown", "$error")
            }
            assertTrue(took in 450..1_500, "$took ms")
            assertFalse(Thread.interrupted())
        }
    }

    /** What the system does with a name can't be interrupted. */
    @Test
    fun aNameThatIsLookedUpForLongHoldsNoCall() {
        val slow = object : Dns {
            override fun lookup(hostname: String): List<InetAddress> {
                val end = System.nanoTime() + 20_000_000_000
                while (System.nanoTime() < end) LockSupport.parkNanos(1_000_000)
                throw UnknownHostException(hostname)
            }
        }
        val own = OkHttpClient.Builder().dns(Lookup(slow)).build()
        val client = TwoStepClient(TOKEN) { httpClient(own).timeout(400.milliseconds) }
        for (call in listOf({ client.setTwoStepPinBlocking(ID, PIN) }, { runBlocking { client.setTwoStepPin(ID, PIN) } })) {
            val took = measureTimeMillis {
                val error = runCatching { call() }.exceptionOrNull()
                assertTrue(error is TimedOutError && error.outcome.code == "not_sent", "$error")
            }
            assertTrue(took in 350..1_500, "$took ms")
        }
        val caller = thread { runCatching { client { httpClient(own).baseUrl("https://graph.test") }.setTwoStepPinBlocking(ID, PIN) } }
        Thread.sleep(200)
        caller.interrupt()
        caller.join(500)
        assertFalse(caller.isAlive)
    }

    private val answersAfter300Ms = "910060000000066"

    private val success = TransportResponse(200, emptyMap(), """{"success":true}""".toByteArray())
}
