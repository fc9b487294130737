//! `rotate`: gives numbers new PINs, and keeps them in a vault.
//!
//! | file | job |
//! |---|---|
//! | `args`, `tokens` | the flags, and the file with a token for each account |
//! | `targets`, `lists`, `plan` | which numbers, and what is shown before the question |
//! | `run`, `bars` | the run, and how far it is |
//! | `end`, `summary` | how a number ended, and all of them |

pub(crate) mod args;
mod bars;
mod end;
mod lists;
mod plan;
mod run;
mod summary;
mod targets;
mod tokens;

use std::{sync::Arc, time::SystemTime};

use whatsapp_two_step::WabaId;
use whatsapp_two_step_rotation::{FleetGoal, FleetLimits, RotationSettings};

use args::Only;
use args::RotateArgs;
use run::Run;
use targets::Looking;
use tokens::Tokens;

use crate::{
    client, confirm,
    failure::Failure,
    progress,
    protect::Protected,
    secrets,
    signals::Signals,
    terminal::{Console, err},
    vault,
};

pub(crate) fn run(args: &RotateArgs, console: &Console) -> Result<u8, Failure> {
    let _protected = Protected::protect();
    if args.client.sandbox {
        return Err(Failure::input(
            "rotate takes no --sandbox: that one ends with the command, and the vault would keep PINs that hold nowhere.",
            "Run whatsapp-two-step sandbox, and give rotate its --base-url and a vault of its own.",
        ));
    }
    client::block_on(rotate(args, console))
}

async fn rotate(args: &RotateArgs, console: &Console) -> Result<u8, Failure> {
    let mut signals = Signals::catch()?;
    let is_asked = !args.yes && !args.dry_run;
    if is_asked && !confirm::is_possible() {
        return Err(Failure::input(
            "Nobody can be asked here whether this is to be done, and nothing was.",
            "Give --yes, or look at it first with --dry-run.",
        ));
    }
    let mut wabas = args.waba_id.iter().map(|id| WabaId::parse(id)).collect::<Result<Vec<_>, _>>()?;
    if args.only == Some(Only::NotSet) && wabas.is_empty() && args.tokens_file.is_none() {
        return Err(Failure::input(
            "--only not-set needs --waba-id: only an account's list says which numbers have no PIN.",
            "Give --waba-id, or --only never-rotated.",
        ));
    }
    secrets::check_standard_input(
        &[
            ("--vault-key-file", args.vault.vault_key_file.as_deref()),
            ("--numbers-file", args.numbers_file.as_deref()),
            ("--tokens-file", args.tokens_file.as_deref()),
        ],
        Some(&args.client),
    )?;
    let begun = SystemTime::now();
    let mut inputs = client::inputs(&args.client, console, &mut signals);
    let named = targets::named(args, &mut inputs).await?;
    let tokens = Tokens::read(args.tokens_file.as_deref(), &mut inputs).await?;
    if wabas.is_empty() {
        wabas.clone_from(&tokens.accounts);
    }
    let needs_no_other = named.is_empty() && wabas.iter().all(|waba| tokens.of(waba).is_some());
    let client = client::client(&args.client, None, tokens.any().filter(|_| needs_no_other), &mut inputs).await?;
    let vault = vault::open(&args.vault, &mut inputs).await?;
    let mut settings = RotationSettings { timeout: client.limits().timeout, ..RotationSettings::default() };
    settings.quiet_margin = args.quiet_margin.unwrap_or(settings.quiet_margin);
    settings.check()?;
    let goal = goal(args, begun);
    let since = if let FleetGoal::NewSince(since) = goal { Some(since) } else { None };
    let looking = Looking { client: &client, vault: &vault, tokens: &tokens, only: args.only, since };
    let plan = looking.plan(&wabas, named, console, &mut signals).await?;
    let is_of_a_fleet = args.is_of_a_fleet();
    if args.dry_run {
        plan::print(console, &plan, is_of_a_fleet).map_err(|error| Failure::output(&error))?;
        return Ok(0);
    }
    if is_asked && plan.len() > 0 {
        err(&plan::text(&plan, is_of_a_fleet, false));
        confirm::confirm("Go on?", &mut signals).await?;
    }
    for (waba, error) in &plan.unread {
        console.warn(&summary::of_account(waba.as_str(), error));
    }
    let client = if console.verbose { progress::show_ends(&client, "PIN set") } else { client };
    let limits = limits(args, client.max_in_flight());
    let run = Run { console, client, vault: Arc::new(vault), settings, goal, limits, is_of_a_fleet };
    Ok(run.all(plan, &mut signals).await)
}

/// Whoever names numbers one by one wants each of them to have a new PIN now.
fn goal(args: &RotateArgs, begun: SystemTime) -> FleetGoal {
    let aged = args.older_than.and_then(|age| begun.checked_sub(age));
    match args.since.or(aged) {
        _ if args.only == Some(Only::Unsettled) => FleetGoal::Settled,
        Some(since) => FleetGoal::NewSince(since),
        None if args.is_of_a_fleet() => FleetGoal::NewSince(begun),
        None => FleetGoal::New,
    }
}

fn limits(args: &RotateArgs, max_in_flight: u32) -> FleetLimits {
    let mut limits = FleetLimits { max_failures: args.max_failures, canary: args.canary, ..FleetLimits::default() };
    limits.hour = args.hour.unwrap_or(limits.hour);
    if !args.is_of_a_fleet() {
        limits.concurrency = std::num::NonZeroU32::MIN;
    }
    limits.concurrency = args.concurrency.unwrap_or(limits.concurrency);
    if let Some(most) = std::num::NonZeroU32::new(max_in_flight) {
        limits.concurrency = limits.concurrency.min(most);
    }
    limits
}
