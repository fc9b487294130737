//! The client that TypeScript wraps.

use std::sync::{Arc, OnceLock};

use napi::{
    Env,
    bindgen_prelude::{Either, Function, Object, Uint8Array, Unknown},
};
use napi_derive::napi;
use tokio::runtime::{Builder, Runtime};
use whatsapp_two_step::{Client, PhoneNumberId, Pin, SetTwoStepPinResponse, TransportError, TwoStepError};

use crate::{
    calls::Calls,
    event::{self, Event, Events},
    failure::Failure,
    settings,
    transport::{self, CALL, Exception, HostTransport},
};

/// One thread for the connections of all clients, in all of the process's environments; it doesn't hold the process open.
fn runtime() -> Option<&'static Runtime> {
    static RUNTIME: OnceLock<Option<Runtime>> = OnceLock::new();
    let build = || {
        Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("whatsapp-2step")
            .on_thread_park(event::tell_all)
            .enable_all()
            .build()
            .ok()
    };
    RUNTIME.get_or_init(build).as_ref()
}

/// A client, and the way back to JavaScript.
#[napi]
pub struct NativeClient {
    client: Client,
    calls: Arc<Calls>,
    events: Arc<Events>,
    runtime: &'static Runtime,
}

/// Makes a client, or says why not. `variables` is the environment, if the token shall come from there.
#[napi(catch_unwind)]
pub fn create_client(
    settings: Unknown<'_>,
    variables: Option<Object<'_>>,
    on_events: Function<'_, Vec<Event>, Unknown<'static>>,
) -> napi::Result<Either<NativeClient, Failure>> {
    let calls = Arc::new(Calls::default());
    let events = Arc::new(Events::new(&on_events, calls.clone())?);
    let made = settings::read(settings, variables.as_ref()).and_then(|(mut builder, has_transport)| {
        let runtime = runtime().ok_or_else(|| settings::refused("transport", "could not start its thread"))?;
        if has_transport {
            builder = builder.transport(Arc::new(HostTransport { calls: calls.clone(), events: events.clone() }));
        }
        Ok((builder.build()?, runtime))
    });
    Ok(match made {
        Ok((client, runtime)) => Either::A(NativeClient { client, calls, events, runtime }),
        Err(error) => Either::B(error.into()),
    })
}

/// The error for a setting that only TypeScript sees.
#[napi]
pub fn invalid_setting(setting: String, problem: String) -> Failure {
    settings::refused(&setting, &problem).into()
}

#[napi]
impl NativeClient {
    /// Where requests go.
    #[napi(getter)]
    pub fn base_url(&self) -> String {
        self.client.endpoint().base_url().to_string()
    }

    /// The version asked for.
    #[napi(getter)]
    pub fn api_version(&self) -> String {
        self.client.endpoint().api_version().to_string()
    }

    /// Starts a call under a number of the caller's, whose end comes as an event; or says at once what is wrong with the values.
    #[napi(catch_unwind)]
    pub fn start(&self, call: u32, phone_number_id: Unknown<'_>, pin: Unknown<'_>) -> Option<Failure> {
        let (id, pin) = match values(phone_number_id, pin) {
            Ok(values) => values,
            Err(error) => return Some(error.into()),
        };
        let end = End { call, calls: self.calls.clone(), events: self.events.clone(), told: false };
        let client = self.client.clone();
        let task = self.runtime.spawn(CALL.scope(call, async move {
            let result = client.set_two_step_pin(&id, &pin).await;
            end.tell(result, |text| client.repeats_a_secret(&pin, text));
        }));
        self.calls.started(call, task.abort_handle());
        None
    }

    /// Stops a call and closes its request. No event follows that anyone waits for.
    #[napi]
    pub fn cancel(&self, call: u32) {
        self.calls.cancel(call);
    }

    /// While on, the process doesn't end by itself.
    #[napi]
    pub fn hold(&self, env: Env, on: bool) -> napi::Result<()> {
        self.events.hold(&env, on)
    }

    /// The JavaScript transport's answer to a request.
    #[napi(catch_unwind)]
    pub fn answer(&self, call: u32, status: u16, headers: Vec<String>, body: Either<String, Uint8Array>) {
        let body = match body {
            Either::A(text) => text.into_bytes(),
            Either::B(bytes) => bytes.to_vec(),
        };
        self.calls.answer(call, transport::answer(status, &headers, body), None);
    }

    /// The JavaScript transport's failure: its exception's text and those of its causes, and all that it shows when inspected.
    #[napi(catch_unwind)]
    pub fn fail(&self, call: u32, texts: Vec<String>, timed_out: bool, before_sending: bool, shown: Option<String>) {
        let exception = Exception::new(texts);
        let error = if timed_out { TransportError::timeout(exception) } else { TransportError::connection(exception) };
        let error = if before_sending { error.before_sending() } else { error };
        self.calls.answer(call, Err(error), shown);
    }
}

/// Garbage, or the end of a worker with calls under way.
impl Drop for NativeClient {
    fn drop(&mut self) {
        self.calls.cancel_all();
    }
}

fn values(phone_number_id: Unknown<'_>, pin: Unknown<'_>) -> Result<(PhoneNumberId, Pin), TwoStepError> {
    let not_id = || PhoneNumberId::not_text(settings::type_name(&phone_number_id));
    let not_pin = || Pin::not_text(settings::type_name(&pin));
    let id = settings::text(phone_number_id).ok_or_else(not_id)?.parse()?;
    Ok((id, settings::text(pin).ok_or_else(not_pin)?.parse()?))
}

/// Tells JavaScript the end of a call, whatever it is: also a panic, so that no promise stays open.
struct End {
    call: u32,
    calls: Arc<Calls>,
    events: Arc<Events>,
    told: bool,
}

impl End {
    fn tell(mut self, result: Result<SetTwoStepPinResponse, TwoStepError>, repeats_a_secret: impl Fn(&str) -> bool) {
        self.told = true;
        let mut event = Event { call: self.call, success: None, failure: None, request: None };
        match result {
            Ok(response) => event.success = Some(response.into()),
            Err(error) => {
                let shown = self.calls.take_exception(self.call);
                let exception_is_clean = shown.is_some_and(|text| !repeats_a_secret(&text));
                event.failure = Some(Failure { exception_is_clean, ..error.into() });
            }
        }
        self.events.send(event);
    }
}

impl Drop for End {
    fn drop(&mut self) {
        if !self.told {
            let failure = Some(TwoStepError::internal().into());
            self.events.send(Event { call: self.call, success: None, failure, request: None });
        }
    }
}
