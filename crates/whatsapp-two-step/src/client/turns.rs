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
    use super::*;

    #[test]
    fn a_client_learns_how_many_a_connection_takes() {
        let (turns, now) = (Turns::new(64), Instant::now());
        // The first connection tells nothing yet; the second, that it took seven.
        turns.left_out(turns.sends(), now);
        let connection = turns.sends();
        (0..7).for_each(|_| turns.answered());
        turns.left_out(connection, now);
        assert_eq!(turns.free.available_permits(), 7);
        // The others of that connection tell nothing new.
        turns.answered();
        turns.left_out(connection, now);
        assert_eq!(turns.free.available_permits(), 7);
        turns.look(now + CALM / 2);
        assert_eq!(turns.free.available_permits(), 7);
        turns.look(now + CALM);
        assert_eq!(turns.free.available_permits(), 64);
    }

    #[tokio::test]
    async fn turns_that_are_taken_are_kept_and_not_given_back() {
        let (turns, now) = (Turns::new(3), Instant::now());
        let (one, two, three) = (turns.take().await, turns.take().await, turns.take().await);
        turns.answered();
        turns.left_out(turns.sends(), now);
        drop((one, two));
        assert_eq!(turns.free.available_permits(), 0);
        drop(three);
        assert_eq!(turns.free.available_permits(), 1);
        turns.look(now + CALM);
        assert_eq!(turns.free.available_permits(), 3);
    }
}
