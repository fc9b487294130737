//! Saves that wait for the file at the same time are made durable together: one sync of the disk for all of them.

use std::{
    fmt,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::oneshot;

use super::{failure, shared};
use crate::{error::VaultError, vault::Version};

/// One transaction has no more, so that no other program waits long for the file.
const TOGETHER: usize = 64;

/// The saves that wait.
#[derive(Clone, Default)]
pub(super) struct Saves(Arc<Mutex<Queue>>);

#[derive(Default)]
struct Queue {
    waiting: Vec<Waiting>,
    /// How many have ever waited.
    count: u64,
}

/// A save that waits.
pub(super) struct Ticket {
    number: u64,
    answered: oneshot::Receiver<Result<Version, VaultError>>,
}

/// What is saved: the bytes of a number, if it has that version. 0 is none.
pub(super) struct Save {
    pub(super) id: String,
    pub(super) bytes: Vec<u8>,
    pub(super) read: u64,
}

struct Waiting {
    number: u64,
    save: Save,
    limit: Duration,
    until: Instant,
    answer: oneshot::Sender<Result<Version, VaultError>>,
}

impl Saves {
    /// To be followed by a [`flush`](Self::flush), whose end [`answer`](Self::answer) waits for.
    pub(super) fn add(&self, save: Save, limit: Duration) -> Ticket {
        let (answer, answered) = oneshot::channel();
        let mut queue = self.queue();
        queue.count += 1;
        let number = queue.count;
        queue.waiting.push(Waiting { number, save, limit, until: Instant::now() + limit, answer });
        Ticket { number, answered }
    }

    /// What came of it, where its own flush came to that. An earlier one may have taken it along.
    pub(super) async fn answer(&self, ticket: Ticket, flushed: Result<(), VaultError>) -> Result<Version, VaultError> {
        let Ticket { number, answered } = ticket;
        if let Err(error) = flushed {
            // The file couldn't be opened, or its turn didn't come in time: it is taken back, if nobody has it.
            let mut queue = self.queue();
            let before = queue.waiting.len();
            queue.waiting.retain(|waiting| waiting.number != number);
            if queue.waiting.len() < before {
                return Err(error);
            }
        }
        answered.await.unwrap_or_else(|_| Err(shared::unreachable("what was being saved may be there or not")))
    }

    /// Saves what waits; nothing is left to do where an earlier flush has done it. Each is told after all of them are durable.
    pub(super) fn flush(&self, path: &Path, connection: &mut Connection, until: Instant) -> Result<(), VaultError> {
        while !self.queue().waiting.is_empty() {
            let failed = |error| failure::of(path, error);
            connection.busy_timeout(until.saturating_duration_since(Instant::now())).map_err(failed)?;
            // First the file, then those who wait for it: meanwhile some may have gone.
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
            let taken = self.take();
            let saved = save_all(&transaction, &taken);
            match saved.and_then(|saved| transaction.commit().map(|()| saved)) {
                Ok(saved) => {
                    for (Waiting { save, answer, .. }, is_saved) in taken.into_iter().zip(saved) {
                        let answered =
                            if is_saved { Ok(Version::from(save.read + 1)) } else { Err(shared::conflict()) };
                        let _ = answer.send(answered);
                    }
                }
                Err(error) => {
                    let error = failed(error);
                    for Waiting { answer, .. } in taken {
                        let _ = answer.send(Err(VaultError::new(error.kind(), error.message())));
                    }
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// Those that go together. Who no longer waits takes it back, and whose time is over hears so.
    fn take(&self) -> Vec<Waiting> {
        let (now, mut taken) = (Instant::now(), Vec::new());
        let waiting = &mut self.queue().waiting;
        let count = waiting.len().min(TOGETHER);
        for one in waiting.drain(..count).filter(|one| !one.answer.is_closed()) {
            if one.until > now {
                taken.push(one);
            } else {
                let _ = one.answer.send(Err(shared::too_late(one.limit)));
            }
        }
        taken
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Saves {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Saves")
    }
}

/// Which of them were saved? The others have another version by now.
fn save_all(connection: &Connection, taken: &[Waiting]) -> rusqlite::Result<Vec<bool>> {
    let enter = "INSERT INTO entries (id, version, sealed) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO NOTHING";
    let change = "UPDATE entries SET version = ?2, sealed = ?3 WHERE id = ?1 AND version = ?4";
    let (mut enter, mut change) = (connection.prepare(enter)?, connection.prepare(change)?);
    let save_one = |Waiting { save: Save { id, bytes, read }, .. }: &Waiting| {
        let next = (read + 1).cast_signed();
        let count = match read {
            0 => enter.execute((id, next, bytes))?,
            _ => change.execute((id, next, bytes, read.cast_signed()))?,
        };
        Ok(count == 1)
    };
    taken.iter().map(save_one).collect()
}
