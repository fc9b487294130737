package io.github.whatsapptwostep

import java.time.Duration
import java.util.concurrent.TimeUnit
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Job
import kotlinx.coroutines.async
import kotlinx.coroutines.currentCoroutineContext
import okhttp3.Authenticator
import okhttp3.ConnectionPool
import okhttp3.Dns
import okhttp3.OkHttpClient
import okhttp3.Request
import okhttp3.RequestBody
import okio.BufferedSink

/**
 * HTTP over OkHttp: the default.
 *
 * Give it an [OkHttpClient] of yours and its proxy, certificate pins, DNS, interceptors and connections are used. Redirects,
 * OkHttp's own retries, its cache, its authenticator (not that for a proxy) and its dispatcher's limits are off whatever the client
 * says, and connect, read and write timeouts come from the settings of [TwoStepClient]; a call timeout of the client's holds. An interceptor sees the token and the PIN: see that
 * it logs no headers and no bodies.
 */
public class OkHttpTransport private constructor(client: OkHttpClient, private val isOwn: Boolean) : Transport, AutoCloseable {
    /** A transport over your own client, which stays yours to close. */
    public constructor(client: OkHttpClient) : this(client, isOwn = false)

    /** A transport of its own. An idle connection is kept for 30 s: one that died unseen can't eat the deadline. */
    public constructor() : this(ownClient(), isOwn = true)

    private val connects = Connects()
    private val http =
        client.newBuilder()
            .followRedirects(false)
            .followSslRedirects(false)
            .retryOnConnectionFailure(false)
            .cache(null)
            .authenticator(Authenticator.NONE)
            .connectTimeout(0, TimeUnit.SECONDS)
            .readTimeout(0, TimeUnit.SECONDS)
            .writeTimeout(0, TimeUnit.SECONDS)
            .apply { if (client.dns === Dns.SYSTEM) dns(Lookup(Dns.SYSTEM)) } // one of yours stays where the call is
            .eventListenerFactory { call ->
                val theirs = client.eventListenerFactory.create(call)
                call.request().tag(Flight::class.java)?.listener(call, theirs) ?: theirs
            }
            .addInterceptor(SecondConnection)
            .addNetworkInterceptor(Departure())
            .build()

    override suspend fun send(request: TransportRequest): TransportResponse {
        val sending = start(request, CoroutineScope(currentCoroutineContext().minusKey(Job)))
        try {
            return sending.result.await().getOrThrow()
        } finally {
            sending.stop()
        }
    }

    /** On a thread of ours, with the caller's context but for that. */
    internal fun start(request: TransportRequest, scope: CoroutineScope): Sending {
        val flight = flight(request, limit = null) // waiting for a thread sends nothing either
        return Sending(scope.async(Threads.blocking) { runCatching(flight::run) }, flight::stop)
    }

    internal fun sendHere(request: TransportRequest): Result<TransportResponse>? {
        val flight = flight(request, request.timeLeft)
        val result = runCatching { Interruption(flight::stop).during(flight::run) }
        return result.takeIf { it.isSuccess || !flight.isOverdue }
    }

    private fun flight(request: TransportRequest, limit: Duration?) =
        Flight(request, limit, connects).also { http.newCall(request.toOkHttp(it)) } // which the flight gets as a listener

    /** Closes what is its own; your own client stays open. */
    override fun close() {
        if (isOwn) http.connectionPool.evictAll()
    }
}

/** As many idle connections as calls at once are usual. */
private fun ownClient() = OkHttpClient.Builder().connectionPool(ConnectionPool(256, 30, TimeUnit.SECONDS)).build()

private fun TransportRequest.toOkHttp(flight: Flight): Request {
    val request = Request.Builder().url(url).method(method, body.takeIf { it.isNotEmpty() }?.let(::OneShot)).tag(Flight::class.java, flight)
    // Compression is asked for by nobody, and so inflated by nobody: an answer means the same in every language.
    request.header("Accept-Encoding", "identity")
    headers.forEach { (name, value) -> request.header(name, value) }
    return request.build()
}

/** A body that OkHttp may send once only: without it, OkHttp repeats a request after some answers. */
private class OneShot(private val bytes: ByteArray) : RequestBody() {
    override fun contentType() = null

    override fun contentLength() = bytes.size.toLong()

    override fun isOneShot() = true

    override fun writeTo(sink: BufferedSink) {
        sink.write(bytes)
    }
}
