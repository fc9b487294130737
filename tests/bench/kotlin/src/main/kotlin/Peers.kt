import io.github.whatsapptwostep.TwoStepClient
import java.util.concurrent.TimeUnit
import okhttp3.ConnectionPool
import okhttp3.Dispatcher
import okhttp3.MediaType.Companion.toMediaType
import okhttp3.OkHttpClient
import okhttp3.Request
import okhttp3.RequestBody.Companion.toRequestBody
import okhttp3.coroutines.executeAsync
import okhttp3.tls.HandshakeCertificates
import okhttp3.tls.decodeCertificatePem
import org.json.JSONObject

const val TOKEN = "EAABENCHpKq7ZBZC3xWvMt0aYdRs5LuJf9ZAhG2nEo8iVb4wQcTzX1rUy6mZD"
const val PHONE_NUMBER_ID = "106540352242922"
const val PIN = "012345"

fun ours(arguments: Arguments): suspend () -> Unit {
    val client =
        TwoStepClient(TOKEN) {
            baseUrl(arguments.url)
            // Certificates are OkHttp's matter, and so the user's own client's.
            if (arguments.ca != null) httpClient(OkHttpClient.Builder().trust(arguments.ca).pool(arguments).build())
        }
    return { client.setTwoStepPin(PHONE_NUMBER_ID, PIN) }
}

fun okHttp(arguments: Arguments): suspend () -> Unit {
    val client = widened(arguments)
    val url = "${arguments.url}/v24.0/$PHONE_NUMBER_ID"
    val json = "application/json".toMediaType()
    return {
        val body = JSONObject().put("pin", PIN).toString().toRequestBody(json)
        val request = Request.Builder().url(url).header("Authorization", "Bearer $TOKEN").post(body).build()
        client.newCall(request).executeAsync().use { answer ->
            check(answer.isSuccessful && JSONObject(answer.body.string()).getBoolean("success")) { "not set" }
        }
    }
}

/** OkHttp, told of as many calls at once as there are: five to a host is its own limit, and so many it keeps. */
fun widened(arguments: Arguments): OkHttpClient {
    val dispatcher =
        Dispatcher().apply {
            maxRequests = arguments.concurrency
            maxRequestsPerHost = arguments.concurrency
        }
    return OkHttpClient.Builder()
        .dispatcher(dispatcher)
        .pool(arguments)
        .callTimeout(30, TimeUnit.SECONDS)
        .trust(arguments.ca)
        .build()
}

private fun OkHttpClient.Builder.pool(arguments: Arguments) =
    connectionPool(ConnectionPool(arguments.concurrency, 30, TimeUnit.SECONDS))

private fun OkHttpClient.Builder.trust(ca: String?) = apply {
    if (ca != null) {
        val certificates = HandshakeCertificates.Builder().addTrustedCertificate(ca.decodeCertificatePem()).build()
        sslSocketFactory(certificates.sslSocketFactory(), certificates.trustManager)
    }
}
