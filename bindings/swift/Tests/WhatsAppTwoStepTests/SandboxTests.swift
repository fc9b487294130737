import Foundation
import Testing
import WhatsAppTwoStep

/// Real sockets, with the transport that ships.
@Suite struct SandboxTests {
    @Test func setsThePin() async throws {
        let id = "106540352242011"
        let response = try await client().setTwoStepPin(phoneNumberID: id, pin: "012345")
        #expect(try await Sandbox.pin(id) == "012345")
        #expect(response.attempts == 1 && response.apiVersion == "v24.0" && response.traceID?.isEmpty == false)

        let requests = try await Sandbox.get("requests").list
        let request = try #require(requests.last { $0["path"]?.text?.hasSuffix(id) == true })
        let pairs = request["headers"]!.list.map { ($0.list[0].text!.lowercased(), $0.list[1].text!) }
        let headers = Dictionary(pairs) { first, _ in first }
        #expect(headers["content-length"] == "16")
        #expect(headers["accept-encoding"] == "identity")
        #expect(headers["content-type"] == "application/json")
        #expect(headers["accept"] == "application/json")
        #expect(headers["transfer-encoding"] == nil)
        #expect(try headers["user-agent"] == "whatsapp-two-step/\(version());lang=swift")
        #expect(headers["authorization"] == "Bearer \(token)")
    }

