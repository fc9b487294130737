//! The run: it drives the fleet, and tells how each number ends.

use std::{io, sync::Arc, time::SystemTime};

use whatsapp_two_step::{Client, PhoneNumberId};
use whatsapp_two_step_rotation::{
    AnyVault, FleetEnd, FleetGoal, FleetLimits, FleetProgress, RotationSettings, Rotator,
};

use super::{
    bars::Bars,
    end,
    summary::{self, Failures},
    targets::Plan,
};
use crate::{
    failure::LEFT,
    signals::Signals,
    terminal::{Console, err},
};

/// More than that are summed up, and only failures are named one by one.
const NAMED: u32 = 20;

pub(super) struct Run<'a> {
    pub(super) console: &'a Console,
    pub(super) client: Client,
    pub(super) vault: Arc<AnyVault>,
    pub(super) settings: RotationSettings,
    pub(super) goal: FleetGoal,
    pub(super) limits: FleetLimits,
    /// Many numbers: they are summed up in a table.
    pub(super) is_of_a_fleet: bool,
}

/// What a person or a program hears while it runs.
struct Report<'a> {
    console: &'a Console,
    bars: Bars,
    failures: Failures,
    codes: Vec<u8>,
    names_all: bool,
}

impl Run<'_> {
    /// The first Ctrl-C lets those under way end, and begins no other; the second ends them.
    pub(super) async fn all(&self, plan: Plan, signals: &mut Signals) -> u8 {
        let total = u32::try_from(plan.len()).unwrap_or(u32::MAX);
        let (alone, unread) = (plan.alone, plan.unread.len());
        let mut report = Report {
            console: self.console,
            bars: Bars::new(self.console, total),
            failures: Failures::default(),
            codes: Vec::new(),
            names_all: total <= NAMED || self.console.verbose,
        };
        let rotator = Rotator::new(self.client.clone(), Arc::clone(&self.vault));
        let rotator = rotator.quiet_margin(self.settings.quiet_margin);
        let mut ends = rotator.rotate_all(plan.into_accounts(self.is_of_a_fleet), self.goal, self.limits);
        let mut is_ending = signals.has_ended().await;
        if is_ending {
            ends.stop();
        }
        loop {
            tokio::select! {
                biased;
                end = ends.next() => match end {
                    Some(end) => report.end(&end),
                    None => break,
                },
                () = signals.end() => {
                    if is_ending {
                        for (id, so_far) in ends.under_way() {
                            let (written, code) = end::interrupted(self.console, id, so_far.attempts(), so_far.outcome());
                            report.codes.push(code);
                            report.written(id, written);
                        }
                        break;
                    }
                    is_ending = true;
                    ends.stop();
                    report.bars.aside(|| err(match self.limits.concurrency.get().min(total) {
                        1 => "Ending after this number. Ctrl-C again ends it now.",
                        _ => "Ending after the numbers under way. Ctrl-C again ends it now.",
                    }));
                }
                () = report.bars.tick() => report.bars.show(&ends.progress()),
            }
        }
        report.bars.clear();
        let progress = ends.progress();
        self.sum_up(&progress, alone, &report.failures);
        if progress.left() > 0 || unread > 0 {
            report.codes.push(LEFT);
        }
        end::weakest(&report.codes)
    }

    fn sum_up(&self, progress: &FleetProgress, alone: u32, failures: &Failures) {
        if self.is_of_a_fleet {
            if self.console.chats() || progress.left() + progress.failed > 0 {
                err(summary::text(progress, alone, failures, self.since()).trim_end());
            }
            return;
        }
        let (all, done) = (progress.total, progress.rotated + progress.alone);
        if progress.left() > 0 {
            self.console.warn(&format!("{} of {all} numbers are left as they were: run it again.", progress.left()));
        } else if self.console.chats() && all != 1 {
            err(&format!("Rotated: {done} of {all}."));
        }
    }

    fn since(&self) -> Option<SystemTime> {
        match self.goal {
            FleetGoal::NewSince(since) => Some(since),
            _ => None,
        }
    }
}

impl Report<'_> {
    fn end(&mut self, end: &FleetEnd) {
        let id = &end.phone_number_id;
        let waba = end.waba_id.as_ref();
        let console = if self.names_all { self.console } else { &Console { quiet: true, ..*self.console } };
        let written = match &end.result {
            Ok(Some(rotation)) => self.bars.aside(|| end::success(console, rotation, waba)),
            Ok(None) => self.bars.aside(|| end::settled(console, id, waba)),
            Err(error) => {
                self.codes.push(end::code(error));
                // The codes decide by which is the weakest, not by how many.
                self.codes.sort_unstable();
                self.codes.dedup();
                self.failures.add(error);
                self.bars.aside(|| end::failure(self.console, id, error, waba))
            }
        };
        self.written(id, written);
    }

    fn written(&self, id: &PhoneNumberId, written: io::Result<()>) {
        if let Err(error) = written {
            self.bars.aside(|| {
                self.console.warn(&format!("how {id} ended is lost: standard output can't be written: {error}."));
            });
        }
    }
}
