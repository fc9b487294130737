package io.github.whatsapptwostep

import java.io.EOFException
import java.io.IOException
import java.io.InterruptedIOException
import java.net.ProtocolException
import java.net.SocketTimeoutException
import java.util.Collections
import java.util.WeakHashMap
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicReference
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.time.delay
import kotlinx.coroutines.withContext
import okhttp3.Connection
import okhttp3.ConnectionPool
import okhttp3.Interceptor
import okhttp3.OkHttpClient
import okhttp3.Protocol
import okhttp3.Request
import okhttp3.RequestBody
import okhttp3.Response
import okio.BufferedSink

/**
 * HTTP over OkHttp: the default.
 *
 * Give it an [OkHttpClient] of yours and its proxy, certificate pins, DNS, interceptors and connections are used. Redirects,
 * OkHttp's own retries and its cache are off whatever the client says, and connect, read and write timeouts come from the
 * settings of [TwoStepClient]; a call timeout of the client's holds. An interceptor sees the token and the PIN: see that it
 * logs no headers and no bodies.
 */
public class OkHttpTransport private constructor(client: OkHttpClient, private val isOwn: Boolean) : Transport, AutoCloseable {
    /** A transport over your own client, which stays yours to close. */
    public constructor(client: OkHttpClient) : this(client, isOwn = false)

    /** A transport of its own. An idle connection is kept for 30 s: one that died unseen can't eat the deadline. */
    public constructor() : this(ownClient(), isOwn = true)

    private val threads = Dispatchers.IO.limitedParallelism(AT_ONCE)
    private val http =
        client.newBuilder()
            .followRedirects(false)
            .followSslRedirects(false)
            .retryOnConnectionFailure(false)
            .cache(null)
            .connectTimeout(0, TimeUnit.SECONDS)
            .readTimeout(0, TimeUnit.SECONDS)
            .writeTimeout(0, TimeUnit.SECONDS)
            .addInterceptor(NextConnection)
            .addNetworkInterceptor(Departure())
            .build()

    override suspend fun send(request: TransportRequest): TransportResponse {
        request.connecting() // waiting for a thread sends nothing either
        return withContext(threads) {
            val state = AtomicReference(State.CONNECTING)
            val call = http.newCall(request.toOkHttp { state.compareAndSet(State.CONNECTING, State.SENDING) })
            val guard =
                launch(Dispatchers.Unconfined) { // at once, on whichever thread cancels
                    try {
                        delay(request.connectTimeout)
                        if (!state.compareAndSet(State.CONNECTING, State.GAVE_UP)) awaitCancellation()
                    } finally {
                        if (state.get() != State.DONE) call.cancel()
                    }
                }
            try {
                call.execute().use { it.read(request.maxBodyBytes) }
            } catch (error: IOException) {
                throw failure(error, state.get())
            } finally {
                state.set(State.DONE)
                guard.cancel()
            }
        }
    }

    /** Closes what is its own; your own client stays open. */
    override fun close() {
        if (isOwn) http.connectionPool.evictAll()
    }
}

/** A call at once takes a thread, as OkHttp blocks, and a connection. Both go when they idle. */
private const val AT_ONCE = 256

private enum class State { CONNECTING, GAVE_UP, SENDING, DONE }

private fun ownClient() =
    OkHttpClient.Builder().connectionPool(ConnectionPool(AT_ONCE, 30, TimeUnit.SECONDS)).build()

/** A connection of the pool turned out to be dead before anything was sent over it. */
private class ConnectionHasClosed : IOException("the server closed the idle connection")

/** Takes the next one then: the dead one has left the pool, and a new one is never dead. */
private object NextConnection : Interceptor {
    override fun intercept(chain: Interceptor.Chain): Response {
        while (true) {
            try {
                return chain.proceed(chain.request())
            } catch (_: ConnectionHasClosed) {
                continue
            }
        }
    }
}

/** Runs between connecting and sending: what fails before it has sent nothing. */
private class Departure : Interceptor {
    private val lastUse = Collections.synchronizedMap(WeakHashMap<Connection, Long>())

    override fun intercept(chain: Interceptor.Chain): Response {
        val connection = checkNotNull(chain.connection()) // a network interceptor's always has one
        val idle = lastUse[connection]?.let { System.nanoTime() - it } ?: 0
        if (idle > IDLE_NANOS && connection.hasClosed()) throw ConnectionHasClosed()
        val departs = chain.request().tag(Departs::class.java)
        if (departs != null && !departs.mayGo()) throw InterruptedIOException("connect timeout")
        runCatching { connection.socket().keepAlive = true }
        try {
            return chain.proceed(chain.request())
        } finally {
            lastUse[connection] = System.nanoTime()
        }
    }

    private companion object {
        /** Looking takes a millisecond: not between calls in a row. */
        val IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(50)
    }
}

/**
 * Has the server closed it, or said something unasked? HTTP/1 tells only whoever reads, and before a POST OkHttp looks at those
 * alone that were idle for 10 s.
 */
private fun Connection.hasClosed(): Boolean {
    if (protocol() != Protocol.HTTP_1_1) return false
    val limit = socket().soTimeout
    return try {
        socket().soTimeout = 1
        socket().getInputStream().read()
        true
    } catch (_: SocketTimeoutException) {
        false
    } catch (_: IOException) {
        true
    } finally {
        runCatching { socket().soTimeout = limit }
    }
}

/** Asks, once there is a connection, whether the request may still go. */
private fun interface Departs {
    fun mayGo(): Boolean
}

private fun TransportRequest.toOkHttp(leave: () -> Boolean): Request {
    val departs = Departs { leave().also { if (it) sending() } }
    val request = Request.Builder().url(url).method(method, OneShot(body)).tag(Departs::class.java, departs)
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

private fun Response.read(maxBodyBytes: Int): TransportResponse {
    val source = body.source()
    if (body.contentLength() > maxBodyBytes || source.request(maxBodyBytes + 1L)) {
        throw TransportException.bodyTooLarge(code)
    }
    return TransportResponse(code, headers, source.readByteArray())
}

private fun failure(error: IOException, state: State): TransportException =
    when {
        error is TransportException -> error
        state == State.GAVE_UP -> TransportException.timeout(error, beforeSending = true)
        state == State.CONNECTING && error is InterruptedIOException -> TransportException.timeout(error, beforeSending = true)
        state == State.CONNECTING -> TransportException.connection(error, beforeSending = true)
        error is InterruptedIOException -> TransportException.timeout(error)
        error.isNoHttp() -> TransportException.malformed(error)
        else -> TransportException.connection(error)
    }

/** OkHttp has no type for an answer that is no HTTP, nor for headers past its limit of 256 KiB; it has these. */
private fun IOException.isNoHttp(): Boolean {
    if (this is ProtocolException) return message != "unexpected end of stream"
    val cut = cause as? EOFException ?: return false
    // Okio's words for a line that doesn't end; with nothing after "content=", the connection closed before it began.
    return cut.message.orEmpty().let { it.startsWith("\\n not found") && !it.endsWith("content=…") }
}
