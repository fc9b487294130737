/// What ``TwoStepClient`` does: for code that is to work with a stand-in too, as in tests.
///
/// ```swift
/// struct Refuses: TwoStepPinSetting {
///     func setTwoStepPin(
///         phoneNumberID: String, pin: String, timeout: Duration?, maxRetries: Int?
///     ) async throws -> SetTwoStepPinResponse {
///         throw TwoStepError(kind: .pinRejected)
///     }
/// }
/// ```
public protocol TwoStepPinSetting: Sendable {
    /// Sets the number's PIN: see ``TwoStepClient/setTwoStepPin(phoneNumberID:pin:timeout:maxRetries:)``.
    @discardableResult
    func setTwoStepPin(
        phoneNumberID: String, pin: String, timeout: Duration?, maxRetries: Int?
    ) async throws -> SetTwoStepPinResponse
}

extension TwoStepPinSetting {
    /// Sets the number's PIN, with the client's own limits.
    @discardableResult
    public func setTwoStepPin(phoneNumberID: String, pin: String) async throws -> SetTwoStepPinResponse {
        try await setTwoStepPin(phoneNumberID: phoneNumberID, pin: pin, timeout: nil, maxRetries: nil)
    }
}

extension TwoStepClient: TwoStepPinSetting {}
