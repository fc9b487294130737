/// Holds the first of several values for the one task that waits for it.
struct First<Value: Sendable>: Sendable {
    private let values: AsyncStream<Value>
    private let end: AsyncStream<Value>.Continuation

    init() {
        (values, end) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1))
    }

    func put(_ value: Value) {
        end.yield(value)
        end.finish()
    }

    /// From now on no value counts.
    func close() {
        end.finish()
    }

    /// Nothing if it was closed before a value came, or if the task that waits is cancelled.
    var value: Value? {
        get async {
            for await value in values { return value }
            return nil
        }
    }
}
