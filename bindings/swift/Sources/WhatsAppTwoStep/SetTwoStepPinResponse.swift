internal import TwoStepFFI

/// The server set the PIN.
public struct SetTwoStepPinResponse: Sendable, Hashable, Codable {
    /// The ID that Meta's support asks for (`x-fb-request-id`), if the server gave one.
    public let traceID: String?
    /// The version that served the call; it can be above the one asked for.
    public let apiVersion: String?
    /// How many requests it took.
    public let attempts: Int
    /// How much of the call budget is used, if the server said.
    public let usage: Usage?

    /// For a stand-in in your tests: a response as the client gives it.
    public init(traceID: String? = nil, apiVersion: String? = nil, attempts: Int = 1, usage: Usage? = nil) {
        self.traceID = traceID
        self.apiVersion = apiVersion
        self.attempts = attempts
        self.usage = usage
    }

    /// How much of its call budget an app or account has used.
    public struct Usage: Sendable, Hashable, Codable {
        /// The highest of the percentages given; past 100 calls are refused.
        public let highestPercentage: Int
        /// How long until calls are taken again, when they are refused now.
        public let timeToRegainAccess: Duration?

        /// For a stand-in in your tests.
        public init(highestPercentage: Int, timeToRegainAccess: Duration? = nil) {
            self.highestPercentage = highestPercentage
            self.timeToRegainAccess = timeToRegainAccess
        }

        private enum CodingKeys: String, CodingKey {
            case highestPercentage = "highest_percentage"
            case timeToRegainAccess = "time_to_regain_access"
        }
    }

    private enum CodingKeys: String, CodingKey {
        case attempts, usage
        case traceID = "trace_id"
        case apiVersion = "api_version"
    }

    init(_ response: TwoStepFFI.Response) {
        let usage = response.usage.map {
            Usage(
                highestPercentage: Int($0.highestPercentage), timeToRegainAccess: $0.timeToRegainAccess.map { .seconds($0) }
            )
        }
        self.init(
            traceID: response.traceId, apiVersion: response.apiVersion, attempts: Int(response.attempts), usage: usage
        )
    }
}
