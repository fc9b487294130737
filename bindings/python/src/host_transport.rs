//! A transport of the host's: hands each request to where Python runs, and waits for the answer there.

use std::sync::{Arc, Mutex, PoisonError};

use http::{Request, Response};
use pyo3::prelude::*;
use tokio::sync::{mpsc, oneshot};
use whatsapp_two_step::{
    Body, BoxFuture, Client, PhoneNumberId, Pin, SetTwoStepPinResponse, Transport, TransportError, TwoStepError,
};

use crate::{exchange::Exchange, inbox::Sender};

pub(crate) struct HostTransport(Arc<Py<PyAny>>);

impl HostTransport {
    pub(crate) fn new(send: Py<PyAny>) -> Self {
        Self(Arc::new(send))
    }
}

/// Where Python runs for a call: on the thread that blocks in it, or on its event loop.
pub(crate) enum Route {
    Thread(mpsc::UnboundedSender<Box<Exchange>>),
    Loop { inbox: Sender, key: u64 },
}

/// What belongs to one call and not to its client.
pub(crate) struct Call {
    route: Route,
    client: Client,
    pin: Pin,
    original: Mutex<Option<Py<PyAny>>>,
}

tokio::task_local!(static CALL: Arc<Call>);

impl Call {
    pub(crate) fn new(route: Route, client: &Client, pin: &Pin) -> Arc<Self> {
        Arc::new(Self { route, client: client.clone(), pin: pin.clone(), original: Mutex::default() })
    }

    /// So that the transport, which the client knows, finds the call, which it doesn't.
    pub(crate) async fn run(
        self: &Arc<Self>,
        phone_number_id: &PhoneNumberId,
    ) -> Result<SetTwoStepPinResponse, TwoStepError> {
        CALL.scope(Arc::clone(self), self.client.set_two_step_pin(phone_number_id, &self.pin)).await
    }

    /// Keeps the last exception of the host's: the error's cause, if it comes to one, and repeats no secret.
    pub(crate) fn keep(&self, original: Option<Py<PyAny>>, texts: &[String]) {
        let tells = texts.iter().any(|text| self.client.repeats_a_secret(&self.pin, text));
        let original = original.filter(|_| !tells);
        *self.original.lock().unwrap_or_else(PoisonError::into_inner) = original;
    }

    pub(crate) fn original(&self) -> Option<Py<PyAny>> {
        self.original.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Transport for HostTransport {
    fn send(&self, request: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move {
            let Ok(call) = CALL.try_with(Arc::clone) else {
                return Err(TransportError::connection("called outside a call"));
            };
            let (answer, answered) = oneshot::channel();
            let exchange = Box::new(Exchange::new(Arc::clone(&self.0), request, answer, Arc::clone(&call)));
            let _abandon = match &call.route {
                Route::Thread(thread) => {
                    let _ = thread.send(exchange);
                    None
                }
                Route::Loop { inbox, key } => {
                    inbox.send(*key, exchange);
                    Some(Abandon { inbox, key: *key })
                }
            };
            answered.await.unwrap_or_else(|_| Err(TransportError::connection("the transport never answered")))
        })
    }
}

/// Dropped with the wait for the answer, it ends the host's part too.
struct Abandon<'a> {
    inbox: &'a Sender,
    key: u64,
}

impl Drop for Abandon<'_> {
    fn drop(&mut self) {
        self.inbox.abandon(self.key);
    }
}
