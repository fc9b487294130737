import Foundation
internal import TwoStepFFI

/// Sets the two-step verification PIN of WhatsApp Business phone numbers.
///
/// ```swift
/// let client = try TwoStepClient(accessToken: token)
/// try await client.setTwoStepPin(phoneNumberID: "106540352242922", pin: "012345")
/// ```
///
/// Cheap to copy and safe to share between tasks; make one and keep it, since it keeps its connections. Retries, the deadline
/// over the whole call and every rule come from a core that all languages share; HTTP goes through `URLSession`, or a
/// ``Transport`` of your own.
///
/// - Warning: A system user's token in an app is everyone's token: whoever has the app can take it out. On a phone, call your
///   own backend, and let it make this call; or set `baseURL` to your backend and use a short-lived token of your own.
public struct TwoStepClient: Sendable {
    private let core: CoreClient
    private let transport: any Transport

    /// Checks the settings and makes a client. No I/O.
    ///
    /// - Parameters:
    ///   - accessToken: A token with the permissions `whatsapp_business_management` and `whatsapp_business_messaging`.
    ///   - appSecret: Adds `appsecret_proof` to each request. Like the token, it has no place in an app.
    ///   - baseURL: Where the Graph API is, by https. Default `https://graph.facebook.com`.
    ///   - apiVersion: The API's version. Default `v24.0`.
    ///   - timeout: How long the whole call may take: every attempt and every wait between them. Default 30 s.
    ///   - connectTimeout: How long connecting may take, TCP and TLS, in one attempt. Default 10 s.
    ///   - maxRetries: How many times a call is repeated at most. Default 2; 0 turns retries off.
    ///   - transport: Another way to the server than `URLSession`, such as a stand-in for tests.
    /// - Throws: ``TwoStepError`` of the kind `invalidConfiguration`, whose message names the setting.
    public init(
        accessToken: String,
        appSecret: String? = nil,
        baseURL: String? = nil,
        apiVersion: String? = nil,
        timeout: Duration? = nil,
        connectTimeout: Duration? = nil,
        maxRetries: Int? = nil,
        transport: (any Transport)? = nil
    ) throws {
        let settings = Settings(
            language: .swift,
            accessToken: accessToken,
            appSecret: appSecret,
            baseUrl: baseURL,
            apiVersion: apiVersion,
            timeout: timeout?.inSeconds,
            connectTimeout: connectTimeout?.inSeconds,
            maxRetries: maxRetries.map(Int64.init)
        )
        switch openClient(settings: settings) {
        case .open(let number): core = CoreClient(number: number)
        case .refused(let failure): throw TwoStepError(failure)
        }
        self.transport = transport ?? URLSessionTransport()
    }

    /// Sets the number's PIN. Setting the same PIN again is safe.
    ///
    /// Cancelling the task stops the call and closes its request.
    ///
    /// - Parameters:
    ///   - phoneNumberID: The number's ID, as from `GET /{WABA_ID}/phone_numbers`; not the phone number itself.
    ///   - pin: Six digits, as text: a number would lose a leading zero.
    ///   - timeout: For this call, instead of the client's.
    ///   - maxRetries: For this call, instead of the client's.
    /// - Throws: ``TwoStepError`` if the PIN was not set, or that isn't known: its `outcome` says which PIN holds.
    ///   `CancellationError` if the task was cancelled.
    @discardableResult
    public func setTwoStepPin(
        phoneNumberID: String,
        pin: String,
        timeout: Duration? = nil,
        maxRetries: Int? = nil
    ) async throws -> SetTwoStepPinResponse {
        let beginning = Beginning(
            client: core.number,
            phoneNumberId: phoneNumberID,
            pin: pin,
            timeout: timeout?.inSeconds,
            maxRetries: maxRetries.map(Int64.init),
            seed: .random(in: 0...(.max))
        )
        return try await drive(beginning, over: transport)
    }
}

/// The core's client, which is there as long as a copy of ours is.
private final class CoreClient: Sendable {
    let number: UInt64

    init(number: UInt64) {
        self.number = number
    }

    deinit {
        closeClient(client: number)
    }
}

extension TwoStepClient: CustomReflectable {
    /// Nothing to see: `dump` would walk into what a transport holds.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension Duration {
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }

    var inNanoseconds: UInt64 {
        UInt64(components.seconds) * 1_000_000_000 + UInt64(components.attoseconds / 1_000_000_000)
    }
}
