import Foundation
import Testing
import TwoStepFFI
import WhatsAppTwoStep

/// The shared scripts of a call: all of them on the core's own call, with made-up times, and through a client what a clock can play
/// in some seconds.
@Suite struct CallsTests {
    @Test func scriptsOfTheCallItself() throws {
        guard case .open(let client, _) = openClient(settings: settings) else { throw NoError(what: "no client") }
        defer { closeClient(client: client) }
        for entry in try vectors("calls")["cases"]!.list { try play(entry, client) }
    }

    private func play(_ entry: JSON, _ client: UInt64) throws {
        let (limits, expect) = (entry["settings"]!, entry["expect"]!)
        let (timeout, waits) = (limits["timeout"]!.number!, expect["waits"]!.list.map { $0.number! })
        var elapsed = 0.0
        var step = begin(
            beginning: Beginning(
                client: client, work: .setTwoStepPin(phoneNumberId: id, pin: pin), timeout: timeout, maxRetries: Int64(limits["max_retries"]!.int!), seed: 7
            )
        )
        for (number, event) in entry["steps"]!.list.enumerated() {
            guard case .send(let request) = step else { throw NoError(what: "\(entry): \(step)") }
            let left = max(timeout - elapsed, 0)
            #expect(request.attempt == number + 1 && abs(request.timeLeft - left) < 1e-6, "\(entry)")
            #expect(abs(request.connectTimeout - min(10, left)) < 1e-6, "\(entry)")
            elapsed = event["after"].map { elapsed + $0.number! } ?? timeout
            step = tell(request.call, UInt64(elapsed * 1e9), event)
            guard number < waits.count, waits[number] > 0 else { continue }
            guard case .wait(let call, let time, _) = step else { throw NoError(what: "\(entry): \(step)") }
            let isNamed = ["retry-after", "regain"].contains { "\(event)".contains($0) }
            #expect(isNamed ? time == waits[number] : time <= waits[number], "\(entry): \(time)")
            elapsed += waits[number] + (expect["late"]?.number ?? 0)
            step = waited(call: call, elapsed: UInt64(elapsed * 1e9))
        }
        switch step {
        case .succeeded(let response):
            #expect(expect["ok"] == .bool(true) && JSON(Int(response.attempts)) == expect["attempts"], "\(entry)")
        case .failed(let failure):
            #expect("\(failure.kind)" == camelCase(expect["kind"]) && "\(failure.outcome)" == camelCase(expect["outcome"]), "\(entry)")
            #expect(JSON(Int(failure.attempts)) == expect["attempts"], "\(entry)")
            if let wait = expect["retry_after"] { #expect(failure.retryAfter == wait.number, "\(entry)") }
            if let again = expect["is_retryable"] { #expect(failure.isRetryable == again.bool, "\(entry)") }
        default: throw NoError(what: "\(entry): \(step)")
        }
    }

    private func tell(_ call: UInt64, _ elapsed: UInt64, _ event: JSON) -> Step {
        if event["hang"] != nil { return expired(call: call, elapsed: elapsed, mayHaveLeft: event["may_have_left"]?.bool ?? true) }
        guard let problem = event["fail"]?.text else {
            let (status, headers) = (Int64(event["answer"]!["status"]!.int!), event["answer"]!["headers"]!.members)
            let body = Data(event["answer"]!["body"]!.text!.utf8)
            return answered(
                call: call, elapsed: elapsed,
                answer: Answer(status: status, headers: headers.flatMap { [$0.key, $0.value.text!] }, body: body)
            )
        }
        let problems: [String: Problem] = [
            "connection": .connection, "timeout": .timeout, "malformed": .malformed, "program_fault": .programFault,
            "body_too_large": .bodyTooLarge(httpStatus: 200),
        ]
        let unprocessed: [String: Unprocessed] = ["connection_ended": .connectionEnded, "stream_refused": .streamRefused]
        let noAnswer = NoAnswer(
            problem: problems[problem]!, beforeSending: event["before_sending"]?.bool ?? false,
            unprocessed: event["unprocessed"].map { unprocessed[$0.text!]! }, reason: nil, isLasting: false, text: "gone", shown: "gone"
        )
        return failed(call: call, elapsed: elapsed, noAnswer: noAnswer)
    }

    private func camelCase(_ code: JSON?) -> String {
        let words = (code?.text ?? "").split(separator: "_")
        return words.prefix(1).joined() + words.dropFirst().map(\.capitalized).joined()
    }

    @Test func scriptsThroughAClient() async throws {
        let entries = try vectors("calls")["cases"]!.list.filter { entry in
            let steps = entry["steps"]!.list.reduce(0) { $0 + ($1["after"]?.number ?? 0) }
            let waits = entry["expect"]!["waits"]!.list.reduce(0) { $0 + $1.number! }
            return entry["only_value"] == nil && (entry["expect"]!["takes"]?.number ?? steps + waits) <= 6
        }
        #expect(entries.count > 30)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for entry in entries { group.addTask { try await call(entry) } }
            try await group.waitForAll()
        }
    }

    private func call(_ entry: JSON) async throws {
        let (limits, expect, steps) = (entry["settings"]!, entry["expect"]!, entry["steps"]!.list)
        let client = try TwoStepClient(
            accessToken: token, timeout: .seconds(limits["timeout"]!.number!), maxRetries: limits["max_retries"]!.int!,
            transport: Does { try await meet(steps[$0.attemptNumber - 1], $0) }
        )
        do {
            let response = try await client.setTwoStepPin(phoneNumberID: id, pin: pin)
            #expect(expect["ok"] == .bool(true) && JSON(response.attempts) == expect["attempts"], "\(entry)")
        } catch let error as TwoStepError {
            #expect(expect["ok"] == nil, "\(error) of \(entry)")
            for name in ["kind", "outcome", "attempts", "retry_after", "is_retryable"] {
                if let expected = expect[name] { #expect(field(error, name) == expected, "\(name) of \(entry)") }
            }
        }
    }

    private func meet(_ event: JSON, _ request: TransportRequest) async throws -> TransportResponse {
        if event["may_have_left"] == .bool(false) { request.connecting() }
        if event["hang"] != nil { try await Task.sleep(for: .seconds(600)) }
        try await Task.sleep(for: .seconds(event["after"]!.number!))
        let beforeSending = event["before_sending"]?.bool ?? false
        switch (event["fail"]?.text, event["unprocessed"]?.text) {
        case (_, "connection_ended"): throw TransportError.connection(unprocessed: .connectionEnded)
        case (_, "stream_refused"): throw TransportError.connection(unprocessed: .streamRefused)
        case ("connection", _): throw TransportError.connection(beforeSending: beforeSending)
        case ("timeout", _): throw TransportError.timeout(beforeSending: beforeSending)
        case ("program_fault", _): throw TransportError.programFault(beforeSending: beforeSending)
        case ("malformed", _): throw TransportError.malformed()
        case ("body_too_large", _): throw TransportError.bodyTooLarge(httpStatus: 200)
        default: return answer(event["answer"]!)
        }
    }
}
