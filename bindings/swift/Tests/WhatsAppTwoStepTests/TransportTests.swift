import Foundation
import Testing
import WhatsAppTwoStep

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A user's own transport, and what the one that ships makes of a network that fails.
@Suite struct TransportTests {
    @Test func setsThePinOverAnotherStack() async throws {
        let own = Does { request in
            var out = URLRequest(url: URL(string: request.url)!)
            out.httpMethod = request.method
            out.httpBody = request.body
            request.headers.forEach { out.setValue($1, forHTTPHeaderField: $0) }
            let (data, answer) = try await URLSession.shared.data(for: out)
            return TransportResponse(status: (answer as! HTTPURLResponse).statusCode, body: data)
        }
        try await client(transport: own).setTwoStepPin(phoneNumberID: "106540352242013", pin: pin)
        #expect(try await Sandbox.pin("106540352242013") == pin)
    }

    private func thrown(_ error: any Error) async throws -> TwoStepError {
        try await failure { try await offline { _ in throw error }.setTwoStepPin(phoneNumberID: id, pin: pin) }
    }

    struct Boom: Error, Equatable { let what: String }

    @Test func whateverItThrowsIsTheCause() async throws {
        let error = try await thrown(Boom(what: "boom"))
        #expect(error.kind == .connectionFailed && error.outcome == .unknown)
        #expect(error.cause as? Boom == Boom(what: "boom"))
        let odd = try await thrown(CancellationError()) // of its own: nobody cancelled
        #expect(odd.kind == .connectionFailed && odd.cause is CancellationError)
    }

    @Test func theCauseIsOfTheLastAttempt() async throws {
        let transport = Does { request in
            if request.attemptNumber == 1 { throw Boom(what: "boom") }
            return TransportResponse(status: 99, body: Data())
        }
        let client = try TwoStepClient(accessToken: token, maxRetries: 1, transport: transport)
        let error = try await failure { try await client.setTwoStepPin(phoneNumberID: id, pin: pin) }
        #expect(error.attempts == 2 && error.kind == .unexpectedResponse && error.cause is TransportError, "\(error.cause as Any)")
    }

    @Test func itCanSayMore() async throws {
        let refused = try await thrown(TransportError.connection(Boom(what: "refused"), beforeSending: true))
        #expect(refused.outcome == .notSent && refused.cause as? Boom == Boom(what: "refused"))
        let untrusted = try await thrown(TransportError.connection(beforeSending: true, reason: .tls, isLasting: true))
        #expect(untrusted.reason == .tls && !untrusted.isRetryable && untrusted.message.contains("not trusted"), "\(untrusted)")
        for reason in TwoStepError.Reason.allCases {
            #expect(try await thrown(TransportError.connection(reason: reason)).reason == reason)
        }
        #expect(try await thrown(TransportError.timeout()).kind == .timedOut)
        #expect(try await thrown(TransportError.bodyTooLarge(httpStatus: 204)).httpStatus == 204)
        #expect(try await thrown(TransportError.malformed()).kind == .unexpectedResponse)
        let fault = try await thrown(TransportError.programFault(Boom(what: "nil")))
        #expect(fault.kind == .connectionFailed && !fault.isRetryable && fault.cause as? Boom == Boom(what: "nil"))
    }

    @Test func aCauseThatRepeatsASecretIsCleaned() async throws {
        struct Outer: Error { let inner: Boom }
        struct Bridged: CustomNSError { var errorUserInfo: [String: Any] { ["request": "Bearer \(token)"] } }
        let originals: [any Error] = [
            Boom(what: "Authorization: Bearer \(token)"), Outer(inner: Boom(what: "{\"pin\":\"\(pin)\"}")), Bridged(),
        ]
        for original in originals + originals.map({ TransportError.timeout($0) }) {
            let error = try await thrown(original)
            expectHidden(error, pin, token)
            expectHidden(error.cause!, pin, token)
            #expect(error.cause is TransportError && "\(error.cause!)".contains(/Boom|Bridged/))
        }
    }

