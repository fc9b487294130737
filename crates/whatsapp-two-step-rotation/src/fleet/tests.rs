//! What single ends mean for the others.

use std::{num::NonZeroU32, time::Duration};

use whatsapp_two_step::{AccessToken, Outcome, TwoStepError};

use super::{FleetAccount, FleetGoal, FleetLimits, FleetRun, FleetStep, FleetStop, FleetTurn, HoldReason};
use crate::{
    error::{VaultError, VaultErrorKind},
    rotation::{RotationError, VaultState},
};

const GOAL: FleetGoal = FleetGoal::NewSince(std::time::SystemTime::UNIX_EPOCH);

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn account(first: u64, count: u64) -> FleetAccount {
    FleetAccount::new((first..first + count).map(|id| id.to_string().parse().unwrap()))
}

fn vault(kind: VaultErrorKind, vault_state: VaultState) -> RotationError {
    let error = if kind == VaultErrorKind::Busy { VaultError::busy(seconds(90)) } else { VaultError::new(kind, "no") };
    RotationError::vault(error, vault_state)
}

/// An answer of the server's: a status and a code.
fn refused(status: u16, code: u32) -> RotationError {
    use whatsapp_two_step::{Body, Endpoint, Operation, SetTwoStepPin};

    let body = format!(r#"{{"error":{{"message":"no","code":{code}}}}}"#);
    let response = http::Response::builder().status(status).body(Body::from(body)).unwrap();
    let endpoint = Endpoint::new(AccessToken::parse("EAAG_example").unwrap());
    let error: TwoStepError =
        SetTwoStepPin::parse("1", "012345").unwrap().read_response(&endpoint, &response).unwrap_err();
    RotationError::call(error.after(1, Outcome::Rejected), VaultState::Settled)
}

#[track_caller]
fn begin(run: &mut FleetRun, now: Duration) -> FleetTurn {
    match run.next(now) {
        FleetStep::Begin(turn) => turn,
        step => panic!("{step:?}"),
    }
}

#[track_caller]
fn waits(run: &mut FleetRun, now: Duration) -> Duration {
    match run.next(now) {
        FleetStep::Wait(Some(time)) => time,
        step => panic!("{step:?}"),
    }
}

#[test]
fn a_vault_that_goes_away_holds_all_and_loses_none() {
    let mut run = FleetRun::new([account(1, 3)], GOAL, FleetLimits::default());
    let mut now = seconds(0);
    for due in [1, 2, 4, 8, 16, 32, 60, 60] {
        let turn = begin(&mut run, now);
        assert!(run.ended(now, turn, Err(vault(VaultErrorKind::Unreachable, VaultState::Untouched))).is_none());
        assert_eq!(waits(&mut run, now), seconds(due));
        assert_eq!(run.progress(now).holds[0].reason, HoldReason::Vault);
        now += seconds(due);
    }
    // It is back.
    for _ in 0..3 {
        let turn = begin(&mut run, now);
        assert!(run.ended(now, turn, Ok(None)).is_some());
    }
    assert!(matches!(run.next(now), FleetStep::Done));
    assert_eq!((run.progress(now).alone, run.progress(now).failed), (3, 0));
}

#[test]
fn a_vault_that_stays_away_ends_the_run() {
    let mut run = FleetRun::new([account(1, 3)], GOAL, FleetLimits::default());
    let mut now = seconds(0);
    let end = loop {
        match run.next(now) {
            FleetStep::Begin(turn) => {
                let error = vault(VaultErrorKind::Unreachable, VaultState::Untouched);
                if let Some(end) = run.ended(now, turn, Err(error)) {
                    break end;
                }
            }
            FleetStep::Wait(time) => now += time.unwrap(),
            FleetStep::Done => panic!("it ended without a word"),
        }
    };
    assert!(end.result.is_err() && now >= seconds(15 * 60) && now < seconds(17 * 60));
    assert_eq!((run.progress(now).stopped, run.progress(now).left()), (Some(FleetStop::Vault), 2));
    assert!(matches!(run.next(now), FleetStep::Done));
}

#[test]
fn a_number_for_which_the_vault_fails_stops_no_other() {
    let mut run = FleetRun::new([account(1, 10)], GOAL, FleetLimits::default());
    let (mut now, mut ends) = (seconds(0), Vec::new());
    loop {
        match run.next(now) {
            FleetStep::Begin(turn) => {
                let is_bad = turn.phone_number_id().as_str() == "1";
                let error = || Err(vault(VaultErrorKind::Unreachable, VaultState::Untouched));
                ends.extend(run.ended(now, turn, if is_bad { error() } else { Ok(None) }));
            }
            FleetStep::Wait(time) => now += time.unwrap(),
            FleetStep::Done => break,
        }
    }
    let failed: Vec<_> =
        ends.iter().filter(|end| end.result.is_err()).map(|end| end.phone_number_id.as_str()).collect();
    assert_eq!((ends.len(), failed, run.progress(now).stopped), (10, vec!["1"], None));
    assert!(now < seconds(10), "{now:?}");
}

#[test]
fn what_others_are_at_work_on_comes_later() {
    let mut run = FleetRun::new([account(1, 2)], GOAL, FleetLimits::default());
    let turn = begin(&mut run, seconds(0));
    assert!(run.ended(seconds(0), turn, Err(vault(VaultErrorKind::Busy, VaultState::Unsettled))).is_none());
    let turn = begin(&mut run, seconds(0));
    assert_eq!(turn.phone_number_id().as_str(), "2");
    assert!(run.ended(seconds(0), turn, Err(vault(VaultErrorKind::Conflict, VaultState::Untouched))).is_none());
    assert_eq!(waits(&mut run, seconds(0)), seconds(1));
    for _ in 0..2 {
        let turn = begin(&mut run, seconds(1));
        assert!(run.ended(seconds(1), turn, Ok(None)).is_some());
    }
    // Whoever wants a new PIN now hears that it is busy.
    let mut run = FleetRun::new([account(1, 1)], FleetGoal::New, FleetLimits::default());
    let turn = begin(&mut run, seconds(0));
    assert!(run.ended(seconds(0), turn, Err(vault(VaultErrorKind::Busy, VaultState::Settled))).is_some());
}

#[test]
fn a_refused_token_ends_its_accounts_and_a_missing_permission_its_own() {
    let token = AccessToken::parse("EAAG_other").unwrap();
    let accounts = [account(1, 2), account(11, 2).access_token(token.clone()), account(21, 2).access_token(token)];
    let mut run = FleetRun::new(accounts, GOAL, FleetLimits::default());
    let first = begin(&mut run, seconds(0));
    let second = begin(&mut run, seconds(0));
    assert_eq!((first.phone_number_id().as_str(), second.phone_number_id().as_str()), ("1", "11"));
    assert!(run.ended(seconds(1), second, Err(refused(401, 190))).is_some());
    assert!(run.ended(seconds(1), first, Ok(None)).is_some());
    let turn = begin(&mut run, seconds(1));
    assert_eq!(turn.phone_number_id().as_str(), "2");
    assert!(run.ended(seconds(1), turn, Err(refused(401, 190))).is_some());
    assert_eq!((run.progress(seconds(1)).stopped, run.progress(seconds(1)).left()), (Some(FleetStop::Token), 3));
    assert!(matches!(run.next(seconds(1)), FleetStep::Done));

    let accounts = [account(1, 2).waba_id("5".parse().unwrap()), account(11, 1).waba_id("6".parse().unwrap())];
    let mut run = FleetRun::new(accounts, GOAL, FleetLimits::default());
    let turn = begin(&mut run, seconds(0));
    assert!(run.ended(seconds(0), turn, Err(refused(403, 200))).is_some());
    let turn = begin(&mut run, seconds(0));
    assert_eq!(turn.phone_number_id().as_str(), "11");
    drop(run.ended(seconds(0), turn, Ok(None)));
    assert!(matches!(run.next(seconds(0)), FleetStep::Done));
}

#[test]
fn code_4_holds_all_and_80007_its_account() {
    for (code, other_goes_on) in [(4, false), (80007, true)] {
        let accounts = [account(1, 2).waba_id("5".parse().unwrap()), account(11, 1).waba_id("6".parse().unwrap())];
        let mut run = FleetRun::new(accounts, GOAL, FleetLimits::default());
        let turn = begin(&mut run, seconds(0));
        assert!(run.ended(seconds(0), turn, Err(refused(400, code))).is_none(), "it has another turn");
        assert_eq!(matches!(run.next(seconds(0)), FleetStep::Begin(_)), other_goes_on, "{code}");
    }
}

#[test]
fn of_canaries_all_must_go_well_first() {
    let limits = FleetLimits { canary: NonZeroU32::new(2), ..FleetLimits::default() };
    let accounts = || [account(1, 2), account(11, 2)];
    let mut run = FleetRun::new(accounts(), GOAL, limits);
    let (first, second) = (begin(&mut run, seconds(0)), begin(&mut run, seconds(0)));
    drop(run.ended(seconds(1), first, Ok(None)));
    assert!(matches!(run.next(seconds(1)), FleetStep::Wait(None)), "the second one is not over");
    drop(run.ended(seconds(1), second, Ok(None)));
    assert!(matches!(run.next(seconds(1)), FleetStep::Begin(_)));

    let mut run = FleetRun::new(accounts(), GOAL, limits);
    let first = begin(&mut run, seconds(0));
    drop(run.ended(seconds(1), first, Err(refused(400, 100))));
    assert!(matches!(run.next(seconds(1)), FleetStep::Done));
    assert_eq!(run.progress(seconds(1)).stopped, Some(FleetStop::Canary));
}
