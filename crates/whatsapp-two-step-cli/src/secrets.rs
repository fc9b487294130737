//! Where PIN, access token and app secret come from: files, standard input, the environment, a hidden prompt.
//! Never arguments.

use std::{
    io::{self, IsTerminal},
    path::Path,
};

use whatsapp_two_step::{AccessToken, AppSecret, PhoneNumberId, SetTwoStepPin};
use zeroize::Zeroizing;

use crate::{
    args::SetArgs,
    failure::Failure,
    flags::ClientArgs,
    inputs::{Inputs, Secret, is_standard_input, shown},
    prompt::Prompt,
};

/// Enough for a value and any mistake worth naming: the library says what is wrong with it.
const PIN_MAX: usize = 4_096;
const TOKEN_MAX: usize = 16_384;

/// A token for an embedded sandbox, if the user has none.
pub(crate) const SANDBOX_TOKEN: &str = "EAAsandbox";

/// The access token: the file's, else the environment's, else, with `--sandbox`, the sandbox's.
pub(crate) async fn access_token(args: &ClientArgs, inputs: &mut Inputs<'_>) -> Result<AccessToken, Failure> {
    let token = match &args.token_file {
        Some(path) => from_file("--token-file", path, inputs).await?,
        None => match variable("WHATSAPP_ACCESS_TOKEN")? {
            Some(token) => token,
            None if args.sandbox => Zeroizing::new(SANDBOX_TOKEN.to_owned()),
            None => {
                let message = "There is no access token.";
                return Err(Failure::input(message, "Set WHATSAPP_ACCESS_TOKEN, or give --token-file PATH."));
            }
        },
    };
    Ok(AccessToken::parse(&token)?)
}

/// The app secret, if there is one: the file's, else the environment's. The environment's is of a real app, whose proofs
/// an embedded sandbox would refuse.
pub(crate) async fn app_secret(args: &ClientArgs, inputs: &mut Inputs<'_>) -> Result<Option<AppSecret>, Failure> {
    let secret = match &args.app_secret_file {
        Some(path) => Some(from_file("--app-secret-file", path, inputs).await?),
        None if args.sandbox => None,
        None => variable("WHATSAPP_APP_SECRET")?,
    };
    Ok(secret.map(|secret| AppSecret::parse(&secret)).transpose()?)
}

pub(crate) async fn from_file(flag: &str, path: &Path, inputs: &mut Inputs<'_>) -> Result<Secret, Failure> {
    inputs.secret(flag, path, TOKEN_MAX).await?.ok_or_else(|| {
        Failure::input(format!("{flag}: {} is empty.", shown(path)), "Correct the file or the flag; nothing was sent.")
    })
}

/// Standard input can be read once.
pub(crate) fn check_standard_input(more: &[(&str, Option<&Path>)], args: Option<&ClientArgs>) -> Result<(), Failure> {
    let of_client = args.into_iter().flat_map(|args| {
        [("--token-file", args.token_file.as_deref()), ("--app-secret-file", args.app_secret_file.as_deref())]
    });
    let files = more.iter().copied().chain(of_client);
    let readers: Vec<&str> =
        files.filter(|(_, path)| path.is_some_and(is_standard_input)).map(|(flag, _)| flag).collect();
    match readers[..] {
        [first, second, ..] => {
            let message = format!("{first} and {second} can't both be standard input.");
            Err(Failure::input(message, "Give a path to one of them."))
        }
        _ => Ok(()),
    }
}

/// The call to make, and its PIN's text, from where the user has it. Call it last: it may ask the user.
pub(crate) async fn operation(
    args: &SetArgs,
    id: &PhoneNumberId,
    inputs: &mut Inputs<'_>,
) -> Result<(SetTwoStepPin, Secret), Failure> {
    let standard_input = Path::new("-");
    let is_taken = [&args.client.token_file, &args.client.app_secret_file]
        .into_iter()
        .flatten()
        .any(|path| is_standard_input(path));
    let path = match &args.pin_file {
        Some(path) if !is_standard_input(path) => path,
        _ if is_taken || io::stdin().is_terminal() => return ask_twice(id, inputs).await,
        _ => standard_input,
    };
    let pin = inputs.secret("--pin-file", path, PIN_MAX).await?.ok_or_else(|| {
        let message = format!("Invalid PIN: {} is empty: 0 characters, 6 needed.", shown(path));
        Failure::no_pin(message, "Pipe the PIN to standard input, give --pin-file PATH, or type it on a terminal.")
    })?;
    Ok((SetTwoStepPin::parse(id.as_str(), &pin)?, pin))
}

async fn ask_twice(id: &PhoneNumberId, inputs: &mut Inputs<'_>) -> Result<(SetTwoStepPin, Secret), Failure> {
    let mut prompt = Prompt::open()?;
    let pin = prompt.ask(&format!("New PIN for {id}, six digits, not shown: "), inputs.signals).await?;
    let operation = SetTwoStepPin::parse(id.as_str(), &pin)?;
    if prompt.ask("The same PIN again: ", inputs.signals).await? == pin {
        Ok((operation, pin))
    } else {
        Err(Failure::input("The two PINs are not the same.", "Start again; nothing was sent."))
    }
}

/// As it is: a variable holds what the user wants it to hold.
pub(crate) fn variable(name: &str) -> Result<Option<Secret>, Failure> {
    let Some(value) = std::env::var_os(name) else { return Ok(None) };
    let text = value.into_string().map_err(|value| {
        drop(Zeroizing::new(value.into_encoded_bytes()));
        Failure::input(format!("{name} is not text."), "Correct the variable; nothing was sent.")
    })?;
    Ok(Some(Zeroizing::new(text)))
}
