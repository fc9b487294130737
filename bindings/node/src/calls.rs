//! The calls of one client that are under way.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::{sync::oneshot, task::AbortHandle};
use whatsapp_two_step::{Body, TransportError, http};

pub(crate) type Answer = Result<http::Response<Body>, TransportError>;

#[derive(Default)]
pub(crate) struct Calls(Mutex<HashMap<u32, Call>>);

#[derive(Default)]
struct Call {
    task: Option<AbortHandle>,
    /// Where an attempt waits for the JavaScript transport.
    answer: Option<oneshot::Sender<Answer>>,
    /// All that the transport's last exception shows, when it is inspected.
    exception: Option<String>,
}

impl Calls {
    pub(crate) fn started(&self, call: u32, task: AbortHandle) {
        self.lock().entry(call).or_default().task = Some(task);
    }

    /// An attempt's place to wait.
    pub(crate) fn wait_for_answer(&self, call: u32) -> oneshot::Receiver<Answer> {
        let (sender, receiver) = oneshot::channel();
        self.lock().entry(call).or_default().answer = Some(sender);
        receiver
    }

    /// For the attempt that waits; one that has given up needs no answer.
    pub(crate) fn answer(&self, call: u32, answer: Answer, exception: Option<String>) {
        if let Some(call) = self.lock().get_mut(&call) {
            call.exception = exception;
            if let Some(sender) = call.answer.take() {
                let _ = sender.send(answer);
            }
        }
    }

    pub(crate) fn take_exception(&self, call: u32) -> Option<String> {
        self.lock().get_mut(&call)?.exception.take()
    }

    pub(crate) fn forget(&self, ended: impl Iterator<Item = u32>) {
        let mut calls = self.lock();
        ended.for_each(|call| drop(calls.remove(&call)));
    }

    pub(crate) fn cancel(&self, call: u32) {
        let cancelled = self.lock().remove(&call);
        cancelled.and_then(|call| call.task).inspect(AbortHandle::abort);
    }

    pub(crate) fn cancel_all(&self) {
        let all = std::mem::take(&mut *self.lock());
        all.into_values().filter_map(|call| call.task).for_each(|task| task.abort());
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u32, Call>> {
        // Every change is one step, so a panic elsewhere leaves it whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
