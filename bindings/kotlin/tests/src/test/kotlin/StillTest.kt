import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout

/** A process that stands still, as a laptop that sleeps does, past the deadline of its call. */
@Timeout(60)
class StillTest {
    private fun <T> standingStill(call: () -> T): T {
        val me = ProcessHandle.current().pid()
        val shell = ProcessBuilder("/bin/sh", "-c", "sleep 0.15; kill -STOP $me; sleep 1.5; kill -CONT $me").start()
        return call().also { shell.waitFor() }
    }

    private fun client() = client {
        timeout(1.seconds)
        maxRetries(0)
    }

    private val answersAfter300Ms = "910060000000067"

    @Test
    fun anAnswerThatCameMeanwhileCounts() {
        client().use { client ->
            client.setTwoStepPinBlocking(ID, PIN)
            repeat(3) {
                assertEquals(1, standingStill { runBlocking { client.setTwoStepPin(answersAfter300Ms, PIN) } }.attempts)
                assertEquals(1, standingStill { runBlocking(Dispatchers.Default) { client.setTwoStepPin(answersAfter300Ms, PIN) } }.attempts)
                assertEquals(1, standingStill { client.setTwoStepPinBlocking(answersAfter300Ms, PIN) }.attempts)
            }
        }
    }
}
