//! [`check_vault`](crate::check_vault()) over a vault of the host's.

use std::{
    fmt,
    future::{Future, poll_fn},
    mem,
    pin::Pin as Pinned,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    task::{Context, Poll, Waker},
};

use whatsapp_two_step::{PhoneNumberId, TwoStepError};

use super::{lock, may_show_a_pin};
use crate::{
    check_vault::{VaultFault, check_vault},
    entry::Entry,
    error::{VaultError, VaultErrorKind},
    vault::{Stored, Vault, Version},
};

/// A check that a host drives: it is asked what to do next, and told what came of it. It has no thread and waits for nothing.
pub struct HostedCheck {
    asks: Arc<Asks>,
    /// Until it is over.
    running: Mutex<Option<Running>>,
}

type Running = Pinned<Box<dyn Future<Output = Result<(), VaultFault>> + Send>>;

/// What a host has to do next.
#[derive(Debug)]
pub enum HostedCheckStep {
    /// All of these, at once: several of them are savers that race. Each has to be told what came of it before the next step.
    Ask(Vec<HostedAsk>),
    /// It is over: the vault keeps the rules.
    Kept,
    /// It is over: what is wrong, and the [`HostedAsk::number`] whose failure shows it, where it is a failure.
    Broken(VaultFault, Option<usize>),
}

/// What the vault is asked.
#[derive(Clone, Debug)]
pub enum HostedWish {
    /// Read the number's entry.
    Load(PhoneNumberId),
    /// Write this entry, if the vault still holds that version.
    Save(PhoneNumberId, Entry, Option<Version>),
}

/// One thing that the vault is asked.
#[derive(Clone, Debug)]
pub struct HostedAsk(Arc<Ask>);

#[derive(Debug)]
struct Ask {
    number: usize,
    wish: HostedWish,
    answer: Mutex<Answer>,
}

#[derive(Debug)]
enum Answer {
    Awaited,
    Loaded(Option<Stored>),
    Saved(Version),
    Failed(VaultError),
    Heard,
}

/// The vault that the check sees: what it is asked lies here until the host has answered.
#[derive(Debug, Default)]
struct Asks {
    count: AtomicUsize,
    asked: Mutex<Vec<HostedAsk>>,
}

impl HostedCheck {
    /// See [`check_vault`](crate::check_vault()).
    #[must_use]
    pub fn begin(id: PhoneNumberId) -> Self {
        let asks = Arc::new(Asks::default());
        let vault = asks.clone();
        let running: Running = Box::pin(async move { check_vault(&vault, &id).await });
        Self { asks, running: Mutex::new(Some(running)) }
    }

    /// What to do next. What has not been answered is asked again.
    #[must_use]
    pub fn next(&self) -> HostedCheckStep {
        let mut running = lock(&self.running);
        let Some(check) = running.as_mut() else {
            return HostedCheckStep::Broken(VaultFault::new("its check is over already"), None);
        };
        // Nobody needs to be woken: what it waits for are the host's answers, and the host asks for the next step itself.
        let Poll::Ready(end) = check.as_mut().poll(&mut Context::from_waker(Waker::noop())) else {
            return HostedCheckStep::Ask(self.asks.open());
        };
        *running = None;
        match end {
            Ok(()) => HostedCheckStep::Kept,
            Err(fault) => {
                let of = asked(&fault);
                HostedCheckStep::Broken(fault, of)
            }
        }
    }
}

impl fmt::Debug for HostedCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostedCheck").field("asks", &self.asks).finish_non_exhaustive()
    }
}

impl HostedAsk {
    /// Each has its own.
    #[must_use]
    pub fn number(&self) -> usize {
        self.0.number
    }

    /// What is asked.
    #[must_use]
    pub fn wish(&self) -> &HostedWish {
        &self.0.wish
    }

    /// The vault has this entry, or none.
    pub fn loaded(&self, stored: Option<Stored>) {
        self.tell(Answer::Loaded(stored));
    }

    /// The vault has saved the entry, and this is its version now.
    pub fn saved(&self, version: Version) {
        self.tell(Answer::Saved(version));
    }

    /// The vault could not.
    pub fn failed(&self, error: VaultError) {
        self.tell(Answer::Failed(error.with_source(Asked(self.0.number))));
    }

    /// May a text have a PIN in it? See [`HostedRun::repeats_a_secret`](crate::HostedRun::repeats_a_secret).
    #[must_use]
    pub fn repeats_a_secret(&self, text: &str) -> bool {
        match &self.0.wish {
            HostedWish::Load(_) => may_show_a_pin(text, None),
            HostedWish::Save(_, entry, _) => may_show_a_pin(text, Some(entry)),
        }
    }

    /// The first answer counts.
    fn tell(&self, answer: Answer) {
        let mut held = lock(&self.0.answer);
        if matches!(*held, Answer::Awaited) {
            *held = answer;
        }
    }

    fn poll(&self) -> Poll<Answer> {
        let mut held = lock(&self.0.answer);
        match &*held {
            Answer::Awaited => Poll::Pending,
            _ => Poll::Ready(mem::replace(&mut *held, Answer::Heard)),
        }
    }
}

impl Asks {
    async fn ask(&self, wish: HostedWish) -> Answer {
        let number = self.count.fetch_add(1, SeqCst);
        let ask = HostedAsk(Arc::new(Ask { number, wish, answer: Mutex::new(Answer::Awaited) }));
        lock(&self.asked).push(ask.clone());
        poll_fn(|_| ask.poll()).await
    }

    fn open(&self) -> Vec<HostedAsk> {
        let mut asked = lock(&self.asked);
        asked.retain(|ask| matches!(*lock(&ask.0.answer), Answer::Awaited));
        asked.clone()
    }
}

impl Vault for Asks {
    async fn load(&self, id: &PhoneNumberId) -> Result<Option<Stored>, VaultError> {
        match self.ask(HostedWish::Load(id.clone())).await {
            Answer::Loaded(stored) => Ok(stored),
            Answer::Failed(error) => Err(error),
            _ => Err(internal()),
        }
    }

    async fn save(&self, id: &PhoneNumberId, entry: &Entry, expected: Option<&Version>) -> Result<Version, VaultError> {
        match self.ask(HostedWish::Save(id.clone(), entry.clone(), expected.cloned())).await {
            Answer::Saved(version) => Ok(version),
            Answer::Failed(error) => Err(error),
            _ => Err(internal()),
        }
    }
}

/// Another answer than to what was asked.
fn internal() -> VaultError {
    VaultError::new(VaultErrorKind::Unreachable, TwoStepError::internal().message())
}

/// What a failure comes from, for the host, which has what its vault threw.
#[derive(Debug)]
struct Asked(usize);

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ask {}", self.0)
    }
}

impl std::error::Error for Asked {}

fn asked(fault: &VaultFault) -> Option<usize> {
    let failure = std::error::Error::source(fault)?;
    failure.source()?.downcast_ref::<Asked>().map(|Asked(number)| *number)
}
