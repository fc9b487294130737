import io.github.whatsapptwostep.ConnectionFailedError
import io.github.whatsapptwostep.Transport
import io.github.whatsapptwostep.TwoStepClient
import io.github.whatsapptwostep.TwoStepError
import java.util.concurrent.CountDownLatch
import java.util.concurrent.ExecutionException
import java.util.concurrent.TimeUnit.SECONDS
import kotlin.concurrent.thread
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.delay
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertSame
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout

/** An error's stack leads to the line that made the call. */
@Timeout(60)
class StackTest {
    private class Odd : Exception("odd")

    private val client = TwoStepClient(TOKEN) { transport { delay(20); throw Odd() }.maxRetries(1) }
    private val blocking = TwoStepClient(TOKEN) { transport(Transport.blocking { throw Odd() }).maxRetries(0) }

    private fun assertLeadsHere(error: Throwable?, method: String) {
        assertTrue(error is TwoStepError, "$error")
        val frames = error!!.stackTrace.dropWhile { it.className.startsWith("io.github.whatsapptwostep.") }
        assertTrue(frames.first().className.startsWith("StackTest") && method in frames.take(3).joinToString(), error.stackTraceToString())
    }

    @Test
    fun fromASuspendedCall() = runBlocking {
        suspend fun mine() = client.setTwoStepPin(ID, PIN).also { delay(1) }
        assertLeadsHere(runCatching { mine() }.exceptionOrNull(), "mine")
        assertLeadsHere(withContext(Dispatchers.Default) { delay(1); runCatching { mine() }.exceptionOrNull() }, "mine")
    }

    @Test
    fun fromAFutureAndABlockingCall() {
        fun mine() = client.setTwoStepPinAsync(ID, PIN)
        assertLeadsHere(assertThrows(ExecutionException::class.java) { mine().get(10, SECONDS) }.cause, "mine")
        fun blocked(it: TwoStepClient) = it.setTwoStepPinBlocking(ID, PIN)
        for (each in listOf(client, blocking)) assertLeadsHere(runCatching { blocked(each) }.exceptionOrNull(), "blocked")
        fun short() = client.setTwoStepPinBlocking(ID, "1")
        assertLeadsHere(runCatching { short() }.exceptionOrNull(), "short")
    }

    @Test
    fun theCauseStaysWhenTheClientIsClosedMeanwhile() {
        val original = Odd()
        val (begun, closed) = List(2) { CountDownLatch(1) }
        val closing = TwoStepClient(TOKEN) { transport(Transport.blocking { begun.countDown(); closed.await(); throw original }).maxRetries(0) }
        var error: Throwable? = null
        val caller = thread { error = runCatching { closing.setTwoStepPinBlocking(ID, PIN) }.exceptionOrNull() }
        begun.await()
        closing.close()
        closed.countDown()
        caller.join()
        assertTrue(error is ConnectionFailedError, "$error")
        assertSame(original, error!!.cause)
        assertEquals(1, (error as TwoStepError).attempts)
    }
}
