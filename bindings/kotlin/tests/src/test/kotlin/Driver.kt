import com.google.gson.GsonBuilder
import com.google.gson.JsonObject
import com.google.gson.JsonParser
import io.github.whatsapptwostep.SetTwoStepPinResponse
import io.github.whatsapptwostep.TwoStepClient
import io.github.whatsapptwostep.TwoStepError
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.runBlocking
import okhttp3.OkHttpClient
import okhttp3.tls.HandshakeCertificates
import okhttp3.tls.decodeCertificatePem

/** The package behind the line protocol of tests/conformance: `{phone_number_id, pin, settings}` in, `{ok}` or `{error}` out. */
object Driver {
    private val json = GsonBuilder().serializeNulls().create()
    private val clients = HashMap<JsonObject, TwoStepClient>()

    @JvmStatic
    fun main(arguments: Array<String>) {
        for (line in generateSequence(::readLine)) {
            val call = JsonParser.parseString(line).asJsonObject
            val answer =
                when {
                    call.has("contract") -> mapOf("contract" to Contract.offered())
                    call.has("soak") -> mapOf("soak" to soak(call))
                    call.has("show") -> mapOf("show" to show(call))
                    call.has("plant") -> mapOf("plant" to Show.plant(call.text("plant"), Show.backwards(call.text("text"))))
                    call.has("numbers") -> mapOf("numbers" to Beyond.numbers(kept(call), call.text("numbers")))
                    call.has("draw") -> mapOf("draw" to Beyond.draw(call))
                    call.has("webhook") -> mapOf("webhook" to Beyond.webhook(call))
                    call.has("settle") -> mapOf("settle" to Soak.settle())
                    else -> answerTo(call)
                }
            println(json.toJson(answer))
        }
    }

    private fun answerTo(call: JsonObject): Map<String, Any> =
        try {
            mapOf("ok" to fields(runBlocking { kept(call).setTwoStepPin(call.text("phone_number_id"), call.text("pin")) }))
        } catch (error: TwoStepError) {
            mapOf("error" to fields(error) + mapOf("class" to error.javaClass.simpleName))
        }

    private fun show(call: JsonObject): Boolean {
        Show.talk()
        val settings = call.getAsJsonObject("settings")
        for (name in listOf("access_token", "app_secret")) {
            settings[name].stringOrNull?.let { settings.addProperty(name, Show.backwards(it)) }
        }
        val result =
            runCatching {
                val client = kept(call).also(Show::everything)
                runBlocking { client.setTwoStepPin(call.text("phone_number_id"), Show.backwards(call.text("pin"))) }
            }
        Show.everything(result.getOrElse { it })
        return true
    }

    private fun soak(call: JsonObject) =
        Soak.run(kept(call), call.list("soak").map { it.asString }, call["at_once"].asInt, call.text("pin"))

    private fun kept(call: JsonObject) =
        call.getAsJsonObject("settings").let { settings -> clients.getOrPut(settings) { client(settings) } }

    private fun client(settings: JsonObject) =
        TwoStepClient(settings.text("access_token")) {
            settings["app_secret"].stringOrNull?.let { appSecret(it) }
            settings["base_url"].stringOrNull?.let { baseUrl(it) }
            settings["api_version"].stringOrNull?.let { apiVersion(it) }
            settings["timeout"]?.let { timeout(it.asDouble.seconds) }
            settings["connect_timeout"]?.let { connectTimeout(it.asDouble.seconds) }
            settings["max_retries"]?.let { maxRetries(it.asInt) }
            settings["max_in_flight"]?.let { maxInFlight(it.asInt) }
            settings["root_certificates"].stringOrNull?.let { httpClient(trusting(it)) }
        }

    /** Roots are OkHttp's own matter here. */
    private fun trusting(pem: String): OkHttpClient {
        val trust = HandshakeCertificates.Builder().addPlatformTrustedCertificates().addTrustedCertificate(pem.decodeCertificatePem()).build()
        return OkHttpClient.Builder().sslSocketFactory(trust.sslSocketFactory(), trust.trustManager).build()
    }

    private fun fields(response: SetTwoStepPinResponse) =
        mapOf(
            "trace_id" to response.traceId,
            "api_version" to response.apiVersion,
            "attempts" to response.attempts,
            "usage" to
                response.usage?.let {
                    mapOf(
                        "highest_percentage" to it.highestPercentage,
                        "time_to_regain_access" to it.timeToRegainAccess?.seconds,
                    )
                },
        )

    private fun fields(error: TwoStepError) =
        mapOf(
            "kind" to error.kind.code,
            "message" to error.sentence,
            "outcome" to error.outcome.code,
            "hint" to error.hint,
            "http_status" to error.httpStatus,
            "graph_code" to error.graphCode,
            "graph_subcode" to error.graphSubcode,
            "graph_type" to error.graphType,
            "details" to error.details,
            "user_title" to error.userTitle,
            "user_message" to error.userMessage,
            "trace_id" to error.traceId,
            "retry_after" to error.retryAfter?.seconds,
            "is_retryable" to error.isRetryable,
            "reason" to error.reason?.code,
            "attempts" to error.attempts,
        )
}
