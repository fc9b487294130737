import Foundation
import WhatsAppTwoStep

/// Sets a PIN on the sandbox at SANDBOX_URL, then shows a failure.
@main struct Example {
    static func main() async throws {
        let sandbox = ProcessInfo.processInfo.environment["SANDBOX_URL"]
        let client = try TwoStepClient(accessToken: "EAAsandbox", baseURL: sandbox)
        let response = try await client.setTwoStepPin(phoneNumberID: "106540352242922", pin: "012345")
        print("set; trace id \(response.traceID ?? "unknown")")

        do {
            let expired = try TwoStepClient(accessToken: "EAAsandboxExpired", baseURL: sandbox)
            try await expired.setTwoStepPin(phoneNumberID: "106540352242922", pin: "735194")
        } catch let error as TwoStepError {
            print("\(error)\n\(error.hint)")
        }
    }
}
