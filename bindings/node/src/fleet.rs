//! Many rotations that TypeScript drives.

use std::{num::NonZeroU32, time::SystemTime};

use napi::bindgen_prelude::Unknown;
use napi_derive::napi;
use whatsapp_two_step::{Limits, TwoStepError, WabaId};
use whatsapp_two_step_rotation::{
    FleetAccount, FleetGoal, FleetHold, FleetLimits, FleetProgress, FleetStop, HostedFleet, HostedFleetStep,
    HostedTurn, RotationSettings,
};

use crate::{
    entry::VaultFailure,
    given::{self, Given, refused},
    host_http::{in_millis, millis, since_1970},
    outcome::Failure,
    rotation::{NativeRotation, RotationEnd, failures},
    settings::told,
    work::phone_number_id,
};

const OPTIONS: [&str; 5] = ["since", "concurrency", "maxFailures", "canary", "signal"];

/// Says which number is next, and when.
#[napi]
pub struct NativeFleet {
    fleet: HostedFleet,
    since: SystemTime,
    concurrency: u32,
    /// Of the runs' calls, but for their time.
    limits: Limits,
}

/// A turn; or how long to wait, without a time until the next end; or all is over.
#[napi(object, object_from_js = false)]
#[derive(Default)]
pub struct NativeFleetStep {
    pub turn: Option<NativeTurn>,
    pub wait_ms: Option<f64>,
    pub is_done: bool,
}

/// How far it has come.
#[napi(object, object_from_js = false)]
pub struct NativeFleetProgress {
    pub total: u32,
    pub rotated: u32,
    pub alone: u32,
    pub failed: u32,
    pub unsettled: u32,
    pub refused: u32,
    pub left: u32,
    pub in_flight: u32,
    pub holds: Vec<NativeFleetHold>,
    pub stopped: Option<&'static str>,
}

/// Why some wait.
#[napi(object, object_from_js = false)]
pub struct NativeFleetHold {
    pub reason: &'static str,
    pub waba_id: Option<String>,
    pub wait_ms: f64,
    pub numbers: u32,
}

/// What a number came to.
#[napi(object, object_from_js = false)]
pub struct NativeFleetEnd {
    pub phone_number_id: String,
    pub waba_id: Option<String>,
    /// One of the three; none if it was left alone.
    pub rotation: Option<RotationEnd>,
    pub failure: Option<Failure>,
    pub vault_failure: Option<VaultFailure>,
}

/// The accounts of a fleet, one after the other.
#[napi]
#[derive(Default)]
pub struct NativeAccounts(Vec<FleetAccount>);

#[napi]
impl NativeAccounts {
    #[napi(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// One more, or what is wrong with it.
    #[napi(catch_unwind)]
    pub fn add(&mut self, numbers: Vec<Unknown<'_>>, waba: Unknown<'_>, token: Unknown<'_>) -> Option<Failure> {
        let account = || -> Result<_, TwoStepError> {
            let numbers = numbers.into_iter().map(phone_number_id).collect::<Result<Vec<_>, _>>()?;
            let mut account = FleetAccount::new(numbers);
            if !given::is_absent(&waba) {
                let not_id = || WabaId::not_text(given::type_name(&waba));
                let waba = given::text(waba).ok_or_else(not_id).and_then(|id| WabaId::parse(&id));
                account = account.waba_id(waba.map_err(told)?);
            }
            if !given::is_absent(&token) {
                let token = given::required_text("accessToken", token)?.parse();
                account = account.access_token(token.map_err(told)?);
            }
            Ok(account)
        };
        account().map(|account| self.0.push(account)).err().map(Failure::from)
    }
}

impl NativeFleet {
    pub(crate) fn new(
        accounts: &NativeAccounts,
        options: Unknown<'_>,
        settings: RotationSettings,
        client: Limits,
    ) -> Result<Self, TwoStepError> {
        let (mut since, mut limits) = (SystemTime::now(), FleetLimits::default());
        if !given::is_absent(&options) {
            let hint = |_: &str| "; it takes since, concurrency, maxFailures, canary and signal";
            let given = Given::of(&options, "{ concurrency }", &OPTIONS, hint)?;
            since = given.date("since")?.unwrap_or(since);
            limits.concurrency = count(&given, "concurrency")?.unwrap_or(limits.concurrency);
            (limits.max_failures, limits.canary) = (count(&given, "maxFailures")?, count(&given, "canary")?);
        }
        let fleet = HostedFleet::new(accounts.0.iter().cloned(), FleetGoal::NewSince(since), limits, settings);
        Ok(Self { fleet, since, concurrency: limits.concurrency.get(), limits: client })
    }
}

