import Observation
import WhatsAppTwoStep

/// What the screen shows. It holds no PIN.
public enum PinState: Equatable, Sendable {
    case editing
    case saving
    case saved
    /// `isInDoubt`: either PIN may hold; the button says "Try again", and sends the same PIN.
    case failed(message: String, hint: String, isInDoubt: Bool)
}

/// Sets the PIN of one number. The client is one of your own backend's: `TwoStepClient(accessToken: shortLived, baseURL: backend)`.
/// Meta's token has no place in an app.
@MainActor @Observable
public final class PinModel {
    public private(set) var state = PinState.editing
    private let client: any TwoStepPinSetting
    private let phoneNumberID: String
    private var isInDoubt = false

    public init(client: any TwoStepPinSetting, phoneNumberID: String) {
        self.client = client
        self.phoneNumberID = phoneNumberID
    }

    public func save(pin: String) async {
        guard state != .saving else { return } // a second tap
        state = .saving
        do {
            try await client.setTwoStepPin(phoneNumberID: phoneNumberID, pin: pin)
            isInDoubt = false
            state = .saved
        } catch let error as TwoStepError {
            // An earlier call's doubt lasts until one succeeds: a refusal now says nothing of it.
            isInDoubt = isInDoubt || error.outcome == .unknown
            state = .failed(message: error.message, hint: error.hint, isInDoubt: isInDoubt)
        } catch { // the task was cancelled: the PIN may have been set
            isInDoubt = true
            state = .editing
        }
    }
}
