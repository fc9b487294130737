internal import TwoStepFFI

/// Drives a call: the core says what to do next, and is told what came of it.
func drive(_ beginning: Beginning, over transport: any Transport) async throws -> SetTwoStepPinResponse {
    let start = ContinuousClock.now
    var elapsed: UInt64 { (ContinuousClock.now - start).inNanoseconds }
    var thrown: (any Error)?
    var step = begin(beginning: beginning)
    while true {
        switch step {
        case .send(let outgoing):
            let request = TransportRequest(outgoing)
            switch await send(request, over: transport) {
            case .success(let answer):
                thrown = nil
                step = answered(call: outgoing.call, elapsed: elapsed, answer: Answer(answer))
            case .failure(let error):
                thrown = error
                step = failed(call: outgoing.call, elapsed: elapsed, noAnswer: NoAnswer(error))
            case nil:
                try stopIfCancelled(outgoing.call)
                step = expired(call: outgoing.call, elapsed: elapsed, mayHaveLeft: request.mayHaveLeft)
            }
        case .wait(let call, let time):
            try? await Task.sleep(for: .seconds(time))
            try stopIfCancelled(call)
            step = waited(call: call, elapsed: elapsed)
        case .succeeded(let response):
            return SetTwoStepPinResponse(response)
        case .failed(let failure):
            throw TwoStepError(failure, thrown: thrown)
        }
    }
}

/// What came of a request; nothing if its time was up, or the task cancelled. A transport that heeds neither is left behind,
/// so it runs in a task of its own: a group would wait for it.
private func send(_ request: TransportRequest, over transport: any Transport) async -> Result<TransportResponse, any Error>? {
    guard !Task.isCancelled else { return nil }
    let first = First<Result<TransportResponse, any Error>>()
    let sending = Task {
        do {
            try request.sending() // as far as is known, until the transport says that it still connects
            first.put(.success(try await transport.send(request)))
        } catch {
            // Past the deadline time is up, whatever failed.
            if ContinuousClock.now < request.deadline { first.put(.failure(error)) }
        }
    }
    let timing = Task {
        try await Task.sleep(until: request.deadline, clock: .continuous)
        // Whoever wakes late stood still. An answer that came meanwhile counts, and its transport needs a moment to read it.
        if ContinuousClock.now - request.deadline > .milliseconds(100) { try await Task.sleep(for: .milliseconds(50)) }
        first.close()
    }
    defer {
        sending.cancel()
        timing.cancel()
    }
    return await first.value
}

private func stopIfCancelled(_ call: UInt64) throws {
    guard Task.isCancelled else { return }
    cancel(call: call)
    throw CancellationError()
}
