//! The client that flags and environment ask for.

use graph_sandbox::Sandbox;
use tokio::runtime::Builder;
use whatsapp_two_step::{AccessToken, ApiVersion, BaseUrl, Client, Limits};

use crate::{
    failure::Failure,
    flags::ClientArgs,
    inputs::Inputs,
    secrets,
    signals::Signals,
    terminal::{Console, err},
};

const CERTIFICATES_MAX: usize = 4 << 20;

/// Runs a command that makes calls.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::machine(format!("No call can be made: {error}.")))?;
    let result = runtime.block_on(work);
    // A name lookup that hangs mustn't hold up the end.
    runtime.shutdown_background();
    result
}

/// What reads the files, within the time of the call.
pub(crate) fn inputs<'a>(args: &ClientArgs, console: &'a Console, signals: &'a mut Signals) -> Inputs<'a> {
    Inputs::new(console, signals, args.timeout.unwrap_or(Limits::default().timeout))
}

/// With every setting checked. `access_token` is one that stands in where the ordinary one isn't needed.
pub(crate) async fn client(
    args: &ClientArgs,
    sandbox: Option<&Sandbox>,
    access_token: Option<&AccessToken>,
    inputs: &mut Inputs<'_>,
) -> Result<Client, Failure> {
    let base_url = base_url(args, sandbox)?;
    let api_version = api_version(args)?;
    let access_token = match access_token {
        Some(token) => token.clone(),
        None => secrets::access_token(args, inputs).await?,
    };
    let mut settings = Client::builder(access_token);
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
fn base_url(args: &ClientArgs, sandbox: Option<&Sandbox>) -> Result<Option<BaseUrl>, Failure> {
    let parse = if args.allow_http { BaseUrl::parse_allowing_http } else { BaseUrl::parse };
    Ok(match (sandbox, &args.base_url) {
        (Some(sandbox), _) => Some(parse(sandbox.base_url())?),
        (None, Some(url)) => Some(parse(url)?),
        (None, None) => secrets::variable("WHATSAPP_BASE_URL")?.map(|url| parse(&url)).transpose()?,
    })
}

fn api_version(args: &ClientArgs) -> Result<Option<ApiVersion>, Failure> {
    Ok(match &args.api_version {
        Some(version) => Some(ApiVersion::parse(version)?),
        None => secrets::variable("WHATSAPP_API_VERSION")?.map(|version| ApiVersion::parse(&version)).transpose()?,
    })
}

/// Says that nothing here is real.
pub(crate) fn tell_of(sandbox: Option<&Sandbox>, console: &Console) {
    if let Some(sandbox) = sandbox.filter(|_| console.chats()) {
        let url = sandbox.base_url();
        err(&format!("Embedded sandbox at {url}: no account, and nothing leaves this machine."));
    }
}
