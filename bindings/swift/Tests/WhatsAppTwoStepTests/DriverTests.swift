import Foundation
import Testing
import TwoStepFFI
import WhatsAppTwoStep

/// What the driver of a call promises of any transport, also of one that doesn't play along.
@Suite struct DriverTests {
    /// Never returns, and takes no notice of being cancelled.
    private static let deaf = Does { _ in await withUnsafeContinuation { (_: UnsafeContinuation<TransportResponse, Never>) in } }

    @Test func aTransportThatNeverReturnsDoesNotOutlastTheDeadline() async throws {
        let took = try await ContinuousClock().measure {
            let error = try await failure {
                try await client(timeout: .milliseconds(400), transport: Self.deaf).setTwoStepPin(phoneNumberID: id, pin: pin)
            }
            #expect(error.kind == .timedOut && error.outcome == .unknown && error.attempts == 1)
        }
        #expect(took > .milliseconds(390) && took < .seconds(2), "\(took)")
    }

    @Test func aTransportThatNeverReturnsDoesNotHoldACancelledCall() async throws {
        try await expectCancelledAtOnce(Self.deaf)
    }

    @Test func aCallIsCancelledBetweenAttemptsToo() async throws {
        let busy = TransportResponse(status: 429, headers: ["retry-after": "20"], body: Data())
        try await expectCancelledAtOnce(Does { _ in busy })
    }

    private func expectCancelledAtOnce(_ transport: Does) async throws {
        var times: [Duration] = []
        for _ in 0..<5 {
            let task = Task { try await client(transport: transport).setTwoStepPin(phoneNumberID: id, pin: pin) }
            try await Task.sleep(for: .milliseconds(200))
            times.append(await timeToCancel(task))
        }
        expectAtOnce(times)
    }

    @Test func aCancelledTaskReachesNoTransport() async throws {
        let saw = Sightings()
        let client = try client(transport: Does { request in
            await saw.add(request.url)
            return try await Does.works.send(request)
        })
        for _ in 0..<500 {
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                _ = try await client.setTwoStepPin(phoneNumberID: id, pin: pin)
            }
            if case .failure(let error) = await task.result { #expect(error is CancellationError) } else { Issue.record("not cancelled") }
        }
        #expect(await saw.all == [])
    }

    /// Like a pool without a free connection: it says that nothing has left, and doesn't hear that time is up.
    @Test func aTransportThatComesLateMayNotSend() async throws {
        let saw = Sightings()
        let late = Does { request in
            request.connecting()
            await Task.detached {
                try? await Task.sleep(for: .milliseconds(400))
                do {
                    try request.sending()
                    await saw.add("sent")
                } catch {
                    await saw.add("\(type(of: error))")
                }
            }.value
            throw TransportError.connection()
        }
        let error = try await failure {
            try await client(timeout: .milliseconds(200), transport: late).setTwoStepPin(phoneNumberID: id, pin: pin)
        }
        #expect(error.kind == .timedOut && error.outcome == .notSent)
        for _ in 0..<500 where await saw.all.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
        #expect(await saw.all == ["CancellationError"])
    }

    @Test func manyCallsWaitForNoneOfTheOthers() async throws {
        let saw = Sightings()
        let client = try client(transport: Does { request in
            await saw.add(request.url)
            while await saw.all.count < 256 { try await Task.sleep(for: .milliseconds(5)) }
            return try await Does.works.send(request)
        })
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<256 { group.addTask { try await client.setTwoStepPin(phoneNumberID: id, pin: pin, timeout: .seconds(10)) } }
            try await group.waitForAll()
        }
    }

    @TaskLocal static var tenant = "nobody's"

    @Test func aTransportRunsWithTheValuesOfItsCaller() async throws {
        let saw = Sightings()
        let looks = Does { request in
            await saw.add("\(Self.tenant) \(Task.currentPriority == .high)")
            return try await Does.works.send(request)
        }
        _ = try await Task(priority: .high) {
            try await Self.$tenant.withValue("acme's") {
                try await client(transport: looks).setTwoStepPin(phoneNumberID: id, pin: pin)
            }
        }.value
        #expect(await saw.all == ["acme's true"])
    }

    @Test func aCallCanHaveLimitsOfItsOwn() async throws {
        let saw = Sightings()
        let client = try client(timeout: .seconds(30), maxRetries: 2, transport: Does { request in
            await saw.add("\(request.timeLeft <= .seconds(7) && request.timeLeft > .seconds(5))")
            throw TransportError.connection(beforeSending: true)
        })
        let error = try await failure {
            try await client.setTwoStepPin(phoneNumberID: id, pin: pin, timeout: .seconds(7), maxRetries: 0)
        }
        #expect(error.attempts == 1)
        #expect(await saw.all == ["true"])
        for (timeout, maxRetries) in [(Duration.zero, 0), (.seconds(-1), 0), (.seconds(86_401), 0), (.seconds(1), -1)] {
            let refused = try await failure {
                try await client.setTwoStepPin(phoneNumberID: id, pin: pin, timeout: timeout, maxRetries: maxRetries)
            }
            #expect(refused.kind == .invalidConfiguration && refused.attempts == 0, "\(timeout) \(maxRetries)")
        }
    }

    @Test func nothingIsLeftBehindInTheCore() async throws {
        guard case .open(let last, _) = openClient(settings: settings) else { throw NoError(what: "no client") }
        let work = Work.setTwoStepPin(phoneNumberId: id, pin: pin)
        let beginning = { Beginning(client: $0, work: work, timeout: nil, maxRetries: nil, seed: 1) }
        guard case .send(let request) = begin(beginning: beginning(last)) else { throw NoError(what: "no call") }

        // Numbers are given in order: this client and its call have the next ones.
        var client: TwoStepClient? = try TwoStepClient(accessToken: token, transport: Self.deaf)
        var copy = client
        client = nil
        let task = Task { [copy] in try await copy!.setTwoStepPin(phoneNumberID: id, pin: pin) }
        try await Task.sleep(for: .milliseconds(100))
        task.cancel()
        _ = await task.result
        guard case .failed(let noCall) = expired(call: request.call + 1, elapsed: 0, mayHaveLeft: true) else { throw NoError(what: "a step") }
        #expect(noCall.kind != .timedOut, "the call is still there")
        guard case .send = begin(beginning: beginning(last + 1)) else { throw NoError(what: "a copy lost its client") }
        copy = nil
        guard case .failed = begin(beginning: beginning(last + 1)) else { throw NoError(what: "the client is still there") }
    }
}

/// What transports saw.
actor Sightings {
    private(set) var all: [String] = []

    func add(_ sighting: String) { all.append(sighting) }
}
