//! Many rotations that Python drives.

use std::{
    num::NonZeroU32,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use pyo3::{
    prelude::*,
    types::{PyBool, PyFloat, PyInt},
};
use whatsapp_two_step::{Limits, TwoStepError, WabaId};
use whatsapp_two_step_rotation::{
    FleetAccount, FleetGoal, FleetLimits, FleetStop, HostedFleet, HostedFleetStep, HostedTurn, RotationSettings,
};

use crate::{
    outcome::{self, Failure},
    rotation::{NativeRotation, error_of},
    settings,
    work::{phone_number_id, waba_id},
};

/// Says which number is next, and when.
#[pyclass(frozen, module = "whatsapp_two_step._native")]
pub(crate) struct NativeFleet {
    fleet: HostedFleet,
    since: SystemTime,
}

/// What a fleet is given, beside the settings of its runs.
#[derive(FromPyObject)]
pub(crate) struct Options<'py>(
    Vec<Bound<'py, PyAny>>,
    Option<Bound<'py, PyAny>>,
    Bound<'py, PyAny>,
    Option<Bound<'py, PyAny>>,
    Option<Bound<'py, PyAny>>,
);

impl NativeFleet {
    pub(crate) fn new(options: &Options<'_>, run: RotationSettings) -> Result<Self, Failure> {
        let Options(accounts, since, concurrency, max_failures, canary) = options;
        let accounts: Vec<_> = accounts.iter().map(account).collect::<Result<_, _>>()?;
        let since = since.as_ref().map_or(Ok(SystemTime::now()), time)?;
        let bound = |name, given: &Option<Bound<'_, PyAny>>| given.as_ref().map(|it| count(name, it)).transpose();
        let limits = FleetLimits {
            concurrency: count("concurrency", concurrency)?,
            max_failures: bound("max_failures", max_failures)?,
            canary: bound("canary", canary)?,
            ..FleetLimits::default()
        };
        Ok(Self { fleet: HostedFleet::new(accounts, FleetGoal::NewSince(since), limits, run), since })
    }
}

#[pymethods]
impl NativeFleet {
    /// A turn; or how long to wait, in seconds, and None for until the next end; or False when all is over.
    fn next<'py>(&self, py: Python<'py>, elapsed: f64) -> PyResult<Bound<'py, PyAny>> {
        Ok(match self.fleet.next(seconds(elapsed)) {
            HostedFleetStep::Begin(turn) => NativeTurn(turn).into_pyobject(py)?.into_any(),
            HostedFleetStep::Wait(time) => time.map(|time| time.as_secs_f64()).into_pyobject(py)?,
            HostedFleetStep::Done => PyBool::new(py, false).to_owned().into_any(),
        })
    }

    fn stop(&self) {
        self.fleet.stop();
    }

    /// Seconds since 1970.
    fn since(&self) -> f64 {
        self.since.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
    }

    /// A `FleetProgress`.
    fn progress<'py>(&self, py: Python<'py>, elapsed: f64) -> PyResult<Bound<'py, PyAny>> {
        let it = self.fleet.progress(seconds(elapsed));
        let hold = |hold: &whatsapp_two_step_rotation::FleetHold| {
            let waba = hold.waba_id.as_ref().map(|id| id.as_str().to_owned());
            (hold.reason.code(), waba, hold.wait.as_secs_f64(), hold.numbers)
        };
        let counts = (it.total, it.rotated, it.alone, it.failed, it.unsettled, it.refused, it.left(), it.in_flight);
        let holds: Vec<_> = it.holds.iter().map(hold).collect();
        let make = py.import("whatsapp_two_step._fleet")?.getattr("make_progress")?;
        make.call1((counts, holds, it.stopped.map(FleetStop::code)))
    }
}

/// A number whose turn it is. Dropped, it has another one.
#[pyclass(frozen, module = "whatsapp_two_step._native")]
pub(crate) struct NativeTurn(HostedTurn);

#[pymethods]
impl NativeTurn {
    #[getter]
    fn phone_number_id(&self) -> &str {
        self.0.phone_number_id().as_str()
    }

    /// The place of its account among those that were given.
    #[getter]
    fn account(&self) -> usize {
        self.0.account()
    }

    /// To be driven until it is over.
    fn rotation(&self) -> NativeRotation {
        NativeRotation::of_fleet(self.0.run().clone())
    }

    /// What it came to, as the fields of a `RotationEnd`; None if it will have another turn.
    fn ended<'py>(&self, py: Python<'py>, elapsed: f64) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some(end) = self.0.ended(seconds(elapsed)) else { return Ok(None) };
        let (rotation, error) = match &end.result {
            Ok(rotation) => (rotation.as_ref().map(|it| outcome::rotation(py, it)).transpose()?, None),
            Err(error) => (None, Some(error_of(py, error).into_value(py))),
        };
        let waba_id = end.waba_id.as_ref().map(WabaId::as_str);
        let fields = (end.phone_number_id.as_str(), waba_id, rotation, error);
        Ok(Some(fields.into_pyobject(py)?.into_any()))
    }

    fn leave(&self) {
        self.0.leave();
    }
}

/// Of a `FleetAccount`.
fn account(given: &Bound<'_, PyAny>) -> Result<FleetAccount, Failure> {
    let field = |name: &str| given.getattr(name).map_err(Failure::from);
    let numbers = field("numbers")?.try_iter()?;
    let numbers = numbers.map(|id| Ok(phone_number_id(&id?)?)).collect::<Result<Vec<_>, Failure>>()?;
    let mut account = FleetAccount::new(numbers);
    let (waba, token) = (field("waba_id")?, field("_access_token")?);
    if !waba.is_none() {
        account = account.waba_id(waba_id(&waba)?);
    }
    if !token.is_none() {
        account = account.access_token(settings::token(&token)?);
    }
    Ok(account)
}

/// Of seconds since 1970.
fn time(given: &Bound<'_, PyAny>) -> Result<SystemTime, Failure> {
    let wrong = || TwoStepError::invalid_configuration("since", "must be a datetime, or seconds since 1970");
    let is_number = given.is_instance_of::<PyFloat>() || given.is_instance_of::<PyInt>();
    if !is_number || given.is_instance_of::<PyBool>() {
        return Err(wrong().into());
    }
    let since = given.extract().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    Ok(since.and_then(|since| UNIX_EPOCH.checked_add(since)).ok_or_else(wrong)?)
}

fn count(name: &str, given: &Bound<'_, PyAny>) -> Result<NonZeroU32, Failure> {
    let none = || TwoStepError::invalid_configuration(name, "must be 1 or more").into();
    NonZeroU32::new(settings::count(name, given)?).ok_or_else(none)
}

/// What is no time is the beginning.
fn seconds(elapsed: f64) -> Duration {
    Duration::try_from_secs_f64(elapsed).unwrap_or_default()
}

/// With a client's timeout, and a margin as it was given.
pub(crate) fn run_settings(limits: Limits, margin: Option<&Bound<'_, PyAny>>) -> Result<RotationSettings, Failure> {
    let quiet_margin = margin.map(|given| settings::seconds("quiet_margin", given)).transpose()?;
    let quiet_margin = quiet_margin.unwrap_or(RotationSettings::default().quiet_margin);
    let settings = RotationSettings { timeout: limits.timeout, quiet_margin };
    settings.check()?;
    Ok(settings)
}
