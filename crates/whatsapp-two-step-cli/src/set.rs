//! `set`: checks all that can be checked, asks for the PIN, makes the call.

use std::{pin::pin, time::Duration};

use graph_sandbox::Sandbox;
use tokio::runtime::{Builder, Runtime};
use whatsapp_two_step::{
    ApiVersion, BaseUrl, Client, ClientBuilder, Operation, PhoneNumberId, Pin, SetTwoStepPin, SetTwoStepPinResponse,
};

use crate::{
    args::SetArgs,
    dry_run,
    failure::Failure,
    interrupt, json, progress, report,
    secrets::{self, Secret},
    terminal::{self, Console},
};

/// How long a call may take before a word is said about it.
const PATIENCE: Duration = Duration::from_secs(1);
/// The library's default, for the words alone.
const TIMEOUT: Duration = Duration::from_secs(30);

pub(crate) fn run(args: &SetArgs, console: &Console) -> Result<u8, Failure> {
    let id = PhoneNumberId::parse(&args.phone_number_id)?;
    let settings = settings(args)?;
    let sandbox = args.sandbox.then(crate::sandbox::embed).transpose()?;
    if let Some(sandbox) = sandbox.as_ref().filter(|_| console.speaks()) {
        terminal::err(&format!(
            "Embedded sandbox at {}: no account, and nothing leaves this machine.",
            sandbox.base_url()
        ));
    }
    let base_url = match (&sandbox, &args.base_url) {
        (Some(sandbox), _) => Some(sandbox.base_url()),
        (None, url) => url.as_deref(),
    };
    let client = match base_url {
        Some(url) => settings.base_url(parse_base_url(args, url)?).build()?,
        None => settings.build()?,
    };
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::machine(format!("No call can be made: {error}.")))?;
    let result = {
        let _entered = runtime.enter();
        let pin_text = secrets::pin_text(args, &id)?;
        let operation = SetTwoStepPin::new(id.clone(), Pin::parse(&pin_text)?);
        if args.dry_run {
            dry_run::show(console, &operation.to_request(client.endpoint())?);
            return Ok(0);
        }
        call(args, console, &runtime, &client, &id, &pin_text)
            .map(|response| succeed(console, &id, &response, sandbox.as_ref(), &pin_text))
    };
    // A name lookup that hangs mustn't hold up the end.
    runtime.shutdown_background();
    result
}

/// Everything but the base URL, checked.
fn settings(args: &SetArgs) -> Result<ClientBuilder, Failure> {
    let api_version = args.api_version.as_deref().map(ApiVersion::parse).transpose()?;
    if let Some(url) = &args.base_url {
        parse_base_url(args, url)?;
    }
    secrets::check_standard_input(args)?;
    let mut settings = Client::builder(secrets::access_token(args)?);
    if let Some(secret) = secrets::app_secret(args)? {
        settings = settings.app_secret(secret);
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
    if let Some(count) = args.max_retries {
        settings = settings.max_retries(count);
    }
    if let Some(url) = &args.proxy {
        settings = settings.proxy(url);
    }
    for path in &args.ca_certificates {
        settings = settings.root_certificates(&secrets::certificates(path)?);
    }
    Ok(settings)
}

fn parse_base_url(args: &SetArgs, url: &str) -> Result<BaseUrl, Failure> {
    Ok(if args.allow_http { BaseUrl::parse_allowing_http(url) } else { BaseUrl::parse(url) }?)
}

fn call(
    args: &SetArgs,
    console: &Console,
    runtime: &Runtime,
    client: &Client,
    id: &PhoneNumberId,
    pin_text: &Secret,
) -> Result<SetTwoStepPinResponse, Failure> {
    let pin_to_set = Pin::parse(pin_text)?;
    let timeout = args.timeout.unwrap_or(TIMEOUT);
    let client = if args.verbose { &progress::show_attempts(client, id, timeout) } else { client };
    let held = interrupt::hold()?;
    runtime.block_on(async {
        let mut call = pin!(client.set_two_step_pin(id, &pin_to_set));
        let mut interrupted = pin!(interrupt::wait(held));
        let mut slow = pin!(tokio::time::sleep(PATIENCE));
        let mut is_patient = progress::is_wanted(console);
        loop {
            tokio::select! {
                biased;
                result = &mut call => return result.map_err(Failure::from),
                () = &mut interrupted => return Err(Failure::interrupted_during()),
                () = &mut slow, if is_patient => {
                    is_patient = false;
                    progress::say_patience(id, timeout);
                }
            }
        }
    })
}

fn succeed(
    console: &Console,
    id: &PhoneNumberId,
    response: &SetTwoStepPinResponse,
    sandbox: Option<&Sandbox>,
    pin_text: &Secret,
) -> u8 {
    let read_back = sandbox.map(|sandbox| sandbox.pin(id.as_str()).as_deref() == Some(pin_text.as_str()));
    report::success(console, id, response, read_back);
    json::success(console, response);
    0
}
