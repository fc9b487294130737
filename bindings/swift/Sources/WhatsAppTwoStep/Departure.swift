/// Whether a request may have left, as far as its transport says, and whether it still may.
final class Departure: Sendable {
    private struct State {
        var isOver = false
        var mayHaveHappened = false
    }

    let deadline: ContinuousClock.Instant
    private let state = Locked(State())

    init(before deadline: ContinuousClock.Instant) {
        self.deadline = deadline
    }

    var isOver: Bool { state.withLock { $0.isOver } }
    var mayHaveHappened: Bool { state.withLock { $0.mayHaveHappened } }

    /// Nothing has left yet.
    func wait() {
        state.withLock { if !$0.isOver { $0.mayHaveHappened = false } }
    }

    /// From now on the request may have left.
    func begin() throws {
        try state.withLock {
            // A process that stood still may come here before the timer does.
            if ContinuousClock.now >= deadline { $0.isOver = true }
            guard !$0.isOver else { throw CancellationError() }
            $0.mayHaveHappened = true
        }
    }

    /// From now on it must not leave.
    func end() {
        state.withLock { $0.isOver = true }
    }
}
