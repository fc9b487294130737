//! Calls over the built-in transport: Rust's own sockets, on one thread for the connections of all clients.
//!
//! Their ends go to JavaScript through one threadsafe function a client, several at once.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use napi::{
    bindgen_prelude::{Function, Unknown},
    threadsafe_function::ThreadsafeFunctionCallMode,
};
use napi_derive::napi;
use tokio::{
    runtime::{Builder, Runtime},
    task::AbortHandle,
};
use whatsapp_two_step::{Client, SetTwoStepPinResponse, TwoStepError};
use whatsapp_two_step_outbox::{Outbox, wake_all};

use crate::{
    client::{NativeClient, values},
    failure::{Failure, Success},
    settings,
};

/// In all of the process's environments; it doesn't hold the process open.
fn runtime() -> Option<&'static Runtime> {
    static RUNTIME: OnceLock<Option<Runtime>> = OnceLock::new();
    let build = || {
        Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("whatsapp-2step")
            .on_thread_park(wake_all)
            .enable_all()
            .build()
            .ok()
    };
    RUNTIME.get_or_init(build).as_ref()
}

/// The end of a call: one of the two is there.
#[napi(object, object_from_js = false)]
pub struct CallEnd {
    pub call: u32,
    pub success: Option<Success>,
    pub failure: Option<Failure>,
}

/// The calls of one client that are under way.
#[napi]
pub struct BuiltInCalls {
    client: Client,
    tasks: Arc<Tasks>,
    ends: Arc<Outbox<CallEnd>>,
}

#[napi]
impl BuiltInCalls {
    #[napi(constructor)]
    pub fn new(client: &NativeClient, on_ends: Function<'_, Vec<CallEnd>, Unknown<'static>>) -> napi::Result<Self> {
        let tasks = Arc::new(Tasks::default());
        let running = tasks.clone();
        // Weak: by itself, it doesn't hold the process open.
        let function = on_ends
            .build_threadsafe_function::<Vec<CallEnd>>()
            .callee_handled::<false>()
            .weak::<true>()
            .build_callback(move |context| {
                for end in &context.value {
                    lock(&running).remove(&end.call);
                }
                Ok(context.value)
            })?;
        let ends = Outbox::new(move |outbox: &Outbox<CallEnd>| {
            // Does nothing once the environment is gone, as after a worker's end.
            function.call(outbox.take(), ThreadsafeFunctionCallMode::NonBlocking);
        });
        Ok(Self { client: client.client.clone(), tasks, ends })
    }

    /// Starts a call under a number of the caller's, whose end comes as an event; or says at once what is wrong with the values.
    #[napi(catch_unwind)]
    pub fn start(&self, call: u32, phone_number_id: Unknown<'_>, pin: Unknown<'_>) -> Option<Failure> {
        let (id, pin) = match values(phone_number_id, pin) {
            Ok(values) => values,
            Err(error) => return Some(error.into()),
        };
        let Some(runtime) = runtime() else {
            return Some(settings::refused("transport", "could not start its thread").into());
        };
        let end = End { call, ends: self.ends.clone(), result: None };
        let client = self.client.clone();
        let task = runtime.spawn(async move { end.tell(client.set_two_step_pin(&id, &pin).await) });
        lock(&self.tasks).insert(call, task.abort_handle());
        None
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
    ends: Arc<Outbox<CallEnd>>,
    result: Option<Result<SetTwoStepPinResponse, TwoStepError>>,
}

impl End {
    fn tell(mut self, result: Result<SetTwoStepPinResponse, TwoStepError>) {
        self.result = Some(result);
    }
}

impl Drop for End {
    fn drop(&mut self) {
        let (success, failure) = match self.result.take().unwrap_or_else(|| Err(TwoStepError::internal())) {
            Ok(response) => (Some(response.into()), None),
            Err(error) => (None, Some(error.into())),
        };
        self.ends.put(CallEnd { call: self.call, success, failure });
    }
}
