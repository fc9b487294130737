import WhatsAppTwoStep

/// What there is beside the call: an account's numbers, and PINs that are drawn.
struct Reading: Decodable {
    let numbers: String
    let settings: Call.Settings

    @MainActor func run(_ client: TwoStepClient) async throws -> [String: Any] {
        var (found, end): ([PhoneNumber], TwoStepError?) = ([], nil)
        do {
            for try await number in client.phoneNumbers(wabaID: numbers) { found.append(number) }
        } catch let error as TwoStepError {
            end = error
        }
        return [
            "count": found.count, "first": orNull(found.first.map { fields($0) }), "error": orNull(end.map { fields($0) }),
            "shown": "\(found.prefix(3))",
        ]
    }
}

private func fields(_ number: PhoneNumber) -> [String: Any] {
    [
        "id": number.id,
        "display_phone_number": orNull(number.displayPhoneNumber),
        "verified_name": orNull(number.verifiedName),
        "pin": number.pin.rawValue,
        "status": orNull(number.status),
        "code_verification_status": orNull(number.codeVerificationStatus),
        "name_status": orNull(number.nameStatus),
        "platform_type": orNull(number.platformType),
    ]
}

struct Drawing: Decodable {
    let draw: Int
    let weak: [String]

    func run() throws -> [String: Any] {
        ["pins": try (0..<draw).map { _ in try generatePin() }, "weak": try weak.map { try isWeakPin($0) }]
    }
}
