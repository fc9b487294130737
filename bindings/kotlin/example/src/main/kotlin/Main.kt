import io.github.whatsapptwostep.TwoStepClient
import io.github.whatsapptwostep.TwoStepError
import kotlinx.coroutines.runBlocking

/** Sets a PIN on the sandbox at SANDBOX_URL, then shows a failure. */
fun main(): Unit = runBlocking {
    val sandbox = System.getenv("SANDBOX_URL")
    TwoStepClient("EAAsandbox") { baseUrl(sandbox) }.use { client ->
        val response = client.setTwoStepPin("106540352242922", "012345")
        println("set; trace id ${response.traceId}")
    }
    try {
        TwoStepClient("EAAsandboxExpired") { baseUrl(sandbox) }.setTwoStepPin("106540352242922", "735194")
    } catch (error: TwoStepError) {
        println("$error\n${error.hint}")
    }
}
