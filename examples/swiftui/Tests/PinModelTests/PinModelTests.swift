import Foundation
import PinModel
import Testing
import WhatsAppTwoStep

/// Against the sandbox at SANDBOX_URL.
@MainActor struct PinModelTests {
    func model(_ id: String, token: String = "EAAtest") throws -> PinModel {
        let sandbox = try #require(ProcessInfo.processInfo.environment["SANDBOX_URL"])
        return PinModel(client: try TwoStepClient(accessToken: token, baseURL: sandbox, maxRetries: 0), phoneNumberID: id)
    }

    func isInDoubt(_ model: PinModel) -> Bool? {
        if case .failed(_, _, let isInDoubt) = model.state { isInDoubt } else { nil }
    }

    @Test func aPinIsSaved() async throws {
        let model = try model("106540352242960")
        #expect(model.state == .editing)
        await model.save(pin: "012345")
        #expect(model.state == .saved)
    }

    @Test func aRefusalLeavesNoDoubt() async throws {
        let model = try model("106540352242961", token: "EAAsandboxExpired")
        await model.save(pin: "012345")
        #expect(isInDoubt(model) == false)
    }

    @Test func aPreviewNeedsNoServer() async {
        struct Refuses: TwoStepPinSetting {
            func setTwoStepPin(
                phoneNumberID: String, pin: String, timeout: Duration?, maxRetries: Int?
            ) async throws -> SetTwoStepPinResponse {
                throw TwoStepError(kind: .pinRejected, message: "The server refused the PIN.", hint: "Choose another.")
            }
        }
        let model = PinModel(client: Refuses(), phoneNumberID: "1")
        await model.save(pin: "111111")
        #expect(model.state == .failed(message: "The server refused the PIN.", hint: "Choose another.", isInDoubt: false))
    }

    @Test func doubtLastsUntilACallSucceeds() async throws {
        let model = try model("920010000000601") // fails twice, then works
        for pin in ["012345", "1234", "012345"] {
            await model.save(pin: pin)
            #expect(isInDoubt(model) == true)
        }
        await model.save(pin: "012345")
        #expect(model.state == .saved)
    }
}
