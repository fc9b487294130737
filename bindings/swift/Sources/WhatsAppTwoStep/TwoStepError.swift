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
///
/// It is plain data: the JSON of it has the fields of the other languages' errors, with their names. Only the ``cause`` stays
/// behind.
public struct TwoStepError: Error, Sendable, Equatable {
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
    /// Why the connection failed, or for what the call waited: with `connectionFailed` and `timedOut`.
    public let reason: Reason?
    /// How many requests went out: 0 for bad input.
    public let attempts: Int
    /// What the transport threw, if that is why the call failed. It has no part in comparing, nor in coding.
    public var cause: (any Error)? { thrown.error }
    private var thrown = NotData()

    /// For a stand-in in your tests: an error as the client throws it.
    public init(
        kind: Kind, message: String = "", outcome: Outcome = .rejected, hint: String = "", httpStatus: Int? = nil,
        graphCode: Int? = nil, graphSubcode: Int? = nil, graphType: String? = nil, details: String? = nil, userTitle: String? = nil,
        userMessage: String? = nil, traceID: String? = nil, retryAfter: Duration? = nil, isRetryable: Bool = false,
        reason: Reason? = nil, attempts: Int = 1, cause: (any Error)? = nil
    ) {
        self.kind = kind
        self.message = message
        self.outcome = outcome
        self.hint = hint
        self.httpStatus = httpStatus
        self.graphCode = graphCode
        self.graphSubcode = graphSubcode
        self.graphType = graphType
        self.details = details
        self.userTitle = userTitle
        self.userMessage = userMessage
        self.traceID = traceID
        self.retryAfter = retryAfter
        self.isRetryable = isRetryable
        self.reason = reason
        self.attempts = attempts
        thrown.error = cause
    }

    init(_ failure: Failure, cause: (any Error)? = nil) {
        self.init(
            kind: Kind(failure.kind), message: failure.sentence, outcome: Outcome(failure.outcome), hint: failure.hint,
            httpStatus: failure.httpStatus.map(Int.init), graphCode: failure.graphCode.map(Int.init),
            graphSubcode: failure.graphSubcode.map(Int.init), graphType: failure.graphType, details: failure.details,
            userTitle: failure.userTitle, userMessage: failure.userMessage, traceID: failure.traceId,
            retryAfter: failure.retryAfter.map { .seconds($0) }, isRetryable: failure.isRetryable,
            reason: failure.reason.map(Reason.init), attempts: Int(failure.attempts), cause: cause
        )
    }
}

extension TwoStepError: Codable {
    private enum CodingKeys: String, CodingKey {
        case kind, message, outcome, hint, details, reason, attempts
        case httpStatus = "http_status"
        case graphCode = "graph_code"
        case graphSubcode = "graph_subcode"
        case graphType = "graph_type"
        case userTitle = "user_title"
        case userMessage = "user_message"
        case traceID = "trace_id"
        case retryAfter = "retry_after"
        case isRetryable = "is_retryable"
    }
}

extension TwoStepError: LocalizedError, CustomStringConvertible {
    /// The message.
    public var errorDescription: String? { message }
    /// The hint.
    public var recoverySuggestion: String? { hint }
    /// One line for a log: the message, kind, outcome, codes and trace ID.
    public var description: String {
        let codes = [
            "\(kind.rawValue), outcome \(outcome.rawValue)", graphCode.map { "Graph code \($0)" }, graphSubcode.map { "subcode \($0)" },
            httpStatus.map { "HTTP \($0)" }, traceID.map { "trace id \($0)" },
        ]
        return "\(message) (\(codes.compactMap { $0 }.joined(separator: ", ")))"
    }
}

/// As crash reporters and logs show an `NSError`.
extension TwoStepError: CustomNSError {
    /// `TwoStepError`.
    public static var errorDomain: String { "TwoStepError" }
    /// One number a kind, the same in every release: a kind that came later stands after those that were there.
    public var errorCode: Int {
        let later: [Kind] = [.invalidWebhook]
        let kinds = Kind.allCases.filter { !later.contains($0) } + later
        return 1 + (kinds.firstIndex(of: kind) ?? 0)
    }
    /// The message and the hint, and kind, outcome and codes with the names of the JSON.
    public var errorUserInfo: [String: Any] {
        let fields: [String: Any?] = [
            NSLocalizedDescriptionKey: message, NSLocalizedRecoverySuggestionErrorKey: hint, NSDebugDescriptionErrorKey: description,
            NSUnderlyingErrorKey: cause, "kind": kind.rawValue, "outcome": outcome.rawValue, "reason": reason?.rawValue,
            "http_status": httpStatus, "graph_code": graphCode, "graph_subcode": graphSubcode, "trace_id": traceID,
        ]
        return fields.compactMapValues { $0 }
    }
}
