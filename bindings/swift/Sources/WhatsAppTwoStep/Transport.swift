import Foundation
internal import TwoStepFFI

/// Moves one request to the server and its answer back: any HTTP stack, or a stand-in for one in a test.
///
/// ```swift
/// struct Works: Transport {
///     func send(_ request: TransportRequest) async throws -> TransportResponse {
///         TransportResponse(status: 200, body: Data(#"{"success":true}"#.utf8))
///     }
/// }
/// ```
///
/// What it must keep to:
/// - Send the request as it is, once: no redirects, no retries.
/// - Log nothing, and put neither the request nor the answer into an error: they hold the token and the PIN.
/// - Give back any answer, whatever its status. Stop reading a body past ``TransportRequest/maxBodyBytes``, counted after
///   decompression, and throw ``TransportError/bodyTooLarge(httpStatus:)``.
/// - Stop when the task is cancelled, and close the request then: so ends a call whose time is up.
/// - Throw a ``TransportError`` with `beforeSending` when it is certain that no request left. Any other error counts as sent,
///   and becomes the cause of a `connectionFailed`.
public protocol Transport: Sendable {
    /// Sends the request and gives the answer back.
    func send(_ request: TransportRequest) async throws -> TransportResponse
}

/// What to send. Holds the token and the PIN, and prints neither.
public struct TransportRequest: Sendable {
    /// `POST`.
    public let method: String
    /// The whole URL. With an app secret its query holds a proof, which has no place in a log.
    public let url: String
    /// The headers.
    public let headers: [String: String]
    /// The body.
    public let body: Data
    /// The largest body of an answer that is read.
    public let maxBodyBytes: Int
    /// 1 for the first request of a call.
    public let attemptNumber: Int
    /// How long this attempt may take, its answer's body included.
    public let timeLeft: Duration
    /// How long connecting may take: TCP and TLS.
    public let connectTimeout: Duration
    private let attempt: Attempt

    init(_ request: HostRequest) {
        method = request.method
        url = request.url
        headers = Dictionary(request.headers.map { ($0.name, $0.value) }) { first, _ in first }
        body = request.body
        maxBodyBytes = Int(request.maxBodyBytes)
        attemptNumber = Int(request.attemptNumber)
        timeLeft = .seconds(request.timeLeft)
        connectTimeout = .seconds(request.connectTimeout)
        attempt = request.attempt
    }

    /// For a transport that can tell: nothing has left yet. If time runs out now, the outcome is `notSent`.
    public func connecting() { attempt.connecting() }
    /// For a transport that said ``connecting()``: from now on, the request may have left.
    public func sending() { attempt.sending() }
}

extension TransportRequest: CustomStringConvertible, CustomReflectable {
    /// No secret in it.
    public var description: String { "TransportRequest([redacted], \(body.count) bytes)" }
    /// No secret in it.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// What came back. May hold what the server sent back of the request, and prints nothing of it.
public struct TransportResponse: Sendable {
    let status: Int
    let headers: [String: String]
    let body: Data

    /// An answer.
    public init(status: Int, headers: [String: String] = [:], body: Data) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

extension TransportResponse: CustomStringConvertible, CustomReflectable {
    /// No secret in it.
    public var description: String { "TransportResponse(\(status), \(body.count) bytes)" }
    /// No secret in it.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// Why a transport has no answer to give. Any other error does as well; this one says more.
public struct TransportError: Error {
    let problem: Problem
    let beforeSending: Bool
    let words: String
    let cause: (any Error)?

    /// DNS, refused, TLS, reset, closed early: `connectionFailed`.
    public static func connection(_ cause: (any Error)? = nil, beforeSending: Bool = false) -> Self {
        Self(problem: .connection, beforeSending: beforeSending, words: "The connection failed.", cause: cause)
    }

    /// The transport's own time limit struck: `timedOut`.
    public static func timeout(_ cause: (any Error)? = nil, beforeSending: Bool = false) -> Self {
        Self(problem: .timeout, beforeSending: beforeSending, words: "The transport's time limit struck.", cause: cause)
    }

    /// The answer's body passed ``TransportRequest/maxBodyBytes``: `unexpectedResponse`.
    public static func bodyTooLarge(httpStatus: Int) -> Self {
        let status = UInt16(clamping: httpStatus)
        return Self(problem: .bodyTooLarge(httpStatus: status), beforeSending: false, words: "The body is too large.", cause: nil)
    }

    /// What came is no HTTP: `unexpectedResponse`.
    public static func malformed(_ cause: (any Error)? = nil) -> Self {
        Self(problem: .malformed, beforeSending: false, words: "What came is no HTTP.", cause: cause)
    }
}

extension TransportError: LocalizedError, CustomStringConvertible {
    /// What happened, in one sentence.
    public var errorDescription: String? { words }
    /// The same.
    public var description: String { words }
}
