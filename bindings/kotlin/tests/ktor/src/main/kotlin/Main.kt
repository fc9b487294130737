import io.github.whatsapptwostep.TwoStepApi
import io.github.whatsapptwostep.TwoStepClient
import io.github.whatsapptwostep.TwoStepError
import io.ktor.http.HttpStatusCode
import io.ktor.server.application.Application
import io.ktor.server.application.ApplicationStopped
import io.ktor.server.engine.embeddedServer
import io.ktor.server.netty.Netty
import io.ktor.server.request.receiveText
import io.ktor.server.response.respondText
import io.ktor.server.routing.put
import io.ktor.server.routing.routing
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse.BodyHandlers
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeoutOrNull

fun Application.pins(client: TwoStepApi) {
    routing {
        put("/pins/{id}") {
            try {
                val response = withTimeoutOrNull(5.seconds) { client.setTwoStepPin(call.parameters["id"]!!, call.receiveText()) }
                when (response) {
                    null -> call.respondText("cancelled", status = HttpStatusCode.GatewayTimeout)
                    else -> call.respondText("set in ${response.attempts} attempt")
                }
            } catch (error: TwoStepError) {
                call.respondText("${error.toMap()["outcome"]}: ${error.sentence}", status = HttpStatusCode.BadGateway)
            }
        }
    }
}

/** Serves, asks itself three times, and ends: the second PIN is too short, and the third number's server never answers. */
fun main() {
    val client = TwoStepClient("EAAsandbox") { baseUrl(System.getenv("SANDBOX_URL")) }
    val server =
        embeddedServer(Netty, port = 0, host = "127.0.0.1") {
            monitor.subscribe(ApplicationStopped) { client.close() }
            pins(client)
        }
    server.start()
    val port = runBlocking { server.engine.resolvedConnectors().single().port }
    for ((id, pin) in listOf("106540352242922" to "012345", "106540352242922" to "12345", "910010000000000" to "012345")) {
        val request = HttpRequest.newBuilder(URI("http://127.0.0.1:$port/pins/$id")).PUT(HttpRequest.BodyPublishers.ofString(pin)).build()
        val answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString())
        println("${answer.statusCode()} ${answer.body()}")
    }
    server.stop(gracePeriodMillis = 0, timeoutMillis = 1_000)
    println(runCatching { client.setTwoStepPinBlocking("106540352242922", "012345") }.exceptionOrNull()?.message)
}
