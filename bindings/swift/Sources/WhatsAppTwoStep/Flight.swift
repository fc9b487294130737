import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// One request under way: what came of it so far, and who waits for it.
final class Flight: @unchecked Sendable {
    typealias Answer = Result<TransportResponse, any Error>

    private let maxBodyBytes: Int
    private let lock = NSLock()
    private var continuation: CheckedContinuation<TransportResponse, any Error>?
    private var early: Answer?
    private var response: HTTPURLResponse?
    private var body = Data()
    private var hasDeparted = false
    private var gaveUp = false
    private var isDone = false

    init(maxBodyBytes: Int) {
        self.maxBodyBytes = maxBodyBytes
    }

    /// Whether to go at all: not if it was cancelled before.
    func start(_ continuation: CheckedContinuation<TransportResponse, any Error>) -> Bool {
        let early: Answer? = lock.withLock {
            if isDone { return self.early }
            self.continuation = continuation
            return nil
        }
        if let early { continuation.resume(with: early) }
        return early == nil
    }

    /// The first word counts.
    func finish(_ answer: Answer) {
        let waiting: CheckedContinuation<TransportResponse, any Error>? = lock.withLock {
            guard !isDone else { return nil }
            isDone = true
            if continuation == nil { early = answer }
            defer { continuation = nil }
            return continuation
        }
        waiting?.resume(with: answer)
    }

    /// The body went, or begins to.
    func depart() {
        lock.withLock { hasDeparted = true }
    }

    /// The time for connecting is over. True if nothing has left.
    func giveUp() -> Bool {
        lock.withLock {
            guard !hasDeparted, response == nil, !isDone else { return false }
            gaveUp = true
            return true
        }
    }

    /// False if it need not go on.
    func receive(_ response: URLResponse) -> Bool {
        guard let response = response as? HTTPURLResponse else {
            finish(.failure(TransportError.malformed()))
            return false
        }
        lock.withLock {
            self.response = response
            hasDeparted = true
        }
        // Inflated by URLSession, though nobody asked for compression. It counts as unreadable, as in every language, and at
        // once: what follows may be a bomb.
        let encoding = response.value(forHTTPHeaderField: "Content-Encoding") ?? "identity"
        guard ["", "identity"].contains(encoding.lowercased()) else {
            finish(.success(TransportResponse(response, body: Data())))
            return false
        }
        return response.expectedContentLength <= Int64(maxBodyBytes) || tooLarge()
    }

    /// False if it need not go on.
    func receive(_ data: Data) -> Bool {
        let fits = lock.withLock {
            guard body.count + data.count <= maxBodyBytes else { return false }
            body.append(data)
            return true
        }
        return fits || tooLarge()
    }

    private func tooLarge() -> Bool {
        let status = lock.withLock { response?.statusCode } ?? 0
        finish(.failure(TransportError.bodyTooLarge(httpStatus: status)))
        return false
    }

    /// The session is done with it.
    func land(_ error: (any Error)?) {
        let (response, body, hasDeparted, gaveUp) = lock.withLock { (self.response, self.body, self.hasDeparted, self.gaveUp) }
        if let error {
            finish(.failure(failure(error, hasDeparted: hasDeparted, gaveUp: gaveUp)))
        } else if let response {
            finish(.success(TransportResponse(response, body: body)))
        } else {
            finish(.failure(TransportError.malformed()))
        }
    }
}

extension TransportResponse {
    fileprivate init(_ response: HTTPURLResponse, body: Data) {
        let headers = response.allHeaderFields.map { ("\($0.key)", "\($0.value)") }
        self.init(status: response.statusCode, headers: Dictionary(headers) { first, _ in first }, body: body)
    }
}

private func failure(_ error: any Error, hasDeparted: Bool, gaveUp: Bool) -> TransportError {
    let code = (error as? URLError)?.code
    if gaveUp { return .timeout(error, beforeSending: !hasDeparted) }
    if code == .timedOut { return .timeout(error, beforeSending: !hasDeparted) }
    if !hasDeparted { return .connection(error, beforeSending: true) }
    return isNoHTTP(error, code) ? .malformed(error) : .connection(error)
}

private func isNoHTTP(_ error: any Error, _ code: URLError.Code?) -> Bool {
    #if canImport(FoundationNetworking)
        // Here badServerResponse is a connection that closed without a byte, and curl says in words what came.
        let words = ((error as NSError).userInfo[NSLocalizedDescriptionKey] as? String ?? "").lowercased()
        return code == .unsupportedURL || ["http/0.9", "header", "chunk"].contains { words.contains($0) }
    #else
        return code == .cannotParseResponse || code == .badServerResponse || code == .cannotDecodeRawData
            || code == .cannotDecodeContentData
    #endif
}
