import io.github.whatsapptwostep.InvalidWebhookError
import io.github.whatsapptwostep.PinState
import io.github.whatsapptwostep.TwoStepClient
import io.github.whatsapptwostep.TwoStepError
import io.github.whatsapptwostep.generatePin
import io.github.whatsapptwostep.securityEvents
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.runBlocking

/** Draws a PIN for the first number of the sandbox at SANDBOX_URL that has none, then shows two failures. */
fun main(): Unit = runBlocking {
    val sandbox = System.getenv("SANDBOX_URL")
    TwoStepClient("EAAsandbox") { baseUrl(sandbox) }.use { client ->
        val number = client.phoneNumbers("930000000000001").first { it.pin == PinState.NOT_SET }
        val response = client.setTwoStepPin(number.id, generatePin())
        println("${number.displayPhoneNumber} had no PIN: set; trace id ${response.traceId}")
    }
    try {
        TwoStepClient("EAAsandboxExpired") { baseUrl(sandbox) }.setTwoStepPin("106540352242922", "735194")
    } catch (error: TwoStepError) {
        println("$error\n${error.hint}")
    }
    try {
        securityEvents("{}".toByteArray(), signature = null, appSecret = "secret")
    } catch (error: InvalidWebhookError) {
        println(error)
    }
}
