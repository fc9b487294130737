import Foundation
import Testing
import WhatsAppTwoStep

/// Listeners, and clocks of a test's own.
@Suite struct WatchingTests {
    private func watched(
        _ send: @escaping @Sendable (TransportRequest) async throws -> TransportResponse
    ) throws -> (TwoStepClient, AsyncStream<AttemptEnd>) {
        let (ends, end) = AsyncStream.makeStream(of: AttemptEnd.self)
        return (try client(transport: Does(send)).withListener { end.yield($0) }, ends)
    }

    @Test func eachAttemptIsTold() async throws {
        let busy = #"{"error":{"code":2,"message":"for \#(pin)","fbtrace_id":"Abc","error_subcode":7}}"#
        let (client, ends) = try watched { request in
            switch request.attemptNumber {
            case 1: throw TransportError.connection(beforeSending: true, reason: .refused)
            case 2: return TransportResponse(status: 503, body: Data(busy.utf8))
            default: return TransportResponse(status: 200, headers: ["x-fb-request-id": "Xyz"], body: Data(#"{"success":true}"#.utf8))
            }
        }
        try await client.setTwoStepPin(phoneNumberID: id, pin: pin)
        var next = ends.makeAsyncIterator()
        let (first, second, third) = (await next.next()!, await next.next()!, await next.next()!)
        #expect(first.number == 1 && first.error?.kind == .connectionFailed && first.error?.reason == .refused && first.httpStatus == nil)
        #expect(first.error?.outcome == .notSent && (first.wait.map { $0 > .zero && $0 <= .milliseconds(500) } ?? false))
        #expect(second.number == 2 && second.error?.kind == .serviceUnavailable && second.httpStatus == 503 && second.wait != nil)
        #expect(second.traceID == "Abc" && second.error?.graphCode == 2 && second.error?.graphSubcode == 7 && second.error?.outcome == .unknown)
        #expect(third.number == 3 && third.error == nil && third.httpStatus == 200 && third.traceID == "Xyz" && third.wait == nil)
        for end in [first, second, third] { expectHidden(end, pin, token) }
    }

    @Test func theLastFailureIsToldAndBadInputIsNot() async throws {
        let (client, ends) = try watched { _ in TransportResponse(status: 401, body: Data()) }
        _ = try await failure { try await client.setTwoStepPin(phoneNumberID: id, pin: "") }
        let error = try await failure { try await client.setTwoStepPin(phoneNumberID: id, pin: pin) }
        var next = ends.makeAsyncIterator()
        let end = await next.next()!
        #expect(end.number == 1 && end.error == error && end.httpStatus == 401 && end.wait == nil)
    }

    @Test func aTransportThatThrowsMayKnowTheStatusToo() async throws {
        let (client, ends) = try watched { _ in throw TransportError.bodyTooLarge(httpStatus: 204) }
        let error = try await failure { try await client.setTwoStepPin(phoneNumberID: id, pin: pin) }
        var next = ends.makeAsyncIterator()
        let end = await next.next()!
        #expect(end.httpStatus == 204 && error.httpStatus == 204)
    }

    /// Stands still until it is moved on.
    private final class HandClock: Clock, @unchecked Sendable {
        typealias Instant = ContinuousClock.Instant
        private let lock = NSLock()
        private var time = ContinuousClock.now
        private var sleepers: [(until: Instant, wake: CheckedContinuation<Void, Never>)] = []
        let minimumResolution = Duration.zero

        var now: Instant { lock.withLock { time } }
        var count: Int { lock.withLock { sleepers.count } }

        func sleep(until deadline: Instant, tolerance: Duration?) async throws {
            await withCheckedContinuation { wake in lock.withLock { sleepers.append((deadline, wake)) } }
        }

        func advance(by step: Duration) {
            let due = lock.withLock {
                time += step
                defer { sleepers.removeAll { $0.until <= time } }
                return sleepers.filter { $0.until <= time }
            }
            due.forEach { $0.wake.resume() }
        }
    }

    @Test func deadlinesAndWaitsGoByTheClockOfATest() async throws {
        let clock = HandClock()
        let client = try client(timeout: .seconds(3600), maxRetries: 1, transport: Does { request in
            if request.attemptNumber == 1 { return TransportResponse(status: 429, headers: ["retry-after": "1800"], body: Data()) }
            try await Task.sleep(for: .seconds(600))
            return try await Does.works.send(request)
        }).withClock(clock)
        let call = Task { try await failure { try await client.setTwoStepPin(phoneNumberID: id, pin: pin) } }
        let took = try await ContinuousClock().measure {
            // First the deadline of the first request, whose sleep goes on, and the wait; then the second one's deadline.
            while clock.count < 2 { try await Task.sleep(for: .milliseconds(5)) }
            clock.advance(by: .seconds(1800))
            while clock.count < 2 { try await Task.sleep(for: .milliseconds(5)) }
            clock.advance(by: .seconds(1800))
            let error = try await call.value
            #expect(error.kind == .timedOut && error.attempts == 2 && error.outcome == .unknown)
        }
        #expect(took < .seconds(5))
    }
}
