import com.facebook.ads.sdk.APIContext
import com.facebook.ads.sdk.APINode
import com.facebook.ads.sdk.APIRequest
import com.google.common.util.concurrent.ListenableFuture
import com.google.common.util.concurrent.MoreExecutors
import kotlin.coroutines.suspendCoroutine

/**
 * Meta's own. It has no class for a phone number, so this is its general request. Its own way, and it has no other: token and PIN
 * are parts of a form. Its blocking call takes HTTPS only; the asynchronous one takes HTTP too.
 */
fun facebook(arguments: Arguments): suspend () -> Unit {
    // Its client is private, with five calls at once to a host and the platform's roots: it gets the same as OkHttp alone.
    val executor = Class.forName("com.facebook.ads.sdk.APIRequest\$DefaultAsyncRequestExecutor")
    executor.getDeclaredField("client").apply { isAccessible = true }.set(null, widened(arguments))
    val context = APIContext(arguments.url, arguments.url, "v24.0", TOKEN, null, null, false)
    return {
        val request = APIRequest<APINode>(context, PHONE_NUMBER_ID, "", "POST").setParam("pin", PIN)
        check(request.executeAsyncBase().await().rawResponseAsJsonObject["success"].asBoolean) { "not set" }
    }
}

private suspend fun <T> ListenableFuture<T>.await(): T = suspendCoroutine { waiting ->
    addListener({ waiting.resumeWith(runCatching { get() }) }, MoreExecutors.directExecutor())
}
