//! `sandbox` and `--sandbox`: the local stand-in for the Graph API.

use graph_sandbox::{Sandbox, SandboxBuilder};
use tokio::runtime::Builder;

use crate::{
    args::SandboxArgs,
    failure::Failure,
    secrets::SANDBOX_TOKEN,
    signals::Signals,
    terminal::{Console, announce, err, out},
};

/// One for this call alone.
pub(crate) fn embed() -> Result<Sandbox, Failure> {
    Sandbox::start().map_err(|error| Failure::machine(format!("The embedded sandbox can't start: {error}.")))
}

/// Serves until Ctrl-C.
pub(crate) fn serve(args: &SandboxArgs, console: &Console) -> Result<u8, Failure> {
    if args.table {
        out(&graph_sandbox::scenario_table()).map_err(|error| Failure::output(&error))?;
        return Ok(0);
    }
    let runtime = Builder::new_current_thread()
        .enable_io()
        .build()
        .map_err(|error| Failure::machine(format!("The sandbox can't start: {error}.")))?;
    let _entered = runtime.enter();
    // Caught from here on: whoever has read the URL may send it.
    let mut signals = Signals::catch()?;
    let sandbox = settings(args).start().map_err(|error| {
        let place = args.listen.map_or_else(|| "127.0.0.1 and [::1]".to_owned(), |address| address.to_string());
        let message = format!("The sandbox can't listen on port {} of {place}: {error}.", args.port);
        Failure::input(
            message,
            "Give another --port, or 0 for any free one; --listen takes an address of this machine.",
        )
    })?;
    announce(sandbox.base_url()).map_err(|error| Failure::output(&error))?;
    if is_open(args) {
        console.warn("other machines can reach this sandbox, and read each token and PIN that it was sent.");
    }
    err(&usage(sandbox.base_url(), args));
    runtime.block_on(signals.end());
    Ok(0)
}

/// Can other machines reach it?
fn is_open(args: &SandboxArgs) -> bool {
    args.listen.is_some_and(|address| !address.is_loopback())
}

fn settings(args: &SandboxArgs) -> SandboxBuilder {
    let mut settings = Sandbox::builder().port(args.port);
    if let Some(address) = args.listen {
        settings = settings.listen(address);
    }
    if let Some(numbers) = args.numbers {
        settings = settings.numbers(numbers);
    }
    if let Some(wabas) = args.wabas {
        settings = settings.wabas(wabas);
    }
    if let Some(calls) = args.calls_per_hour {
        settings = settings.calls_per_hour(calls);
    }
    if let Some(calls) = args.app_calls_per_hour {
        settings = settings.app_calls_per_hour(calls);
    }
    if let Some(hour) = args.hour {
        settings = settings.hour(hour);
    }
    if args.faults.is_some() || args.seed.is_some() {
        settings = settings.faults(args.faults.unwrap_or(0), args.seed.unwrap_or(1));
    }
    if let Some(latency) = args.latency {
        settings = settings.latency(latency);
    }
    settings
}

fn usage(base_url: &str, args: &SandboxArgs) -> String {
    let who = if is_open(args) { "" } else { " on this machine" };
    format!(
        "The sandbox serves until Ctrl-C. To set a PIN on it:\n\n  \
         export WHATSAPP_ACCESS_TOKEN={SANDBOX_TOKEN}\n  \
         printf 048213 | whatsapp-two-step set --base-url {base_url} --phone-number-id 106540352242922\n\n\
         To list its numbers:\n\n  \
         whatsapp-two-step numbers --base-url {base_url} --waba-id 930000000000001\n\n\
         IDs and tokens that bring out errors and faults: whatsapp-two-step sandbox --table\n\
         Any program{who} can read what it was sent: give it no real token and no real PIN.\n"
    )
}