    @Test func everyScenario() async throws {
        let scenarios = try await Sandbox.get("scenarios").list
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (number, scenario) in scenarios.enumerated() {
                if number >= 16 { try await group.next() }
                group.addTask { try await check(scenario) }
            }
            try await group.waitForAll()
        }
    }

    private func check(_ scenario: JSON) async throws {
        // One each: a connection that a fault closed must not serve the next. While some hang, Foundation on Linux keeps every
        // processor busy, so the others need time.
        let client = try client(timeout: .seconds(6), maxRetries: 0)
        let name = scenario["name"]!.text!
        var met = ("success", "applied")
        var why = "no error"
        do {
            try await client.setTwoStepPin(phoneNumberID: String(scenario["id"]!.text!.dropLast(2) + "71"), pin: pin)
        } catch let error as TwoStepError {
            expectHidden(error, pin, token)
            met = (error.kind.rawValue, error.outcome.rawValue)
            why = "\(error.cause as Any)"
            let isOfNetwork = error.kind == .connectionFailed || error.kind == .timedOut
            #expect(isOfNetwork ? error.reason != nil && error.reason != .other : error.reason == nil, "\(name): \(error), \(why)")
        }
        #expect(met.0 == scenario["kind"]?.text && met.1 == scenario["outcome"]?.text, "\(name): \(met), \(why)")
    }

    @Test func retriesSettleWhatCanBeSettled() async throws {
        #expect(try await client().setTwoStepPin(phoneNumberID: "920010000000072", pin: pin).attempts == 3)
        #expect(try await client().setTwoStepPin(phoneNumberID: "920020000000072", pin: pin).attempts == 2)
        let error = try await failure { try await client().setTwoStepPin(phoneNumberID: "920050000000072", pin: pin) }
        #expect(error.kind == .authentication && error.outcome == .unknown && error.attempts == 2)
    }

    @Test func errorsReadWell() async throws {
        let error = try await failure { try await client("EAAsandboxExpired").setTwoStepPin(phoneNumberID: id, pin: pin) }
        let message = "The server refused the access token: Error validating access token: Session has expired."
        #expect(error.message == message && error.localizedDescription == message)
        #expect(error.httpStatus == 401 && error.graphCode == 190 && error.graphSubcode == 463)
        #expect("\(error)".hasPrefix(message) && "\(error)".contains("trace id \(error.traceID!)"))
        #expect(error.recoverySuggestion == error.hint)
    }

    @Test func manyAtOnce() async throws {
        let client = try client()
        let pins = (100_000..<100_256).map { "\($0)" }
        let took = try await ContinuousClock().measure {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for pin in pins {
                    group.addTask { try await client.setTwoStepPin(phoneNumberID: "1065403532\(pin)", pin: pin) }
                }
                try await group.waitForAll()
            }
        }
        print("256 calls at once: \(took)")
        for pin in pins { #expect(try await Sandbox.pin("1065403532\(pin)") == pin) }
    }

    /// No call waits until another has ended, and each closes its own request.
    @Test func manyAreUnderWayAtOnce() async throws {
        let client = try client(timeout: .seconds(50))
        let (before, abortedBefore) = try await (Sandbox.requests(), Sandbox.aborted())
        var tasks: [Task<SetTwoStepPinResponse, any Error>] = []
        for number in 100..<356 {
            tasks.append(Task { try await client.setTwoStepPin(phoneNumberID: "910010000000\(number)", pin: pin) })
            try await Task.sleep(for: .milliseconds(1)) // a system drops some of a burst of new connections for a second or more
        }
        for _ in 0..<500 where try await Sandbox.requests() < before + 256 { try await Task.sleep(for: .milliseconds(10)) }
        #expect(try await Sandbox.requests() == before + 256)
        tasks.forEach { $0.cancel() }
        #expect(try await Sandbox.aborted(reaches: abortedBefore + 256), "the server saw the requests close")
    }

    @Test func cancellingClosesTheRequest() async throws {
        let client = try client(timeout: .seconds(50))
        var times: [Duration] = []
        for number in 1...5 {
            let before = try await Sandbox.aborted()
            let task = Task { try await client.setTwoStepPin(phoneNumberID: "91001000000007\(number)", pin: pin) }
            try await Task.sleep(for: .milliseconds(300))
            times.append(await timeToCancel(task))
            #expect(try await Sandbox.aborted(reaches: before + 1), "the server saw the request close")
        }
        print("cancelled in \(times)")
        expectAtOnce(times)
    }

    @Test func aCancelledTaskSendsNothing() async throws {
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            _ = try await client().setTwoStepPin(phoneNumberID: "106540352242012", pin: pin)
        }
        if case .failure(let error) = await task.result { #expect(error is CancellationError) } else { Issue.record("not cancelled") }
        #expect(try await Sandbox.pin("106540352242012") == nil)
    }

    @Test func timeIsUpAsAsked() async throws {
        let before = try await Sandbox.aborted()
        let took = try await ContinuousClock().measure {
            let error = try await failure {
                try await client(timeout: .milliseconds(700)).setTwoStepPin(phoneNumberID: "910010000000081", pin: pin)
            }
            #expect(error.kind == .timedOut && error.outcome == .unknown)
        }
        #expect(took > .milliseconds(650) && took < .seconds(3))
        #expect(try await Sandbox.aborted(reaches: before + 1), "the server saw the request close")
    }

    #if os(Linux) || os(macOS)
        /// The process stands still past the deadline, and meanwhile the answer comes.
        @Test func anAnswerThatIsThereCountsAlsoPastTheDeadline() async throws {
            let session = URLSessionTransport()
            let stops = Does { request in
                // The shell begins when the request is about to leave; it is answered after 300 ms.
                let me = ProcessInfo.processInfo.processIdentifier
                let shell = Process()
                shell.executableURL = URL(fileURLWithPath: "/bin/sh")
                shell.arguments = ["-c", "sleep 0.15; kill -STOP \(me); sleep 1.5; kill -CONT \(me)"]
                try shell.run()
                return try await session.send(request)
            }
            try await client(transport: session).setTwoStepPin(phoneNumberID: "106540352242015", pin: pin)
            let client = try client(timeout: .seconds(1), maxRetries: 0, transport: stops)
            for number in 10..<12 { try await client.setTwoStepPin(phoneNumberID: "9100600000000\(number)", pin: pin) }
        }
    #endif
}
