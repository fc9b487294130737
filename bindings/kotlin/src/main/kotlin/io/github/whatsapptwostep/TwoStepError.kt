package io.github.whatsapptwostep

import com.fasterxml.jackson.annotation.JsonCreator
import com.fasterxml.jackson.annotation.JsonValue
import java.time.Duration

/**
 * Why a PIN was not set, and which PIN holds now. One subclass for each [kind].
 *
 * Neither [message] nor [toString], a stack trace or a cause ever has a PIN, a token or an app secret in it, also where the
 * server sent one back.
 *
 * ```kotlin
 * try {
 *     client.setTwoStepPin(id, pin)
 * } catch (error: TwoStepError) {
 *     when {
 *         error is RateLimitedError -> retryLater(error.retryAfter)
 *         error.outcome == Outcome.UNKNOWN -> log("either PIN may hold: $error")
 *         else -> log("the old PIN holds: $error. ${error.hint}")
 *     }
 * }
 * ```
 */
public sealed class TwoStepError(private val failure: Failure, cause: Throwable?) : RuntimeException(failure.text, cause) {
    /** What went wrong, as a code. */
    public val kind: ErrorKind get() = failure.kind

    /** [sentence], and in brackets what support asks for: kind, outcome, codes and trace ID. One line that is safe to log and to show. */
    override val message: String get() = failure.text

    /** What went wrong, in one English sentence that is safe to log and to show. */
    public val sentence: String get() = failure.sentence

    /** Which PIN holds now? */
    public val outcome: Outcome get() = failure.outcome

    /** What to do next, in one sentence. */
    public val hint: String get() = failure.hint

    /** The answer's HTTP status, if one came. */
    public val httpStatus: Int? get() = failure.httpStatus

    /** The Graph error's `code`. */
    public val graphCode: Int? get() = failure.graphCode

    /** The Graph error's `error_subcode`. */
    public val graphSubcode: Int? get() = failure.graphSubcode

    /** The Graph error's `type`, such as `OAuthException`. */
    public val graphType: String? get() = failure.graphType

    /** The Graph error's `error_data.details`. */
    public val details: String? get() = failure.details

    /** The Graph error's `error_user_title`. */
    public val userTitle: String? get() = failure.userTitle

    /** The Graph error's `error_user_msg`. */
    public val userMessage: String? get() = failure.userMessage

    /** The ID that Meta's support asks for: `fbtrace_id`, else the header `x-fb-request-id`. */
    public val traceId: String? get() = failure.traceId

    /** How long to wait before the next call, if the server said. */
    public val retryAfter: Duration? get() = failure.retryAfter

    /** Would the same call, later, have a chance? */
    public val isRetryable: Boolean get() = failure.isRetryable

    /** Why the connection failed, or for what the call waited: of `connection_failed` and `timed_out`. */
    public val reason: Reason? get() = failure.reason

    /** How many requests went out: 0 for bad input. */
    public val attempts: Int get() = failure.attempts

    /**
     * The fields as plain data, for JSON or a queue: the same names in every language, times in seconds, `message` without what
     * [TwoStepError.message] adds. Jackson uses it.
     */
    @JsonValue
    public fun toMap(): Map<String, Any?> = failure.toMap()

    /** The fields that are there, as text under `whatsapp.…`: for SLF4J's MDC and for Sentry's tags. No secret is in them. */
    public fun toTags(): Map<String, String> =
        toMap().filterKeys(TAGS::contains).mapNotNull { (name, value) -> value?.let { "whatsapp.$name" to "$it" } }.toMap()

    /** Makes errors. */
    public companion object {
        private const val serialVersionUID = 1L
        private val TAGS =
            listOf("kind", "outcome", "http_status", "graph_code", "graph_subcode", "trace_id", "is_retryable", "reason", "attempts")

        /**
         * What [toMap] gave, read back.
         *
         * @throws IllegalArgumentException if it has no kind or no outcome, or one that this version doesn't know.
         */
        @JvmStatic
        @JsonCreator
        public fun fromMap(map: Map<String, Any?>): TwoStepError = twoStepError(Failure.of(Fields(map)), cause = null)

        /**
         * An error for a test. [more] are other fields, by the names that [toMap] gives them.
         *
         * ```kotlin
         * TwoStepError.of(ErrorKind.RATE_LIMITED, Outcome.REJECTED, more = mapOf("retry_after" to 60))
         * ```
         */
        @JvmStatic
        @JvmOverloads
        public fun of(
            kind: ErrorKind,
            outcome: Outcome = Outcome.UNKNOWN,
            message: String = "An error of a test.",
            more: Map<String, Any?> = emptyMap(),
        ): TwoStepError = fromMap(more + mapOf("kind" to kind.code, "outcome" to outcome.code, "message" to message))
    }
}

