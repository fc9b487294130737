import com.google.gson.JsonElement
import com.google.gson.JsonObject
import io.github.whatsapptwostep.ErrorKind
import io.github.whatsapptwostep.Outcome
import io.github.whatsapptwostep.Reason
import io.github.whatsapptwostep.Transport
import io.github.whatsapptwostep.TransportRequest
import io.github.whatsapptwostep.TwoStepClient
import io.github.whatsapptwostep.TwoStepError
import kotlin.time.Duration.Companion.seconds
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertNotNull
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** The shared vectors, through the package. */
class VectorsTest {
    private val success = answering(200, """{"success":true}""")

    @Test
    fun kinds() {
        val kinds = vectors("kinds")
        assertEquals(kinds.list("kinds").map { it.asString }, ErrorKind.entries.map { it.code })
        assertEquals(kinds.list("outcomes").map { it.asString }, Outcome.entries.map { it.code })
        assertEquals(kinds.list("reasons").map { it.asString }, Reason.entries.map { it.code })
        val fields = TwoStepError::class.java.methods.map { it.name.removePrefix("get").snake() }
        for (field in kinds.list("error_fields")) assertTrue(field.asString in fields, "$field")
    }

    @Test
    fun pins() = checkValues("pins", "invalid_pin") { offline(success).setTwoStepPin(ID, it) }

    @Test
    fun phoneNumberIds() =
        checkValues("phone_number_ids", "invalid_phone_number_id") { offline(success).setTwoStepPin(it, PIN) }

    private fun checkValues(name: String, kind: String, call: suspend (String) -> Any) {
        for (value in vectors(name).list("valid")) runBlocking { call(value.asString) }
        for (case in vectors(name).list("invalid")) {
            val input = case.asJsonObject.text("input")
            checkRefused(case.asJsonObject, kind, input) { call(input) }
        }
    }

    @Test
    fun settings() {
        val vectors = vectors("settings")
        for (case in vectors.list("valid")) build(case.asJsonObject).close()
        for (case in vectors.list("invalid")) {
            val input = case.asJsonObject["value"].stringOrNull.orEmpty()
            val error = checkRefused(case.asJsonObject, "invalid_configuration", input) { build(case.asJsonObject) }
            assertIn(case.asJsonObject.text("setting").camel().replaceFirstChar(Char::lowercase), error.message)
        }
    }

    private fun build(case: JsonObject): TwoStepClient {
        val value = case["value"]
        if (case.text("setting") == "access_token") return TwoStepClient(value.asString)
        return TwoStepClient(TOKEN) {
            when (val setting = case.text("setting")) {
                "app_secret" -> appSecret(value.asString)
                "base_url" -> baseUrl(value.asString)
                "api_version" -> apiVersion(value.asString)
                "timeout" -> timeout(value.asDouble.seconds)
                "connect_timeout" -> connectTimeout(value.asDouble.seconds)
                "max_retries" -> maxRetries(value.asInt)
                "max_in_flight" -> maxInFlight(value.asInt)
                else -> error("unknown setting $setting")
            }
        }
    }

    private fun checkRefused(case: JsonObject, kind: String, input: String, call: suspend () -> Any): TwoStepError {
        try {
            runBlocking { call() }
        } catch (error: TwoStepError) {
            assertEquals(kind to Outcome.NOT_SENT, error.kind.code to error.outcome, "$case")
            assertEquals(0, error.attempts, "$case")
            // A setting is named as it is here: a word such as allow_http is allowHttp.
            for (word in case.list("words")) assertIn(word.asString.replace(Regex("_([a-z])")) { it.groupValues[1].uppercase() }, error.message)
            if (input.length > 5 && input != "graph.facebook.com") assertHidden(shown(error), input)
            return error
        }
        throw AssertionError("not refused: $case")
    }

