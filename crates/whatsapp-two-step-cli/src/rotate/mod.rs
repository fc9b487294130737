//! `rotate`: gives numbers new PINs, and keeps them in a vault.

mod args;
mod end;
mod plan;

use std::sync::Arc;

use whatsapp_two_step::{CallProgress, Client, ErrorKind, PhoneNumberId, TwoStepError};
use whatsapp_two_step_rotation::{AnyVault, Rotation, RotationError, RotationSettings, Rotator};

use args::Only;
pub(crate) use args::RotateArgs;

use crate::{
    client, confirm,
    failure::{Failure, LEFT},
    progress,
    protect::Protected,
    secrets,
    signals::Signals,
    terminal::{Console, err},
    vault::{self, Holding, State},
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
    let mut ids = Vec::new();
    for id in &args.phone_number_id {
        let id = PhoneNumberId::parse(id)?;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let is_asked = !args.yes && !args.dry_run;
    if is_asked && !confirm::is_possible() {
        return Err(Failure::input(
            "Nobody can be asked here whether this is to be done, and nothing was.",
            "Give --yes, or look at it first with --dry-run.",
        ));
    }
    secrets::check_standard_input(&[("--vault-key-file", args.vault.vault_key_file.as_deref())], Some(&args.client))?;
    let mut inputs = client::inputs(&args.client, console, &mut signals);
    let client = client::client(&args.client, None, &mut inputs).await?;
    let vault = vault::open(&args.vault, &mut inputs).await?;
    let mut settings = RotationSettings { timeout: client.limits().timeout, ..RotationSettings::default() };
    settings.quiet_margin = args.quiet_margin.unwrap_or(settings.quiet_margin);
    settings.check()?;
    let plan = signals.unless_ended(look(&vault, ids, args.only)).await?;
    if args.dry_run {
        plan::print(console, &plan).map_err(|error| Failure::output(&error))?;
        return Ok(0);
    }
    if is_asked && !plan.is_empty() {
        err(&plan::text(&plan, false));
        confirm::confirm("Go on?", &mut signals).await?;
    }
    let client = if console.verbose { progress::show_ends(&client, "PIN set") } else { client };
    let run = Run { console, client, vault: Arc::new(vault), settings, only: args.only };
    Ok(run.all(&plan, &mut signals).await)
}

/// What the vault holds of the numbers, or of those that are asked for.
async fn look(vault: &AnyVault, ids: Vec<PhoneNumberId>, only: Option<Only>) -> Result<Vec<Holding>, Failure> {
    let ids = if ids.is_empty() { vault.ids().await? } else { ids };
    let mut plan = Vec::new();
    for id in &ids {
        let holding = Holding::of(vault, id).await?;
        if only.is_none() || matches!(holding.state, State::Unsettled | State::Unreadable) {
            plan.push(holding);
        }
    }
    Ok(plan)
}

struct Run<'a> {
    console: &'a Console,
    client: Client,
    vault: Arc<AnyVault>,
    settings: RotationSettings,
    only: Option<Only>,
}

impl Run<'_> {
    /// One number after the other. The first Ctrl-C lets the one under way end, and begins no other; the second ends it.
    async fn all(&self, plan: &[Holding], signals: &mut Signals) -> u8 {
        let (mut codes, mut done, mut left, mut is_ending) = (Vec::new(), 0, 0, false);
        let mut is_refused = false;
        for Holding { id, .. } in plan {
            is_ending = is_ending || signals.has_ended().await;
            if is_ending || is_refused {
                left += 1;
                continue;
            }
            let so_far = CallProgress::default();
            let mut work = Box::pin(self.one(id, &so_far)); // it is large
            let told = loop {
                tokio::select! {
                    biased;
                    result = &mut work => break match result {
                        Ok(Some(rotation)) => {
                            done += 1;
                            end::success(self.console, &rotation)
                        }
                        // Somebody else has settled it.
                        Ok(None) => {
                            done += 1;
                            end::settled(self.console, id)
                        }
                        Err(error) => {
                            // The token is every number's.
                            let kind = error.call_error().map(TwoStepError::kind);
                            is_refused = kind == Some(ErrorKind::Authentication);
                            codes.push(end::code(&error));
                            end::failure(self.console, id, &error, &so_far)
                        }
                    },
                    () = signals.end() => {
                        if is_ending {
                            let (told, code) = end::interrupted(self.console, id, so_far.attempts(), so_far.outcome());
                            codes.push(code);
                            break told;
                        }
                        is_ending = true;
                        err("Ending after this number. Ctrl-C again ends it now.");
                    }
                }
            };
            if let Err(error) = told {
                self.console.warn(&format!("how {id} ended is lost: standard output can't be written: {error}."));
            }
        }
        self.sum_up(plan.len(), done, left);
        if left > 0 {
            codes.push(LEFT);
        }
        end::weakest(&codes)
    }

    async fn one(&self, id: &PhoneNumberId, so_far: &CallProgress) -> Result<Option<Rotation>, RotationError> {
        let rotator = Rotator::new(self.client.with_progress(so_far), Arc::clone(&self.vault));
        let rotator = rotator.quiet_margin(self.settings.quiet_margin);
        match self.only {
            Some(Only::Unsettled) => rotator.settle(id).await,
            None => rotator.rotate(id).await.map(Some),
        }
    }

    fn sum_up(&self, all: usize, done: usize, left: usize) {
        if left > 0 {
            self.console.warn(&format!("{left} of {all} numbers are left as they were: run it again."));
        } else if self.console.chats() && all != 1 {
            err(&format!("Rotated: {done} of {all}."));
        }
    }
}
