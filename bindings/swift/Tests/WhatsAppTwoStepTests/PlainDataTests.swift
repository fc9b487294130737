import Foundation
import Testing
import TwoStepFFI
import WhatsAppTwoStep

/// Errors and responses as plain data, as `NSError`, and made by hand.
@Suite struct PlainDataTests {
    private let full = TwoStepError(
        kind: .rateLimited, message: "Too many calls.", outcome: .unknown, hint: "Wait.", httpStatus: 429, graphCode: 80_007,
        graphSubcode: 7, graphType: "OAuthException", details: "d", userTitle: "t", userMessage: "m", traceID: "Abc",
        retryAfter: .milliseconds(1_500), isRetryable: true, reason: .reset, attempts: 2, cause: NoError(what: "gone")
    )

    private func again<Value: Codable>(_ value: Value) throws -> Value {
        try JSONDecoder().decode(Value.self, from: JSONEncoder().encode(value))
    }

    @Test func anErrorGoesThroughJSONAndBack() throws {
        let json = try JSONDecoder().decode(JSON.self, from: JSONEncoder().encode(full))
        let fields = try vectors("kinds")["error_fields"]!.list.compactMap(\.text)
        #expect(json.members.keys.sorted() == fields.sorted())
        for name in json.members.keys where name != "retry_after" { #expect(json[name] == field(full, name), "\(name)") }
        #expect(json["retry_after"] == .number(1.5))
        let back = try again(full)
        #expect(back == full && back.cause == nil && back.retryAfter == .milliseconds(1_500))
        #expect(back != TwoStepError(kind: .rateLimited))
        #expect(try again(TwoStepError(kind: .timedOut)) == TwoStepError(kind: .timedOut))
        let foreign = #"{"kind":"timed_out","message":"m","outcome":"unknown","hint":"h","is_retryable":true,"attempts":1,"reason":null,"x":1}"#
        #expect(try JSONDecoder().decode(TwoStepError.self, from: Data(foreign.utf8)).reason == nil)
    }

    @Test func aResponseGoesThroughJSONAndBack() throws {
        let usage = SetTwoStepPinResponse.Usage(highestPercentage: 90, timeToRegainAccess: .seconds(60))
        for response in [SetTwoStepPinResponse(traceID: "Abc", apiVersion: "v25.0", attempts: 2, usage: usage), SetTwoStepPinResponse()] {
            #expect(try again(response) == response)
        }
        let json = try JSONDecoder().decode(JSON.self, from: JSONEncoder().encode(SetTwoStepPinResponse(usage: usage)))
        #expect(json["usage"]?["time_to_regain_access"] == .number(60) && json["usage"]?["highest_percentage"] == .number(90))
    }

    @Test func crashReportersSeeKindAndCode() {
        let error = full as NSError
        #expect(error.domain == "TwoStepError" && error.code == 11)
        #expect(error.userInfo["kind"] as? String == "rate_limited" && error.userInfo["graph_code"] as? Int == 80_007)
        #expect(error.userInfo["outcome"] as? String == "unknown" && error.userInfo["trace_id"] as? String == "Abc")
        #expect(error.localizedDescription == "Too many calls." && error.localizedRecoverySuggestion == "Wait.")
        #expect(error.userInfo[NSUnderlyingErrorKey] is NoError)
        // Dashboards keep these numbers: a new kind gets a new one, and changes none of them.
        let codes = Dictionary(uniqueKeysWithValues: TwoStepError.Kind.allCases.map { ($0, (TwoStepError(kind: $0) as NSError).code) })
        #expect(codes[.invalidPin] == 1 && codes[.authentication] == 4 && codes[.unexpectedResponse] == 16)
        #expect(codes[.invalidWebhook] == 17 && Set(codes.values).count == 17)
    }

    @Test func aLineForALogIsTheCores() throws {
        guard case .open(let client, _) = openClient(settings: settings) else { throw NoError(what: "no client") }
        defer { closeClient(client: client) }
        let bodies = [#"{"error":{"code":190,"message":"Expired.","type":"OAuthException","error_subcode":463,"fbtrace_id":"Abc"}}"#, "<html>"]
        for body in bodies {
            let beginning = Beginning(
                client: client, work: .setTwoStepPin(phoneNumberId: id, pin: pin), timeout: nil, maxRetries: 0, seed: 1
            )
            guard case .send(let request) = begin(beginning: beginning) else { throw NoError(what: "no request") }
            let step = answered(call: request.call, elapsed: 1, answer: Answer(status: 401, headers: [], body: Data(body.utf8)))
            guard case .failed(let failure) = step else { throw NoError(what: "\(step)") }
            let error = TwoStepError(
                kind: .authentication, message: failure.sentence, outcome: .rejected, httpStatus: failure.httpStatus.map(Int.init),
                graphCode: failure.graphCode.map(Int.init), graphSubcode: failure.graphSubcode.map(Int.init), traceID: failure.traceId
            )
            #expect("\(error)" == failure.text)
        }
    }

    @Test func aStandInForTheClient() async throws {
        struct Refuses: TwoStepPinSetting {
            func setTwoStepPin(
                phoneNumberID: String, pin: String, timeout: Duration?, maxRetries: Int?
            ) async throws -> SetTwoStepPinResponse {
                guard timeout == nil else { return SetTwoStepPinResponse(traceID: phoneNumberID) }
                throw TwoStepError(kind: .pinRejected)
            }
        }
        let setters: [any TwoStepPinSetting] = [Refuses(), try offline(Does.answers(400, #"{"error":{"code":133005}}"#).send)]
        for setter in setters {
            #expect(try await failure { try await setter.setTwoStepPin(phoneNumberID: id, pin: pin) }.kind == .pinRejected)
        }
        #expect(try await setters[0].setTwoStepPin(phoneNumberID: "1", pin: pin, timeout: .seconds(1), maxRetries: nil).traceID == "1")
    }
}
