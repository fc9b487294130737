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
    } else if text.starts_with(['"', '\'']) || text.ends_with(['"', '\'']) {
        "is in quotes; give it without them"
    } else if is_placeholder(text) {
        "is a placeholder, not a value: something that should have set it did not"
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

/// What programs and manuals have in the place of a value.
fn is_placeholder(text: &str) -> bool {
    let names_none = ["undefined", "null", "none", "nil", "nan", "[object object]"];
    let is_in_brackets = [('<', '>'), ('{', '}'), ('[', ']')]
        .iter()
        .any(|(open, close)| text.starts_with(*open) && text.ends_with(*close));
    is_in_brackets || text.starts_with('$') || names_none.contains(&text.to_ascii_lowercase().as_str())
}
