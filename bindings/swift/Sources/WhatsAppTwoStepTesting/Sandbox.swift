// A phone or a watch starts no processes.
#if os(macOS) || os(Linux)
    import Foundation

    #if canImport(FoundationNetworking)
        import FoundationNetworking
    #endif

    /// A local stand-in for the Graph API, for your own tests: the command `whatsapp-two-step sandbox`, in a process of its own. It
    /// listens on a free port of 127.0.0.1, and any access token that begins with `EAA` is good.
    ///
    /// ```swift
    /// import WhatsAppTwoStep
    /// import WhatsAppTwoStepTesting
    ///
    /// let sandbox = try Sandbox()
    /// defer { sandbox.stop() }
    /// let client = try TwoStepClient(accessToken: "EAAtest", baseURL: sandbox.baseURL)
    /// _ = try await client.setTwoStepPin(phoneNumberID: "106540352242922", pin: "012345")
    /// print(try await sandbox.pin("106540352242922") ?? "none") // 012345
    /// ```
    ///
    /// Some phone number IDs and tokens bring out errors and faults of the network: `whatsapp-two-step sandbox --table` lists them.
    ///
    /// The command is the file that the environment variable `WHATSAPP_TWO_STEP_COMMAND` names, else the one on the `PATH`.
    public final class Sandbox: @unchecked Sendable { // all that changes is the process's own
        /// Where it listens: the `baseURL` of a client.
        public let baseURL: String
        private let process = Process()

        /// Starts it.
        ///
        /// From then on, clients of this program reach this machine alone, so that no test sets a real PIN: it sets
        /// `WHATSAPP_TWO_STEP_LOOPBACK_ONLY`, unless that is set already.
        ///
        /// - Parameter arguments: More flags of `whatsapp-two-step sandbox`, such as `"--numbers", "2500"`.
        /// - Throws: A ``SandboxError`` if the command isn't there, or doesn't start. It says what to do.
        public init(_ arguments: String...) throws {
            let (output, errors) = (Pipe(), Pipe())
            process.executableURL = try command()
            process.arguments = ["sandbox"] + arguments
            process.standardOutput = output
            process.standardError = errors
            try process.run()
            var said = Data()
            while !said.contains(UInt8(ascii: "\n")) {
                let more = output.fileHandleForReading.availableData
                if more.isEmpty { break }
                said += more
            }
            baseURL = String(decoding: said.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
            guard baseURL.hasPrefix("http://127.0.0.1:") else {
                let why = said.isEmpty ? errors.fileHandleForReading.readDataToEndOfFile() : said
                throw SandboxError(description: "`whatsapp-two-step sandbox` did not start. It said: \(String(decoding: why, as: UTF8.self))")
            }
            setenv("WHATSAPP_TWO_STEP_LOOPBACK_ONLY", "1", 0)
        }

        /// The PIN that a number holds now, or `nil` if it has none.
        public func pin(_ phoneNumberID: String) async throws -> String? {
            struct Answer: Decodable { let pin: String? }
            return try JSONDecoder().decode(Answer.self, from: await ask("GET", "pins/\(phoneNumberID)")).pin
        }

        /// Forgets everything, PINs and requests too: the next test finds it as new.
        public func reset() async throws {
            _ = try await ask("POST", "reset")
        }

        /// Stops it.
        public func stop() {
            // No other signal: Foundation for Linux starts a process with the signals blocked that its own thread has blocked.
            guard process.isRunning else { return }
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }

        deinit { stop() }

        private func ask(_ method: String, _ place: String) async throws -> Data {
            guard let url = URL(string: "\(baseURL)/_sandbox/\(place)") else { throw SandboxError(description: "\(place) is no part of a URL") }
            var request = URLRequest(url: url)
            request.httpMethod = method
            let (data, response) = try await URLSession.shared.data(for: request)
            let status = (response as? HTTPURLResponse)?.statusCode ?? 0
            guard status == 200 else {
                let words = "the sandbox answered \(method) /_sandbox/\(place) with HTTP \(status): is the command older than this package?"
                throw SandboxError(description: words)
            }
            return data
        }
    }

    /// Why there is no ``Sandbox``, or no answer of one.
    public struct SandboxError: Error, CustomStringConvertible {
        /// What to do.
        public let description: String
    }

    private func command() throws -> URL {
        let environment = ProcessInfo.processInfo.environment
        let folders = (environment["PATH"] ?? "").split(separator: ":").map { "\($0)/whatsapp-two-step" }
        let files = environment["WHATSAPP_TWO_STEP_COMMAND"].map { [$0] } ?? folders
        guard let file = files.first(where: FileManager.default.isExecutableFile(atPath:)) else {
            throw SandboxError(
                description: """
                    The sandbox is the command whatsapp-two-step, and it isn't there. Name its file in the environment variable \
                    WHATSAPP_TWO_STEP_COMMAND, or put it on the PATH. `make dist` in a clone builds it into dist/bin; the Python package and the \
                    Rust crate whatsapp-two-step-cli have it too.
                    """
            )
        }
        return URL(fileURLWithPath: file)
    }
#endif
