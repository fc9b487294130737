import Foundation
import WhatsAppTwoStep

/// What the package offers: asked of its types. The names of the client's settings can't be asked for; they are read from the source.
@MainActor func contract() async throws -> [String: Any] {
    let (error, seen) = try await failure()
    let response = try await TwoStepClient(accessToken: "EAAG", transport: Works()).setTwoStepPin(phoneNumberID: "1", pin: "012345")
    return [
        "kinds": ["Kind": TwoStepError.Kind.allCases.map(\.rawValue)],
        "outcomes": ["Outcome": TwoStepError.Outcome.allCases.map(\.rawValue)],
        "reasons": ["Reason": TwoStepError.Reason.allCases.map(\.rawValue)],
        "cases": [
            "kinds": ["Kind": Dictionary(uniqueKeysWithValues: TwoStepError.Kind.allCases.map { ("\($0)", $0.rawValue) })],
            "outcomes": ["Outcome": Dictionary(uniqueKeysWithValues: TwoStepError.Outcome.allCases.map { ("\($0)", $0.rawValue) })],
        ],
        "error_fields": ["TwoStepError": properties(error)],
        "response_fields": ["SetTwoStepPinResponse": properties(response)],
        "usage_fields": ["Usage": properties(response.usage!)],
        "defaults": [
            "url": seen.url, "timeout": seen.timeLeft.seconds, "connect_timeout": seen.connectTimeout.seconds,
            "attempts": error.attempts,
        ] as [String: Any],
    ]
}

/// The cause of an error is no data.
private func properties(_ value: Any) -> [String] {
    Mirror(reflecting: value).children.compactMap(\.label).filter { $0 != "thrown" }
}

/// What a client that was given nothing else ends with, and what a transport sees of it.
private func failure() async throws -> (TwoStepError, Seen) {
    let transport = NoAnswer()
    do {
        try await TwoStepClient(accessToken: "EAAG", transport: transport).setTwoStepPin(phoneNumberID: "1", pin: "012345")
    } catch let error as TwoStepError {
        return (error, await transport.first!)
    }
    fatalError("no answer was a success")
}

private struct Seen {
    let url: String
    let timeLeft, connectTimeout: Duration
}

private actor NoAnswer: Transport {
    var first: Seen?

    func send(_ request: TransportRequest) async throws -> TransportResponse {
        first = first ?? Seen(url: request.url, timeLeft: request.timeLeft, connectTimeout: request.connectTimeout)
        throw TransportError.connection()
    }
}

private struct Works: Transport {
    func send(_ request: TransportRequest) async throws -> TransportResponse {
        TransportResponse(status: 200, headers: ["x-app-usage": #"{"call_count":1}"#], body: Data(#"{"success":true}"#.utf8))
    }
}

extension Duration {
    fileprivate var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