    @Test func oddAnswersAreCheckedLikeAServers() async throws {
        let success = Data(#"{"success":true}"#.utf8)
        var odd = [-1, 0, 99, 1000, 70_000, Int.max].map { TransportResponse(status: $0, body: success) }
        odd.append(TransportResponse(status: 200, headers: ["bad name": "x"], body: success))
        odd.append(TransportResponse(status: 200, headers: ["x": "a\r\nb"], body: success))
        let many = Dictionary(uniqueKeysWithValues: (0..<70).map { ("x-\($0)", String(repeating: "y", count: 1_000)) })
        odd.append(TransportResponse(status: 200, headers: many, body: success))
        odd.append(TransportResponse(status: 200, body: Data(repeating: 32, count: 65_537)))
        for answer in odd {
            let error = try await failure { try await offline { _ in answer }.setTwoStepPin(phoneNumberID: id, pin: pin) }
            #expect(error.kind == .unexpectedResponse, "\(answer): \(error)")
        }
        expectHidden(TransportResponse(status: 200, headers: ["x": token], body: Data(pin.utf8)), token, pin)
    }

    /// A socket that takes connections and says nothing.
    private func silentPort() -> (port: UInt16, close: () -> Void) {
        #if canImport(Glibc)
            let kind = Int32(SOCK_STREAM.rawValue)
        #else
            let kind = SOCK_STREAM
        #endif
        let handle = socket(AF_INET, kind, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(handle, $0, length)
                _ = listen(handle, 16)
                _ = getsockname(handle, $0, &length)
            }
        }
        return (UInt16(bigEndian: address.sin_port), { close(handle) })
    }

    private func at(_ url: String, connectTimeout: Duration? = nil) async throws -> TwoStepError {
        let client = try TwoStepClient(
            accessToken: token, baseURL: url, timeout: .seconds(5), connectTimeout: connectTimeout, maxRetries: 0
        )
        return try await failure { try await client.setTwoStepPin(phoneNumberID: id, pin: pin) }
    }

    @Test func nothingIsSentWithoutAConnection() async throws {
        let (port, close) = silentPort()
        close()
        let refused = try await at("http://127.0.0.1:\(port)")
        #expect(refused.kind == .connectionFailed && refused.outcome == .notSent && refused.cause is URLError, "\(refused)")
        #expect(refused.reason == .refused && refused.message.contains("refused"), "\(refused)")
        let unknown = try await at("https://no-such-host.invalid")
        #expect(unknown.kind == .connectionFailed && unknown.outcome == .notSent && unknown.reason == .dns, "\(unknown)")
        let noTLS = try await at(Sandbox.url.replacingOccurrences(of: "http:", with: "https:"))
        #expect(noTLS.kind == .connectionFailed && noTLS.outcome == .notSent && noTLS.reason == .tls && noTLS.isRetryable, "\(noTLS)")
    }

    #if os(Linux) || os(macOS)
        private static let openssl = "/usr/bin/openssl"

