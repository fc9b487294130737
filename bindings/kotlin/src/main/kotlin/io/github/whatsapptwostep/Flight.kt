package io.github.whatsapptwostep

import java.io.EOFException
import java.io.IOException
import java.io.InterruptedIOException
import java.net.ProtocolException
import java.net.SocketException
import java.time.Duration
import java.util.concurrent.Future
import java.util.concurrent.TimeUnit.MILLISECONDS
import java.util.concurrent.TimeUnit.NANOSECONDS
import java.util.concurrent.atomic.AtomicReference
import okhttp3.Call as OkHttpCall
import okhttp3.Connection
import okhttp3.EventListener
import okhttp3.HttpUrl
import okhttp3.Protocol
import okhttp3.Response
import okhttp3.internal.connection.RealConnection
import okio.AsyncTimeout

private enum class Stage { CONNECTING, GAVE_UP, SENT, OVERDUE, OVER }

/** One request through OkHttp, and how far it has come. Its time limit is that for connecting, and then [limit]. */
internal class Flight(private val request: TransportRequest, private val limit: Duration?, private val connects: Connects) : AsyncTimeout() {
    private lateinit var call: OkHttpCall
    private val began = System.nanoTime()
    private val stage = AtomicReference(Stage.CONNECTING)
    @Volatile var lookup: Future<*>? = null
    private var making: Connects.Making? = null
    private var connection: Connection? = null
    private var isReused = false
    private var wantsNew = false
    private var departures = 0
    private var wasLate = false
    private var isAnswered = false

    /** Did [limit] strike? */
    val isOverdue: Boolean get() = stage.get() == Stage.OVERDUE

    init {
        request.connecting()
    }

    fun run(): TransportResponse {
        onThisThread.set(this)
        try {
            return call.execute().use {
                isAnswered = true
                it.read(request.maxBodyBytes)
            }
        } catch (error: IOException) {
            throw explain(error)
        } finally {
            onThisThread.remove()
            exit()
            making?.ends(isMade = false)
            if (!stage.compareAndSet(Stage.SENT, Stage.OVER)) stage.compareAndSet(Stage.CONNECTING, Stage.OVER)
        }
    }

    /**
     * Hears of it when there is no connection to be had: the time for a new one counts from then on. A listener of the user's own keeps
     * its place, and the time counts from the beginning. (Where nobody connects, a timer would cost as much as all else that we do.)
     */
    fun listener(call: OkHttpCall, theirs: EventListener): EventListener {
        this.call = call
        if (theirs === EventListener.NONE) return Connecting()
        start(request.connectTimeout.toNanos())
        return theirs
    }

    private inner class Connecting : EventListener() {
        private var isKnown = false

        override fun proxySelectStart(call: OkHttpCall, url: HttpUrl) {
            if (isKnown || stage.get() != Stage.CONNECTING) return
            isKnown = true
            start(request.connectTimeout.toNanos())
            making = connects.make(url) { lookup = it }
        }

        override fun connectionAcquired(call: OkHttpCall, connection: Connection) {
            making?.ends(isMade = true)
        }
    }

    /** Closes the request. What hasn't left yet never leaves. */
    fun stop() {
        if (stage.getAndSet(Stage.OVER) != Stage.OVER) cancel()
    }

    private fun cancel() {
        lookup?.cancel(true)
        call.cancel()
    }

    /** There is a connection, and time: the request goes over it, or this throws. */
    fun depart(connection: Connection, isNew: Boolean) {
        exit()
        this.connection = connection
        connects.share(connection.route().address.url, connection.protocol() != Protocol.HTTP_1_1)
        isReused = !isNew && connection.protocol() == Protocol.HTTP_1_1
        if (isReused && wantsNew) throw UsedConnection()
        val left = limit?.let { began + it.toNanos() - System.nanoTime() }
        val isInTime = left == null || left > 0 // an interceptor may have waited for something else
        val mayGo = isInTime && (stage.compareAndSet(Stage.CONNECTING, Stage.SENT) || stage.get() == Stage.SENT)
        if (!mayGo) throw InterruptedIOException("connect timeout")
        departures++
        request.sending()
        if (left != null) start(left)
    }

    /**
     * Shall the request go once more? A server that closes an idle HTTP/1.1 connection tells only whoever reads, and whether it read
     * anything isn't known. So it goes over a new one then, and its outcome stays unknown if that fails too.
     */
    fun goesAgain(error: IOException): Boolean {
        val again = !wantsNew && isReused && stage.get() == Stage.SENT && error.endsBeforeAnAnswer()
        wantsNew = wantsNew || again
        return again || error is UsedConnection
    }

