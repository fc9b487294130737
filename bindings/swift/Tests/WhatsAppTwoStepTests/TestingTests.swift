import Foundation
import Testing
import WhatsAppTwoStep
import WhatsAppTwoStepTesting

/// The library for users' own tests.
@Suite struct TestingTests {
    typealias Sandbox = WhatsAppTwoStepTesting.Sandbox

    @Test func setsAPinAndForgetsIt() async throws {
        let sandbox = try Sandbox("--numbers", "7")
        defer {
            sandbox.stop()
            unsetenv("WHATSAPP_TWO_STEP_LOOPBACK_ONLY")
        }
        let client = try TwoStepClient(accessToken: token, baseURL: sandbox.baseURL)
        #expect(try await sandbox.pin(id) == nil)
        _ = try await client.setTwoStepPin(phoneNumberID: id, pin: pin)
        #expect(try await sandbox.pin(id) == pin)
        try await sandbox.reset()
        #expect(try await sandbox.pin(id) == nil)
        var count = 0
        for try await _ in client.phoneNumbers(wabaID: "930000000000001") { count += 1 }
        #expect(count == 7)

        let error = try await failure { try TwoStepClient(accessToken: token) }
        #expect(error.kind == .invalidConfiguration)
        sandbox.stop()
        let stopped = try await failure { try await client.setTwoStepPin(phoneNumberID: id, pin: pin, maxRetries: 0) }
        #expect(stopped.kind == .connectionFailed)
    }

    @Test func whereItCantStart() throws {
        do {
            _ = try Sandbox("--wrong")
            Issue.record("it starts")
        } catch let error as SandboxError {
            #expect(error.description.contains("Unknown argument --wrong"))
        }
        let command = ProcessInfo.processInfo.environment["WHATSAPP_TWO_STEP_COMMAND"]
        setenv("WHATSAPP_TWO_STEP_COMMAND", "/nowhere/whatsapp-two-step", 1)
        defer { if let command { setenv("WHATSAPP_TWO_STEP_COMMAND", command, 1) } else { unsetenv("WHATSAPP_TWO_STEP_COMMAND") } }
        do {
            _ = try Sandbox()
            Issue.record("it starts")
        } catch let error as SandboxError {
            #expect(error.description.contains("WHATSAPP_TWO_STEP_COMMAND") && error.description.contains("PATH"))
        }
    }
}
