//! What the values that are secrets have in common.

use crate::error::TwoStepError;

/// The longest secret taken. Meta's tokens have a few hundred characters; past this no server takes the header.
const SECRET_MAX: usize = 8_192;

/// What a header may hold of a secret: visible ASCII. Says what is wrong and never with what.
pub(super) fn check_secret(setting: &str, text: &str) -> Result<(), TwoStepError> {
    let problem = if text.is_empty() {
        "is empty"
    } else if text.ends_with(['\n', '\r']) {
        "ends with a line break, as text read from a file often does; remove it"
    } else if text.len() > SECRET_MAX {
        "is longer than 8192 characters"
    } else if text.starts_with("Bearer ") {
        "begins with \"Bearer \"; give the token alone"
    } else if let Some(at) = text.chars().position(|c| !c.is_ascii_graphic()) {
        return Err(TwoStepError::invalid_configuration(
            setting,
            &format!("has a space, a control character or a character beyond ASCII at place {}", at + 1),
        ));
    } else {
        return Ok(());
    };
    Err(TwoStepError::invalid_configuration(setting, problem))
}
