//! `set`: checks all that can be checked, asks for the PIN, makes the call.

use std::{io, pin::pin, time::Duration};

use graph_sandbox::Sandbox;
use tokio::runtime::Builder;
use whatsapp_two_step::{
    ApiVersion, BaseUrl, CallProgress, Client, Limits, Operation, PhoneNumberId, SetTwoStepPin, SetTwoStepPinResponse,
};

use crate::{
    args::SetArgs,
    dry_run,
    failure::Failure,
    inputs::Inputs,
    json, progress,
    protect::Protected,
    report, sandbox, secrets,
    signals::Signals,
    terminal::{self, Console},
};

/// How long a call may take before a word is said about it.
const PATIENCE: Duration = Duration::from_secs(1);
const CERTIFICATES_MAX: usize = 4 << 20;

pub(crate) fn run(args: &SetArgs, console: &Console) -> Result<u8, Failure> {
    let _protected = Protected::protect();
    let sandbox = args.sandbox.then(sandbox::embed).transpose()?;
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::machine(format!("No call can be made: {error}.")))?;
    let result = runtime.block_on(set(args, console, sandbox.as_ref()));
    // A name lookup that hangs mustn't hold up the end.
    runtime.shutdown_background();
    result
}

async fn set(args: &SetArgs, console: &Console, sandbox: Option<&Sandbox>) -> Result<u8, Failure> {
    let mut signals = Signals::catch()?;
    let id = PhoneNumberId::parse(&args.phone_number_id)?;
    let limit = args.timeout.unwrap_or(Limits::default().timeout);
    let mut inputs = Inputs::new(console, &mut signals, limit);
    let client = client(args, sandbox, &mut inputs).await?;
    if let Some(sandbox) = sandbox.filter(|_| console.chats()) {
        let url = sandbox.base_url();
        terminal::err(&format!("Embedded sandbox at {url}: no account, and nothing leaves this machine."));
    }
    let (operation, pin_text) = secrets::operation(args, &id, &mut inputs).await?;
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

/// With every setting checked.
async fn client(args: &SetArgs, sandbox: Option<&Sandbox>, inputs: &mut Inputs<'_>) -> Result<Client, Failure> {
    let base_url = base_url(args, sandbox)?;
    let api_version = api_version(args)?;
    secrets::check_standard_input(args)?;
    let mut settings = Client::builder(secrets::access_token(args, inputs).await?);
    if let Some(secret) = secrets::app_secret(args, inputs).await? {
        settings = settings.app_secret(secret);
    }
    if let Some(url) = base_url {
        settings = settings.base_url(url);
    }
    if let Some(version) = api_version {
        settings = settings.api_version(version);
    }
    if let Some(time) = args.timeout {
        settings = settings.timeout(time);
    }
    if let Some(time) = args.connect_timeout {
        settings = settings.connect_timeout(time);
    }
    if let Some(calls) = args.max_in_flight {
        settings = settings.max_in_flight(calls);
    }
    if let Some(count) = args.max_retries {
        settings = settings.max_retries(count);
    }
    if let Some(url) = &args.proxy {
        settings = settings.proxy(url);
    }
    for path in &args.ca_certificates {
        settings = settings.root_certificates(&inputs.bytes("--ca-certificates", path, CERTIFICATES_MAX).await?);
    }
    Ok(settings.build()?)
}

/// The embedded sandbox's, else the flag's, else the environment's.
fn base_url(args: &SetArgs, sandbox: Option<&Sandbox>) -> Result<Option<BaseUrl>, Failure> {
    let parse = if args.allow_http { BaseUrl::parse_allowing_http } else { BaseUrl::parse };
    Ok(match (sandbox, &args.base_url) {
        (Some(sandbox), _) => Some(parse(sandbox.base_url())?),
        (None, Some(url)) => Some(parse(url)?),
        (None, None) => secrets::variable("WHATSAPP_BASE_URL")?.map(|url| parse(&url)).transpose()?,
    })
}

fn api_version(args: &SetArgs) -> Result<Option<ApiVersion>, Failure> {
    Ok(match &args.api_version {
        Some(version) => Some(ApiVersion::parse(version)?),
        None => secrets::variable("WHATSAPP_API_VERSION")?.map(|version| ApiVersion::parse(&version)).transpose()?,
    })
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
        client = progress::show_attempts(&client, id);
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
