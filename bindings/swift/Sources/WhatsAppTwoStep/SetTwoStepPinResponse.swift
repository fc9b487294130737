internal import TwoStepFFI

/// The server set the PIN.
public struct SetTwoStepPinResponse: Sendable, Hashable {
    /// The ID that Meta's support asks for (`x-fb-request-id`), if the server gave one.
    public let traceID: String?
    /// The version that served the call; it can be above the one asked for.
    public let apiVersion: String?
    /// How many requests it took.
    public let attempts: Int
    /// How much of the call budget is used, if the server said.
    public let usage: Usage?

    /// How much of its call budget an app or account has used.
    public struct Usage: Sendable, Hashable {
        /// The highest of the percentages given; past 100 calls are refused.
        public let highestPercentage: Int
        /// How long until calls are taken again, when they are refused now.
        public let timeToRegainAccess: Duration?
    }

    init(_ response: TwoStepFFI.Response) {
        traceID = response.traceId
        apiVersion = response.apiVersion
        attempts = Int(response.attempts)
        usage = response.usage.map {
            Usage(
                highestPercentage: Int($0.highestPercentage),
                timeToRegainAccess: $0.timeToRegainAccess.map { .seconds($0) }
            )
        }
    }
}
