//! What Rust tells JavaScript: through one function a client, on JavaScript's thread.

use std::{collections::HashMap, sync::Arc};

use napi::{
    Env, Status,
    bindgen_prelude::{Function, Unknown},
    sys,
    threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode},
};
use napi_derive::napi;

use crate::{
    calls::Calls,
    failure::{Failure, Success},
    secret::Secret,
};

/// One of the three is there.
#[napi(object, object_from_js = false)]
pub struct Event {
    pub call: u32,
    pub success: Option<Success>,
    pub failure: Option<Failure>,
    pub request: Option<HostRequest>,
}

/// A request for the JavaScript transport.
#[napi(object, object_from_js = false)]
pub struct HostRequest {
    pub method: String,
    pub url: Secret,
    pub headers: HashMap<String, Secret>,
    pub body: Secret,
    pub attempt: u32,
    pub timeout_ms: f64,
    pub connect_timeout_ms: f64,
}

/// The way from any thread to JavaScript's. Weak: by itself, it doesn't hold the process open.
pub(crate) struct Events(ThreadsafeFunction<Event, Unknown<'static>, Event, Status, false, true>);

impl Events {
    pub(crate) fn new(on_event: &Function<'_, Event, Unknown<'static>>, calls: Arc<Calls>) -> napi::Result<Self> {
        let function =
            on_event.build_threadsafe_function::<Event>().callee_handled::<false>().weak::<true>().build_callback(
                move |context| {
                    if context.value.request.is_none() {
                        calls.forget(context.value.call);
                    }
                    Ok(context.value)
                },
            )?;
        Ok(Self(function))
    }

    /// Does nothing once the environment is gone, as after a worker's end.
    pub(crate) fn send(&self, event: Event) {
        let _ = self.0.call(event, ThreadsafeFunctionCallMode::NonBlocking);
    }

    /// Keeps the process running, or lets it end. On JavaScript's thread only.
    pub(crate) fn hold(&self, env: &Env, on: bool) -> napi::Result<()> {
        let status = self.0.handle.with_read_aborted(|aborted| match (aborted, on) {
            (true, _) => sys::Status::napi_ok,
            // SAFETY: this thread is the environment's, and as long as it isn't aborted the function is there.
            (false, true) => unsafe { sys::napi_ref_threadsafe_function(env.raw(), self.0.raw()) },
            (false, false) => unsafe { sys::napi_unref_threadsafe_function(env.raw(), self.0.raw()) },
        });
        napi::check_status!(status)
    }
}
