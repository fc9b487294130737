import Foundation
import WhatsAppTwoStep

/// Draws a PIN for a number of the sandbox at SANDBOX_URL that has none, shows the others without one, then a failure.
@main struct Example {
    static func main() async throws {
        let sandbox = ProcessInfo.processInfo.environment["SANDBOX_URL"]
        let client = try TwoStepClient(accessToken: "EAAsandbox", baseURL: sandbox)
        for try await number in client.phoneNumbers(wabaID: "930000000000001") where number.pin == .notSet {
            let response = try await client.setTwoStepPin(phoneNumberID: number.id, pin: generatePin())
            print("\(number.id) had no PIN: set; trace id \(response.traceID ?? "unknown")")
            break
        }
        try await printNumbersWithoutPin(client, wabaID: "930000000000001") // as in the README

        do {
            let expired = try TwoStepClient(accessToken: "EAAsandboxExpired", baseURL: sandbox)
            try await expired.setTwoStepPin(phoneNumberID: "106540352242922", pin: "735194")
        } catch let error as TwoStepError {
            print("\(error)\n\(error.hint)")
        }
    }
}
