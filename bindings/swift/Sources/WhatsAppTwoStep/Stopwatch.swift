/// A clock of any kind, read as the time since a call began.
struct Stopwatch: Sendable {
    private let now: @Sendable () -> Duration
    private let sleepUntil: @Sendable (Duration) async throws -> Void

    init(_ clock: some Clock<Duration>) {
        let start = clock.now
        now = { start.duration(to: clock.now) }
        sleepUntil = { try await clock.sleep(until: start.advanced(by: $0), tolerance: nil) }
    }

    var elapsed: Duration { now() }

    func sleep(until time: Duration) async throws { try await sleepUntil(time) }

    /// The value, if it comes before the deadline and the task isn't cancelled.
    func value<Value>(of first: First<Value>, before deadline: Duration) async -> Value? {
        let timing = Task {
            try await sleep(until: deadline)
            // Whoever wakes late stood still. An answer that came meanwhile counts, and its transport needs a moment to read it.
            if elapsed - deadline > .milliseconds(100) { try await Task.sleep(for: .milliseconds(50)) }
            first.close()
        }
        defer { timing.cancel() }
        return await first.value
    }
}
