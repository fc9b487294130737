package io.github.whatsapptwostep

import io.github.whatsapptwostep.ffi.HostRequest
import io.github.whatsapptwostep.ffi.Problem
import java.io.IOException
import java.time.Duration
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.runInterruptible

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
 *   sent, and becomes the cause of a [ConnectionFailedError].
 */
public fun interface Transport {
    /** Sends the request and gives the answer back. */
    public suspend fun send(request: TransportRequest): TransportResponse

    /** Makes transports in Java. */
    public companion object {
        /** A transport from a function that blocks; it runs on [Dispatchers.IO], and its thread is interrupted to stop it. */
        @JvmStatic
        public fun blocking(send: BlockingTransport): Transport = Transport { runInterruptible(Dispatchers.IO) { send.send(it) } }
    }
}

/** A [Transport] that blocks, for Java. */
public fun interface BlockingTransport {
    /** Sends the request and gives the answer back. */
    @Throws(Exception::class)
    public fun send(request: TransportRequest): TransportResponse
}

/** What to send. Holds the token and the PIN, and prints neither. */
public class TransportRequest internal constructor(request: HostRequest) {
    private val attempt = request.attempt

    /** `POST`. */
    public val method: String = request.method

    /** The whole URL. With an app secret its query holds a proof, which has no place in a log. */
    public val url: String = request.url

    /** The headers, each once. */
    public val headers: Map<String, String> = request.headers.associate { it.name to it.value }

    /** The body. */
    public val body: ByteArray = request.body

    /** The largest body of an answer that is read. */
    public val maxBodyBytes: Int = request.maxBodyBytes.toInt()

    /** 1 for the first request of a call. */
    public val attemptNumber: Int = request.attemptNumber.toInt()

    /** How long this attempt may take, its answer's body included. */
    public val timeLeft: Duration = request.timeLeft

    /** How long connecting may take: TCP and TLS. */
    public val connectTimeout: Duration = request.connectTimeout

    /** For a transport that can tell: nothing has left yet. If time runs out now, the outcome is `not_sent`. */
    public fun connecting(): Unit = attempt.connecting()

    /** For a transport that said [connecting]: from now on, the request may have left. */
    public fun sending(): Unit = attempt.sending()

    override fun toString(): String = "TransportRequest([redacted], ${body.size} bytes)"
}

/** What came back. May hold what the server sent back of the request, and prints nothing of it. */
public class TransportResponse(
    internal val status: Int,
    internal val headers: Iterable<Pair<String, String>>,
    internal val body: ByteArray,
) {
    /** The same, for headers that come once each. */
    public constructor(status: Int, headers: Map<String, String>, body: ByteArray) : this(status, headers.toList(), body)

    override fun toString(): String = "TransportResponse($status, ${body.size} bytes)"
}

/** Why a transport has no answer to give. Any other exception does as well; this one says more. */
public class TransportException private constructor(
    internal val problem: Problem,
    internal val beforeSending: Boolean,
    message: String,
    cause: Throwable?,
) : IOException(message, cause) {
    /** Says what went wrong. */
    public companion object {
        /** DNS, refused, TLS, reset, closed early: `connection_failed`. */
        @JvmStatic
        @JvmOverloads
        public fun connection(cause: Throwable? = null, beforeSending: Boolean = false): TransportException =
            TransportException(Problem.Connection, beforeSending, "the connection failed", cause)

        /** The transport's own time limit struck: `timed_out`. */
        @JvmStatic
        @JvmOverloads
        public fun timeout(cause: Throwable? = null, beforeSending: Boolean = false): TransportException =
            TransportException(Problem.Timeout, beforeSending, "the transport's time limit struck", cause)

        /** The answer's body passed [TransportRequest.maxBodyBytes]: `unexpected_response`. */
        @JvmStatic
        public fun bodyTooLarge(httpStatus: Int): TransportException =
            TransportException(Problem.BodyTooLarge(httpStatus.toUShort()), false, "the body is too large", null)

        /** What came is no HTTP: `unexpected_response`. */
        @JvmStatic
        @JvmOverloads
        public fun malformed(cause: Throwable? = null): TransportException =
            TransportException(Problem.Malformed, false, "what came is no HTTP", cause)

        /** Stands for an exception whose text repeats a secret; [words] are those that were left. */
        internal fun redacted(words: String, stack: Array<StackTraceElement>): TransportException =
            TransportException(Problem.Connection, false, words, null).apply { stackTrace = stack }
    }
}
