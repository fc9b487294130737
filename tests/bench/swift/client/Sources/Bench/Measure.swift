import Foundation

/// Calls after which memory is looked at, beside the end.
private let memoryAt = 100

/// As the harness reads it; what is absent, is left out.
struct Figures: Encodable {
    let peer, version: String
    let calls, concurrency: Int
    var wall_s = 0.0, cpu_s = 0.0
    var median_us, p99_us: Double?
    var import_ms = 0.0 // linked: it is there when the program starts
    var first_call_ms: Double?
    var rss_import_kb = memoryKB("VmRSS")
    var rss_100_kb, rss_end_kb, peak_kb: Int?
}

/// Makes the calls, first those that warm up, then those that count; the first of all is timed apart.
func measure(_ arguments: Arguments, _ name: String, _ peer: Peer) async throws -> Figures {
    var figures = Figures(peer: name, version: peer.version, calls: arguments.calls, concurrency: arguments.concurrency)
    let total = arguments.warmup + arguments.calls
    let ends = arguments.calls > 0 ? Set([1, memoryAt, arguments.warmup, total]).filter { 1...total ~= $0 }.sorted() : []
    var times: [Double] = []
    let began = Moment()
    let call = try peer.connect(arguments)
    for (start, end) in zip([0] + ends, ends) {
        let before = Moment()
        let taken = try await many(call, end - start, atOnce: arguments.concurrency)
        let after = Moment()
        if start >= arguments.warmup {
            figures.wall_s += (after.wall - before.wall).seconds
            figures.cpu_s += (after.cpu - before.cpu).seconds
            times += taken
        }
        if end == 1 {
            figures.first_call_ms = (after.wall - began.wall).seconds * 1e3
            if arguments.warmup == 0 { try FileHandle.standardOutput.write(contentsOf: Data("answered\n".utf8)) }
        }
        if end == memoryAt { figures.rss_100_kb = memoryKB("VmRSS") }
    }
    figures.rss_end_kb = memoryKB("VmRSS")
    figures.peak_kb = memoryKB("VmHWM")
    times.sort()
    func quantile(_ part: Double) -> Double? { times.isEmpty ? nil : times[Int(Double(times.count - 1) * part)] * 1e6 }
    figures.median_us = quantile(0.5)
    figures.p99_us = quantile(0.99)
    return figures
}

/// Shares the calls out to as many tasks as may call at once; gives back how many seconds each call took.
private func many(_ call: @escaping Call, _ calls: Int, atOnce: Int) async throws -> [Double] {
    try await withThrowingTaskGroup(of: [Double].self) { group in
        for worker in 0..<min(calls, atOnce) {
            let share = calls / atOnce + (worker < calls % atOnce ? 1 : 0)
            group.addTask {
                var times: [Double] = []
                for _ in 0..<share { times.append(try await ContinuousClock().measure(call).seconds) }
                return times
            }
        }
        return try await group.reduce(into: []) { $0 += $1 }
    }
}

/// The time, and the CPU that this process has used, user and system.
private struct Moment {
    let wall = ContinuousClock.now
    let cpu: Duration

    init() {
        var used = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used)
        cpu = .seconds(used.tv_sec) + .nanoseconds(used.tv_nsec)
    }
}

extension Duration {
    fileprivate var seconds: Double { self / .seconds(1) }
}

/// From Linux, where the file is.
private func memoryKB(_ name: String) -> Int? {
    let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    return status?.split(separator: "\n").first { $0.hasPrefix(name) }.flatMap { Int($0.filter(\.isNumber)) }
}
