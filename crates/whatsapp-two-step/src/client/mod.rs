mod builder;
mod drive;

pub use builder::ClientBuilder;

use std::{fmt, sync::Arc};

use tracing::Instrument;

use crate::{
    call::Limits,
    clock::Clock,
    endpoint::Endpoint,
    error::TwoStepError,
    operation::{SetTwoStepPin, SetTwoStepPinResponse},
    transport::Transport,
    values::{PhoneNumberId, Pin},
};

/// Sets PINs: a transport, a deadline over the whole call, and retries.
///
/// Cheap to clone, and safe to share between threads and tasks: clones use the same connections. Dropping the future of a
/// call stops it and closes its request. Needs a tokio runtime, unless it has a transport and a clock of its own.
///
/// ```no_run
/// use whatsapp_two_step::{Client, TwoStepError};
///
/// # async fn run() -> Result<(), TwoStepError> {
/// let client = Client::from_env()?; // WHATSAPP_ACCESS_TOKEN
/// let response = client.set_two_step_pin(&"106540352242922".parse()?, &"012345".parse()?).await?;
/// println!("set, trace id {:?}", response.trace_id);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    endpoint: Endpoint,
    limits: Limits,
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
}

impl Client {
    /// Sets the number's two-step verification PIN. Setting the same PIN again is safe.
    ///
    /// # Errors
    /// [`TwoStepError`]: its `kind` says what happened, its `outcome` which PIN holds now.
    pub async fn set_two_step_pin(
        &self,
        phone_number_id: &PhoneNumberId,
        pin: &Pin,
    ) -> Result<SetTwoStepPinResponse, TwoStepError> {
        let operation = SetTwoStepPin::new(phone_number_id.clone(), pin.clone());
        let span = tracing::info_span!(
            "set_two_step_pin",
            phone_number_id = phone_number_id.as_str(),
            api_version = %self.0.endpoint.api_version(),
        );
        let Inner { endpoint, limits, transport, clock } = &*self.0;
        drive::drive(endpoint, *limits, operation, &**transport, &**clock).instrument(span).await
    }

    /// Where requests go.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.0.endpoint
    }

    /// What every call keeps to.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.0.limits
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("endpoint", &self.0.endpoint)
            .field("timeout", &self.0.limits.timeout)
            .field("connect_timeout", &self.0.limits.connect_timeout)
            .field("max_retries", &self.0.limits.max_retries)
            .finish_non_exhaustive()
    }
}
