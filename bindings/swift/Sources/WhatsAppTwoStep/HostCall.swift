import Foundation
internal import TwoStepFFI

/// One call's side of the border: hands requests to the transport, and remembers what it threw, since errors can't cross.
final class HostCall: HostTransport, @unchecked Sendable {
    private let transport: any Transport
    private let lock = NSLock()
    private var thrown: (any Error)?

    init(_ transport: any Transport) {
        self.transport = transport
    }

    func send(request: HostRequest) async throws -> HostResponse {
        remember(nil)
        do {
            let answer = try await transport.send(TransportRequest(request))
            return HostResponse(
                status: Int64(answer.status),
                headers: answer.headers.map { Header(name: $0.key, value: $0.value) },
                body: answer.body
            )
        } catch {
            remember(error)
            let known = error as? TransportError
            throw HostError.Failed(
                problem: known?.problem ?? .connection,
                beforeSending: known?.beforeSending ?? false,
                text: String(describing: known?.cause ?? error)
            )
        }
    }

    private func remember(_ error: (any Error)?) {
        lock.withLock { thrown = error }
    }

    /// What the transport threw, if that is why the call failed, and if it repeats no secret.
    func cause(of failure: Failure, repeatsASecret: (String) throws -> Bool) -> (any Error)? {
        guard let words = failure.cause, let thrown = lock.withLock({ thrown }) else { return nil }
        let original = (thrown as? TransportError)?.cause ?? thrown
        var shown = "\(original) \(String(reflecting: original)) \(original.localizedDescription)"
        dump(original, to: &shown)
        let isClean = (try? !repeatsASecret(shown)) ?? false
        return isClean ? original : TransportError(problem: .connection, beforeSending: false, words: words, cause: nil)
    }
}
