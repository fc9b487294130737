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
    INVALID_WEBHOOK,
    UNEXPECTED_RESPONSE,
    ;

    /** The stable spelling, such as `rate_limited`: what logs, JSON and the other languages show. */
    public val code: String = name.lowercase()
}

/** Why a connection failed, or for what a call waited when its time was over. */
public enum class Reason {
    /** The host's name could not be resolved. */
    DNS,

    /** Nothing listens there, or a firewall says no. */
    REFUSED,

    /** No way to the host or its network. */
    UNREACHABLE,

    /** The TLS handshake failed; where it isn't retryable, the certificate isn't trusted. */
    TLS,

    /** The proxy failed; where it isn't retryable, it wants another user name or password. */
    PROXY,

    /** The connection was reset. */
    RESET,

    /** The connection was closed before a whole answer came. */
    CLOSED,

    /** This process or system has too many open files and sockets. */
    NO_DESCRIPTORS,

    /** Time ran out before there was a connection, or a turn among the client's calls. */
    CONNECTING,

    /** Time ran out before an answer came. */
    WAITING,

    /** Something else. */
    OTHER,
    ;

    /** The stable spelling, such as `no_descriptors`. */
    public val code: String = name.lowercase()
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
    public val code: String = name.lowercase()
}
