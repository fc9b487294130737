import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// One request under way: what came of it so far.
final class Flight: Sendable {
    private struct State {
        var response: HTTPURLResponse?
        var body = Data()
        var hasDeparted = false
        var gaveUp = false
    }

    /// What came of it in the end.
    let end = First<Result<TransportResponse, any Error>>()
    private let maxBodyBytes: Int
    private let state = Locked(State())

    init(maxBodyBytes: Int) {
        self.maxBodyBytes = maxBodyBytes
    }

    /// The body went, or begins to.
    func depart() {
        state.withLock { $0.hasDeparted = true }
    }

    /// The time for connecting is over. True if nothing has left.
    func giveUp() -> Bool {
        state.withLock {
            guard !$0.hasDeparted, $0.response == nil else { return false }
            $0.gaveUp = true
            return true
        }
    }

    /// False if it need not go on.
    func receive(_ response: URLResponse) -> Bool {
        guard let response = response as? HTTPURLResponse else {
            end.put(.failure(TransportError.malformed()))
            return false
        }
        state.withLock {
            $0.response = response
            $0.hasDeparted = true
        }
        // Inflated by URLSession, though nobody asked for compression. It counts as unreadable, as in every language, and at
        // once: what follows may be a bomb.
        let encoding = response.value(forHTTPHeaderField: "Content-Encoding") ?? "identity"
        guard ["", "identity"].contains(encoding.lowercased()) else {
            end.put(.success(TransportResponse(response, body: Data())))
            return false
        }
        return response.expectedContentLength <= Int64(maxBodyBytes) || tooLarge()
    }

    /// False if it need not go on.
    func receive(_ data: Data) -> Bool {
        let fits = state.withLock {
            guard $0.body.count + data.count <= maxBodyBytes else { return false }
            $0.body.append(data)
            return true
        }
        return fits || tooLarge()
    }

    private func tooLarge() -> Bool {
        let status = state.withLock { $0.response?.statusCode } ?? 0
        end.put(.failure(TransportError.bodyTooLarge(httpStatus: status)))
        return false
    }

    /// The session is done with it.
    func land(_ error: (any Error)?) {
        let state = state.withLock { $0 }
        if let error {
            let failure = SessionFailure(error, hasResponse: state.response != nil)
            end.put(.failure(failure.told(hasDeparted: state.hasDeparted, gaveUp: state.gaveUp)))
        } else if let response = state.response {
            end.put(.success(TransportResponse(response, body: state.body)))
        } else {
            end.put(.failure(TransportError.malformed()))
        }
    }
}

extension TransportResponse {
    fileprivate init(_ response: HTTPURLResponse, body: Data) {
        let headers = response.allHeaderFields.map { ("\($0.key)", "\($0.value)") }
        self.init(status: response.statusCode, headers: Dictionary(headers) { first, _ in first }, body: body)
    }
}
