import Foundation
import WhatsAppTwoStep

/// The package behind the line protocol of tests/conformance: `{phone_number_id, pin, settings}` in, `{ok}` or `{error}` out.
@main struct Driver {
    static func main() async throws {
        var clients: [Call.Settings: TwoStepClient] = [:]
        func kept(_ settings: Call.Settings) throws -> TwoStepClient {
            let client = try clients[settings] ?? TwoStepClient(settings)
            clients[settings] = client
            return client
        }
        while let line = readLine() {
            var answer: [String: Any] = [:]
            if let shown = try? JSONDecoder().decode(Shown.self, from: Data(line.utf8)) {
                answer["show"] = await shown.run()
            } else if let planted = try? JSONDecoder().decode(Planted.self, from: Data(line.utf8)) {
                answer["plant"] = planted.leak()
            } else if let reading = try? JSONDecoder().decode(Reading.self, from: Data(line.utf8)) {
                answer["numbers"] = try await reading.run(kept(reading.settings))
            } else if let drawing = try? JSONDecoder().decode(Drawing.self, from: Data(line.utf8)) {
                answer["draw"] = try drawing.run()
            } else if let batch = try? JSONDecoder().decode(Batch.self, from: Data(line.utf8)) {
                answer["soak"] = try await soak(kept(batch.settings), batch.soak, atOnce: batch.at_once, pin: batch.pin)
            } else if let call = try? JSONDecoder().decode(Call.self, from: Data(line.utf8)) {
                do {
                    if let reason = call.settings.whyNot { throw Skip(reason: reason) }
                    let response = try await kept(call.settings).setTwoStepPin(phoneNumberID: call.phone_number_id, pin: call.pin)
                    answer["ok"] = fields(response)
                } catch let skip as Skip {
                    answer["skip"] = skip.reason
                } catch let error as TwoStepError {
                    answer["error"] = fields(error)
                }
            } else if line.contains("settle") {
                answer["settle"] = ["heap": NSNull()] // nothing is collected here
            } else {
                answer["contract"] = try await contract()
            }
            // Not print, which keeps the line back where the output is no terminal.
            try FileHandle.standardOutput.write(contentsOf: JSONSerialization.data(withJSONObject: answer) + [10])
        }
    }
}

struct Call: Decodable {
    struct Settings: Decodable, Hashable {
        let access_token: String
        let app_secret, base_url, api_version: String?
        let timeout, connect_timeout: Double?
        let max_retries, max_in_flight: Int?
        let allow_http: Bool?
        let root_certificates: String?

        /// On Linux URLSession trusts the system's roots, and takes no others: scripts/swift adds them there.
        var whyNot: String? {
            let areThere = ProcessInfo.processInfo.environment["HAS_ROOT_CERTIFICATES"]?.isEmpty == false
            return root_certificates == nil || areThere ? nil : "on Linux URLSession takes no roots beside the system's"
        }
    }

    let phone_number_id, pin: String
    let settings: Settings
}

struct Batch: Decodable {
    let soak: [String]
    let at_once: Int
    let pin: String
    let settings: Call.Settings
}

struct Skip: Error { let reason: String }

extension TwoStepClient {
    init(_ settings: Call.Settings) throws {
        try self.init(
            accessToken: settings.access_token, appSecret: settings.app_secret, baseURL: settings.base_url,
            allowHTTP: settings.allow_http ?? false, apiVersion: settings.api_version, timeout: settings.timeout.map { .seconds($0) },
            connectTimeout: settings.connect_timeout.map { .seconds($0) }, maxRetries: settings.max_retries,
            maxInFlight: settings.max_in_flight
        )
    }
}

func fields(_ response: SetTwoStepPinResponse) -> [String: Any] {
    let usage = response.usage.map { usage in
        [
            "highest_percentage": usage.highestPercentage,
            "time_to_regain_access": orNull(usage.timeToRegainAccess.map { Int($0.components.seconds) }),
        ] as [String: Any]
    }
    return [
        "trace_id": orNull(response.traceID),
        "api_version": orNull(response.apiVersion),
        "attempts": response.attempts,
        "usage": orNull(usage),
    ]
}

func fields(_ error: TwoStepError) -> [String: Any] {
    [
        "kind": error.kind.rawValue,
        "message": error.message,
        "outcome": error.outcome.rawValue,
        "hint": error.hint,
        "http_status": orNull(error.httpStatus),
        "graph_code": orNull(error.graphCode),
        "graph_subcode": orNull(error.graphSubcode),
        "graph_type": orNull(error.graphType),
        "details": orNull(error.details),
        "user_title": orNull(error.userTitle),
        "user_message": orNull(error.userMessage),
        "trace_id": orNull(error.traceID),
        "retry_after": orNull(error.retryAfter.map { Int($0.components.seconds) }),
        "is_retryable": error.isRetryable,
        "reason": orNull(error.reason?.rawValue),
        "attempts": error.attempts,
    ]
}

func orNull(_ value: Any?) -> Any { value ?? NSNull() }
