/// An error beside the data: always equal, so that the compiler can compare the rest.
struct NotData: Sendable, Equatable {
    var error: (any Error)?

    static func == (_: Self, _: Self) -> Bool { true }
}

// Times are seconds, as in the JSON of the other languages. The compiler's own code for Codable finds these two.
extension KeyedEncodingContainer {
    mutating func encodeIfPresent(_ time: Duration?, forKey key: Key) throws {
        try encodeIfPresent(time?.inSeconds, forKey: key)
    }
}

extension KeyedDecodingContainer {
    func decodeIfPresent(_: Duration.Type, forKey key: Key) throws -> Duration? {
        try decodeIfPresent(Double.self, forKey: key).map { .seconds($0) }
    }
}

extension Duration {
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }

    var inNanoseconds: UInt64 {
        UInt64(max(0, components.seconds)) * 1_000_000_000 + UInt64(max(0, components.attoseconds) / 1_000_000_000)
    }
}
