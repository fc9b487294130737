import com.facebook.ads.sdk.APIContext
import io.github.whatsapptwostep.TwoStepClient
import java.io.File
import kotlin.system.exitProcess
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.runBlocking
import okhttp3.OkHttp
import org.json.JSONArray
import org.json.JSONObject

/** `PEER --url URL --calls N --concurrency C [--warmup W] [--ca FILE]`, or `--list`. */
fun main(given: Array<String>) {
    if (given.firstOrNull() == "--list") {
        val list = PEERS.map { (name, peer) -> JSONObject(mapOf("peer" to name, "version" to peer.version, "ours" to peer.isOurs, "style" to "async")) }
        println(JSONArray(list))
        return
    }
    val name = given[0]
    val peer = PEERS[name] ?: error("no peer $name; see --list")
    val options = given.drop(1).chunked(2).associate { (option, value) -> option to value }
    val arguments =
        Arguments(
            url = options.getValue("--url"),
            calls = options.getValue("--calls").toInt(),
            concurrency = options.getValue("--concurrency").toInt(),
            warmup = options["--warmup"]?.toInt() ?: 0,
            ca = options["--ca"]?.let { File(it).readText() },
        )
    val figures = runBlocking(Dispatchers.Default) { measure(arguments, peer.connect) }
    println(JSONObject(figures + mapOf("peer" to name, "version" to peer.version)))
    exitProcess(0) // OkHttp's threads would linger for a minute
}

class Arguments(val url: String, val calls: Int, val concurrency: Int, val warmup: Int, val ca: String?)

/** Someone who is measured: [connect] makes a client, and gives the function that calls once. A run loads the classes of one only. */
class Peer(version: () -> String, val isOurs: Boolean, val connect: (Arguments) -> suspend () -> Unit) {
    val version by lazy(version)
}

/** As its archive is named. */
private fun versionOf(type: Class<*>) = type.protectionDomain.codeSource.location.path.substringAfterLast('-').removeSuffix(".jar")

private val PEERS =
    mapOf(
        "whatsapp-two-step" to Peer({ versionOf(TwoStepClient::class.java) }, isOurs = true, ::ours),
        "okhttp" to Peer({ OkHttp.VERSION }, isOurs = false, ::okHttp),
        "facebook-java-business-sdk" to Peer({ versionOf(APIContext::class.java) }, isOurs = false, ::facebook),
    )
