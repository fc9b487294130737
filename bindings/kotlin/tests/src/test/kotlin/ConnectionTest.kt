import io.github.whatsapptwostep.ConnectionFailedError
import io.github.whatsapptwostep.Outcome
import io.github.whatsapptwostep.TimedOutError
import java.util.concurrent.CountDownLatch
import java.util.concurrent.atomic.AtomicInteger
import kotlin.system.measureTimeMillis
import kotlin.time.Duration.Companion.milliseconds
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout

/** Connections that end, in HTTP/1.1. */
@Timeout(60)
class ConnectionTest {
    /** It answers one request over each connection, then closes it as soon as the next one comes, with or without a reset. */
    @Test
    fun aConnectionThatClosedIdleIsReplacedWithoutARetry() {
        for (resets in listOf(false, true)) {
            val second = AtomicInteger()
            val server = PlayedServer { connection, _ ->
                read(connection)
                answer(connection)
                if (resets) connection.setSoLinger(true, 0)
                if (read(connection) != null) second.incrementAndGet()
            }
            server.use {
                at(server.url).use { client ->
                    repeat(3) { assertEquals(listOf(1, 1), client.bothForms().map { it.attempts }) }
                }
                assertTrue(second.get() >= 5, "${second.get()} of them were sent on a connection that then closed")
            }
        }
    }

    @Test
    fun whereThatFailsTooTheOutcomeIsUnknown() {
        val server = PlayedServer { connection, number ->
            if (number > 0) return@PlayedServer
            read(connection)
            answer(connection)
            close() // no more connections
            read(connection)
        }
        at(server.url).use { client ->
            runBlocking { client.setTwoStepPin(ID, PIN) }
            val error = failure { client.setTwoStepPin(ID, PIN) }
            assertTrue(error is ConnectionFailedError && error.outcome == Outcome.UNKNOWN && error.attempts == 1, "$error")
        }
    }

    /** Sent twice at most, however many idle connections there are. */
    @Test
    fun aServerThatClosesAlwaysGetsTheRequestTwice() {
        val server = PlayedServer { connection, number ->
            if (read(connection) != null && number == 0) answer(connection)
            if (number == 0) read(connection)
        }
        server.use {
            at(server.url).use { client ->
                runBlocking { client.setTwoStepPin(ID, PIN) }
                val error = failure { client.setTwoStepPin(ID, PIN) }
                assertTrue(error is ConnectionFailedError && error.outcome == Outcome.UNKNOWN, "$error")
                assertEquals(3, server.requests.size)
            }
        }
    }

    /** Nothing waits between calls in a row. */
    @Test
    fun callsInARowShareAConnection() {
        val connections = AtomicInteger()
        val server = PlayedServer { connection, _ ->
            connections.incrementAndGet()
            while (read(connection) != null) answer(connection)
        }
        server.use {
            at(server.url).use { client -> repeat(20) { client.bothForms() } }
            assertEquals(1 to 40, connections.get() to server.requests.size)
        }
    }

    /** The server answers none before all have come. */
    @Test
    fun manyAtOnceWaitForNoneOfTheOthers() {
        val all = CountDownLatch(256)
        val server = PlayedServer { connection, _ ->
            read(connection)
            all.countDown()
            all.await()
            answer(connection)
        }
        server.use {
            at(server.url).use { client ->
                val took = measureTimeMillis { runBlocking { List(256) { async { client.setTwoStepPin(ID, PIN) } }.awaitAll() } }
                println("256 calls at once: $took ms")
            }
        }
    }

    @Test
    fun theDeadlineHoldsWhileASecondConnectionIsAwaited() {
        val server = PlayedServer { connection, number ->
            if (number == 0 && read(connection) != null) answer(connection)
            read(connection)
            if (number > 0) Thread.sleep(10_000)
        }
        server.use {
            for (blocking in listOf(false, true)) {
                at(server.url) { timeout(600.milliseconds) }.use { client ->
                    runCatching { runBlocking { client.setTwoStepPin(ID, PIN) } }
                    val took = measureTimeMillis {
                        val error = failure { if (blocking) client.setTwoStepPinBlocking(ID, PIN) else client.setTwoStepPin(ID, PIN) }
                        assertTrue(error is TimedOutError && error.outcome == Outcome.UNKNOWN, "$error")
                    }
                    assertTrue(took in 500..1_500, "$took ms")
                }
            }
        }
    }
}
