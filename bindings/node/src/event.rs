//! What Rust tells JavaScript: through one function a client, on JavaScript's thread.
//!
//! To wake that thread costs much of what a call does, so the runtime's thread wakes it for several events at once: when it has
//! nothing else to do, or has so many.

use std::{
    cell::RefCell,
    collections::HashMap,
    mem,
    sync::{Arc, Mutex, PoisonError},
};

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

/// So many events don't wait for more.
const MANY: usize = 16;

thread_local! {
    /// Those with something to tell; no list on a thread that never comes to [`tell_all`].
    static TO_TELL: RefCell<Option<Vec<Arc<Events>>>> = const { RefCell::new(None) };
}

/// For the runtime's thread, when it has nothing else to do.
pub(crate) fn tell_all() {
    TO_TELL.replace(Some(Vec::new())).into_iter().flatten().for_each(|events| events.tell());
}

/// The way from any thread to JavaScript's.
pub(crate) struct Events {
    waiting: Mutex<Vec<Event>>,
    /// Weak: by itself, it doesn't hold the process open.
    function: ThreadsafeFunction<Vec<Event>, Unknown<'static>, Vec<Event>, Status, false, true>,
}

impl Events {
    pub(crate) fn new(on_events: &Function<'_, Vec<Event>, Unknown<'static>>, calls: Arc<Calls>) -> napi::Result<Self> {
        let function = on_events
            .build_threadsafe_function::<Vec<Event>>()
            .callee_handled::<false>()
            .weak::<true>()
            .build_callback(move |context| {
                calls.forget(context.value.iter().filter(|event| event.request.is_none()).map(|event| event.call));
                Ok(context.value)
            })?;
        Ok(Self { waiting: Mutex::default(), function })
    }

    pub(crate) fn send(self: &Arc<Self>, event: Event) {
        let count = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.push(event);
            waiting.len()
        };
        if count >= MANY || (count == 1 && !self.tell_later()) {
            self.tell();
        }
    }

    /// When the runtime's thread has nothing else to do, if this is that thread.
    fn tell_later(self: &Arc<Self>) -> bool {
        TO_TELL.with_borrow_mut(|all| {
            let Some(all) = all else { return false };
            if !all.iter().any(|events| Arc::ptr_eq(events, self)) {
                all.push(self.clone());
            }
            true
        })
    }

    /// Does nothing once the environment is gone, as after a worker's end.
    fn tell(&self) {
        let waiting = mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        if !waiting.is_empty() {
            let _ = self.function.call(waiting, ThreadsafeFunctionCallMode::NonBlocking);
        }
    }

    /// Keeps the process running, or lets it end. On JavaScript's thread only.
    pub(crate) fn hold(&self, env: &Env, on: bool) -> napi::Result<()> {
        let status = self.function.handle.with_read_aborted(|aborted| match (aborted, on) {
            (true, _) => sys::Status::napi_ok,
            // SAFETY: this thread is the environment's, and as long as it isn't aborted the function is there.
            (false, true) => unsafe { sys::napi_ref_threadsafe_function(env.raw(), self.function.raw()) },
            (false, false) => unsafe { sys::napi_unref_threadsafe_function(env.raw(), self.function.raw()) },
        });
        napi::check_status!(status)
    }
}
