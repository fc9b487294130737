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
/// - Stop when the task is cancelled, and close the request then: so ends a call whose time is up. The call doesn't wait for it.
/// - Throw a ``TransportError`` with `beforeSending` when it is certain that no request left, or with `unprocessed` when the
///   server says that it processed none of it. Any other error counts as sent, and becomes the cause of a `connectionFailed`.
///
/// It runs with the task-local values and the priority of the call.
public protocol Transport: Sendable {
    /// Sends the request and gives the answer back.
    func send(_ request: TransportRequest) async throws -> TransportResponse
}

/// What to send. Holds the token and the PIN, and prints neither.
public struct TransportRequest: Sendable {
    /// `POST`, or `GET` for a read.
    public let method: String
    /// The whole URL. With an app secret its query holds a proof, which has no place in a log.
    public let url: String
    /// The headers.
    public let headers: [String: String]
    /// The body; a read has none.
    public let body: Data
    /// The largest body of an answer that is read: 64 KiB, and 1 MiB where numbers are read.
    public let maxBodyBytes: Int
    /// 1 for the first request of a call.
    public let attemptNumber: Int
    /// How long this attempt may take, its answer's body included.
    public let timeLeft: Duration
    /// How long connecting may take: TCP and TLS.
    public let connectTimeout: Duration
    let deadline: Duration
    let watch: Stopwatch
    private let left = Locked(false)

    init(_ request: Outgoing, before deadline: Duration, on watch: Stopwatch) {
        method = request.method
        url = request.url
        let pairs = stride(from: 0, to: request.headers.count, by: 2).map { (request.headers[$0], request.headers[$0 + 1]) }
        headers = Dictionary(pairs) { first, _ in first }
        body = request.body
        maxBodyBytes = Int(request.maxBodyBytes)
        attemptNumber = Int(request.attempt)
        timeLeft = max(deadline - watch.elapsed, .zero)
        connectTimeout = min(.seconds(request.connectTimeout), timeLeft)
        self.deadline = deadline
        self.watch = watch
    }

    /// For a transport that can tell: nothing has left yet. If time runs out now, the outcome is `notSent`.
    public func connecting() { left.withLock { $0 = false } }

    /// For a transport that said ``connecting()``: from now on, the request may have left.
    ///
    /// - Throws: `CancellationError` if the call is over. Nothing may be sent then.
    public func sending() throws(CancellationError) {
        let isInTime = left.withLock {
            guard !isLate, !Task.isCancelled else { return false }
            $0 = true
            return true
        }
        guard isInTime else { throw CancellationError() }
    }

    var mayHaveLeft: Bool { left.withLock { $0 } }

    var isLate: Bool { watch.elapsed >= deadline }
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

extension Answer {
    init(_ response: TransportResponse) {
        let headers = response.headers.flatMap { [$0.key, $0.value] }
        self.init(status: Int64(response.status), headers: headers, body: response.body)
    }
}
