package example

import io.github.whatsapptwostep.TwoStepApi
import io.github.whatsapptwostep.TwoStepClient
import io.github.whatsapptwostep.TwoStepError
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse.BodyHandlers
import org.springframework.beans.factory.annotation.Value
import org.springframework.boot.autoconfigure.SpringBootApplication
import org.springframework.boot.runApplication
import org.springframework.context.annotation.Bean
import org.springframework.http.ResponseEntity
import org.springframework.web.bind.annotation.ExceptionHandler
import org.springframework.web.bind.annotation.PathVariable
import org.springframework.web.bind.annotation.PutMapping
import org.springframework.web.bind.annotation.RequestBody
import org.springframework.web.bind.annotation.RestController

@SpringBootApplication
class Application {
    /** Spring closes it. */
    @Bean
    fun client(@Value("\${SANDBOX_URL}") url: String): TwoStepClient = TwoStepClient("EAAsandbox") { baseUrl(url) }
}

/** Jackson writes the answer and the error by itself. */
@RestController
class Pins(private val client: TwoStepApi) {
    @PutMapping("/pins/{id}")
    fun set(@PathVariable id: String, @RequestBody pin: String) = client.setTwoStepPinBlocking(id, pin)

    @ExceptionHandler
    fun failed(error: TwoStepError) = ResponseEntity.status(502).body(error)
}

/** Serves, asks itself twice, and ends. */
fun main() {
    runApplication<Application>("--server.port=0").use { context ->
        val port = context.environment.getProperty("local.server.port")
        for (pin in listOf("012345", "12345")) {
            val request = HttpRequest.newBuilder(URI("http://127.0.0.1:$port/pins/106540352242922")).header("Content-Type", "text/plain")
            println(HttpClient.newHttpClient().send(request.PUT(HttpRequest.BodyPublishers.ofString(pin)).build(), BodyHandlers.ofString()).body())
        }
    }
}
