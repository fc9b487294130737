import Foundation
internal import TwoStepFFI

/// Why a PIN was not set, and which PIN holds now.
///
/// Nothing of it, `dump` and the cause included, ever has a PIN, a token or an app secret in it, also where the server sent one
/// back.
///
/// ```swift
/// do {
///     try await client.setTwoStepPin(phoneNumberID: id, pin: pin)
/// } catch let error as TwoStepError where error.kind == .rateLimited {
///     retryLater(after: error.retryAfter)
/// } catch let error as TwoStepError where error.outcome == .unknown {
///     log("either PIN may hold: \(error)")
/// } catch let error as TwoStepError {
///     log("the old PIN holds: \(error). \(error.hint)")
/// }
/// ```
public struct TwoStepError: Error, Sendable {
    /// What went wrong. The raw value is the stable spelling that logs, JSON and the other languages show.
    public enum Kind: String, Sendable, CaseIterable {
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
        /// DNS, refused, TLS, reset, or closed early.
        case connectionFailed = "connection_failed"
        /// The connection or the whole call took too long.
        case timedOut = "timed_out"
        /// An answer that no Graph API gives: HTML, a redirect, a body too large.
        case unexpectedResponse = "unexpected_response"
    }

    /// Which PIN holds after an error?
    public enum Outcome: String, Sendable, CaseIterable {
        /// No request left: the old PIN holds.
        case notSent = "not_sent"
        /// The server answered that nothing changed: the old PIN holds.
        case rejected
        /// A request left and no such answer came: either PIN may hold. Setting the same PIN again is safe, and settles it.
        case unknown
    }

    /// What went wrong, as a code.
    public let kind: Kind
    /// What went wrong, in one English sentence that is safe to log and to show.
    public let message: String
    /// Which PIN holds now?
    public let outcome: Outcome
    /// What to do next, in one sentence.
    public let hint: String
    /// The answer's HTTP status, if one came.
    public let httpStatus: Int?
    /// The Graph error's `code`.
    public let graphCode: Int?
    /// The Graph error's `error_subcode`.
    public let graphSubcode: Int?
    /// The Graph error's `type`, such as `OAuthException`.
    public let graphType: String?
    /// The Graph error's `error_data.details`.
    public let details: String?
    /// The Graph error's `error_user_title`.
    public let userTitle: String?
    /// The Graph error's `error_user_msg`.
    public let userMessage: String?
    /// The ID that Meta's support asks for: `fbtrace_id`, else the header `x-fb-request-id`.
    public let traceID: String?
    /// How long to wait before the next call, if the server said.
    public let retryAfter: Duration?
    /// Would the same call, later, have a chance?
    public let isRetryable: Bool
    /// How many requests went out: 0 for bad input.
    public let attempts: Int
    /// What the transport threw, if that is why the call failed.
    public let cause: (any Error)?

    private let text: String

    init(_ failure: Failure, thrown: (any Error)? = nil) {
        kind = Kind(failure.kind)
        message = failure.sentence
        outcome = Outcome(failure.outcome)
        hint = failure.hint
        httpStatus = failure.httpStatus.map(Int.init)
        graphCode = failure.graphCode.map(Int.init)
        graphSubcode = failure.graphSubcode.map(Int.init)
        graphType = failure.graphType
        details = failure.details
        userTitle = failure.userTitle
        userMessage = failure.userMessage
        traceID = failure.traceId
        retryAfter = failure.retryAfter.map { .seconds($0) }
        isRetryable = failure.isRetryable
        attempts = Int(failure.attempts)
        text = failure.text
        cause = failure.cause(from: thrown)
    }
}

extension TwoStepError: LocalizedError, CustomStringConvertible {
    /// The message.
    public var errorDescription: String? { message }
    /// The hint.
    public var recoverySuggestion: String? { hint }
    /// One line for a log: the message, kind, outcome, codes and trace ID.
    public var description: String { text }
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
