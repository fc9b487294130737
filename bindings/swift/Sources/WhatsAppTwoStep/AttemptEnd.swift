internal import TwoStepFFI

/// How one attempt of a call ended, for whoever watches: logs, metrics. No secret is in it. See ``TwoStepClient/withListener(_:)``.
public struct AttemptEnd: Sendable, Equatable {
    /// 1 for the first request of a call.
    public let number: Int
    /// What it came to, with kind, outcome, Graph code and trace ID; nothing is success. Its outcome is that of all attempts so far.
    public let error: TwoStepError?
    /// The answer's HTTP status, if one came.
    public let httpStatus: Int?
    /// The ID that Meta's support asks for.
    public let traceID: String?
    /// How long the attempt took.
    public let took: Duration
    /// How long until the next one; nothing if there is none.
    public let wait: Duration?

    /// From the step that it led to.
    init(_ step: Step, httpStatus: Int?, took: Duration) {
        let failure: Failure?
        switch step {
        case .send(let next): (failure, wait) = (next.previous, .zero)
        case .wait(_, let time, let previous): (failure, wait) = (previous, .seconds(time))
        case .failed(let last): (failure, wait) = (last, nil)
        case .read(let page): (failure, wait) = (page.refused, nil)
        case .succeeded: (failure, wait) = (nil, nil)
        }
        error = failure.map { TwoStepError($0) }
        switch step {
        case .succeeded(let response): (number, traceID) = (Int(response.attempts), response.traceId)
        case .read(let page): (number, traceID) = (Int(page.attempts), page.traceId)
        default: (number, traceID) = (error?.attempts ?? 0, error?.traceID)
        }
        self.httpStatus = httpStatus ?? error?.httpStatus // a transport that throws may know it too
        self.took = took
    }
}
