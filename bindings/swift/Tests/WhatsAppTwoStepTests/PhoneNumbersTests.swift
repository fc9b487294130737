import Foundation
import Testing
import WhatsAppTwoStep

/// Reading an account's numbers, over real sockets and over a transport of one's own; and PINs that are drawn.
@Suite struct PhoneNumbersTests {
    private let waba = "930000000000001"

    /// The numbers that came, and what ended it.
    private func read(_ numbers: PhoneNumbers) async throws -> ([PhoneNumber], TwoStepError?) {
        var found: [PhoneNumber] = []
        var iterator = numbers.makeAsyncIterator()
        do {
            while let number = try await iterator.next() {
                if found.count == 2_500 { throw NoError(what: "a reading without end") }
                found.append(number)
            }
        } catch let error as TwoStepError {
            #expect(try await iterator.next() == nil, "an error ends it")
            return (found, error)
        }
        return (found, nil)
    }

    @Test func aFleetOf2500NumbersIn25Pages() async throws {
        let client = try client()
        try await client.setTwoStepPin(phoneNumberID: "106540352244000", pin: pin)
        let before = try await Sandbox.requests()
        let (numbers, error) = try await read(client.phoneNumbers(wabaID: waba))
        #expect(error == nil)
        #expect(try await Sandbox.requests() == before + 25)
        #expect(Set(numbers.map(\.id)).count == 2_500 && numbers.first?.id == "106540352242922")
        #expect(numbers.first { $0.id == "106540352244000" }?.pin == .set)
        #expect(numbers.filter { $0.pin == .notSet }.count > 2_000 && !numbers.contains { $0.pin == .unknown })
    }

