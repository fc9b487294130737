//! How many calls of a client may be under way.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::Semaphore;

/// After so long without a call that was left out, all turns are there again.
const CALM: Duration = Duration::from_secs(1);

/// As many turns as the client's setting says, and fewer while a server ends its connections after a few requests each.
///
/// Such a server leaves out what is above the last request that it takes, and all of that rushes onto the next connection, with
/// every new call. Few would get through each time, and somebody never. So a client learns how many requests a connection takes, and
/// lets no more calls begin at once. Those that were left out have their turns already, so they go first.
pub(super) struct Turns {
    free: Semaphore,
    all: usize,
    state: Mutex<State>,
}

struct State {
    /// How many there are now.
    turns: usize,
    /// Of those that are taken, so many aren't given back.
    owed: usize,
    /// Counts the connections that left something out, as far as is seen here.
    connection: u64,
    /// Answers since that number was counted up.
    answers: usize,
    left_out_at: Option<Instant>,
}

/// A call's turn.
pub(super) struct Turn<'a>(&'a Turns);

impl Turns {
    pub(super) fn new(all: u32) -> Self {
        let all = usize::try_from(all).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS);
        let state = State { turns: all, owed: 0, connection: 0, answers: 0, left_out_at: None };
        Self { free: Semaphore::new(all), all, state: Mutex::new(state) }
    }

    /// Waits for one.
    pub(super) async fn take(&self) -> Turn<'_> {
        // Nobody closes it, so there is always one in the end.
        if let Ok(permit) = self.free.acquire().await {
            permit.forget();
        }
        Turn(self)
    }

    /// Whoever waits too long may look whether it is calm.
    pub(super) const LOOK: Duration = CALM;

    pub(super) fn look(&self, now: Instant) {
        let mut state = self.lock();
        if state.left_out_at.is_some_and(|at| now.saturating_duration_since(at) >= CALM) {
            state.left_out_at = None;
            self.set(&mut state, self.all);
        }
    }

    /// A request is handed to the transport: which connection that is, as far as is seen here.
    pub(super) fn sends(&self) -> u64 {
        self.lock().connection
    }

    pub(super) fn answered(&self) {
        self.lock().answers += 1;
    }

    /// A request came to nothing because its connection ended. Of those of one connection, the first one tells.
    pub(super) fn left_out(&self, connection: u64, now: Instant) {
        let mut state = self.lock();
        state.left_out_at = Some(now);
        if state.connection == connection {
            state.connection += 1;
            let answers = std::mem::take(&mut state.answers);
            if (1..state.turns).contains(&answers) {
                self.set(&mut state, answers);
            }
        }
    }

    fn set(&self, state: &mut State, turns: usize) {
        if turns < state.turns {
            let fewer = state.turns - turns;
            state.owed += fewer - self.free.forget_permits(fewer);
        } else {
            let more = turns - state.turns;
            let paid = more.min(state.owed);
            state.owed -= paid;
            self.free.add_permits(more - paid);
        }
        state.turns = turns;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        if state.owed > 0 {
            state.owed -= 1;
        } else {
            self.0.free.add_permits(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[tokio::test]
    async fn vectors() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/turns.json");
        let file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let cases = file["cases"].as_array().unwrap();
        assert!(cases.len() > 8);
        for case in cases {
            play(case).await;
        }
    }

    async fn play(case: &Value) {
        let number = |of: &Value, what: &str| of[what].as_u64().and_then(|number| u32::try_from(number).ok());
        let (turns, begun) = (Turns::new(number(case, "all").unwrap()), Instant::now());
        let mut taken = Vec::new();
        for event in case["events"].as_array().unwrap() {
            let now = begun + Duration::from_secs_f64(event["at"].as_f64().unwrap_or(0.0));
            for _ in 0..number(event, "take").unwrap_or(0) {
                taken.push(turns.take().await);
            }
            taken.truncate(taken.len() - number(event, "give_back").unwrap_or(0) as usize);
            (0..number(event, "answered").unwrap_or(0)).for_each(|_| turns.answered());
            if let Some(connection) = event["left_out"].as_u64() {
                turns.left_out(connection, now);
            }
            if event["look"] == true {
                turns.look(now);
            }
            let shows = format!("{}: {event}", case["name"]);
            assert_eq!(turns.sends(), event["sent"].as_u64().unwrap_or_else(|| turns.sends()), "{shows}");
            let free = turns.free.available_permits();
            assert_eq!(free, number(event, "free").map_or(free, |free| free as usize), "{shows}");
        }
    }
}
