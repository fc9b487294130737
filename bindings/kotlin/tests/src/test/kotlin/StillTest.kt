import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.runBlocking
import okhttp3.OkHttpClient
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout

/** A process that stands still, as a laptop that sleeps does, past the deadline of its call. */
@Timeout(60)
class StillTest {
    private val me = ProcessHandle.current().pid()

    /** Stops just after the request has left: the shell begins when there is a connection. */
    private val stops =
        OkHttpClient.Builder().addNetworkInterceptor { chain ->
            if (chain.request().url.encodedPath.endsWith(answersAfter300Ms)) {
                ProcessBuilder("/bin/sh", "-c", "sleep 0.15; kill -STOP $me; sleep 1.5; kill -CONT $me").start()
            }
            chain.proceed(chain.request())
        }

    private fun client() = client {
        httpClient(stops.build())
        timeout(1.seconds)
        maxRetries(0)
    }

    @Test
    fun anAnswerThatCameMeanwhileCounts() {
        client().use { client ->
            client.setTwoStepPinBlocking(ID, PIN)
            repeat(3) {
                assertEquals(1, runBlocking { client.setTwoStepPin(answersAfter300Ms, PIN) }.attempts)
                assertEquals(1, runBlocking(Dispatchers.Default) { client.setTwoStepPin(answersAfter300Ms, PIN) }.attempts)
                assertEquals(1, client.setTwoStepPinBlocking(answersAfter300Ms, PIN).attempts)
            }
        }
    }

    private companion object {
        const val answersAfter300Ms = "910060000000067"
    }
}
