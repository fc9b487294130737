import com.google.gson.JsonObject
import io.github.whatsapptwostep.Outcome
import io.github.whatsapptwostep.Reason
import io.github.whatsapptwostep.TimedOutError
import io.github.whatsapptwostep.Transport
import io.github.whatsapptwostep.TransportException
import io.github.whatsapptwostep.TransportResponse
import io.github.whatsapptwostep.Turn
import io.github.whatsapptwostep.Turns
import io.github.whatsapptwostep.TwoStepClient
import io.github.whatsapptwostep.TwoStepError
import java.util.Collections
import java.util.concurrent.CopyOnWriteArrayList
import java.util.concurrent.CountDownLatch
import java.util.concurrent.LinkedBlockingQueue
import java.util.concurrent.TimeUnit.SECONDS
import java.util.concurrent.atomic.AtomicInteger
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
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestFactory
import org.junit.jupiter.api.Timeout

/** So many calls of a client at once, and the next ones in their order. */
@Timeout(60)
class TurnsTest {
    private val success = TransportResponse(200, emptyMap(), """{"success":true}""".toByteArray())
    private val atOnce = AtomicInteger()
    private val most = AtomicInteger()

    private suspend fun slow(): TransportResponse {
        most.accumulateAndGet(atOnce.incrementAndGet(), ::maxOf)
        delay(20)
        atOnce.decrementAndGet()
        return success
    }

    @Test
    fun noMoreThanThatAreUnderWay() = runBlocking {
        val client = TwoStepClient(TOKEN) { transport { slow() }.maxInFlight(3) }
        val other = client.withAccessToken("EAAanother")
        List(12) { number -> async(Dispatchers.Default) { (if (number % 2 == 0) client else other).setTwoStepPin(ID, PIN) } }.awaitAll()
        List(6) { client.setTwoStepPinAsync(ID, PIN) }.forEach { it.get(10, SECONDS) }
        List(6) { thread { client.setTwoStepPinBlocking(ID, PIN) } }.forEach { it.join() }
        assertEquals(3, most.get())
    }

    @Test
    fun whoCameFirstGoesFirst() = runBlocking {
        val order = Collections.synchronizedList(mutableListOf<String>())
        val release = CountDownLatch(1)
        val transport = Transport.blocking { release.await(); order += it.url.substringAfterLast('/'); success }
        val client = TwoStepClient(TOKEN) { transport(transport).maxInFlight(1) }
        val calls = (1..6).map { number ->
            val call = thread { if (number % 2 == 0) client.setTwoStepPinBlocking("$number", PIN) else runBlocking { client.setTwoStepPin("$number", PIN) } }
            call.also { Thread.sleep(300) } // a busy machine starts a thread late
        }
        release.countDown()
        calls.forEach { it.join() }
        assertEquals((1..6).map { "$it" }, order)
    }

    /** In each form: in time, and surely not sent. */
    @Test
    fun aTurnThatNeverComes() {
        val begun = LinkedBlockingQueue<Int>()
        val client = TwoStepClient(TOKEN) { transport { begun += 1; delay(5_000); success }.maxInFlight(1) }
        val blocking = TwoStepClient(TOKEN) { transport(Transport.blocking { begun += 2; Thread.sleep(5_000); success }).maxInFlight(1) }
        for (each in listOf(client, blocking)) {
            val holds = each.setTwoStepPinAsync(ID, PIN)
            begun.take()
            val forms =
                listOf(
                    { each.setTwoStepPinBlocking(ID, PIN, java.time.Duration.ofMillis(300)) },
                    { runBlocking { each.setTwoStepPin(ID, PIN, timeout = 300.milliseconds) } },
                )
            for (form in forms) {
                val took = measureTimeMillis {
                    val error = assertThrows(TimedOutError::class.java) { form() } as TwoStepError
                    assertEquals(Triple(Outcome.NOT_SENT, Reason.CONNECTING, true), Triple(error.outcome, error.reason, error.isRetryable))
                }
                assertTrue(took in 250..1_500, "$took ms")
            }
            holds.cancel(true)
        }
    }

    private val leftOut = Result.failure<TransportResponse>(TransportException.connectionEnded())

    private fun Turns.free() = generateSequence { Turn(this).takeIf { it.isHeld } }.toList().onEach { it.close() }.size

    @TestFactory
    fun vectors() = vectors("turns").list("cases").map { it.asJsonObject }.map { case -> dynamicTest(case.text("name")) { play(case) } }

    private fun play(case: JsonObject) {
        val turns = Turns(case["all"].asInt)
        val taken = ArrayDeque<Turn>()
        for (event in case.list("events").map { it.asJsonObject }) {
            val now = ((event["at"]?.asDouble ?: 0.0) * 1e9).toLong()
            repeat(event["take"]?.asInt ?: 0) { taken += Turn(turns) }
            repeat(event["give_back"]?.asInt ?: 0) { taken.removeLast().close() }
            repeat(event["answered"]?.asInt ?: 0) { turns.ended(turns.sends(), Result.success(success), now) }
            event["left_out"]?.let { turns.ended(it.asLong, leftOut, now) }
            if (event.has("look")) turns.look(now)
            event["sent"]?.let { assertEquals(it.asLong, turns.sends(), "$event") }
            event["free"]?.let { assertEquals(it.asInt, turns.free(), "$event") }
        }
    }

    /** It comes on another thread than that which waits for it, which may have been interrupted just now. */
    @Test
    fun aTurnThatComesTooLateGoesBack() = runBlocking {
        val turns = Turns(1)
        val holds = Turn(turns)
        val late = Turn(turns)
        val waiting = launch(Dispatchers.Unconfined) { late.await() }
        late.close()
        holds.close()
        waiting.join()
        assertFalse(late.isHeld)
        Turn(turns).use { assertTrue(it.isHeld) }
        Turn(turns).use { assertTrue(it.isHeld) }
    }

    /** The time that a turn took is gone: a transport's own limit, and ours, are the rest. */
    @Test
    fun aLateTurnIsWithinTheDeadline() {
        val seen = CopyOnWriteArrayList<Long>()
        val holds = CountDownLatch(1)
        val transport = Transport.blocking {
            seen += it.timeLeft.toMillis()
            holds.countDown()
            Thread.sleep(if (seen.size == 1) 500 else 5_000)
            success
        }
        val client = TwoStepClient(TOKEN) { transport(transport).maxInFlight(1).timeout(1.seconds).maxRetries(0) }
        val first = thread { client.setTwoStepPinBlocking(ID, PIN) }
        holds.await()
        val took = measureTimeMillis {
            assertEquals(Outcome.UNKNOWN, assertThrows(TimedOutError::class.java) { client.setTwoStepPinBlocking(ID, PIN) }.outcome)
        }
        first.join()
        assertTrue(took in 900..2_000 && seen[1] < 900, "$took ms, $seen")
    }

    @Test
    fun whoIsCancelledOrInterruptedTakesNoTurn() = runBlocking {
        val client = TwoStepClient(TOKEN) { transport { delay(300); success }.maxInFlight(1) }
        repeat(3) {
            val holds = client.setTwoStepPinAsync(ID, PIN)
            val cancelled = launch(Dispatchers.Default) { client.setTwoStepPin(ID, PIN) }
            val interrupted = thread { runCatching { client.setTwoStepPinBlocking(ID, PIN) } }
            delay(100)
            cancelled.cancel()
            interrupted.interrupt()
            holds.get(5, SECONDS)
            assertEquals(1, client.setTwoStepPin(ID, PIN, timeout = 2.seconds).attempts)
        }
    }
}
