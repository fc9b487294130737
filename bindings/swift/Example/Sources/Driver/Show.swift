import Foundation
import WhatsAppTwoStep

/// Shows what a call came to in every way that Swift has; and leaks what it is told to, through each. Secrets come spelled
/// backwards, so that nothing that shows the input shows them.
struct Shown: Decodable {
    let show: Bool
    let phone_number_id, pin: String
    let settings: [String: Setting]

    enum Setting: Decodable {
        case text(String)
        case number(Double)

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if let text = try? value.decode(String.self) { self = .text(text) } else { self = .number(try value.decode(Double.self)) }
        }
    }

    func run() async -> Bool {
        do {
            let client = try TwoStepClient(
                accessToken: backwards(text("access_token") ?? ""), appSecret: text("app_secret").map(backwards),
                baseURL: text("base_url"), apiVersion: text("api_version"), timeout: number("timeout").map { .seconds($0) },
                connectTimeout: number("connect_timeout").map { .seconds($0) }, maxRetries: number("max_retries").map { Int($0) }
            )
            everything(client)
            everything(try await client.setTwoStepPin(phoneNumberID: phone_number_id, pin: backwards(pin)))
        } catch {
            everything(error)
            described(error)
            if let cause = (error as? TwoStepError)?.cause { described(cause) }
        }
        return true
    }

    private func text(_ name: String) -> String? {
        if case .text(let text) = settings[name] { text } else { nil }
    }

    private func number(_ name: String) -> Double? {
        if case .number(let number) = settings[name] { number } else { nil }
    }
}

struct Planted: Decodable {
    let plant, text: String

    func leak() -> Bool {
        let text = backwards(text)
        switch plant {
        case "dump": dumped([text])
        case "reflecting": reflected([text])
        case "log": NSLog("%@", text)
        default: described(NSError(domain: "planted", code: 1, userInfo: [NSLocalizedDescriptionKey: text]))
        }
        return true
    }
}

private func backwards(_ text: String) -> String { String(text.unicodeScalars.reversed().map(Character.init)) }

private func say(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

private func everything(_ value: Any) {
    dumped(value)
    reflected(value)
    NSLog("%@", "\(value)")
}

private func dumped(_ value: Any) {
    var text = ""
    dump(value, to: &text)
    say(text)
}

private func reflected(_ value: Any) { say("\(value) " + String(reflecting: value)) }

private func described(_ error: any Error) {
    say(error.localizedDescription)
    let bridged = error as NSError
    say("\(bridged) \(bridged.userInfo)")
}
