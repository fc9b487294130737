//! `set`: checks all that can be checked, asks for the PIN, makes the call.

use std::{io, pin::pin, time::Duration};

use graph_sandbox::Sandbox;
use whatsapp_two_step::{CallProgress, Client, Operation, PhoneNumberId, SetTwoStepPin, SetTwoStepPinResponse};

use crate::{
    args::SetArgs, client, dry_run, failure::Failure, json, progress, protect::Protected, report, sandbox, secrets,
    signals::Signals, terminal::Console,
};

/// How long a call may take before a word is said about it.
const PATIENCE: Duration = Duration::from_secs(1);

const WEAK: &str = "this PIN is one of those that people try first: one digit six times, or a run up or down. \
                    whatsapp-two-step pin generate draws a better one.";

pub(crate) fn run(args: &SetArgs, console: &Console) -> Result<u8, Failure> {
    let _protected = Protected::protect();
    let sandbox = args.client.sandbox.then(sandbox::embed).transpose()?;
    client::block_on(set(args, console, sandbox.as_ref()))
}

async fn set(args: &SetArgs, console: &Console, sandbox: Option<&Sandbox>) -> Result<u8, Failure> {
    let mut signals = Signals::catch()?;
    let id = PhoneNumberId::parse(&args.phone_number_id)?;
    secrets::check_standard_input(&[("--pin-file", args.pin_file.as_deref())], Some(&args.client))?;
    let mut inputs = client::inputs(&args.client, console, &mut signals);
    let client = client::client(&args.client, sandbox, None, &mut inputs).await?;
    client::tell_of(sandbox, console);
    let (operation, pin_text) = secrets::operation(args, &id, &mut inputs).await?;
    if operation.pin().is_weak() {
        console.warn(WEAK);
    }
    if args.dry_run {
        let request = operation.to_request(client.endpoint())?;
        dry_run::show(console, &request).map_err(|error| Failure::output(&error))?;
        return Ok(0);
    }
    let response = call(console, &client, &operation, &mut signals).await?;
    let read_back = sandbox.map(|sandbox| sandbox.pin(id.as_str()).as_deref() == Some(pin_text.as_str()));
    if let Err(error) = tell(console, &id, &response, read_back) {
        console.warn(&format!(
            "the PIN of {id} is set, but what says so is lost: standard output can't be written: {error}."
        ));
    }
    Ok(0)
}

async fn call(
    console: &Console,
    client: &Client,
    operation: &SetTwoStepPin,
    signals: &mut Signals,
) -> Result<SetTwoStepPinResponse, Failure> {
    let (id, so_far) = (operation.phone_number_id(), CallProgress::default());
    let mut client = client.with_progress(&so_far);
    if console.verbose {
        client = progress::show_attempts(&client, operation, "PIN set")?;
    }
    let mut call = pin!(client.set_two_step_pin(id, operation.pin()));
    let mut interrupted = pin!(signals.end());
    let mut slow = pin!(tokio::time::sleep(PATIENCE));
    let mut is_patient = progress::is_wanted(console);
    loop {
        tokio::select! {
            biased;
            result = &mut call => return result.map_err(Failure::from),
            () = &mut interrupted => return Err(Failure::interrupted(so_far.attempts(), so_far.outcome())),
            () = &mut slow, if is_patient => {
                is_patient = false;
                progress::say_patience(id, client.limits().timeout);
            }
        }
    }
}

fn tell(
    console: &Console,
    id: &PhoneNumberId,
    response: &SetTwoStepPinResponse,
    read_back: Option<bool>,
) -> io::Result<()> {
    report::success(console, id, response, read_back)?;
    json::success(console, response)
}