    @Test
    fun requests() {
        for (case in vectors("requests").list("cases").map { it.asJsonObject }) {
            var seen: TransportRequest? = null
            val settings = case.getAsJsonObject("settings")
            val client =
                TwoStepClient(settings.text("access_token")) {
                    settings["base_url"].stringOrNull?.let { baseUrl(it) }
                    settings["api_version"].stringOrNull?.let { apiVersion(it) }
                    settings["app_secret"].stringOrNull?.let { appSecret(it) }
                    transport { request -> success.send(request).also { seen = request } }
                }
            runBlocking { client.setTwoStepPin(case.text("phone_number_id"), case.text("pin")) }
            val expected = case.getAsJsonObject("request")
            val headers =
                expected.getAsJsonObject("headers").asMap().mapValues { (_, value) ->
                    value.asString.replace("{version}", System.getProperty("version")).replace("{lang}", "kotlin")
                }
            val request = assertNotNull(seen).let { seen!! }
            assertEquals(expected.text("method"), request.method)
            assertEquals(expected.text("url"), request.url)
            assertEquals(headers, request.headers)
            assertEquals(expected.text("body"), String(request.body))
            assertEquals(64 * 1024, request.maxBodyBytes)
            assertHidden("$request", case.text("pin"), settings.text("access_token"))
        }
    }

    @Test
    fun responses() {
        for (case in vectors("responses").list("cases").map { it.asJsonObject }) {
            val call = suspend { offline { answer(case) }.setTwoStepPin(ID, PIN) }
            case.getAsJsonObject("ok")?.let { expected ->
                val response = runBlocking { call() }
                assertEquals(expected["trace_id"].stringOrNull, response.traceId, "$case")
                assertEquals(expected["api_version"].stringOrNull, response.apiVersion, "$case")
                assertEquals(expected["attempts"].asInt, response.attempts, "$case")
                val usage = expected["usage"].takeIf { !it.isJsonNull }?.asJsonObject
                assertEquals(usage?.get("highest_percentage")?.asInt, response.usage?.highestPercentage, "$case")
                val wait = usage?.get("time_to_regain_access")?.takeIf { !it.isJsonNull }?.asLong
                assertEquals(wait, response.usage?.timeToRegainAccess?.seconds, "$case")
            } ?: checkFields(case, failure(call))
        }
    }

    @Test
    fun graphErrors() {
        for (case in vectors("graph_errors").list("cases").map { it.asJsonObject }) {
            val graphError = JsonObject()
            for (name in listOf("code", "type")) graphError.add(name, case[name])
            graphError.add("message", case["message"] ?: case["title"])
            graphError.add("error_subcode", case["subcode"])
            val answer = answering(case["http_status"].asInt, JsonObject().apply { add("error", graphError) }.toString())
            val error = failure { offline(answer).setTwoStepPin(ID, "999999") }
            for (field in listOf("kind", "outcome", "is_retryable")) {
                assertEquals(case[field], field(error, field), "$case")
            }
            assertEquals(case["code"].asInt, error.graphCode)
            assertEquals(error.kind.code.camel() + "Error", error.javaClass.simpleName)
        }
    }

    private fun checkFields(case: JsonObject, error: TwoStepError) {
        assertHidden(shown(error), PIN, TOKEN)
        for ((name, expected) in case.getAsJsonObject("error").asMap()) {
            assertEquals(expected, field(error, name), "$name of $case")
        }
    }
}

/** A field of an error as the vectors write it. */
fun field(error: TwoStepError, name: String): JsonElement {
    val value =
        when (name) {
            "kind" -> error.kind.code
            "message" -> error.sentence
            "outcome" -> error.outcome.code
            "reason" -> error.reason?.code
            "retry_after" -> error.retryAfter?.seconds
            "is_retryable" -> error.isRetryable
            else -> error.javaClass.getMethod("get" + name.camel()).invoke(error)
        }
    return com.google.gson.JsonParser.parseString(com.google.gson.Gson().toJson(value))
}

private fun String.camel() = split('_').joinToString("") { it.replaceFirstChar(Char::uppercase) }

private fun String.snake() = replace(Regex("(?<=.)[A-Z]"), "_$0").lowercase()
