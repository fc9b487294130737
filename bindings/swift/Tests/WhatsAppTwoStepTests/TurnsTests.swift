import Foundation
import Testing
import WhatsAppTwoStep

/// So many calls at once, and no more.
@Suite struct TurnsTests {
    /// Answers when it is told to.
    private actor Gate: Transport {
        private(set) var arrived = 0
        private var held: [CheckedContinuation<Void, Never>] = []

        func send(_ request: TransportRequest) async throws -> TransportResponse {
            arrived += 1
            await withCheckedContinuation { held.append($0) }
            return TransportResponse(status: 200, body: Data(#"{"success":true}"#.utf8))
        }

        func open() {
            held.forEach { $0.resume() }
            held = []
        }

        func has(_ number: Int) async throws {
            for _ in 0..<200 where arrived < number { try await Task.sleep(for: .milliseconds(5)) }
            #expect(arrived == number)
        }
    }

    @Test func moreCallsWaitTheirTurnAlsoThoseOfAnotherToken() async throws {
        let gate = Gate()
        let one = try client(maxInFlight: 2, transport: gate)
        let other = try one.withAccessToken("EAAGanother")
        let tasks = (0..<5).map { number in
            Task { try await (number % 2 == 0 ? one : other).setTwoStepPin(phoneNumberID: id, pin: pin) }
        }
        for due in [2, 4, 5] {
            try await gate.has(due)
            try await Task.sleep(for: .milliseconds(50))
            #expect(await gate.arrived == due)
            await gate.open()
        }
        for task in tasks { #expect(try await task.value.attempts == 1) }
    }

    @Test func aTurnThatNeverComesIsATimeoutWithNothingSent() async throws {
        let gate = Gate()
        let client = try client(maxInFlight: 1, transport: gate)
        let first = Task { try await client.setTwoStepPin(phoneNumberID: id, pin: pin) }
        try await gate.has(1)
        let took = try await ContinuousClock().measure {
            let error = try await failure { try await client.setTwoStepPin(phoneNumberID: id, pin: pin, timeout: .milliseconds(300)) }
            #expect(error.kind == .timedOut && error.outcome == .notSent && error.reason == .connecting)
        }
        #expect(took > .milliseconds(290) && took < .seconds(2), "\(took)")
        // Bad input needs no turn.
        #expect(try await failure { try await client.setTwoStepPin(phoneNumberID: id, pin: "") }.kind == .invalidPin)
        await gate.open()
        _ = try await first.value
        #expect(await gate.arrived == 1)
    }

    @Test func aCancelledCallLeavesTheLineAndGivesItsTurnBack() async throws {
        let gate = Gate()
        let client = try client(maxInFlight: 1, transport: gate)
        let call = { @Sendable in try await client.setTwoStepPin(phoneNumberID: id, pin: pin) }
        let first = Task { try await call() }
        try await gate.has(1)
        let second = Task { try await call() }
        let third = Task { try await call() }
        try await Task.sleep(for: .milliseconds(100))
        for task in [second, first] {
            task.cancel()
            if case .failure(let error) = await task.result { #expect(error is CancellationError) } else { Issue.record("not cancelled") }
        }
        try await gate.has(2)
        await gate.open()
        #expect(try await third.value.attempts == 1)
    }
}
