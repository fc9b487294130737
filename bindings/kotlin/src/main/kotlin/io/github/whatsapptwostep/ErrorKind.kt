package io.github.whatsapptwostep

/** What went wrong. Each has its own subclass of [TwoStepError], whose page says more. */
@Suppress("KDocMissingDocumentation")
public enum class ErrorKind {
    INVALID_PIN,
    INVALID_PHONE_NUMBER_ID,
    INVALID_CONFIGURATION,
    AUTHENTICATION,
    PERMISSION_DENIED,
    NOT_FOUND,
    INVALID_REQUEST,
    PIN_REJECTED,
    NUMBER_NOT_READY,
    ACCOUNT_RESTRICTED,
    RATE_LIMITED,
    SERVICE_UNAVAILABLE,
    NOT_APPLIED,
    CONNECTION_FAILED,
    TIMED_OUT,
    UNEXPECTED_RESPONSE,
    ;

    /** The stable spelling, such as `rate_limited`: what logs, JSON and the other languages show. */
    public val code: String = name.map { if (it in 'A'..'Z') it + 32 else it }.joinToString("")
}

/** Which PIN holds after an error? */
public enum class Outcome {
    /** No request left: the old PIN holds. */
    NOT_SENT,

    /** The server answered that nothing changed: the old PIN holds. */
    REJECTED,

    /** A request left and no such answer came: either PIN may hold. Setting the same PIN again is safe, and settles it. */
    UNKNOWN,
    ;

    /** The stable spelling, such as `not_sent`. */
    public val code: String = name.map { if (it in 'A'..'Z') it + 32 else it }.joinToString("")
}
