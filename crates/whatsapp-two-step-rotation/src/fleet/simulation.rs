//! Nights of ten hours, against a model of the server's limits, in no time.

use std::{
    collections::{BTreeMap, VecDeque},
    num::NonZeroU32,
    time::{Duration, SystemTime},
};

use whatsapp_two_step::{AccessToken, Body, Endpoint, Operation, Outcome, SetTwoStepPin};

use super::{FleetAccount, FleetGoal, FleetLimits, FleetRun, FleetStep, FleetTurn};
use crate::rotation::{Rotation, RotationError, VaultState};

const HOUR: Duration = Duration::from_secs(3600);
const HOURS: u32 = 10;

/// What the server counts by, and what it says of it.
#[derive(Clone, Copy, Debug)]
struct Server {
    /// Calls an hour for each account; and for the app.
    account: u32,
    app: u32,
    accounts: u32,
    /// Does it say how much is used, and how long to wait?
    headers: bool,
    /// The code of an account's refusals.
    code: u32,
    /// Calls an hour for each account that other programs make.
    others: u32,
}

const SERVER: Server = Server { account: 200, app: 1_000_000, accounts: 1, headers: true, code: 80007, others: 0 };

/// Calls of the last hour.
#[derive(Default)]
struct Log(VecDeque<Duration>);

impl Log {
    fn count(&mut self, now: Duration) -> u32 {
        while self.0.front().is_some_and(|at| *at + HOUR <= now) {
            self.0.pop_front();
        }
        u32::try_from(self.0.len()).unwrap()
    }
}

struct Night {
    server: Server,
    accounts: Vec<Log>,
    app: Log,
    others_next: Duration,
    begun: Duration,
    endpoint: Endpoint,
    taken: u32,
    refused: u32,
    /// After the first two hours, in which it learns.
    later: (u32, u32),
}

impl Night {
    fn new(server: Server) -> Self {
        let mut accounts = Vec::new();
        accounts.resize_with(server.accounts as usize, Log::default);
        let endpoint = Endpoint::new(AccessToken::parse("EAAG_example").unwrap());
        Self {
            server,
            accounts,
            app: Log::default(),
            others_next: Duration::ZERO,
            begun: Duration::ZERO,
            endpoint,
            taken: 0,
            refused: 0,
            later: (0, 0),
        }
    }

    /// A call arrives: is it taken? And what is used afterwards, of the account and of the app.
    fn call(&mut self, account: usize, now: Duration) -> (bool, bool, f64, f64) {
        while self.server.others > 0 && self.others_next <= now {
            for log in &mut self.accounts {
                log.0.push_back(self.others_next);
            }
            self.others_next += HOUR / self.server.others;
        }
        let (of_account, of_app) = (self.accounts[account].count(now), self.app.count(now));
        let fits = (of_account < self.server.account, of_app < self.server.app);
        let is_taken = fits == (true, true);
        let (taken, refused) = if is_taken { (1, 0) } else { (0, 1) };
        if is_taken {
            self.accounts[account].0.push_back(now);
            self.app.0.push_back(now);
        }
        (self.taken, self.refused) = (self.taken + taken, self.refused + refused);
        if now >= self.begun + HOUR * 2 {
            self.later = (self.later.0 + taken, self.later.1 + refused);
        }
        let percent = |calls: u32, limit: u32| f64::from(calls) * 100.0 / f64::from(limit);
        (is_taken, fits.1, percent(of_account + taken, self.server.account), percent(of_app + taken, self.server.app))
    }

