//! Why numbers wait.

use std::time::Duration;

use super::{
    FleetHold, FleetRun, HoldReason,
    lane::{Lane, Pace},
    meter::Admission,
};

impl FleetRun {
    pub(super) fn holds(&mut self, now: Duration) -> Vec<FleetHold> {
        let wait = |until: Duration| until.saturating_sub(now);
        let waiting = |lane: &Lane| u32::try_from(lane.queue.len()).unwrap_or(u32::MAX);
        let mut holds = Vec::new();
        let mut hold = |reason, waba_id, until: Duration, numbers| {
            if wait(until) >= Duration::from_secs(1) && numbers > 0 {
                holds.push(FleetHold { reason, waba_id, wait: wait(until), numbers });
            }
        };
        let all = self.lanes.iter().map(waiting).sum();
        hold(HoldReason::Vault, None, self.vault.until, all);
        if let Admission::At(time) = self.app.admits(now) {
            hold(reason_of(&self.app, now), None, time, all);
        }
        for lane in &mut self.lanes {
            if let Admission::At(time) = lane.admits(now) {
                hold(reason_of(&lane.pace, now), lane.waba_id.clone(), time, waiting(lane));
            }
        }
        let later = u32::try_from(self.later.len()).unwrap_or(u32::MAX);
        if let Some(due) = self.later.iter().map(|(due, ..)| *due).max() {
            hold(HoldReason::Busy, None, due, later);
        }
        holds
    }
}

fn reason_of(pace: &Pace, now: Duration) -> HoldReason {
    if pace.held_until() > now { HoldReason::Refused } else { HoldReason::Limit }
}
