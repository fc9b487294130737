import Foundation
internal import TwoStepFFI

/// Sets the two-step verification PIN of WhatsApp Business phone numbers, and reads which of them have one.
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
/// - Warning: Never ship a system user's token in an app: any user can extract it. On a phone, call your
///   own backend, and let it make this call; or set `baseURL` to your backend and use a short-lived token of your own.
public struct TwoStepClient: Sendable {
    private var core: CoreClient
    private var driver: Driver

    /// Checks the settings and makes a client. No I/O.
    ///
    /// - Parameters:
    ///   - accessToken: A token with the permissions `whatsapp_business_management` and `whatsapp_business_messaging`.
    ///   - appSecret: Adds `appsecret_proof` to each request. Like the token, it has no place in an app.
    ///   - baseURL: Where the Graph API is, by https: a `String` or a `URL`. Default `https://graph.facebook.com`.
    ///   - allowHTTP: Plain http also to a host name without a dot, or a private address. Token and PIN go in the clear.
    ///   - apiVersion: The API's version. Default `v24.0`.
    ///   - timeout: How long the whole call may take: every attempt and every wait between them. Default 30 s.
    ///   - connectTimeout: How long connecting may take, TCP and TLS, in one attempt. Default 10 s.
    ///   - maxRetries: How many times a call is repeated at most. Default 2; 0 turns retries off.
    ///   - maxInFlight: How many calls may be under way at once. Default 256; more wait their turn, within their `timeout`.
    ///   - transport: Another way to the server than `URLSession`, such as a stand-in for tests.
    /// - Throws: ``TwoStepError`` of the kind `invalidConfiguration`, whose message names the setting.
    public init(
        accessToken: String,
        appSecret: String? = nil,
        baseURL: (any BaseURLConvertible)? = nil,
        allowHTTP: Bool = false,
        apiVersion: String? = nil,
        timeout: Duration? = nil,
        connectTimeout: Duration? = nil,
        maxRetries: Int? = nil,
        maxInFlight: Int? = nil,
        transport: (any Transport)? = nil
    ) throws(TwoStepError) {
        let settings = Settings(
            language: .swift, accessToken: accessToken, appSecret: appSecret, baseUrl: baseURL?.baseURLText, allowHttp: allowHTTP,
            apiVersion: apiVersion, timeout: timeout?.inSeconds, connectTimeout: connectTimeout?.inSeconds,
            maxRetries: maxRetries.map(Int64.init), maxInFlight: maxInFlight.map(Int64.init)
        )
        try self.init(settings, transport)
    }

    /// A client for the token in `WHATSAPP_ACCESS_TOKEN`, with `WHATSAPP_APP_SECRET`, `WHATSAPP_BASE_URL` and
    /// `WHATSAPP_API_VERSION` if they are set. For a server or a command; an app has no such environment.
    ///
    /// - Throws: ``TwoStepError`` of the kind `invalidConfiguration`, whose message names the setting.
    public static func fromEnvironment(
        allowHTTP: Bool = false,
        timeout: Duration? = nil,
        connectTimeout: Duration? = nil,
        maxRetries: Int? = nil,
        maxInFlight: Int? = nil,
        transport: (any Transport)? = nil
    ) throws(TwoStepError) -> Self {
        let settings = Settings(
            language: .swift, accessToken: nil, appSecret: nil, baseUrl: nil, allowHttp: allowHTTP,
            apiVersion: nil, timeout: timeout?.inSeconds, connectTimeout: connectTimeout?.inSeconds,
            maxRetries: maxRetries.map(Int64.init), maxInFlight: maxInFlight.map(Int64.init)
        )
        return try Self(settings, transport)
    }

    private init(_ settings: Settings, _ transport: (any Transport)?) throws(TwoStepError) {
        core = try CoreClient(openClient(settings: settings))
        driver = Driver(transport: transport ?? URLSessionTransport(), turns: Turns(core.maxInFlight))
    }

    /// A client for another token, with the same settings and over the same connections: one token for each of your customers.
    /// The calls of both count for `maxInFlight`.
    ///
    /// - Throws: ``TwoStepError`` of the kind `invalidConfiguration` if it can't be a token.
    public func withAccessToken(_ accessToken: String) throws(TwoStepError) -> Self {
        var other = self
        other.core = try CoreClient(TwoStepFFI.withAccessToken(client: core.number, accessToken: accessToken))
        return other
    }

