import Foundation

/// `PEER --url URL --calls N --concurrency C [--warmup W] [--ca FILE]`, or `--list`.
@main struct Main {
    static func main() async throws {
        let given = Array(CommandLine.arguments.dropFirst())
        guard let name = given.first, name != "--list" else {
            return try say(peers.map { Listed(peer: $0.key, version: $0.value.version, ours: $0.value.isOurs) })
        }
        guard let peer = peers.first(where: { $0.key == name })?.value else { fatalError("error: no peer \(name); see --list") }
        try await say(measure(Arguments(given.dropFirst()), name, peer))
    }
}

struct Arguments {
    let url: String
    let calls, concurrency, warmup: Int

    /// Where the certificate is, is said to scripts/swift: no session takes it.
    init(_ given: ArraySlice<String>) {
        func value(_ name: String) -> String? { given.firstIndex(of: name).map { given[$0 + 1] } }
        url = value("--url")!
        calls = Int(value("--calls")!)!
        concurrency = Int(value("--concurrency")!)!
        warmup = Int(value("--warmup") ?? "0")!
    }
}

struct Listed: Encodable {
    let peer, version: String
    let ours: Bool
    var style = "async"
    /// On Linux URLSession trusts the system's roots, and takes no others: scripts/swift adds them where it has a root of its own.
    var tls = ProcessInfo.processInfo.environment["HAS_ROOT_CERTIFICATES"] != nil
}

/// Not print, which keeps the line back where the output is no terminal.
func say(_ value: some Encodable) throws {
    try FileHandle.standardOutput.write(contentsOf: JSONEncoder().encode(value) + [10])
}