    fn answer(&mut self, turn: &FleetTurn, account: usize, now: Duration) -> Result<Option<Rotation>, RotationError> {
        let (is_taken, fits_app, of_account, of_app) = self.call(account, now);
        let mut response = http::Response::builder();
        if self.server.headers {
            let minutes = if is_taken || !fits_app { 0 } else { self.minutes(account, now) };
            let other = r#"{"type":"whatsapp_business_management","call_count":3}"#;
            let header = format!(
                r#"{{"{}":[{other},{{"type":"whatsapp","call_count":{},"estimated_time_to_regain_access":{minutes}}}]}}"#,
                account + 1,
                of_account.floor(),
            );
            response = response.header("x-business-use-case-usage", header);
            response = response.header("x-app-usage", format!(r#"{{"call_count":{}}}"#, of_app.floor()));
        }
        let code = if fits_app { self.server.code } else { 4 };
        let (status, body) = if is_taken {
            (200, r#"{"success":true}"#.to_owned())
        } else {
            (400, format!(r#"{{"error":{{"message":"limit","type":"OAuthException","code":{code}}}}}"#))
        };
        let response = response.status(status).body(Body::from(body)).unwrap();
        let operation = SetTwoStepPin::parse(turn.phone_number_id().as_str(), "012345").unwrap();
        match operation.read_response(&self.endpoint, &response) {
            Ok(response) => Ok(Some(Rotation {
                phone_number_id: turn.phone_number_id().clone(),
                rotated_at: SystemTime::UNIX_EPOCH,
                resumed: false,
                attempts: 1,
                trace_id: None,
                usage: response.usage,
            })),
            Err(error) => Err(RotationError::call(error.after(1, Outcome::Rejected), VaultState::Settled)),
        }
    }

    fn minutes(&mut self, account: usize, now: Duration) -> u64 {
        let oldest = self.accounts[account].0.front().copied().unwrap_or(now);
        (oldest + HOUR).saturating_sub(now).as_secs().div_ceil(60)
    }
}

/// A night over more numbers than it can do.
fn night(server: Server) -> Night {
    let mut night = Night::new(server);
    let each = server.account.min(server.app) * (HOURS + 2);
    let account = |place: u32| {
        let id = |number: u32| (u64::from(place + 1) * 1_000_000_000 + u64::from(number)).to_string().parse().unwrap();
        FleetAccount::new((0..each).map(id)).waba_id((place + 1).to_string().parse().unwrap())
    };
    let limits = FleetLimits { concurrency: NonZeroU32::new(64).unwrap(), ..FleetLimits::default() };
    let mut run = FleetRun::new((0..server.accounts).map(account), FleetGoal::New, limits);
    let mut under_way = BTreeMap::new();
    let (mut now, mut count) = (Duration::ZERO, 0_u32);
    // The others have been at work for an hour.
    if server.others > 0 {
        (now, night.begun) = (HOUR, HOUR);
        night.call(0, now);
        (night.taken, night.refused) = (0, 0);
    }
    while now < night.begun + HOUR * HOURS {
        let wake = match run.next(now) {
            FleetStep::Begin(turn) => {
                count += 1;
                // Each takes another time, of 100 to 900 ms.
                let latency = Duration::from_millis(100 + u64::from(count.wrapping_mul(2_654_435_761) % 800));
                under_way.insert((now + latency, count), turn);
                continue;
            }
            FleetStep::Wait(time) => time.map(|time| now + time),
            FleetStep::Done => break,
        };
        let end = under_way.first_key_value().map(|((at, _), _)| *at);
        now = end.into_iter().chain(wake).min().expect("it waits for something");
        while let Some(entry) = under_way.first_entry().filter(|entry| entry.key().0 <= now) {
            let turn = entry.remove();
            let account = turn.phone_number_id().as_str().len();
            let place = turn.phone_number_id().as_str()[..account - 9].parse::<usize>().unwrap() - 1;
            let result = night.answer(&turn, place, now);
            drop(run.ended(now, turn, result));
        }
    }
    night
}

#[track_caller]
fn check(server: Server, allowed: u32) {
    let night = night(server);
    let used = f64::from(night.taken) / f64::from(allowed * HOURS);
    let (taken, refused) = night.later;
    let share = f64::from(refused) / f64::from(taken + refused);
    println!(
        "{server:?}: {:.1} % used, {refused} of {} refused later, {} in all",
        used * 100.0,
        taken + refused,
        night.refused
    );
    assert!(used >= 0.9, "only {:.1} % of what {server:?} allows is used", used * 100.0);
    assert!(share <= 0.01, "{refused} of {} are refused by {server:?}", taken + refused);
    if server.headers {
        assert!(
            night.refused == 0 || server.others > 0,
            "{} are refused though it says how much is used",
            night.refused
        );
    }
}

#[test]
fn an_account_s_limit_is_used_and_kept() {
    for account in [200, 5_000] {
        for headers in [true, false] {
            for code in [80007, 80008] {
                check(Server { account, headers, code, ..SERVER }, account);
            }
        }
    }
}

#[test]
fn the_app_s_limit_is_used_and_kept() {
    for app in [200, 5_000] {
        for headers in [true, false] {
            check(Server { account: 1_000_000, app, accounts: 5, headers, ..SERVER }, app);
        }
    }
}

#[test]
fn accounts_don_t_hold_each_other() {
    check(Server { accounts: 20, ..SERVER }, 20 * 200);
    check(Server { accounts: 20, headers: false, ..SERVER }, 20 * 200);
}

#[test]
fn others_may_use_the_same_limit() {
    // Of what others leave below 95 %, most is used; and soon, though they were there before.
    for (account, others) in [(200, 100), (200, 160), (5_000, 2_500), (5_000, 4_000)] {
        for headers in [true, false] {
            let server = Server { account, headers, others, ..SERVER };
            let night = night(server);
            let left = (account * 95 / 100 - others) * HOURS;
            let (taken, refused) = night.later;
            println!("{server:?}: {} of {left} taken, {refused} of {} refused later", night.taken, taken + refused);
            assert!(night.taken >= left * 7 / 10, "only {} of {left} taken: {server:?}", night.taken);
            let most = if headers { 0 } else { (taken + refused) / 30 };
            assert!(refused <= most, "{refused} of {} refused: {server:?}", taken + refused);
        }
    }
}
