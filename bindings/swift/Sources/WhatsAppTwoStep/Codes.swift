internal import TwoStepFFI

extension TwoStepError {
    /// What went wrong. The raw value is the stable spelling that logs, JSON and the other languages show.
    public enum Kind: String, Sendable, CaseIterable, Codable {
        /// The PIN isn't six digits. Nothing was sent.
        case invalidPin = "invalid_pin"
        /// The phone number ID isn't 1 to 32 digits. Nothing was sent.
        case invalidPhoneNumberID = "invalid_phone_number_id"
        /// A setting is wrong. Nothing was sent.
        case invalidConfiguration = "invalid_configuration"
        /// The token, or the proof made with the app secret, was refused.
        case authentication
        /// The token lacks a permission.
        case permissionDenied = "permission_denied"
        /// There is no such phone number for this token.
        case notFound = "not_found"
        /// The server found fault with the request.
        case invalidRequest = "invalid_request"
        /// The server refused the PIN.
        case pinRejected = "pin_rejected"
        /// The number isn't registered or verified as it must be.
        case numberNotReady = "number_not_ready"
        /// The business account is locked or blocked.
        case accountRestricted = "account_restricted"
        /// Too many calls. See ``TwoStepError/retryAfter``.
        case rateLimited = "rate_limited"
        /// A fault on the server's side.
        case serviceUnavailable = "service_unavailable"
        /// The server answered `"success": false`.
        case notApplied = "not_applied"
        /// DNS, refused, TLS, reset, or closed early: see ``TwoStepError/reason``.
        case connectionFailed = "connection_failed"
        /// The connection or the whole call took too long.
        case timedOut = "timed_out"
        /// A webhook's signature or body is wrong: in errors that come as JSON from another language. No call here ends so.
        case invalidWebhook = "invalid_webhook"
        /// An answer that no Graph API gives: HTML, a redirect, a body too large.
        case unexpectedResponse = "unexpected_response"
    }

    /// Which PIN holds after an error?
    public enum Outcome: String, Sendable, CaseIterable, Codable {
        /// No request left: the old PIN holds.
        case notSent = "not_sent"
        /// The server answered that nothing changed: the old PIN holds.
        case rejected
        /// A request left and no such answer came: either PIN may hold. Setting the same PIN again is safe, and settles it.
        case unknown
    }

    /// Why a connection failed, or for what a call waited when its time was over.
    public enum Reason: String, Sendable, CaseIterable, Codable {
        /// The host's name could not be resolved.
        case dns
        /// Nothing listens there, or a firewall says no.
        case refused
        /// There is no way to the host.
        case unreachable
        /// The certificate isn't trusted, or the handshake failed.
        case tls
        /// The proxy can't be reached, or refuses.
        case proxy
        /// The connection was reset.
        case reset
        /// The connection was closed before a whole answer came.
        case closed
        /// The process or the system has no descriptor left for a socket.
        case noDescriptors = "no_descriptors"
        /// The time was over before there was a connection, or a turn.
        case connecting
        /// The time was over before a whole answer came.
        case waiting
        /// Anything else.
        case other
    }
}

extension TwoStepError.Kind {
    init(_ kind: ErrorKind) {
        self =
            switch kind {
            case .invalidPin: .invalidPin
            case .invalidPhoneNumberId: .invalidPhoneNumberID
            case .invalidConfiguration: .invalidConfiguration
            case .authentication: .authentication
            case .permissionDenied: .permissionDenied
            case .notFound: .notFound
            case .invalidRequest: .invalidRequest
            case .pinRejected: .pinRejected
            case .numberNotReady: .numberNotReady
            case .accountRestricted: .accountRestricted
            case .rateLimited: .rateLimited
            case .serviceUnavailable: .serviceUnavailable
            case .notApplied: .notApplied
            case .connectionFailed: .connectionFailed
            case .timedOut: .timedOut
            case .invalidWebhook: .invalidWebhook
            case .unexpectedResponse: .unexpectedResponse
            }
    }
}

extension TwoStepError.Outcome {
    init(_ outcome: TwoStepFFI.Outcome) {
        self =
            switch outcome {
            case .notSent: .notSent
            case .rejected: .rejected
            case .unknown: .unknown
            }
    }
}

extension TwoStepError.Reason {
    private static let pairs: [(Self, TwoStepFFI.Reason)] = [
        (.dns, .dns), (.refused, .refused), (.unreachable, .unreachable), (.tls, .tls), (.proxy, .proxy), (.reset, .reset),
        (.closed, .closed), (.noDescriptors, .noDescriptors), (.connecting, .connecting), (.waiting, .waiting), (.other, .other),
    ]

    init(_ reason: TwoStepFFI.Reason) {
        self = Self.pairs.first { $0.1 == reason }?.0 ?? .other
    }

    var inCore: TwoStepFFI.Reason { Self.pairs.first { $0.0 == self }?.1 ?? .other }
}