    /// A client that tells of each attempt's end, for logs and metrics. The listener runs in the call's task, so it must be quick.
    public func withListener(_ listener: @escaping @Sendable (AttemptEnd) -> Void) -> Self {
        var other = self
        other.driver.listener = listener
        return other
    }

    /// A client whose deadlines, and waits between attempts, go by another clock: one that a test moves on.
    public func withClock(_ clock: some Clock<Duration>) -> Self {
        var other = self
        other.driver.clock = clock
        return other
    }

    /// Sets the number's PIN. Setting the same PIN again is safe.
    ///
    /// Cancelling the task stops the call and closes its request.
    ///
    /// - Parameters:
    ///   - phoneNumberID: The number's ID, as from `GET /{WABA_ID}/phone_numbers`; not the phone number itself.
    ///   - pin: Six digits, as text: a number would lose a leading zero.
    ///   - timeout: For this call, instead of the client's, by default 30 s.
    ///   - maxRetries: For this call, instead of the client's, by default 2.
    /// - Throws: ``TwoStepError`` if the PIN was not set, or that isn't known: its `outcome` says which PIN holds.
    ///   `CancellationError` if the task was cancelled.
    @discardableResult
    public func setTwoStepPin(
        phoneNumberID: String,
        pin: String,
        timeout: Duration? = nil,
        maxRetries: Int? = nil
    ) async throws -> SetTwoStepPinResponse {
        let work = Work.setTwoStepPin(phoneNumberId: phoneNumberID, pin: pin)
        guard case .succeeded(let response) = try await drive(work, timeout, maxRetries) else { preconditionFailure("no response") }
        return SetTwoStepPinResponse(response)
    }

    /// Reads the numbers of a WhatsApp business account: which of them have a PIN?
    ///
    /// ```swift
    /// for try await number in client.phoneNumbers(wabaID: "102290129340398") where number.pin == .notSet {
    ///     print(number.id, number.displayPhoneNumber ?? "")
    /// }
    /// ```
    ///
    /// Page after page, each of a hundred numbers, is read as its numbers are asked for. Leaving the loop ends the reading, and so does
    /// cancelling the task, which closes the request.
    ///
    /// - Parameters:
    ///   - wabaID: The account's ID.
    ///   - timeout: For each page, instead of the client's, by default 30 s.
    ///   - maxRetries: For each page, instead of the client's, by default 2.
    /// - Returns: A sequence that ends with a ``TwoStepError`` if a page can't be read; its `outcome` is `notSent`, as no PIN was.
    public func phoneNumbers(wabaID: String, timeout: Duration? = nil, maxRetries: Int? = nil) -> PhoneNumbers {
        PhoneNumbers { from in
            let work = Work.readPhoneNumbers(wabaId: wabaID, from: from)
            guard case .read(let page) = try await drive(work, timeout, maxRetries) else { preconditionFailure("no page") }
            return page
        }
    }

    private func drive(_ work: Work, _ timeout: Duration?, _ maxRetries: Int?) async throws -> Step {
        let beginning = Beginning(
            client: core.number,
            work: work,
            timeout: timeout?.inSeconds,
            maxRetries: maxRetries.map(Int64.init),
            seed: .random(in: 0...(.max))
        )
        return try await driver.drive(beginning)
    }
}

/// The core's client, which is there as long as a copy of ours is.
private final class CoreClient: Sendable {
    let number: UInt64
    let maxInFlight: Int

    init(_ opening: Opening) throws(TwoStepError) {
        switch opening {
        case .open(let client, let maxInFlight): (number, self.maxInFlight) = (client, Int(maxInFlight))
        case .refused(let failure): throw TwoStepError(failure)
        }
    }

    deinit {
        closeClient(client: number)
    }
}

extension TwoStepClient: CustomReflectable {
    /// Nothing to see: `dump` would walk into what a transport holds.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// A `String` or a `URL`.
public protocol BaseURLConvertible: Sendable {
    /// The URL as text.
    var baseURLText: String { get }
}

extension String: BaseURLConvertible {
    /// The text itself.
    public var baseURLText: String { self }
}

extension URL: BaseURLConvertible {
    /// The absolute URL.
    public var baseURLText: String { absoluteString }
}