/** The PIN isn't six digits. Nothing was sent. */
public class InvalidPinError internal constructor(f: Failure, cause: Throwable?) : TwoStepError(f, cause)

/** The phone number ID isn't 1 to 32 digits. Nothing was sent. */
public class InvalidPhoneNumberIdError internal constructor(f: Failure, cause: Throwable?) : TwoStepError(f, cause)

/** A setting is wrong. Nothing was sent. */
public class InvalidConfigurationError internal constructor(f: Failure, cause: Throwable?) : TwoStepError(f, cause)

/** The token, or the proof made with the app secret, was refused. */
public class AuthenticationError internal constructor(f: Failure, cause: Throwable?) : TwoStepError(f, cause)

/** The token lacks a permission. */
public class PermissionDeniedError internal constructor(f: Failure, cause: Throwable?) : TwoStepError(f, cause)

/** There is no such phone number for this token. */
public class NotFoundError internal constructor(f: Failure, cause: Throwable?) : TwoStepError(f, cause)

/** The server found fault with the request. */
public class InvalidRequestError internal constructor(f: Failure, cause: Throwable?) : TwoStepError(f, cause)

/** The server refused the PIN. */
public class PinRejectedError internal constructor(f: Failure, cause: Throwable?) : TwoStepError(f, cause)

/** The number isn't registered or verified as it must be. */
public class NumberNotReadyError internal constructor(f: Failure, cause: Throwable?) : TwoStepError(f, cause)

/** The business account is locked or blocked. */
public class AccountRestrictedError internal constructor(f: Failure, cause: Throwable?) : TwoStepError(f, cause)

/** Too many calls. See [retryAfter]. */
public class RateLimitedError internal constructor(f: Failure, cause: Throwable?) : TwoStepError(f, cause)

/** A fault on the server's side. */
public class ServiceUnavailableError internal constructor(f: Failure, cause: Throwable?) : TwoStepError(f, cause)

/** The server answered `"success": false`. */
public class NotAppliedError internal constructor(f: Failure, cause: Throwable?) : TwoStepError(f, cause)

/** DNS, refused, TLS, reset, or closed early. */
public class ConnectionFailedError internal constructor(f: Failure, cause: Throwable?) : TwoStepError(f, cause)

/** The connection or the whole call took too long. */
public class TimedOutError internal constructor(f: Failure, cause: Throwable?) : TwoStepError(f, cause)

/** A webhook's signature or body is wrong; never from a call. See [securityEvents]. */
public class InvalidWebhookError internal constructor(f: Failure, cause: Throwable?) : TwoStepError(f, cause)

/** An answer that no Graph API gives: HTML, a redirect, a body too large. */
public class UnexpectedResponseError internal constructor(f: Failure, cause: Throwable?) : TwoStepError(f, cause)

internal fun twoStepError(failure: Failure, cause: Throwable?): TwoStepError =
    when (failure.kind) {
        ErrorKind.INVALID_PIN -> InvalidPinError(failure, cause)
        ErrorKind.INVALID_PHONE_NUMBER_ID -> InvalidPhoneNumberIdError(failure, cause)
        ErrorKind.INVALID_CONFIGURATION -> InvalidConfigurationError(failure, cause)
        ErrorKind.AUTHENTICATION -> AuthenticationError(failure, cause)
        ErrorKind.PERMISSION_DENIED -> PermissionDeniedError(failure, cause)
        ErrorKind.NOT_FOUND -> NotFoundError(failure, cause)
        ErrorKind.INVALID_REQUEST -> InvalidRequestError(failure, cause)
        ErrorKind.PIN_REJECTED -> PinRejectedError(failure, cause)
        ErrorKind.NUMBER_NOT_READY -> NumberNotReadyError(failure, cause)
        ErrorKind.ACCOUNT_RESTRICTED -> AccountRestrictedError(failure, cause)
        ErrorKind.RATE_LIMITED -> RateLimitedError(failure, cause)
        ErrorKind.SERVICE_UNAVAILABLE -> ServiceUnavailableError(failure, cause)
        ErrorKind.NOT_APPLIED -> NotAppliedError(failure, cause)
        ErrorKind.CONNECTION_FAILED -> ConnectionFailedError(failure, cause)
        ErrorKind.TIMED_OUT -> TimedOutError(failure, cause)
        ErrorKind.INVALID_WEBHOOK -> InvalidWebhookError(failure, cause)
        ErrorKind.UNEXPECTED_RESPONSE -> UnexpectedResponseError(failure, cause)
    }
