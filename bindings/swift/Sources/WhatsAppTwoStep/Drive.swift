internal import TwoStepFFI

/// Drives calls: the core says what to do next, and is told what came of it.
struct Driver: Sendable {
    let transport: any Transport
    let turns: Turns
    var clock: any Clock<Duration> = ContinuousClock()
    var listener: (@Sendable (AttemptEnd) -> Void)?

    /// The last step, if that is a success.
    func drive(_ beginning: Beginning) async throws -> Step {
        let watch = Stopwatch(clock)
        var thrown: (any Error)?
        var hasTurn = false
        defer { if hasTurn { turns.giveBack() } }
        var step = begin(beginning: beginning)
        while true {
            switch step {
            case .send(let outgoing):
                let call = outgoing.call
                let began = watch.elapsed
                let deadline = began + .seconds(outgoing.timeLeft)
                if !hasTurn { hasTurn = await turns.take(before: deadline, on: watch) }
                let request = TransportRequest(outgoing, before: deadline, on: watch)
                var httpStatus: Int?
                switch hasTurn ? await send(request) : nil {
                case .success(let answer):
                    (thrown, httpStatus) = (nil, answer.status)
                    step = answered(call: call, elapsed: watch.elapsed.inNanoseconds, answer: Answer(answer))
                case .failure(let error):
                    thrown = error
                    step = failed(call: call, elapsed: watch.elapsed.inNanoseconds, noAnswer: NoAnswer(error))
                case nil:
                    try stopIfCancelled(call)
                    step = expired(call: call, elapsed: watch.elapsed.inNanoseconds, mayHaveLeft: request.mayHaveLeft)
                }
                listener?(AttemptEnd(step, httpStatus: httpStatus, took: watch.elapsed - began))
            case .wait(let call, let time, _):
                try? await watch.sleep(until: watch.elapsed + .seconds(time))
                try stopIfCancelled(call)
                step = waited(call: call, elapsed: watch.elapsed.inNanoseconds)
            case .succeeded, .read:
                return step
            case .failed(let failure):
                throw TwoStepError(failure, cause: failure.cause(from: thrown))
            }
        }
    }

    /// What came of a request; nothing if its time was up, or the task cancelled. A transport that heeds neither is left behind,
    /// so it runs in a task of its own: a group would wait for it.
    private func send(_ request: TransportRequest) async -> Result<TransportResponse, any Error>? {
        guard !Task.isCancelled else { return nil }
        let first = First<Result<TransportResponse, any Error>>()
        let sending = Task { [transport] in // only that: a transport that never returns keeps it
            do {
                try request.sending() // as far as is known, until the transport says that it still connects
                first.put(.success(try await transport.send(request)))
            } catch {
                // Past the deadline time is up, whatever failed.
                if !request.isLate { first.put(.failure(error)) }
            }
        }
        defer { sending.cancel() }
        return await request.watch.value(of: first, before: request.deadline)
    }

    private func stopIfCancelled(_ call: UInt64) throws(CancellationError) {
        guard Task.isCancelled else { return }
        cancel(call: call)
        throw CancellationError()
    }
}
