import com.google.gson.JsonObject
import io.github.whatsapptwostep.PhoneNumber
import io.github.whatsapptwostep.TwoStepClient
import io.github.whatsapptwostep.TwoStepError
import io.github.whatsapptwostep.generatePin
import io.github.whatsapptwostep.isWeakPin
import io.github.whatsapptwostep.securityEvents
import kotlinx.coroutines.runBlocking

/** What there is beside the call, for tests/conformance: an account's numbers, PINs that are drawn, the security webhook. */
object Beyond {
    fun numbers(client: TwoStepClient, wabaId: String): Map<String, Any?> {
        val numbers = mutableListOf<PhoneNumber>()
        val error =
            try {
                runBlocking { client.phoneNumbers(wabaId).collect { numbers += it } }
                null
            } catch (error: TwoStepError) {
                error.toMap()
            }
        return mapOf("count" to numbers.size, "first" to numbers.firstOrNull()?.toMap(), "error" to error, "shown" to "${numbers.take(3)}")
    }

    fun draw(call: JsonObject): Map<String, Any> =
        mapOf("pins" to List(call["draw"].asInt) { generatePin() }, "weak" to call.list("weak").map { isWeakPin(it.asString) })

    fun webhook(call: JsonObject): Map<String, Any> {
        val case = call.getAsJsonObject("webhook")
        return try {
            mapOf("events" to securityEvents(webhookBody(case), case["signature"].stringOrNull, call.text("app_secret")).map { it.toMap() })
        } catch (error: TwoStepError) {
            mapOf("error" to error.toMap())
        }
    }
}
