import Foundation
import Testing
import WhatsAppTwoStep

/// What a client is made of, and what it shares.
@Suite struct ClientTests {
    @Test func aURLIsABaseURLToo() async throws {
        let saw = Sightings()
        let looks = Does { request in
            await saw.add(request.url)
            return try await Does.works.send(request)
        }
        for url in [URL(string: "https://gate.example/graph")!, URL(string: "graph/", relativeTo: URL(string: "https://gate.example"))!] {
            try await TwoStepClient(accessToken: token, baseURL: url, transport: looks).setTwoStepPin(phoneNumberID: "1", pin: pin)
        }
        #expect(await saw.all == Array(repeating: "https://gate.example/graph/v24.0/1", count: 2))
    }

    @Test func plainHTTPOnlyWhereItIsAllowed() throws {
        _ = try TwoStepClient(accessToken: token, baseURL: "http://mock:8080", allowHTTP: true)
        #expect(refusal { try TwoStepClient(accessToken: token, baseURL: "http://mock:8080") }?.message.contains("allowHTTP") == true)
        #expect(refusal { try TwoStepClient(accessToken: token, baseURL: "http://mock.example", allowHTTP: true) } != nil)
    }

    @Test func anotherTokenOverTheSameTransport() async throws {
        let saw = Sightings()
        let first = try client(maxInFlight: 1, transport: Does { request in
            await saw.add("\(request.headers["authorization"]!) \(request.url.hasPrefix(Sandbox.url))")
            return try await Does.works.send(request)
        })
        let second = try first.withAccessToken("EAAGanother")
        try await second.setTwoStepPin(phoneNumberID: id, pin: pin)
        try await first.setTwoStepPin(phoneNumberID: id, pin: pin)
        #expect(await saw.all == ["Bearer EAAGanother true", "Bearer \(token) true"])
        let refused = refusal { try first.withAccessToken("EAAG secret") }
        #expect(refused?.kind == .invalidConfiguration && refused?.message.contains("accessToken") == true)
        expectHidden(refused as Any, "EAAG secret")
    }

    @Test func settingsFromTheEnvironment() async throws {
        let names = ["WHATSAPP_ACCESS_TOKEN", "WHATSAPP_APP_SECRET", "WHATSAPP_BASE_URL", "WHATSAPP_API_VERSION"]
        defer { names.forEach { unsetenv($0) } }
        #expect(refusal { try TwoStepClient.fromEnvironment() }?.message.contains("WHATSAPP_ACCESS_TOKEN") == true)
        for (name, value) in zip(names, ["EAAGenv", "secret", "https://gate.example", "v25.0"]) { setenv(name, value, 1) }
        let saw = Sightings()
        let looks = Does { request in
            await saw.add("\(request.url.prefix(48)) \(request.headers["authorization"]!)")
            return try await Does.works.send(request)
        }
        try await TwoStepClient.fromEnvironment(transport: looks).setTwoStepPin(phoneNumberID: "1", pin: pin)
        #expect(await saw.all[0].contains(/^https:\/\/gate.example\/v25.0\/1\?appsecret_proof=[0-9a-f]+ Bearer EAAGenv$/))
        // Nothing else reads it.
        try await TwoStepClient(accessToken: token, transport: looks).setTwoStepPin(phoneNumberID: "1", pin: pin)
        #expect(await saw.all.last == "https://graph.facebook.com/v24.0/1 Bearer \(token)")
    }

    @Test func aSwitchKeepsTestsOnThisMachine() async throws {
        let before = try TwoStepClient(accessToken: token, transport: Does.works)
        setenv("WHATSAPP_TWO_STEP_LOOPBACK_ONLY", "1", 1)
        defer { unsetenv("WHATSAPP_TWO_STEP_LOOPBACK_ONLY") }
        #expect(refusal { try TwoStepClient(accessToken: token, transport: Does.works) }?.kind == .invalidConfiguration)
        let refused = try await failure { try await before.setTwoStepPin(phoneNumberID: id, pin: pin) }
        #expect(refused.kind == .invalidConfiguration && refused.attempts == 0)
        try await client(transport: Does.works).setTwoStepPin(phoneNumberID: id, pin: pin)
    }

    @Test func swappedArgumentsAreSaidSo() async throws {
        let error = try await failure { try await offline(Does.works.send).setTwoStepPin(phoneNumberID: pin, pin: id) }
        #expect(error.message.contains("swap") || error.hint.contains("swap"), "\(error) \(error.hint)")
        expectHidden(error, pin)
    }

    @Test func whatComesIsATwoStepErrorWithoutACast() {
        do {
            _ = try TwoStepClient(accessToken: "")
            Issue.record("no error")
        } catch {
            #expect(error.kind == .invalidConfiguration)
        }
    }

    private func refusal(_ make: () throws -> TwoStepClient) -> TwoStepError? {
        do {
            _ = try make()
            return nil
        } catch {
            return error as? TwoStepError
        }
    }
}