fn count(given: &Given<'_>, name: &str) -> Result<Option<NonZeroU32>, TwoStepError> {
    let one = |count| NonZeroU32::new(count).ok_or_else(|| refused(name, "must be 1 or more"));
    given.count(name)?.map(one).transpose()
}

#[napi]
impl NativeFleet {
    /// Since 1970.
    #[napi(getter)]
    pub fn since_ms(&self) -> f64 {
        since_1970(self.since).unwrap_or_default()
    }

    /// How many may be under way at once.
    #[napi(getter)]
    pub fn concurrency(&self) -> u32 {
        self.concurrency
    }

    /// What to do now.
    #[napi(catch_unwind)]
    pub fn next(&self, elapsed_ms: f64) -> NativeFleetStep {
        let step = NativeFleetStep::default();
        match self.fleet.next(millis(elapsed_ms)) {
            HostedFleetStep::Begin(turn) => NativeFleetStep { turn: Some(NativeTurn(turn, self.limits)), ..step },
            HostedFleetStep::Wait(time) => NativeFleetStep { wait_ms: time.map(in_millis), ..step },
            HostedFleetStep::Done => NativeFleetStep { is_done: true, ..step },
        }
    }

    /// Begins no other number.
    #[napi(catch_unwind)]
    pub fn stop(&self) {
        self.fleet.stop();
    }

    /// How far it has come.
    #[napi(catch_unwind)]
    pub fn progress(&self, elapsed_ms: f64) -> NativeFleetProgress {
        self.fleet.progress(millis(elapsed_ms)).into()
    }
}

/// A number whose turn it is.
#[napi]
pub struct NativeTurn(HostedTurn, Limits);

#[napi]
impl NativeTurn {
    #[napi(getter)]
    pub fn phone_number_id(&self) -> String {
        self.0.phone_number_id().as_str().to_owned()
    }

    /// The place of its account among those that were given.
    #[napi(getter)]
    pub fn account(&self) -> u32 {
        u32::try_from(self.0.account()).unwrap_or(u32::MAX)
    }

    /// To be driven until it is done.
    #[napi(catch_unwind)]
    pub fn rotation(&self) -> NativeRotation {
        NativeRotation::of_fleet(self.0.run().clone(), self.1)
    }

    /// What the number came to; nothing if it will have another turn.
    #[napi(catch_unwind)]
    pub fn ended(&self, elapsed_ms: f64) -> Option<NativeFleetEnd> {
        let end = self.0.ended(millis(elapsed_ms))?;
        let (rotation, (failure, vault_failure)) = match end.result {
            Ok(rotation) => (rotation.map(RotationEnd::from), (None, None)),
            Err(error) => (None, failures(&error)),
        };
        let phone_number_id = end.phone_number_id.as_str().to_owned();
        let waba_id = end.waba_id.map(|id| id.as_str().to_owned());
        Some(NativeFleetEnd { phone_number_id, waba_id, rotation, failure, vault_failure })
    }

    /// Its run is driven no further.
    #[napi(catch_unwind)]
    pub fn leave(&self) {
        self.0.leave();
    }
}

impl From<FleetProgress> for NativeFleetProgress {
    fn from(progress: FleetProgress) -> Self {
        Self {
            total: progress.total,
            rotated: progress.rotated,
            alone: progress.alone,
            failed: progress.failed,
            unsettled: progress.unsettled,
            refused: progress.refused,
            left: progress.left(),
            in_flight: progress.in_flight,
            stopped: progress.stopped.map(FleetStop::code),
            holds: progress.holds.into_iter().map(NativeFleetHold::from).collect(),
        }
    }
}

impl From<FleetHold> for NativeFleetHold {
    fn from(hold: FleetHold) -> Self {
        let waba_id = hold.waba_id.map(|id| id.as_str().to_owned());
        Self { reason: hold.reason.code(), waba_id, wait_ms: in_millis(hold.wait), numbers: hold.numbers }
    }
}
