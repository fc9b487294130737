use std::{
    collections::HashMap,
    fmt,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use futures_util::{Stream, StreamExt, stream::FuturesUnordered};
use whatsapp_two_step::{AccessToken, BoxFuture, CallProgress, Client, PhoneNumberId, TwoStepError};

use super::{FleetEnd, FleetGoal, FleetProgress, FleetRun, FleetStep, FleetTurn};
use crate::{
    rotation::{Rotation, RotationError, VaultState},
    rotator::{Rotator, Wish},
    vault::Vault,
};

/// Many rotations under way: a [`Stream`] of what each number came to, as they end. See [`Rotator::rotate_all`].
#[must_use]
pub struct RotateAll<'a, V> {
    rotator: &'a Rotator<V>,
    goal: FleetGoal,
    run: FleetRun,
    clients: HashMap<usize, Client>,
    jobs: FuturesUnordered<BoxFuture<'a, Ended>>,
    under_way: HashMap<PhoneNumberId, CallProgress>,
    wait: Option<BoxFuture<'static, ()>>,
    begun: Instant,
}

type Ended = (FleetTurn, Result<Option<Rotation>, RotationError>);

impl<'a, V: Vault> RotateAll<'a, V> {
    pub(crate) fn new(rotator: &'a Rotator<V>, run: FleetRun, goal: FleetGoal) -> Self {
        Self {
            rotator,
            goal,
            run,
            clients: HashMap::new(),
            jobs: FuturesUnordered::new(),
            under_way: HashMap::new(),
            wait: None,
            begun: rotator.client().clock().now(),
        }
    }

    /// What the next number came to; none when all is over.
    pub async fn next(&mut self) -> Option<FleetEnd> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Begins no other number; those under way end, and are still given.
    pub fn stop(&mut self) {
        self.run.stop();
        self.wait = None;
    }

    /// How far it has come.
    pub fn progress(&mut self) -> FleetProgress {
        let now = self.now();
        self.run.progress(now)
    }

    /// The numbers under way, and how far the calls of each have come: for who drops it.
    pub fn under_way(&self) -> impl Iterator<Item = (&PhoneNumberId, &CallProgress)> {
        self.under_way.iter()
    }

    fn now(&self) -> Duration {
        self.rotator.client().clock().now().saturating_duration_since(self.begun)
    }

    fn begin(&mut self, turn: FleetTurn) {
        let (rotator, wish) = (self.rotator, Wish::from(self.goal));
        let progress = CallProgress::default();
        let client = self.client(&turn).map(|client| client.with_progress(&progress));
        self.under_way.insert(turn.phone_number_id().clone(), progress);
        self.jobs.push(Box::pin(async move {
            let result = match client {
                Ok(client) => rotator.run(&client, turn.phone_number_id(), wish).await,
                Err(error) => Err(RotationError::call(error, VaultState::Untouched)),
            };
            (turn, result)
        }));
    }

    /// The client with the token of the number's account.
    fn client(&mut self, turn: &FleetTurn) -> Result<Client, TwoStepError> {
        let (token, access_token): (usize, Option<&AccessToken>) = self.run.token(turn);
        if let Some(client) = self.clients.get(&token) {
            return Ok(client.clone());
        }
        let client = self.rotator.client();
        let client = match access_token {
            Some(access_token) => client.with_access_token(access_token.clone())?,
            None => client.clone(),
        };
        self.clients.insert(token, client.clone());
        Ok(client)
    }
}

impl<V: Vault> Stream for RotateAll<'_, V> {
    type Item = FleetEnd;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<FleetEnd>> {
        let this = self.get_mut();
        loop {
            // What has ended may change what is next.
            if let Poll::Ready(Some((turn, result))) = this.jobs.poll_next_unpin(context) {
                this.wait = None;
                this.under_way.remove(turn.phone_number_id());
                let now = this.now();
                if let Some(end) = this.run.ended(now, turn, result) {
                    return Poll::Ready(Some(end));
                }
                continue;
            }
            if let Some(wait) = &mut this.wait {
                if wait.as_mut().poll(context).is_pending() {
                    return Poll::Pending;
                }
                this.wait = None;
            }
            match this.run.next(this.now()) {
                FleetStep::Begin(turn) => this.begin(turn),
                FleetStep::Wait(Some(time)) => this.wait = Some(this.rotator.client().clock().sleep(time)),
                FleetStep::Wait(None) => return Poll::Pending,
                FleetStep::Done => return Poll::Ready(None),
            }
        }
    }
}

impl<V> fmt::Debug for RotateAll<'_, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RotateAll").field("run", &self.run).finish_non_exhaustive()
    }
}
