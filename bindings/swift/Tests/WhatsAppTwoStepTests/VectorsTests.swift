import Foundation
import Testing
import WhatsAppTwoStep

/// The shared vectors, through the package.
@Suite struct VectorsTests {
    @Test func kinds() async throws {
        let kinds = try vectors("kinds")
        #expect(kinds["kinds"]?.list.map(\.text) == TwoStepError.Kind.allCases.map(\.rawValue))
        #expect(kinds["outcomes"]?.list.map(\.text) == TwoStepError.Outcome.allCases.map(\.rawValue))
        #expect(kinds["reasons"]?.list.map(\.text) == TwoStepError.Reason.allCases.map(\.rawValue))
        let error = try await failure { try await offline(Does.works.send).setTwoStepPin(phoneNumberID: id, pin: "") }
        for name in kinds["error_fields"]!.list.compactMap(\.text) {
            #expect(field(error, name) != .text("no such field: \(name)"))
        }
    }

    @Test func pins() async throws {
        try await checkValues("pins", "invalid_pin") {
            try await offline(Does.works.send).setTwoStepPin(phoneNumberID: id, pin: $0)
        }
    }

    @Test func phoneNumberIDs() async throws {
        try await checkValues("phone_number_ids", "invalid_phone_number_id") {
            try await offline(Does.works.send).setTwoStepPin(phoneNumberID: $0, pin: pin)
        }
    }

    private func checkValues(_ name: String, _ kind: String, _ call: (String) async throws -> Any) async throws {
        let vectors = try vectors(name)
        for value in vectors["valid"]!.list { _ = try await call(value.text!) }
        for entry in vectors["invalid"]!.list {
            let input = entry["input"]!.text!
            _ = try await checkRefused(entry, kind, input) { try await call(input) }
        }
    }

    @Test func settings() async throws {
        let vectors = try vectors("settings")
        for entry in vectors["valid"]!.list { _ = try build(entry) }
        for entry in vectors["invalid"]!.list {
            let error = try await checkRefused(entry, "invalid_configuration", entry["value"]?.text ?? "") { try build(entry) }
            #expect(error.message.contains(camelCase(entry["setting"]!.text!)), "\(entry): \(error)")
        }
    }

    private func build(_ entry: JSON) throws -> TwoStepClient {
        let value = entry["value"]!
        let seconds = value.number.map { Duration.seconds($0) }
        switch entry["setting"]!.text! {
        case "access_token": return try TwoStepClient(accessToken: value.text!)
        case "app_secret": return try TwoStepClient(accessToken: token, appSecret: value.text)
        case "base_url": return try TwoStepClient(accessToken: token, baseURL: value.text)
        case "api_version": return try TwoStepClient(accessToken: token, apiVersion: value.text)
        case "timeout": return try TwoStepClient(accessToken: token, timeout: seconds)
        case "connect_timeout": return try TwoStepClient(accessToken: token, connectTimeout: seconds)
        case "max_retries": return try TwoStepClient(accessToken: token, maxRetries: value.int)
        case "max_in_flight": return try TwoStepClient(accessToken: token, maxInFlight: value.int)
        default: throw NoError(what: "unknown setting: \(entry)")
        }
    }

    /// A setting's name as it is spelled here, if the word is one.
    private func camelCase(_ word: String) -> String {
        guard word.contains(/^[a-z]+(_[a-z]+)+$/) else { return word }
        let words = word.split(separator: "_").map(String.init)
        return words[0] + words.dropFirst().map { ["url", "http"].contains($0) ? $0.uppercased() : $0.capitalized }.joined()
    }

    private func checkRefused(_ entry: JSON, _ kind: String, _ input: String, _ call: () async throws -> Any) async throws
        -> TwoStepError
    {
        let error = try await failure(call)
        #expect(error.kind.rawValue == kind && error.outcome == .notSent && error.attempts == 0, "\(entry)")
        for word in entry["words"]!.list { #expect(error.message.contains(camelCase(word.text!)), "\(entry): \(error)") }
        if input.utf8.count > 5 && input != "graph.facebook.com" { expectHidden(error, input) }
        return error
    }

    @Test func requests() async throws {
        for entry in try vectors("requests")["cases"]!.list {
            let settings = entry["settings"]!
            let (expected, pin) = (entry["request"]!, entry["pin"]!.text!)
            let transport = Does { request in
                #expect(JSON(request.method) == expected["method"])
                #expect(JSON(request.url) == expected["url"])
                #expect(JSON(String(decoding: request.body, as: UTF8.self)) == expected["body"])
                let headers = try expected["headers"]!.members.mapValues {
                    try $0.text!.replacingOccurrences(of: "{lang}", with: "swift")
                        .replacingOccurrences(of: "{version}", with: version())
                }
                #expect(request.headers == headers)
                #expect(request.maxBodyBytes == 64 * 1024)
                expectHidden(request, settings["access_token"]!.text!, pin)
                return try await Does.works.send(request)
            }
            let client = try TwoStepClient(
                accessToken: settings["access_token"]!.text!, appSecret: settings["app_secret"]?.text,
                baseURL: settings["base_url"]?.text, apiVersion: settings["api_version"]?.text, transport: transport
            )
            try await client.setTwoStepPin(phoneNumberID: entry["phone_number_id"]!.text!, pin: pin)
            expectHidden(client, settings["access_token"]!.text!)
        }
    }

    @Test func responses() async throws {
        for entry in try vectors("responses")["cases"]!.list {
            let given = answer(entry)
            let client = try offline { _ in given }
            if let expected = entry["ok"] {
                let response = try await client.setTwoStepPin(phoneNumberID: id, pin: pin)
                #expect(JSON(response.traceID) == expected["trace_id"], "\(entry)")
                #expect(JSON(response.apiVersion) == expected["api_version"], "\(entry)")
                #expect(JSON(response.attempts) == expected["attempts"], "\(entry)")
                #expect(response.usage?.highestPercentage == expected["usage"]?["highest_percentage"]?.int, "\(entry)")
                let wait = response.usage?.timeToRegainAccess?.components.seconds
                #expect(wait.map { Int($0) } == expected["usage"]?["time_to_regain_access"]?.int, "\(entry)")
            } else {
                let error = try await failure { try await client.setTwoStepPin(phoneNumberID: id, pin: pin) }
                for (name, expected) in entry["error"]!.members { #expect(field(error, name) == expected, "\(name) of \(entry)") }
                expectHidden(error, pin, token)
            }
        }
    }

    @Test func graphErrors() async throws {
        for entry in try vectors("graph_errors")["cases"]!.list {
            let subcode = entry["subcode"].map { ",\"error_subcode\":\($0.int!)" } ?? ""
            let message = try String(decoding: JSONEncoder().encode((entry["message"] ?? entry["title"])!.text!), as: UTF8.self)
            let type = entry["type"]?.text ?? "OAuthException"
            let body = "{\"error\":{\"code\":\(entry["code"]!.int!),\"type\":\"\(type)\",\"message\":\(message)\(subcode)}}"
            let client = try offline(Does.answers(entry["http_status"]!.int!, body).send)
            let error = try await failure { try await client.setTwoStepPin(phoneNumberID: id, pin: "999999") }
            for name in ["kind", "outcome", "is_retryable"] { #expect(field(error, name) == entry[name], "\(entry)") }
            #expect(error.graphCode == entry["code"]?.int)
        }
    }
}