    override fun timedOut() {
        if (stage.compareAndSet(Stage.CONNECTING, Stage.GAVE_UP)) return cancel()
        val over = System.nanoTime() - began - (limit ?: return).toNanos()
        if (over < 0) return // that was the time for connecting, and the connection came at the last moment
        // A process that stood still wakes late, perhaps with an answer in the socket: that is read first.
        if (over > MOMENT && !wasLate && stage.get() == Stage.SENT) {
            wasLate = true
            exit()
            start(MOMENT)
        } else if (stage.compareAndSet(Stage.SENT, Stage.OVERDUE)) {
            cancel()
        }
    }

    private fun start(nanos: Long) {
        timeout(maxOf(nanos, 1), NANOSECONDS)
        enter()
    }

    private fun explain(error: IOException): TransportException {
        val stage = stage.get()
        // An interceptor may send it again, and so do we: what the last one says is nothing about those before it.
        // A server that has begun to answer has processed the request, whatever it says then.
        val unprocessed = stage == Stage.SENT && departures == 1 && !isAnswered
        val why = error.why()
        return when {
            error is TransportException -> error
            stage == Stage.GAVE_UP -> TransportException.timeout(error, beforeSending = true)
            stage == Stage.CONNECTING && error is InterruptedIOException -> TransportException.timeout(error, beforeSending = true)
            stage == Stage.CONNECTING && error.isOfAnEndedConnection() -> TransportException.connectionEnded(error)
            stage == Stage.CONNECTING -> TransportException.connection(error, beforeSending = true).because(why)
            unprocessed && error.isShutdown() -> TransportException.connectionEnded(error)
            unprocessed && error.hasRefusal() && connection.hasEnded() -> TransportException.connectionEnded(error)
            unprocessed && error.hasRefusal() -> TransportException.streamRefused(error)
            error is InterruptedIOException -> TransportException.timeout(error)
            error.isNoHttp() -> TransportException.malformed(error)
            else -> TransportException.connection(error).because(why)
        }
    }

    companion object {
        val onThisThread = ThreadLocal<Flight>()
        private val MOMENT = MILLISECONDS.toNanos(100)
    }
}

/** This connection was used before, and a new one is wanted. */
private class UsedConnection : IOException("the server closed another idle connection")

private fun Response.read(maxBodyBytes: Int): TransportResponse {
    val body = checkNotNull(body) // an executed call's is never null
    val source = body.source()
    if (body.contentLength() > maxBodyBytes || source.request(maxBodyBytes + 1L)) {
        throw TransportException.bodyTooLarge(code)
    }
    val bytes = source.readByteArray()
    if (bytes.size < body.contentLength()) throw EOFException("the body ended early") // over HTTP/2 OkHttp doesn't look
    return TransportResponse(code, headers, bytes)
}

// OkHttp has no types of its own for these that are meant for others.

private fun IOException.isShutdown() = javaClass.name == "okhttp3.internal.http2.ConnectionShutdownException"

/** OkHttp found a connection of another call's, which ended just then, and looks no further. Where none can be made, it says why. */
private fun IOException.isOfAnEndedConnection() = message == "exhausted all routes"

/** Where writing fails first, OkHttp adds to that failure what it then reads of the stream. */
private fun IOException.hasRefusal() = isRefusal() || suppressed.any { it is IOException && it.isRefusal() }

private fun IOException.isRefusal() =
    javaClass.name == "okhttp3.internal.http2.StreamResetException" && message == "stream was reset: REFUSED_STREAM"

/** After a GOAWAY, OkHttp says of the requests that are past it that they were refused. */
private fun Connection?.hasEnded() =
    try {
        this is RealConnection && !isHealthy(doExtensiveChecks = false)
    } catch (_: LinkageError) {
        false
    }

private fun IOException.endsBeforeAnAnswer() =
    this is SocketException || cause is SocketException || (cause as? EOFException)?.message.orEmpty().startsWith("\\n not found: limit=0 ")

/** An answer that is no HTTP, or headers past the limit of 256 KiB. The words are Okio's for a line that doesn't end. */
private fun IOException.isNoHttp(): Boolean {
    if (this is ProtocolException) return message != "unexpected end of stream"
    val cut = (cause as? EOFException)?.message.orEmpty()
    return cut.startsWith("\\n not found") && !cut.startsWith("\\n not found: limit=0 ")
}