    /// Each row of the sandbox's table.
    @Test func everyOddList() async throws {
        for row in try await Sandbox.get("waba_scenarios").list {
            let (name, kind) = (row["name"]!.text!, row["kind"]!.text!)
            let client = try client(timeout: kind == "timed_out" ? .seconds(2) : .seconds(20), maxRetries: 0)
            // The last digits are free, and tell what counts its reads apart.
            let (numbers, error) = try await read(client.phoneNumbers(wabaID: String(row["id"]!.text!.dropLast(2) + "71")))
            #expect((error?.kind.rawValue ?? "success") == kind && numbers.count == row["numbers"]?.int, "\(name): \(error as Any)")
            expectHidden(numbers, token, "\u{1b}")
            if let error {
                #expect(error.outcome == .notSent, "\(name): \(error)")
                expectHidden(error, token)
            }
            if kind == "timed_out" { #expect(error?.reason == .waiting, "\(name): \(error as Any)") }
        }
    }

    @Test func nothingIsReadAhead() async throws {
        let numbers = try client().phoneNumbers(wabaID: waba)
        let before = try await Sandbox.requests()
        var count = 0
        for try await _ in numbers {
            count += 1
            if count == 101 { break }
        }
        #expect(try await Sandbox.requests() == before + 2)
        #expect(try await numbers.first { _ in true }?.id == "106540352242922", "from the first page on")
    }

    @Test func cancellingClosesTheRequest() async throws {
        let client = try client(timeout: .seconds(50))
        var times: [Duration] = []
        for number in 1...5 {
            let before = try await Sandbox.aborted()
            let task = Task {
                for try await _ in client.phoneNumbers(wabaID: "94063000000007\(number)") {}
                return SetTwoStepPinResponse()
            }
            try await Task.sleep(for: .milliseconds(500))
            times.append(await timeToCancel(task))
            #expect(try await Sandbox.aborted(reaches: before + 1), "the server saw the request close")
        }
        expectAtOnce(times)
    }

    @Test func aRateLimitInTheMiddleIsWaitedForWhereThatFits() async throws {
        #expect(try await read(client().phoneNumbers(wabaID: "940620000000072")).0.count == 250)
        let (numbers, error) = try await read(client().phoneNumbers(wabaID: "940610000000072"))
        #expect(numbers.count == 100 && error?.kind == .rateLimited && error?.retryAfter == .seconds(300))
    }

    /// The deadline is each page's own; and of a read nobody can tell when it left, so the time for connecting doesn't end it.
    @Test func eachPageHasItsOwnTime() async throws {
        let client = try TwoStepClient(
            accessToken: token, baseURL: Sandbox.url, timeout: .seconds(20), connectTimeout: .milliseconds(100), maxRetries: 0
        )
        #expect(try await read(client.phoneNumbers(wabaID: "940650000000072")).0.count == 250)
        let (_, error) = try await read(client.phoneNumbers(wabaID: "940650000000073", timeout: .milliseconds(100)))
        #expect(error?.kind == .timedOut)
    }

    // A transport of one's own.

    private func page(_ ids: ClosedRange<Int>, _ after: String?) -> TransportResponse {
        let data = ids.map { #"{"id":"\#($0)","is_pin_enabled":\#($0 % 2 == 0)}"# }.joined(separator: ",")
        let next = after == nil ? "" : #","next":"https://x/?access_token=\#(token)""#
        let body = #"{"data":[\#(data)],"paging":{"cursors":{"after":"\#(after ?? "end")"}\#(next)}}"#
        return TransportResponse(status: 200, body: Data(body.utf8))
    }

    @Test func whatATransportSees() async throws {
        let saw = Sightings()
        let client = try offline { request in
            #expect(request.method == "GET" && request.body.isEmpty && request.maxBodyBytes == 1024 * 1024)
            await saw.add(request.url)
            return request.url.contains("after") ? page(3...3, nil) : page(1...2, "c/1=")
        }
        let (numbers, error) = try await read(client.phoneNumbers(wabaID: "1"))
        #expect(error == nil && numbers.map(\.id) == ["1", "2", "3"] && numbers.map(\.pin) == [.notSet, .set, .notSet])
        let urls = await saw.all
        #expect(urls[0].hasPrefix("https://graph.facebook.com/v24.0/1/phone_numbers?fields=id,"))
        #expect(urls[1] == urls[0] + "&after=c%2F1%3D" && urls.count == 2)
    }

    @Test func whatEndsIt() async throws {
        let (numbers, circle) = try await read(offline { _ in page(1...1, "again") }.phoneNumbers(wabaID: waba))
        #expect(numbers.count < 5 && circle?.kind == .unexpectedResponse && circle?.outcome == .notSent)
        let (_, thrown) = try await read(offline { _ in throw NoError(what: "mine") }.phoneNumbers(wabaID: waba))
        #expect(thrown?.kind == .connectionFailed && thrown?.cause is NoError)
        for id in ["me", "", "1/2", "+1 555"] {
            let (_, refused) = try await read(offline { _ in page(1...1, nil) }.phoneNumbers(wabaID: id))
            #expect(refused?.kind == .invalidConfiguration && refused?.attempts == 0, "\(id)")
            #expect(refused?.message.contains("wabaID") == true, "\(refused as Any)")
        }
    }

    /// The field is left out then; whoever watches is told of the refusal.
    @Test func aRefusedFieldIsTold() async throws {
        let ends = Ends()
        let client = try client().withListener { ends.add($0) }
        #expect(try await read(client.phoneNumbers(wabaID: "940060000000072")).0.count == 3)
        #expect(ends.all.map { $0.error?.kind } == [.invalidRequest, nil])
        #expect(ends.all.allSatisfy { $0.number == 1 && $0.traceID != nil })
    }

    @Test func aNumberGoesThroughJSONAndBack() throws {
        let number = PhoneNumber(
            id: "1", displayPhoneNumber: "display", verifiedName: "name", pin: .notSet, status: "status",
            codeVerificationStatus: "verification", nameStatus: "name status", platformType: "platform"
        )
        for number in [number, PhoneNumber(id: "2")] {
            #expect(try JSONDecoder().decode(PhoneNumber.self, from: JSONEncoder().encode(number)) == number)
        }
        let json = try JSONDecoder().decode(JSON.self, from: JSONEncoder().encode(number))
        let fields = try vectors("kinds")["phone_number_fields"]!.list.compactMap(\.text)
        #expect(json.members.keys.sorted() == fields.sorted() && json["pin"]?.text == "not_set")
    }

    @Test func pinsThatAreDrawn() throws {
        let pins = try (0..<1_000).map { _ in try generatePin() }
        #expect(Set(pins).count > 900)
        for pin in pins { #expect(try pin.wholeMatch(of: /[0-9]{6}/) != nil && !isWeakPin(pin)) }
    }

    @Test func weakPins() throws {
        for weak in ["000000", "123456", "987654"] { #expect(try isWeakPin(weak)) }
        #expect(try !isWeakPin(pin))
        do {
            _ = try isWeakPin("\(pin) ")
            Issue.record("no error")
        } catch {
            #expect(error.kind == .invalidPin && error.outcome == .notSent)
            expectHidden(error, pin)
        }
    }
}

private final class Ends: @unchecked Sendable {
    private let lock = NSLock()
    private var ends: [AttemptEnd] = []

    func add(_ end: AttemptEnd) { lock.withLock { ends.append(end) } }

    var all: [AttemptEnd] { lock.withLock { ends } }
}
