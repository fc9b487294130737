//! The command `whatsapp-two-step`; all of it is in the library beside it.
#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    whatsapp_two_step_cli::run(std::env::args_os()).into()
}
