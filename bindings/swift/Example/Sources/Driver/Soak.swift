import WhatsAppTwoStep

/// Many calls through one client, and what they came to: one batch, `atOnce` of them in flight.
func soak(_ client: TwoStepClient, _ ids: [String], atOnce: Int, pin: String) async throws -> [String: Int] {
    let tally = Tally(ids)
    try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<atOnce {
            group.addTask {
                while let id = await tally.next() {
                    do {
                        try await client.setTwoStepPin(phoneNumberID: id, pin: pin)
                        await tally.count("\(id) ok")
                    } catch let error as TwoStepError {
                        await tally.count("\(id) \(error.kind.rawValue) \(error.outcome.rawValue)")
                    }
                }
            }
        }
        try await group.waitForAll()
    }
    return await tally.counts
}

private actor Tally {
    private var rest: ArraySlice<String>
    private(set) var counts: [String: Int] = [:]

    init(_ ids: [String]) { rest = ids[...] }

    func next() -> String? { rest.popFirst() }

    func count(_ end: String) { counts[end, default: 0] += 1 }
}
