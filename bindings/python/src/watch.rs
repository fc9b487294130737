//! What Python's log hears of a call's attempts. No thread of Rust's attaches, so an end is kept until Python's own thread is here.

use std::{
    mem,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use pyo3::{prelude::*, types::PyTuple};
use tokio::sync::Notify;
use whatsapp_two_step::{AttemptEnd, Client, Observer};

/// An attempt's end, without a secret.
pub(crate) struct Attempt {
    number: u32,
    kind: Option<&'static str>,
    outcome: Option<&'static str>,
    http_status: Option<u16>,
    graph_code: Option<u32>,
    trace_id: Option<String>,
    took: Duration,
    wait: Option<Duration>,
}

impl From<&AttemptEnd<'_>> for Attempt {
    fn from(end: &AttemptEnd<'_>) -> Self {
        Self {
            number: end.number,
            kind: end.error.map(|error| error.kind().code()),
            outcome: end.error.map(|error| error.outcome().code()),
            http_status: end.http_status,
            graph_code: end.error.and_then(whatsapp_two_step::TwoStepError::graph_code),
            trace_id: end.trace_id.map(str::to_owned),
            took: end.took,
            wait: end.wait,
        }
    }
}

impl Attempt {
    /// The arguments of the function that logs it.
    pub(crate) fn fields<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let (took, wait) = (self.took.as_secs_f64(), self.wait.map(|wait| wait.as_secs_f64()));
        let trace_id = self.trace_id.as_deref();
        (self.number, self.kind, self.outcome, self.http_status, self.graph_code, trace_id, took, wait)
            .into_pyobject(py)
    }
}

/// What a blocking call's log has not heard yet.
#[derive(Default)]
pub(crate) struct Unheard {
    attempts: Mutex<Vec<Attempt>>,
    some: Notify,
}

impl Unheard {
    /// The same client, watched.
    pub(crate) fn watch(self: &Arc<Self>, client: &Client) -> Client {
        let unheard = self.clone();
        client.with_observer(Observer::new(move |end| {
            unheard.attempts.lock().unwrap_or_else(PoisonError::into_inner).push(end.into());
            unheard.some.notify_one();
        }))
    }

    pub(crate) async fn some(&self) {
        self.some.notified().await;
    }

    pub(crate) fn tell(&self, logs: &Bound<'_, PyAny>) -> PyResult<()> {
        let attempts = mem::take(&mut *self.attempts.lock().unwrap_or_else(PoisonError::into_inner));
        attempts.iter().try_for_each(|attempt| logs.call1(attempt.fields(logs.py())?).map(drop))
    }
}
