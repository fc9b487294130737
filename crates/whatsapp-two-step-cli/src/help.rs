//! The texts that help and manual page share.

pub(crate) const NAME: &str = "whatsapp-two-step";
pub(crate) const ABOUT: &str = "Set the two-step verification PINs of WhatsApp business phone numbers.";
const DOCUMENTATION: &str = "https://github.com/whatsapp-two-step/whatsapp-two-step/tree/main/docs";

const EXAMPLES: &str = "\
whatsapp-two-step set --sandbox --phone-number-id 106540352242922
    try it without an account; asks for a PIN
whatsapp-two-step set --phone-number-id 106540352242922 \\
    --token-file token.txt
printf 048213 |
    whatsapp-two-step set --phone-number-id 106540352242922 --json
whatsapp-two-step numbers --waba-id 102290129340398
    which numbers have a PIN
(umask 077; whatsapp-two-step pin generate > pin)
    a good PIN, in a file that others can't read
whatsapp-two-step vault init --vault sqlite:pins --new-key-file key
    make a vault, and its key
whatsapp-two-step rotate --vault sqlite:pins --vault-key-file key \\
    --phone-number-id 106540352242922
    a new PIN, which is in the vault before it is sent
whatsapp-two-step sandbox --port 8080
    serve the sandbox for other programs";

const ENVIRONMENT: &str = "\
WHATSAPP_ACCESS_TOKEN  the access token, used unchanged
WHATSAPP_APP_SECRET    the app secret, for appsecret_proof
WHATSAPP_BASE_URL      as --base-url, which wins
WHATSAPP_API_VERSION   as --api-version, which wins
WHATSAPP_TWO_STEP_VAULT
                       as --vault, which wins
WHATSAPP_TWO_STEP_VAULT_KEY
                       the vault's key; --vault-key-file wins
WHATSAPP_TWO_STEP_LOOPBACK_ONLY
                       1 refuses every host but this machine: for tests
HTTPS_PROXY, NO_PROXY  as usual; --proxy wins
NO_COLOR               no colour, as --color never";

const EXIT_CODES: &str = "\
0  success: the new PIN holds
2  bad usage or input; nothing was sent
3  rejected: the server refused, the old PIN holds
4  unknown: either PIN may hold; set the same PIN again until it
   succeeds, which is safe
5  not sent: no connection, or output that can't be written; the old PIN
   holds
6  some numbers are left: run it again
7  the vault: it can't be reached or read
Of several numbers, the least certain end counts: 4 before 7, 6, 3 and 5.
After Ctrl-C the code says what the call had come to: 3, 4 or 5.
Reading and drawing set no PIN: whatever goes wrong there is 2 or 5.";

/// Titles and texts, whose lines are to be shown as they are.
pub(crate) const SECTIONS: [(&str, &str); 4] = [
    ("Examples", EXAMPLES),
    ("Environment", ENVIRONMENT),
    ("Exit codes", EXIT_CODES),
    ("Documentation", DOCUMENTATION),
];

/// Where each shell looks for a completion script.
pub(crate) const PLACES: &str = "\
Where the shells look for it:
  bash  ~/.local/share/bash-completion/completions/whatsapp-two-step
        (with the package bash-completion; else source it in ~/.bashrc)
  zsh   _whatsapp-two-step in a folder of $fpath
  fish  ~/.config/fish/completions/whatsapp-two-step.fish";

/// What follows the list of flags.
pub(crate) fn after() -> String {
    SECTIONS.map(|(title, text)| format!("{title}:\n  {}", text.replace('\n', "\n  "))).join("\n\n")
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_sections_fit_a_manual_page_of_80_columns() {
        for line in super::SECTIONS.iter().flat_map(|(_, text)| text.lines()) {
            assert!(line.len() <= 73, "{line}");
        }
    }
}
