internal import TwoStepFFI

/// A number of a WhatsApp business account, as the server tells of it. What it didn't say is absent; a value that isn't known here is
/// kept as it came.
public struct PhoneNumber: Sendable, Hashable, Codable, Identifiable {
    /// The ID that ``TwoStepClient/setTwoStepPin(phoneNumberID:pin:timeout:maxRetries:)`` takes.
    public let id: String
    /// The number as people write it.
    public let displayPhoneNumber: String?
    /// The name that users see.
    public let verifiedName: String?
    /// Has it a PIN?
    public let pin: PinState
    /// Such as `CONNECTED`.
    public let status: String?
    /// Was the number's owner checked: `VERIFIED`, `NOT_VERIFIED`, `EXPIRED`. It says nothing about the PIN.
    public let codeVerificationStatus: String?
    /// Such as `APPROVED`.
    public let nameStatus: String?
    /// Such as `CLOUD_API`.
    public let platformType: String?

    /// For a stand-in in your tests: a number as the client gives it.
    public init(
        id: String, displayPhoneNumber: String? = nil, verifiedName: String? = nil, pin: PinState = .unknown, status: String? = nil,
        codeVerificationStatus: String? = nil, nameStatus: String? = nil, platformType: String? = nil
    ) {
        self.id = id
        self.displayPhoneNumber = displayPhoneNumber
        self.verifiedName = verifiedName
        self.pin = pin
        self.status = status
        self.codeVerificationStatus = codeVerificationStatus
        self.nameStatus = nameStatus
        self.platformType = platformType
    }

    private enum CodingKeys: String, CodingKey {
        case id, pin, status
        case displayPhoneNumber = "display_phone_number"
        case verifiedName = "verified_name"
        case codeVerificationStatus = "code_verification_status"
        case nameStatus = "name_status"
        case platformType = "platform_type"
    }

    init(_ number: TwoStepFFI.PhoneNumber) {
        self.init(
            id: number.id, displayPhoneNumber: number.displayPhoneNumber, verifiedName: number.verifiedName,
            pin: PinState(number.pin), status: number.status, codeVerificationStatus: number.codeVerificationStatus,
            nameStatus: number.nameStatus, platformType: number.platformType
        )
    }
}

/// Does a number have a two-step verification PIN? The raw value is the stable spelling.
public enum PinState: String, Sendable, CaseIterable, Codable {
    /// It has one; which, the server never says.
    case set
    /// It has none.
    case notSet = "not_set"
    /// The server didn't say: the field is undocumented.
    case unknown

    init(_ state: TwoStepFFI.PinState) {
        self =
            switch state {
            case .set: .set
            case .notSet: .notSet
            case .unknown: .unknown
            }
    }
}
