import Foundation
import Testing
import TwoStepFFI
import WhatsAppTwoStep

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

let id = "106540352242922"
let pin = "735194"
let token = "EAAG_secret_token_123"

/// JSON, as the vectors and the sandbox have it.
indirect enum JSON: Decodable, Equatable, Sendable {
    case null, bool(Bool), number(Double), text(String), list([JSON]), object([String: JSON])

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let list = try? value.decode([JSON].self) {
            self = .list(list)
        } else {
            self = .object(try value.decode([String: JSON].self))
        }
    }

    subscript(_ key: String) -> JSON? {
        if case .object(let members) = self { members[key] } else { nil }
    }

    var text: String? { if case .text(let text) = self { text } else { nil } }
    var number: Double? { if case .number(let number) = self { number } else { nil } }
    var int: Int? { number.map { Int($0) } }
    var bool: Bool? { if case .bool(let bool) = self { bool } else { nil } }
    var list: [JSON] { if case .list(let list) = self { list } else { [] } }
    var members: [String: JSON] { if case .object(let members) = self { members } else { [:] } }

    init(_ text: String?) { self = text.map { .text($0) } ?? .null }
    init(_ number: Int?) { self = number.map { .number(Double($0)) } ?? .null }
}

/// A file of the repository.
private func file(_ path: String) throws -> Data {
    var folder = URL(fileURLWithPath: #filePath)
    for _ in 0..<5 { folder.deleteLastPathComponent() }
    return try Data(contentsOf: folder.appendingPathComponent(path))
}

func vectors(_ name: String) throws -> JSON {
    try JSONDecoder().decode(JSON.self, from: file("tests/vectors/\(name).json"))
}

/// The version that all packages have.
func version() throws -> String {
    let manifest = String(decoding: try file("Cargo.toml"), as: UTF8.self)
    return String(try #require(manifest.firstMatch(of: /\[workspace\.package\]\s+version = "([^"]+)"/)).1)
}

/// The running sandbox, and what it saw.
enum Sandbox {
    static let url = ProcessInfo.processInfo.environment["SANDBOX_URL"] ?? "set SANDBOX_URL: see scripts/test-swift"

    static func get(_ place: String) async throws -> JSON {
        let (data, _) = try await URLSession.shared.data(from: URL(string: "\(url)/_sandbox/\(place)")!)
        return try JSONDecoder().decode(JSON.self, from: data)
    }

    static func pin(_ id: String) async throws -> String? { try await get("pins/\(id)")["pin"]?.text }

    static func requests() async throws -> Int { try await get("stats")["requests"]?.int ?? -1 }

    static func aborted() async throws -> Int { try await get("stats")["aborted"]?.int ?? -1 }

    /// Waits until that many requests were closed by their clients.
    static func aborted(reaches number: Int) async throws -> Bool {
        for _ in 0..<200 {
            if try await aborted() >= number { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }
}

/// Settings for the core itself.
let settings = Settings(
    language: .swift, accessToken: token, appSecret: nil, baseUrl: nil, allowHttp: false, apiVersion: nil, timeout: nil,
    connectTimeout: nil, maxRetries: nil, maxInFlight: nil
)

/// A client of the sandbox.
func client(
    _ token: String = token, timeout: Duration? = nil, maxRetries: Int? = nil, maxInFlight: Int? = nil,
    transport: (any Transport)? = nil
) throws -> TwoStepClient {
    try TwoStepClient(
        accessToken: token, baseURL: Sandbox.url, timeout: timeout, maxRetries: maxRetries, maxInFlight: maxInFlight,
        transport: transport
    )
}

/// A transport from a closure.
struct Does: Transport {
    let send: @Sendable (TransportRequest) async throws -> TransportResponse

    init(_ send: @escaping @Sendable (TransportRequest) async throws -> TransportResponse) { self.send = send }

    func send(_ request: TransportRequest) async throws -> TransportResponse { try await send(request) }

    static let works = answers(200, #"{"success":true}"#)

    static func answers(_ status: Int, _ body: String) -> Does {
        Does { _ in TransportResponse(status: status, body: Data(body.utf8)) }
    }
}

/// A client that meets what the closure does.
func offline(_ send: @escaping @Sendable (TransportRequest) async throws -> TransportResponse) throws -> TwoStepClient {
    try TwoStepClient(accessToken: token, maxRetries: 0, transport: Does(send))
}

struct NoError: Error { let what: String }

/// The error of what must fail.
func failure(_ call: () async throws -> Any) async throws -> TwoStepError {
    do {
        throw NoError(what: "\(try await call())")
    } catch let error as TwoStepError {
        return error
    }
}

/// How long a call goes on once its task is cancelled.
func timeToCancel(_ task: Task<SetTwoStepPinResponse, any Error>) async -> Duration {
    await ContinuousClock().measure {
        task.cancel()
        if case .failure(let error) = await task.result { #expect(error is CancellationError) } else { Issue.record("not cancelled") }
    }
}

/// Within 50 ms; a busy machine takes longer now and then.
func expectAtOnce(_ times: [Duration]) {
    let sorted = times.sorted()
    #expect(sorted[0] < .milliseconds(50) && sorted[sorted.count / 2] < .milliseconds(250), "\(times)")
}

/// A thing in every way that a program shows one.
func shown(_ thing: Any) -> String {
    var text = "\(thing) \(String(reflecting: thing)) "
    if let error = thing as? any Error {
        let nsError = error as NSError
        text += "\(error.localizedDescription) \(nsError) \(nsError.userInfo) \(nsError.debugDescription)"
    }
    dump(thing, to: &text)
    return text
}

func expectHidden(_ thing: Any, _ secrets: String..., source: SourceLocation = #_sourceLocation) {
    let text = shown(thing)
    for secret in secrets where text.contains(secret) {
        Issue.record("a secret in: \(text.replacingOccurrences(of: secret, with: "<HERE>"))", sourceLocation: source)
    }
}

/// A field of an error as the vectors write it.
func field(_ error: TwoStepError, _ name: String) -> JSON {
    switch name {
    case "kind": .text(error.kind.rawValue)
    case "message": .text(error.message)
    case "outcome": .text(error.outcome.rawValue)
    case "hint": .text(error.hint)
    case "http_status": JSON(error.httpStatus)
    case "graph_code": JSON(error.graphCode)
    case "graph_subcode": JSON(error.graphSubcode)
    case "graph_type": JSON(error.graphType)
    case "details": JSON(error.details)
    case "user_title": JSON(error.userTitle)
    case "user_message": JSON(error.userMessage)
    case "trace_id": JSON(error.traceID)
    case "retry_after": JSON(error.retryAfter.map { Int($0.components.seconds) })
    case "is_retryable": .bool(error.isRetryable)
    case "reason": JSON(error.reason?.rawValue)
    case "attempts": JSON(error.attempts)
    default: .text("no such field: \(name)")
    }
}

/// An answer as the vectors write it.
func answer(_ entry: JSON) -> TransportResponse {
    let body = entry["body"]?.text.map { Data($0.utf8) } ?? Data(base64Encoded: entry["body_base64"]!.text!)!
    return TransportResponse(status: entry["status"]!.int!, headers: entry["headers"]!.members.mapValues { $0.text! }, body: body)
}
