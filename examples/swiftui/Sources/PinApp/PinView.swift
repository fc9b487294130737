#if canImport(SwiftUI)
import PinModel
import SwiftUI

/// Asks for a PIN, sets it, and says which one holds.
public struct PinView: View {
    @State private var model: PinModel
    @State private var pin = ""

    public init(model: PinModel) {
        _model = State(initialValue: model)
    }

    public var body: some View {
        Form {
            SecureField("Six digits", text: $pin)
                .disabled(model.state == .saving || isInDoubt) // while in doubt, only the same PIN may be sent again
            Button(isInDoubt ? "Try again" : "Set the PIN") {
                Task { await model.save(pin: pin) }
            }
            .disabled(pin.count != 6 || model.state == .saving)

            switch model.state {
            case .editing: EmptyView()
            case .saving: ProgressView()
            case .saved: Label("The new PIN holds.", systemImage: "checkmark.circle")
            case .failed(let message, let hint, _):
                VStack(alignment: .leading) {
                    Text(isInDoubt ? "The old or the new PIN holds." : "The old PIN holds.").bold()
                    Text(message)
                    Text(hint).foregroundStyle(.secondary)
                }
            }
        }
    }

    private var isInDoubt: Bool {
        if case .failed(_, _, true) = model.state { true } else { false }
    }
}
#endif
