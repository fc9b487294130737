package io.github.whatsapptwostep

import java.io.IOException
import java.io.UncheckedIOException
import java.util.concurrent.CancellationException

/**
 * Why a transport has no answer to give. It says more than any other exception does.
 *
 * Any other counts as a connection that failed after the request left, and is tried again; a [RuntimeException] or an [Error] counts
 * as a fault of the program, and is not. ([UncheckedIOException] and [CancellationException] are no such faults.)
 */
public class TransportException private constructor(
    internal val problem: Problem,
    internal val beforeSending: Boolean,
    internal val unprocessed: Unprocessed?,
    internal val httpStatus: Int,
    message: String,
    cause: Throwable?,
) : IOException(message, cause) {
    internal var reason: Reason? = null
        private set

    internal var isLasting: Boolean = false
        private set

    /** Says why, where that is known: it stands in the error, and in its message in words. */
    public fun because(reason: Reason): TransportException = apply { this.reason = reason }

    /**
     * It won't pass by itself, so it is not tried again, and not retryable: a certificate that isn't trusted ([Reason.TLS]), a proxy that
     * wants another password ([Reason.PROXY]).
     */
    public fun lasting(): TransportException = apply { isLasting = true }

    internal fun because(why: Why?): TransportException =
        apply {
            reason = why?.reason
            isLasting = why?.isLasting == true
        }

    /** Says what went wrong. */
    public companion object {
        /** DNS, refused, TLS, reset, closed early: `connection_failed`. */
        @JvmStatic
        @JvmOverloads
        public fun connection(cause: Throwable? = null, beforeSending: Boolean = false): TransportException =
            of(Problem.CONNECTION, "the connection failed", cause, beforeSending)

        /**
         * The server ended the connection before it processed anything of the request: HTTP/2's GOAWAY with a last stream below the
         * request's. The request goes out again at once, on another connection, without counting as a retry.
         */
        @JvmStatic
        @JvmOverloads
        public fun connectionEnded(cause: Throwable? = null): TransportException =
            of(Problem.CONNECTION, "the connection ended", cause, unprocessed = Unprocessed.CONNECTION_ENDED)

        /**
         * The server refused the request's stream, and processed nothing of it: HTTP/2's REFUSED_STREAM. The request goes out again
         * without counting as a retry: at once, and with a growing wait from the second on.
         */
        @JvmStatic
        @JvmOverloads
        public fun streamRefused(cause: Throwable? = null): TransportException =
            of(Problem.CONNECTION, "the server refused the stream", cause, unprocessed = Unprocessed.STREAM_REFUSED)

        /** The transport's own time limit struck: `timed_out`. */
        @JvmStatic
        @JvmOverloads
        public fun timeout(cause: Throwable? = null, beforeSending: Boolean = false): TransportException =
            of(Problem.TIMEOUT, "the transport's time limit struck", cause, beforeSending)

        /** The answer's body passed [TransportRequest.maxBodyBytes]: `unexpected_response`. */
        @JvmStatic
        public fun bodyTooLarge(httpStatus: Int): TransportException =
            of(Problem.BODY_TOO_LARGE, "the body is too large", cause = null, httpStatus = httpStatus)

        /** What came is no HTTP: `unexpected_response`. */
        @JvmStatic
        @JvmOverloads
        public fun malformed(cause: Throwable? = null): TransportException =
            of(Problem.MALFORMED, "what came is no HTTP", cause)

        /** What the transport gave back is no answer: `unexpected_response`, in words that say what it must give back. */
        internal fun unusable(cause: Throwable): TransportException =
            of(Problem.UNUSABLE_ANSWER, "no answer", cause)

        /** Stands for an exception whose text repeats a secret; [words] are those that were left. */
        internal fun redacted(words: String, stack: Array<StackTraceElement>): TransportException =
            of(Problem.CONNECTION, words, cause = null).apply { stackTrace = stack }

        private fun of(
            problem: Problem,
            message: String,
            cause: Throwable?,
            beforeSending: Boolean = false,
            unprocessed: Unprocessed? = null,
            httpStatus: Int = 0,
        ) = TransportException(problem, beforeSending, unprocessed, httpStatus, message, cause)
    }
}

// In the core's order.

internal enum class Problem { CONNECTION, TIMEOUT, BODY_TOO_LARGE, MALFORMED, PROGRAM_FAULT, UNUSABLE_ANSWER }

internal enum class Unprocessed { CONNECTION_ENDED, STREAM_REFUSED }

/** What it was that a transport threw. */
internal val Throwable.problem: Problem
    get() =
        when (this) {
            is TransportException -> problem
            is UncheckedIOException, is CancellationException -> Problem.CONNECTION
            is RuntimeException, is Error -> Problem.PROGRAM_FAULT
            else -> Problem.CONNECTION
        }
