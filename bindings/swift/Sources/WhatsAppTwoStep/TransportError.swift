import Foundation
internal import TwoStepFFI

/// Why a transport has no answer to give. Any other error does as well; this one says more.
public struct TransportError: Error {
    /// Why the server processed nothing of a request.
    public enum Unprocessed: Sendable {
        /// The connection ended before the server looked at the request: an HTTP/2 GOAWAY whose last stream is below the
        /// request's, or a kept HTTP/1.1 connection that was closed before a byte of the request was read.
        case connectionEnded
        /// The server refused the request's stream: HTTP/2's `REFUSED_STREAM`.
        case streamRefused
    }

    let problem: Problem
    let words: String
    let cause: (any Error)?
    var beforeSending = false
    var unprocessed: Unprocessed?
    var reason: TwoStepError.Reason?
    var isLasting = false

    /// DNS, refused, TLS, reset, closed early: `connectionFailed`.
    ///
    /// - Parameters:
    ///   - cause: The error of the HTTP stack.
    ///   - beforeSending: Is it certain that no request left?
    ///   - reason: What failed, if that is known.
    ///   - isLasting: Will it stay so, as with a certificate that isn't trusted? Then it is neither tried again nor retryable.
    public static func connection(
        _ cause: (any Error)? = nil, beforeSending: Bool = false, reason: TwoStepError.Reason? = nil, isLasting: Bool = false
    ) -> Self {
        Self(
            problem: .connection, words: "The connection failed.", cause: cause, beforeSending: beforeSending, reason: reason,
            isLasting: isLasting
        )
    }

    /// A request left, but the server says that it processed none of it. It goes out again without counting as a retry, at most
    /// 32 times and while there is time; after that it is a `connectionFailed` with the outcome `notSent`.
    public static func connection(_ cause: (any Error)? = nil, unprocessed: Unprocessed) -> Self {
        Self(problem: .connection, words: "The server didn't process the request.", cause: cause, unprocessed: unprocessed)
    }

    /// The transport's own time limit struck: `timedOut`.
    public static func timeout(_ cause: (any Error)? = nil, beforeSending: Bool = false) -> Self {
        Self(problem: .timeout, words: "The transport's time limit struck.", cause: cause, beforeSending: beforeSending)
    }

    /// The answer's body passed ``TransportRequest/maxBodyBytes``: `unexpectedResponse`.
    public static func bodyTooLarge(httpStatus: Int) -> Self {
        let status = UInt16(clamping: httpStatus)
        return Self(problem: .bodyTooLarge(httpStatus: status), words: "The body is too large.", cause: nil)
    }

    /// What came is no HTTP: `unexpectedResponse`.
    public static func malformed(_ cause: (any Error)? = nil) -> Self {
        Self(problem: .malformed, words: "What came is no HTTP.", cause: cause)
    }

    /// The transport itself has a fault, and would meet it again: `connectionFailed`, neither tried again nor retryable.
    public static func programFault(_ cause: (any Error)? = nil, beforeSending: Bool = false) -> Self {
        Self(problem: .programFault, words: "The transport has a fault.", cause: cause, beforeSending: beforeSending)
    }
}

extension TransportError: LocalizedError, CustomStringConvertible {
    /// What happened, in one sentence.
    public var errorDescription: String? { words }
    /// The same.
    public var description: String { words }
}

extension NoAnswer {
    /// What a transport threw. The error itself never leaves Swift; its words do, to be searched for secrets.
    init(_ error: any Error) {
        let known = error as? TransportError
        let original = known?.cause ?? error
        self.init(
            problem: known?.problem ?? .connection,
            beforeSending: known?.beforeSending ?? false,
            unprocessed: known?.unprocessed.map { $0 == .streamRefused ? .streamRefused : .connectionEnded },
            reason: known?.reason?.inCore,
            isLasting: known?.isLasting ?? false,
            text: String(describing: original),
            shown: everythingShown(by: original)
        )
    }
}

extension Failure {
    /// What a program may see of what the transport threw: the error itself, or clean words for it if it repeats a secret.
    func cause(from thrown: (any Error)?) -> (any Error)? {
        guard let words = cause else { return nil }
        if causeIsClean, let thrown { return (thrown as? TransportError)?.cause ?? thrown }
        return TransportError(problem: .connection, words: words, cause: nil)
    }
}

private func everythingShown(by error: any Error) -> String {
    let bridged = error as NSError
    var text = "\(error) \(String(reflecting: error)) \(error.localizedDescription) \(bridged) \(bridged.userInfo)"
    dump(error, to: &text)
    return text
}
