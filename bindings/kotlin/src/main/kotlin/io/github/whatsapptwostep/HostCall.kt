package io.github.whatsapptwostep

import io.github.whatsapptwostep.ffi.Failure
import io.github.whatsapptwostep.ffi.Header
import io.github.whatsapptwostep.ffi.HostException
import io.github.whatsapptwostep.ffi.HostRequest
import io.github.whatsapptwostep.ffi.HostResponse
import io.github.whatsapptwostep.ffi.HostTransport
import io.github.whatsapptwostep.ffi.Problem
import kotlin.coroutines.ContinuationInterceptor
import kotlin.coroutines.CoroutineContext
import kotlinx.coroutines.Job
import kotlinx.coroutines.currentCoroutineContext
import kotlinx.coroutines.ensureActive
import kotlinx.coroutines.withContext

/**
 * One call's side of the border: hands requests to the [transport], and remembers what it threw, since exceptions can't
 * cross.
 *
 * Rust calls it in no coroutine of the caller's, so the caller's [context] (a trace, a logging context) is put back; its job
 * and its threads are not.
 */
internal class HostCall(private val transport: Transport, context: CoroutineContext) : HostTransport {
    private val context = context.minusKey(Job).minusKey(ContinuationInterceptor)

    @Volatile private var thrown: Throwable? = null

    override suspend fun send(request: HostRequest): HostResponse {
        thrown = null
        // Caught within: past withContext it could be a copy that coroutines make.
        val result = withContext(context) { runCatching { transport.send(TransportRequest(request)).toHost() } }
        return result.getOrElse {
            currentCoroutineContext().ensureActive() // cancelled: nobody waits for an answer
            thrown = it
            throw it.toHost()
        }
    }

    /** What the transport threw, if that is why the call failed, and if it [repeats][repeatsASecret] no secret. */
    fun cause(failure: Failure, repeatsASecret: (String) -> Boolean): Throwable? {
        val words = failure.cause ?: return null
        val thrown = thrown ?: return null
        val original = (thrown as? TransportException)?.cause ?: thrown
        val text = runCatching { original.stackTraceToString() }.getOrNull()
        val isClean = text != null && runCatching { !repeatsASecret(text) }.getOrDefault(false)
        return if (isClean) original else TransportException.redacted(words, original.stackTrace)
    }
}

private fun TransportResponse.toHost() =
    HostResponse(status.toLong(), headers.map { Header(it.first.wellFormed(), it.second.wellFormed()) }, body)

private fun Throwable.toHost(): HostException {
    val words = runCatching { (cause.takeIf { this is TransportException } ?: this).toString() }
    return HostException.Failed(
        problem = (this as? TransportException)?.problem ?: Problem.Connection,
        beforeSending = (this as? TransportException)?.beforeSending ?: false,
        text = words.getOrDefault("an exception that can't be printed").wellFormed(),
    )
}

/** Half a surrogate pair can't cross to Rust; as a question mark it is judged there. */
internal fun String.wellFormed(): String = String(toByteArray())
