import io.github.whatsapptwostep.ConnectionFailedError
import io.github.whatsapptwostep.Outcome
import io.github.whatsapptwostep.TimedOutError
import io.github.whatsapptwostep.TwoStepClient
import java.io.DataInputStream
import java.io.IOException
import java.net.InetAddress
import java.net.Socket
import java.util.concurrent.atomic.AtomicInteger
import javax.net.SocketFactory
import kotlin.system.measureTimeMillis
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.delay
import kotlinx.coroutines.runBlocking
import okhttp3.OkHttpClient
import okhttp3.Protocol
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.Timeout

/** Connections that end, and requests that are refused, in HTTP/2. */
@Timeout(60)
class Http2Test {
    private val ofHttp2 = OkHttpClient.Builder().protocols(listOf(Protocol.H2_PRIOR_KNOWLEDGE)).build()

    /** Frames: a length of three bytes, a type, flags, a stream, and what it carries. */
    private fun Socket.frame(type: Int, flags: Int, stream: Int, bytes: ByteArray = ByteArray(0)) =
        getOutputStream().write(byteArrayOf(0, 0, bytes.size.toByte(), type.toByte(), flags.toByte(), 0, 0, 0, stream.toByte()) + bytes)

    private fun Socket.resets(stream: Int, code: Byte) = frame(type = 3, flags = 0, stream, byteArrayOf(0, 0, 0, code))

    private fun Socket.goesAway() = frame(type = 7, flags = 0, stream = 0, ByteArray(8)) // its last stream is none

    private fun Socket.succeeds(stream: Int) {
        frame(type = 1, flags = 4, stream, byteArrayOf(0x88.toByte())) // headers: 200
        frame(type = 0, flags = 1, stream, """{"success":true}""".toByteArray())
    }

    /** A server of HTTP/2 that meets each request as [answer] says, told its number and its stream. */
    private fun http2(
        timeout: Duration = 10.seconds,
        client: OkHttpClient = ofHttp2,
        answer: Socket.(number: Int, stream: Int) -> Unit,
        test: (TwoStepClient) -> Unit,
    ) {
        val number = AtomicInteger()
        val server = PlayedServer { connection, _ ->
            connection.frame(type = 4, flags = 0, stream = 0) // settings
            generateSequence { read(connection) }.filter { PIN in it }.forEachIndexed { index, _ ->
                connection.answer(number.getAndIncrement(), 3 + 2 * index) // OkHttp begins with 3
            }
        }
        server.use { at(server.url) { httpClient(client).timeout(timeout) }.use(test) }
    }

    @Test
    fun aRefusedStreamGoesOutAgainAtOnce() {
        http2(answer = { number, stream -> if (number % 2 == 0) resets(stream, REFUSED_STREAM) else succeeds(stream) }) { client ->
            val took = measureTimeMillis { assertEquals(listOf(2, 2), client.bothForms().map { it.attempts }) }
            assertTrue(took < 2_000, "$took ms")
        }
    }

    @Test
    fun aStreamThatIsRefusedToTheEndWasNotSent() {
        http2(timeout = 1.seconds, answer = { _, stream -> resets(stream, REFUSED_STREAM) }) { client ->
            // The deadline may also strike while a request is under way, and then nobody knows: another call.
            val error = generateSequence { failure { client.setTwoStepPin(ID, PIN) } }.first { it !is TimedOutError }
            assertTrue(error is ConnectionFailedError && error.outcome == Outcome.NOT_SENT && error.attempts > 2, "$error")
        }
    }

    /** So OkHttp tells it: the failed write, and added to that what it then read of the stream. */
    @Test
    fun aRefusalThatIsReadAfterAFailedWriteIsOneToo() {
        val writeFails = ofHttp2.newBuilder().addNetworkInterceptor { chain ->
            try {
                chain.proceed(chain.request())
            } catch (error: IOException) {
                throw IOException("closed").apply { addSuppressed(error) }
            }
        }
        http2(client = writeFails.build(), answer = { number, stream -> if (number % 2 == 0) resets(stream, REFUSED_STREAM) else succeeds(stream) }) {
            assertEquals(listOf(2, 2), it.bothForms().map { response -> response.attempts })
        }
    }

    @Test
    fun aRequestPastAGoawayGoesOutAgainAtOnce() {
        http2(answer = { number, stream -> if (number < 6) goesAway() else succeeds(stream) }) { client ->
            val took = measureTimeMillis { assertEquals(listOf(7, 1), client.bothForms().map { it.attempts }) }
            assertTrue(took < 1_000, "$took ms")
        }
    }

    /** Counts the connections. */
    private class Sockets(private val make: (number: Int) -> Unit) : SocketFactory() {
        val made = AtomicInteger()

        override fun createSocket(): Socket {
            make(made.getAndIncrement())
            return getDefault().createSocket()
        }

        override fun createSocket(host: String, port: Int) = throw UnsupportedOperationException()

        override fun createSocket(host: String, port: Int, from: InetAddress, fromPort: Int) = throw UnsupportedOperationException()

        override fun createSocket(host: InetAddress, port: Int) = throw UnsupportedOperationException()

        override fun createSocket(host: InetAddress, port: Int, from: InetAddress, fromPort: Int) = throw UnsupportedOperationException()
    }

    /** Each call would make one: the server has just ended the one that was there. */
    @Test
    fun whereOneConnectionServesAllOneIsMade() {
        val sockets = Sockets { Thread.sleep(200) }
        val server = PlayedServer { connection, number ->
            connection.frame(type = 4, flags = 0, stream = 0) // settings
            val frames = DataInputStream(connection.getInputStream()).apply { skipNBytes(24) } // the preface
            while (true) {
                val (length, type) = frames.readInt().let { it ushr 8 to (it and 255) }
                frames.skipNBytes(1)
                val stream = frames.readInt()
                frames.skipNBytes(length.toLong())
                if (type != 0) continue
                connection.succeeds(stream)
                if (number == 0) return@PlayedServer connection.goesAway()
            }
        }
        server.use {
            at(server.url) { httpClient(ofHttp2.newBuilder().socketFactory(sockets).build()) }.use { client ->
                runBlocking {
                    client.setTwoStepPin(ID, PIN)
                    delay(200) // its end is known by then
                    List(16) { async { client.setTwoStepPin(ID, PIN) } }.awaitAll()
                }
            }
        }
        assertEquals(2, sockets.made.get())
    }

    /** In OkHttp's words, which also come from a connection of another call's. */
    @Test
    fun aConnectionThatHasJustEndedIsReplaced() {
        val sockets = Sockets { number -> if (number == 0) throw IOException("exhausted all routes") }
        http2(client = ofHttp2.newBuilder().socketFactory(sockets).build(), answer = { _, stream -> succeeds(stream) }) {
            assertEquals(listOf(2, 1), it.bothForms().map { response -> response.attempts })
        }
    }

    @Test
    fun anotherResetMayHaveBeenProcessed() {
        http2(answer = { _, stream -> resets(stream, INTERNAL_ERROR) }) { client ->
            val error = failure { client.setTwoStepPin(ID, PIN) }
            assertTrue(error is ConnectionFailedError && error.outcome == Outcome.UNKNOWN && error.attempts == 1, "$error")
        }
    }

    private companion object {
        const val INTERNAL_ERROR: Byte = 2
        const val REFUSED_STREAM: Byte = 7
    }
}
