//! Ctrl-C, and the request to end that a container's stop sends.

use crate::failure::Failure;

/// While this lives, Ctrl-C doesn't kill the process: the prompt must get to turn the echo on again.
#[cfg(unix)]
pub(crate) type Held = tokio::signal::unix::Signal;
#[cfg(windows)]
pub(crate) type Held = tokio::signal::windows::CtrlC;

/// Needs a tokio runtime around it.
pub(crate) fn hold() -> Result<Held, Failure> {
    #[cfg(unix)]
    let held = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt());
    #[cfg(windows)]
    let held = tokio::signal::windows::ctrl_c();
    held.map_err(|error| Failure::machine(format!("Ctrl-C can't be caught: {error}.")))
}

/// Resolves when the user, or the system, wants an end.
pub(crate) async fn wait(mut held: Held) {
    #[cfg(unix)]
    if let Ok(mut terminate) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = held.recv() => {}
            _ = terminate.recv() => {}
        }
        return;
    }
    held.recv().await;
}
