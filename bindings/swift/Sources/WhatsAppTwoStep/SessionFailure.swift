import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// What `URLSession` failed with, and what that means.
struct SessionFailure {
    private let error: any Error
    private let code: URLError.Code?
    /// On Linux most errors have one code, and curl says in words what came.
    private let words: String
    /// Did an answer begin?
    private let hasResponse: Bool

    init(_ error: any Error, hasResponse: Bool) {
        self.error = error
        self.hasResponse = hasResponse
        code = (error as? URLError)?.code
        words = ((error as NSError).userInfo[NSLocalizedDescriptionKey] as? String ?? "").lowercased()
    }

    func told(hasDeparted: Bool, gaveUp: Bool) -> TransportError {
        if gaveUp || code == .timedOut { return .timeout(error, beforeSending: !hasDeparted) }
        if hasDeparted && isNoHTTP { return .malformed(error) }
        return .connection(error, beforeSending: !hasDeparted, reason: reason, isLasting: isLasting)
    }

    private var isNoHTTP: Bool {
        #if canImport(FoundationNetworking)
            // Here badServerResponse is a connection that closed without a byte.
            return code == .unsupportedURL || says("http/0.9", "header", "chunk")
        #else
            return code == .cannotParseResponse || code == .badServerResponse || code == .cannotDecodeRawData
                || code == .cannotDecodeContentData
        #endif
    }

    private var reason: TwoStepError.Reason {
        if isOfProxy(306...310) || says("proxy", "connect tunnel") { return .proxy }
        if says("too many open files", "couldn't open socket") { return .noDescriptors }
        return switch code {
        case .cannotFindHost, .dnsLookupFailed: .dns
        case .cannotConnectToHost: says("no route", "unreachable") ? .unreachable : .refused
        case .notConnectedToInternet, .internationalRoamingOff, .callIsActive, .dataNotAllowed: .unreachable
        case .secureConnectionFailed, .clientCertificateRejected, .clientCertificateRequired: .tls
        case .networkConnectionLost: says("reset") ? .reset : .closed
        case .badServerResponse: .closed
        default: isUntrusted || says("ssl", "tls", "certificate") ? .tls : hasResponse ? .closed : .other
        }
    }

    private var isLasting: Bool { isUntrusted || isOfProxy(307...307) || says("response 407") }

    private var isUntrusted: Bool {
        let codes: [URLError.Code?] = [
            .serverCertificateUntrusted, .serverCertificateHasBadDate, .serverCertificateHasUnknownRoot,
            .serverCertificateNotYetValid,
        ]
        return codes.contains(code) || says("certificate problem", "certificate subject name")
    }

    /// Apple's errors of a proxy, from kCFErrorHTTPProxyConnectionFailure (306) on; 307 is kCFErrorHTTPBadProxyCredentials.
    private func isOfProxy(_ codes: ClosedRange<Int>) -> Bool {
        let error = error as NSError
        let errors = [error, error.userInfo[NSUnderlyingErrorKey] as? NSError].compactMap { $0 }
        return errors.contains { $0.domain == "kCFErrorDomainCFNetwork" && codes.contains($0.code) }
    }

    private func says(_ words: String...) -> Bool { words.contains { self.words.contains($0) } }
}
