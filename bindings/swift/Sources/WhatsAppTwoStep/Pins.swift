internal import TwoStepFFI

/// Draws a PIN from the operating system's random source: each is as likely as any other, and none is weak.
///
/// - Throws: ``TwoStepError`` of the kind `invalidConfiguration` if the system has no such source.
public func generatePin() throws(TwoStepError) -> String {
    switch TwoStepFFI.generatePin() {
    case .drawn(let pin): return pin
    case .refused(let failure): throw TwoStepError(failure)
    }
}

/// Is it one that people try first: one digit six times, or a run up or down, such as `234567`? The server takes it.
///
/// - Throws: ``TwoStepError`` of the kind `invalidPin` if it is no PIN.
public func isWeakPin(_ pin: String) throws(TwoStepError) -> Bool {
    switch TwoStepFFI.isWeakPin(pin: pin) {
    case .weighed(let isWeak): return isWeak
    case .refused(let failure): throw TwoStepError(failure)
    }
}
