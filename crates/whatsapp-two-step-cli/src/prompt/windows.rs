use std::io;

use zeroize::Zeroizing;

use super::{left, no_terminal};
use crate::{failure::Failure, inputs::Secret, signals::Signals};

/// The console gets its modes back from `rpassword`, also after Ctrl-C, which is caught.
pub(crate) struct Prompt;

impl Prompt {
    #[allow(clippy::unnecessary_wraps, reason = "as on Unix")]
    pub(crate) fn open() -> Result<Self, Failure> {
        Ok(Self)
    }

    /// A line that the user types.
    #[allow(clippy::unused_async, reason = "as on Unix")]
    pub(crate) async fn ask(&mut self, question: &str, _: &mut Signals) -> Result<Secret, Failure> {
        let line = rpassword::prompt_password(question).map(Zeroizing::new);
        line.map_err(|error| match error.kind() {
            io::ErrorKind::Interrupted | io::ErrorKind::UnexpectedEof => left(),
            _ => no_terminal(&error),
        })
    }
}
