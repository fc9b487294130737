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
import org.junit.jupiter.api.Test
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

    @Test
    fun aClientLearnsHowManyAConnectionTakes() {
        val turns = Turns(64)
        // The first connection tells nothing yet; the second, that it took seven.
        turns.ended(turns.sends(), leftOut, now = 0)
        val connection = turns.sends()
        repeat(7) { turns.ended(connection, Result.success(success), now = 0) }
        turns.ended(connection, leftOut, now = 0)
        assertEquals(7, turns.free())
        // The others of that connection tell nothing new.
        turns.ended(connection, Result.success(success), now = 0)
        turns.ended(connection, leftOut, now = 0)
        turns.look(now = SECONDS.toNanos(1) / 2)
        assertEquals(7, turns.free())
        turns.look(now = SECONDS.toNanos(1))
        assertEquals(64, turns.free())
    }

    @Test
    fun turnsThatAreTakenAreKeptAndNotGivenBack() {
        val turns = Turns(3)
        val (one, two, three) = List(3) { Turn(turns) }
        turns.ended(0, Result.success(success), now = 0)
        turns.ended(0, leftOut, now = 0)
        one.close()
        two.close()
        assertEquals(0, turns.free())
        three.close()
        assertEquals(1, turns.free())
        turns.look(now = SECONDS.toNanos(1))
        assertEquals(3, turns.free())
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