        @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: openssl)))
        func aCertificateThatIsNotTrustedIsNotTriedAgain() async throws {
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let (port, close) = silentPort()
            close()
            let both = ["-subj", "/CN=localhost", "-keyout", "key", "-out", "certificate"]
            try openssl(["req", "-x509", "-newkey", "rsa:2048", "-nodes"] + both, in: folder).waitUntilExit()
            let server = try openssl(["s_server", "-accept", "\(port)", "-key", "key", "-cert", "certificate", "-quiet"], in: folder)
            defer { kill(server.processIdentifier, SIGKILL) } // a child of a test may have SIGTERM blocked
            let client = try TwoStepClient(accessToken: token, baseURL: "https://localhost:\(port)", timeout: .seconds(10))
            for _ in 0..<100 { // until it listens
                let early = try await failure { try await client.setTwoStepPin(phoneNumberID: id, pin: pin, maxRetries: 0) }
                guard early.reason == .refused else { break }
                try await Task.sleep(for: .milliseconds(50))
            }
            let error = try await failure { try await client.setTwoStepPin(phoneNumberID: id, pin: pin) }
            #expect(error.kind == .connectionFailed && error.outcome == .notSent && error.reason == .tls, "\(error)")
            #expect(error.attempts == 1 && !error.isRetryable && error.message.contains("not trusted"), "\(error)")
        }

        private func openssl(_ arguments: [String], in folder: URL) throws -> Process {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: Self.openssl)
            process.arguments = arguments
            process.currentDirectoryURL = folder
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            return process
        }
    #endif

    /// A URLError knows its URL, and the URL has the proof.
    @Test func theProofShowsInNoError() async throws {
        let (port, close) = silentPort()
        close()
        let client = try TwoStepClient(
            accessToken: token, appSecret: "sandbox-app-secret", baseURL: "http://127.0.0.1:\(port)", maxRetries: 0
        )
        let error = try await failure { try await client.setTwoStepPin(phoneNumberID: id, pin: pin) }
        let proof = "147f8d98f0ad6356fb790dbde9f811dcdba30c85189d626a7c10326d35ae9984"
        expectHidden(error, proof, "sandbox-app-secret", token, pin)
        let echo = try TwoStepClient(
            accessToken: token, appSecret: "sandbox-app-secret", maxRetries: 0,
            transport: Does { throw URLError(.badURL, userInfo: [NSURLErrorFailingURLStringErrorKey: $0.url]) }
        )
        let repeated = try await failure { try await echo.setTwoStepPin(phoneNumberID: id, pin: pin) }
        expectHidden(repeated, proof)
        #expect(!(repeated.cause is URLError))
    }

    @Test func connectingHasATimeLimitWithTLSInIt() async throws {
        let (port, close) = silentPort()
        defer { close() }
        let error = try await at("https://127.0.0.1:\(port)", connectTimeout: .milliseconds(400))
        #expect(error.kind == .timedOut && error.outcome == .notSent && error.reason == .connecting && error.isRetryable, "\(error)")
    }

    @Test func aConfigurationOfOnesOwnIsUsedAndKept() async throws {
        let mine = URLSessionConfiguration.default
        mine.httpAdditionalHeaders = ["X-Mine": "yes"]
        let session = URLSession(configuration: mine)
        try await client(transport: URLSessionTransport(session: session)).setTwoStepPin(phoneNumberID: "106540352242014", pin: pin)
        let requests = try await Sandbox.get("requests").list
        let request = try #require(requests.last { $0["path"]?.text?.hasSuffix("106540352242014") == true })
        #expect(request["headers"]!.list.contains { $0.list[0].text == "X-Mine" })
        #expect(mine.httpMaximumConnectionsPerHost == 6)
    }

    /// Answers what its session asks for.
    private final class Stub: URLProtocol {
        override class func canInit(with request: URLRequest) -> Bool { true }
        override class func canonicalRequest(for request: URLRequest) -> URLRequest { request }
        override func startLoading() {
            let response = HTTPURLResponse(url: request.url!, statusCode: 200, httpVersion: nil, headerFields: ["x-fb-request-id": "stub"])!
            client?.urlProtocol(self, didReceive: response, cacheStoragePolicy: .notAllowed)
            client?.urlProtocol(self, didLoad: Data(#"{"success":true}"#.utf8))
            client?.urlProtocolDidFinishLoading(self)
        }
        override func stopLoading() {}
    }

    @Test func aStubInTheConfigurationIsUsed() async throws {
        let mine = URLSessionConfiguration.ephemeral
        mine.protocolClasses = [Stub.self]
        let client = try TwoStepClient(accessToken: token, transport: URLSessionTransport(configuration: mine))
        #expect(try await client.setTwoStepPin(phoneNumberID: id, pin: pin).traceID == "stub")
    }

    @Test func aTransportCanBeDroppedWithItsClient() async throws {
        for number in 10..<30 {
            try await client().setTwoStepPin(phoneNumberID: "1065403522421\(number)", pin: pin)
        }
    }
}
