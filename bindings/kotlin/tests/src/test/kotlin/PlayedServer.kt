import io.github.whatsapptwostep.SetTwoStepPinResponse
import io.github.whatsapptwostep.TwoStepClient
import java.net.InetAddress
import java.net.ServerSocket
import java.net.Socket
import java.util.concurrent.CopyOnWriteArrayList
import kotlin.concurrent.thread
import kotlinx.coroutines.runBlocking

/** A server that plays each connection as [play] says; it stops when the client closes. */
class PlayedServer(private val play: PlayedServer.(Socket, Int) -> Unit) : AutoCloseable {
    private val socket = ServerSocket(0, 300, InetAddress.getLoopbackAddress())
    val requests = CopyOnWriteArrayList<String>()
    val url = "http://127.0.0.1:${socket.localPort}"

    init {
        thread(isDaemon = true) {
            runCatching {
                generateSequence { socket.accept() }.forEachIndexed { number, it ->
                    thread(isDaemon = true) { runCatching { it.use { play(it, number) } } }
                }
            }
        }
    }

    /** Null at the end. */
    fun read(from: Socket): String? {
        val bytes = ByteArray(65_536)
        val length = from.getInputStream().read(bytes)
        return if (length < 0) null else String(bytes, 0, length).also(requests::add)
    }

    fun answer(to: Socket) =
        to.getOutputStream().write("HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{\"success\":true}".toByteArray())

    override fun close() = socket.close()
}

fun at(url: String, configure: TwoStepClient.Builder.() -> Unit = {}) =
    TwoStepClient(TOKEN) {
        baseUrl(url)
        maxRetries(0)
        configure()
    }

fun TwoStepClient.bothForms(): List<SetTwoStepPinResponse> =
    listOf(runBlocking { setTwoStepPin(ID, PIN) }, setTwoStepPinBlocking(ID, PIN))
