internal import TwoStepFFI

/// An account's numbers, page after page as they are asked for. See ``TwoStepClient/phoneNumbers(wabaID:timeout:maxRetries:)``.
///
/// Each iterator reads from the first page on.
public struct PhoneNumbers: AsyncSequence, Sendable {
    let read: @Sendable (_ from: String?) async throws -> Page

    /// An iterator, which has read nothing yet.
    public func makeAsyncIterator() -> Iterator { Iterator(read: read) }

    /// Reads on when the numbers of a page are used up.
    public struct Iterator: AsyncIteratorProtocol, Sendable {
        let read: @Sendable (_ from: String?) async throws -> Page
        private var numbers: ArraySlice<PhoneNumber> = []
        private var from: String?
        private var isOver = false

        init(read: @escaping @Sendable (_ from: String?) async throws -> Page) { self.read = read }

        /// The next number; nothing after the last one, and after an error.
        ///
        /// - Throws: ``TwoStepError``; `CancellationError` if the task was cancelled.
        public mutating func next() async throws -> PhoneNumber? {
            while numbers.isEmpty {
                guard !isOver else { return nil }
                isOver = true // until there is a page
                let page = try await read(from)
                numbers = page.numbers.map(PhoneNumber.init)[...]
                (from, isOver) = (page.next, page.next == nil)
            }
            return numbers.popFirst()
        }
    }
}
