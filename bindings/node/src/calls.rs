//! Calls over the built-in transport: Rust's own sockets, on one thread for the connections of all clients.
//!
//! Their ends go to JavaScript through one threadsafe function a client, several at once.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use napi::{
    bindgen_prelude::{Either, Function, Unknown},
    threadsafe_function::ThreadsafeFunctionCallMode,
};
use napi_derive::napi;
use tokio::task::AbortHandle;
use whatsapp_two_step::{AnyResponse, Observer, TwoStepError};
use whatsapp_two_step_outbox::Outbox;

use whatsapp_two_step_rotation::{HostedCall, HostedWhole};

use crate::{
    client::NativeClient,
    given,
    outcome::{Failure, NativeNumber, PinSet},
    runtime::runtime,
    watch::Attempt,
    work::{self, NativeOperation},
};

/// What happened to a call: one of the three is there. An attempt ends before the call does.
#[napi(object, object_from_js = false)]
pub struct CallEvent {
    pub call: u32,
    pub attempt: Option<Attempt>,
    pub success: Option<Either<PinSet, Vec<NativeNumber>>>,
    pub failure: Option<Failure>,
}

/// The calls of a client, and of those that share its connections, that are under way.
#[napi]
pub struct BuiltInCalls {
    tasks: Arc<Tasks>,
    events: Arc<Outbox<CallEvent>>,
}

#[napi]
impl BuiltInCalls {
    #[napi(constructor)]
    pub fn new(on_events: Function<'_, Vec<CallEvent>, Unknown<'static>>) -> napi::Result<Self> {
        let tasks = Arc::new(Tasks::default());
        let running = tasks.clone();
        // Weak: by itself, it doesn't hold the process open.
        let function = on_events
            .build_threadsafe_function::<Vec<CallEvent>>()
            .callee_handled::<false>()
            .weak::<true>()
            .build_callback(move |context| {
                for ended in context.value.iter().filter(|event| event.attempt.is_none()) {
                    lock(&running).remove(&ended.call);
                }
                Ok(context.value)
            })?;
        let events = Outbox::new(move |outbox: &Outbox<CallEvent>| {
            // Does nothing once the environment is gone, as after a worker's end.
            function.call(outbox.take(), ThreadsafeFunctionCallMode::NonBlocking);
        });
        Ok(Self { tasks, events })
    }

    /// Starts a call under a number of the caller's, whose end comes as an event; or says at once why it can't.
    #[napi(catch_unwind)]
    pub fn start(
        &self,
        client: &NativeClient,
        call: u32,
        operation: &mut NativeOperation,
        is_watched: bool,
    ) -> Option<Failure> {
        self.try_start(client, call, operation, is_watched).err().map(Failure::from)
    }

    fn try_start(
        &self,
        client: &NativeClient,
        call: u32,
        operation: &mut NativeOperation,
        is_watched: bool,
    ) -> Result<(), TwoStepError> {
        let (HostedCall { operation, whole }, limits) = operation.take()?;
        let end = End { call, events: self.events.clone(), whole, result: None };
        let opened = client.open().and_then(|client| {
            let no_thread = || given::refused("transport", "could not start its thread");
            Ok((client.with_limits(limits), runtime().ok_or_else(no_thread)?))
        });
        let (client, runtime) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                end.tell(Err(error));
                return Ok(());
            }
        };
        let mut client = end.whole.guarded(client);
        if is_watched {
            let events = self.events.clone();
            client = client.with_observer(Observer::new(move |end| {
                events.put(CallEvent { call, attempt: Some(end.into()), success: None, failure: None });
            }));
        }
        let task = runtime.spawn(async move {
            end.tell(client.run(operation).await);
        });
        lock(&self.tasks).insert(call, task.abort_handle());
        Ok(())
    }

    /// Stops a call and closes its request. No event follows that anyone waits for.
    #[napi]
    pub fn cancel(&self, call: u32) {
        lock(&self.tasks).remove(&call).inspect(AbortHandle::abort);
    }
}

/// Garbage, or the end of a worker with calls under way.
impl Drop for BuiltInCalls {
    fn drop(&mut self) {
        lock(&self.tasks).values().for_each(AbortHandle::abort);
    }
}

/// By the calls' numbers. Every change is one step, so a panic elsewhere leaves it whole.
type Tasks = Mutex<HashMap<u32, AbortHandle>>;

fn lock(tasks: &Tasks) -> MutexGuard<'_, HashMap<u32, AbortHandle>> {
    tasks.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Tells JavaScript what a call came to, whatever it is: also a panic, so that no promise stays open.
struct End {
    call: u32,
    events: Arc<Outbox<CallEvent>>,
    whole: HostedWhole,
    result: Option<Result<AnyResponse, TwoStepError>>,
}

impl End {
    fn tell(mut self, result: Result<AnyResponse, TwoStepError>) {
        self.result = Some(result);
    }
}

impl Drop for End {
    fn drop(&mut self) {
        let result = self.result.take().unwrap_or_else(|| Err(TwoStepError::internal()));
        let (success, failure) = match work::done(&self.whole, result) {
            Ok(success) => (Some(success), None),
            Err(error) => (None, Some(error.into())),
        };
        self.events.put(CallEvent { call: self.call, attempt: None, success, failure });
    }
}
