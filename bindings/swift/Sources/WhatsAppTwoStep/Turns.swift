/// Lets so many calls through at once. The others wait their turn: first come, first served.
final class Turns: Sendable {
    private struct State {
        var free: Int
        var last = 0
        var line: [(number: Int, turn: First<Void>)] = []
    }

    private let state: Locked<State>

    init(_ number: Int) {
        state = Locked(State(free: number))
    }

    /// False if no turn came before the deadline, or the task was cancelled.
    func take(before deadline: Duration, on watch: Stopwatch) async -> Bool {
        let place = state.withLock { state -> (number: Int, turn: First<Void>)? in
            guard state.free == 0 else {
                state.free -= 1
                return nil
            }
            state.last += 1
            let place = (state.last, First<Void>())
            state.line.append(place)
            return place
        }
        guard let place else { return true }
        if await watch.value(of: place.turn, before: deadline) != nil { return true }
        return state.withLock {
            // Whoever is no longer in the line was given a turn at the last moment.
            guard let at = $0.line.firstIndex(where: { $0.number == place.number }) else { return true }
            $0.line.remove(at: at)
            return false
        }
    }

    func giveBack() {
        let next = state.withLock { state -> First<Void>? in
            guard state.line.isEmpty else { return state.line.removeFirst().turn }
            state.free += 1
            return nil
        }
        next?.put(())
    }
}
