//! A call that is started for an event loop.

use std::sync::Arc;

use pyo3::prelude::*;
use tokio::task::AbortHandle;
use whatsapp_two_step::TwoStepError;
use whatsapp_two_step_outbox::Outbox;
use whatsapp_two_step_rotation::HostedEnd;

use crate::inbox::{Event, What};

/// A call on its way. To cancel it closes its request.
#[pyclass(frozen, module = "whatsapp_two_step._native")]
pub(crate) struct StartedCall(pub(super) Option<AbortHandle>);

#[pymethods]
impl StartedCall {
    fn cancel(&self) {
        self.0.iter().for_each(AbortHandle::abort);
    }
}

/// Tells the loop of a call's end when it is dropped, and so of a panic too.
pub(super) struct End {
    outbox: Arc<Outbox<Event>>,
    key: u64,
    /// None until it ends as it should: an error made here beforehand would be freed on another thread, which locks both.
    result: Option<Result<HostedEnd, TwoStepError>>,
}

impl End {
    pub(super) fn new(outbox: Arc<Outbox<Event>>, key: u64) -> Self {
        Self { outbox, key, result: None }
    }

    pub(super) fn with(mut self, result: Result<HostedEnd, TwoStepError>) {
        self.result = Some(result);
    }
}

impl Drop for End {
    fn drop(&mut self) {
        let result = self.result.take().unwrap_or_else(|| Err(TwoStepError::internal()));
        self.outbox.put((self.key, What::End(result)));
    }
}
