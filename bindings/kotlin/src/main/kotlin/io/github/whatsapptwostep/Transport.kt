package io.github.whatsapptwostep

import java.nio.ByteBuffer
import java.time.Duration
import kotlinx.coroutines.Deferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.runInterruptible
import kotlinx.coroutines.time.withTimeoutOrNull

/**
 * Moves one request to the server and its answer back: any HTTP stack, or a stand-in for one in a test.
 *
 * ```kotlin
 * val client = TwoStepClient("EAAG_example") {
 *     transport { TransportResponse(200, emptyMap(), """{"success":true}""".toByteArray()) }
 * }
 * ```
 *
 * What it must keep to:
 * - Send the request as it is, once: no redirects, no retries.
 * - Log nothing, and put neither the request nor the answer into an exception: they hold the token and the PIN.
 * - Give back any answer, whatever its status. Stop reading a body past [TransportRequest.maxBodyBytes], counted after
 *   decompression, and throw [TransportException.bodyTooLarge].
 * - Stop when the coroutine is cancelled, and close the request then: so ends a call whose time is up.
 * - Throw [TransportException] with `beforeSending` when it is certain that no request left. Any other exception counts as
 *   sent, and becomes the cause of a [ConnectionFailedError]; a [RuntimeException] is a fault of the program, and not tried again.
 */
public fun interface Transport {
    /** Sends the request and gives the answer back. */
    public suspend fun send(request: TransportRequest): TransportResponse

    /** Makes transports in Java. */
    public companion object {
        /**
         * A transport from a function that blocks, and is interrupted to stop it. It runs on the caller's thread where the call blocks
         * it too, and on a thread of its own otherwise.
         *
         * One that takes no notice of interrupts holds its thread: a blocking call, past the call's time, until it returns. (The other
         * forms end in time, and leave it behind.) Give such a one a time limit of its own, from [TransportRequest.timeLeft].
         */
        @JvmStatic
        public fun blocking(send: BlockingTransport): Transport = Blocking(send)
    }
}

/** A [Transport] that blocks, for Java. */
public fun interface BlockingTransport {
    /** Sends the request and gives the answer back. */
    @Throws(Exception::class)
    public fun send(request: TransportRequest): TransportResponse
}

internal class Blocking(private val transport: BlockingTransport) : Transport {
    override suspend fun send(request: TransportRequest): TransportResponse {
        request.connecting() // until there is a thread
        return runInterruptible(Threads.blocking) {
            request.sending()
            transport.send(request)
        }
    }

    fun sendHere(request: TransportRequest): Result<TransportResponse>? =
        runBlocking(Dispatchers.Unconfined) { // on this thread, but for the clock
            withTimeoutOrNull(request.timeLeft) { runInterruptible { runCatching { transport.send(request) } } }
        }
}

/**
 * A request under way, in a job of its own: a transport that doesn't stop when it is told to can't hold the call past its time. What
 * it throws is a value, as coroutines may copy an exception that passes from one to the other.
 */
internal class Sending(val result: Deferred<Result<TransportResponse>>, val stop: () -> Unit)

/** What to send. Holds the token and the PIN, and prints neither. */
public class TransportRequest internal constructor(record: ByteBuffer) {
    internal val call: Long = record.long

    /** 1 for the first request of a call. */
    public val attemptNumber: Int = record.int

    /** `POST`, or `GET` for a read. */
    public val method: String = record.text()

    /** The whole URL. With an app secret its query holds a proof, which has no place in a log. */
    public val url: String = record.text()

    /** The headers, each once. */
    public val headers: Map<String, String> = record.pairs()

    /** The body; a read has none. */
    public val body: ByteArray = record.bytes()

    /** The largest body of an answer that is read: 64 KiB, and 1 MiB where numbers are read. */
    public val maxBodyBytes: Int = record.int

    /** How long this attempt may take, its answer's body included. */
    public var timeLeft: Duration = record.time()
        internal set

    /** How long connecting may take: TCP and TLS. */
    public val connectTimeout: Duration = record.time()

    /** What the attempt before came to. */
    internal val previous: Failure? = record.orNull { Failure.read(this) }

    @Volatile internal var mayHaveLeft: Boolean = true
        private set

    /** For a transport that can tell: nothing has left yet. If it fails or time runs out now, the outcome is `not_sent`. */
    public fun connecting() {
        mayHaveLeft = false
    }

    /** For a transport that said [connecting]: from now on, the request may have left. */
    public fun sending() {
        mayHaveLeft = true
    }

    override fun toString(): String = "TransportRequest([redacted], ${body.size} bytes)"
}

/** What came back. May hold what the server sent back of the request, and prints nothing of it. */
public class TransportResponse(internal val status: Int, headers: Iterable<Pair<String, String>>, internal val body: ByteArray) {
    internal val headers: List<Pair<String, String>> = headers.toList()

    /** The same, for headers that come once each. */
    public constructor(status: Int, headers: Map<String, String>, body: ByteArray) : this(status, headers.toList(), body)

    override fun toString(): String = "TransportResponse($status, ${body.size} bytes)"
}
