import com.google.gson.JsonArray
import com.google.gson.JsonElement
import com.google.gson.JsonObject
import com.google.gson.JsonParser
import io.github.whatsapptwostep.SetTwoStepPinResponse
import io.github.whatsapptwostep.Transport
import io.github.whatsapptwostep.TransportResponse
import io.github.whatsapptwostep.TwoStepClient
import io.github.whatsapptwostep.TwoStepError
import java.io.File
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse.BodyHandlers
import java.util.Base64
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertTrue

const val ID = "106540352242922"
const val PIN = "735194"
const val TOKEN = "EAAG_secret_token_123"

/** The running sandbox, and what it saw. */
object Sandbox {
    val url: String = System.getenv("SANDBOX_URL") ?: error("set SANDBOX_URL: see scripts/test-kotlin")
    private val http = HttpClient.newHttpClient()

    fun get(place: String): JsonElement = ask(HttpRequest.newBuilder(URI("$url/_sandbox/$place")).build())

    fun forget() = ask(HttpRequest.newBuilder(URI("$url/_sandbox/requests")).DELETE().build())

    fun requests(): JsonArray = get("requests").asJsonArray

    fun pin(id: String): String? = get("pins/$id").asJsonObject["pin"].stringOrNull

    fun aborted(): Int = get("stats").asJsonObject["aborted"].asInt

    private fun ask(request: HttpRequest) = JsonParser.parseString(http.send(request, BodyHandlers.ofString()).body())
}

/** A client of the sandbox. */
fun client(token: String = TOKEN, configure: TwoStepClient.Builder.() -> Unit = {}) =
    TwoStepClient(token) {
        baseUrl(Sandbox.url)
        configure()
    }

/** A client that meets what [transport] does. */
fun offline(transport: Transport) =
    TwoStepClient(TOKEN) {
        maxRetries(0)
        transport(transport)
    }

/** What [SANDBOX_NUMBERS][Sandbox] says. */
const val FLEET = 2_500
const val WABA = "930000000000001"

fun answering(status: Int, body: String) = Transport { TransportResponse(status, emptyMap(), body.toByteArray()) }

/** An answer as the vectors write it. */
fun answer(case: JsonObject): TransportResponse {
    val body = case["body"].stringOrNull?.toByteArray() ?: Base64.getDecoder().decode(case.text("body_base64"))
    return TransportResponse(case["status"].asInt, case.getAsJsonObject("headers").asMap().mapValues { it.value.asString }, body)
}

fun failure(call: suspend () -> SetTwoStepPinResponse): TwoStepError =
    try {
        throw AssertionError("no error, but ${runBlocking { call() }}")
    } catch (error: TwoStepError) {
        error
    }

fun vectors(name: String): JsonObject {
    val folder = System.getenv("VECTORS") ?: "../../../tests/vectors"
    return JsonParser.parseString(File(folder, "$name.json").readText()).asJsonObject
}

fun JsonObject.list(name: String): List<JsonElement> = getAsJsonArray(name).toList()

fun JsonObject.text(name: String): String = get(name).asString

val JsonElement?.stringOrNull: String? get() = this?.takeIf { !it.isJsonNull }?.asString

/** The error in every way that a program shows one. */
fun shown(error: Throwable): String =
    error.stackTraceToString() + error + error.message + error.localizedMessage + error.cause +
        error.javaClass.methods
            .filter { it.name.startsWith("get") && it.parameterCount == 0 }
            .joinToString { "${it.invoke(error)}" }

fun assertHidden(shown: String, vararg secrets: String) {
    for (secret in secrets) assertFalse(secret in shown, shown.replace(secret, "<HERE>"))
}

/** The server sees one more request close. */
fun assertAborted(before: Int) {
    val end = System.nanoTime() + 5_000_000_000
    while (Sandbox.aborted() == before && System.nanoTime() < end) Thread.sleep(5)
    assertEquals(before + 1, Sandbox.aborted())
}

fun assertIn(part: String, text: String) = assertTrue(part in text, "$part isn't in: $text")
