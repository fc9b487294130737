mod builder;
mod drive;
mod phone_numbers;
mod turns;
mod watch;

pub use builder::ClientBuilder;
pub use phone_numbers::PhoneNumbers;
pub use watch::{AttemptEnd, CallProgress, Observer};

use std::{fmt, sync::Arc};

use tracing::Instrument;
use turns::Turns;

use crate::{
    call::Limits,
    clock::Clock,
    endpoint::Endpoint,
    error::TwoStepError,
    operation::{Operation, SetTwoStepPin, SetTwoStepPinResponse},
    transport::{Guard, Transport},
    values::{AccessToken, PhoneNumberId, Pin},
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

#[derive(Clone)]
struct Inner {
    endpoint: Endpoint,
    limits: Limits,
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
    max_in_flight: u32,
    turns: Arc<Turns>,
    observer: Option<Observer>,
    progress: Option<CallProgress>,
    guard: Option<Guard>,
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
        drive::drive(&self.0, operation).instrument(span).await
    }

    /// Makes the call of any operation: for who builds on it, such as a binding.
    ///
    /// # Errors
    /// [`TwoStepError`], as of any call.
    pub async fn run<O: Operation>(&self, operation: O) -> Result<O::Response, TwoStepError> {
        drive::drive(&self.0, operation).await
    }

    /// Where requests go.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.0.endpoint
    }

    /// The same client for another token: its calls share connections, limits and the bound on calls at once. Partners have a
    /// token for each of their customers.
    ///
    /// ```
    /// use whatsapp_two_step::{AccessToken, Client};
    ///
    /// let client = Client::builder(AccessToken::parse("EAAG_example")?).build()?;
    /// let of_customer = client.with_access_token(AccessToken::parse("EAAG_another")?)?;
    /// # drop(of_customer);
    /// # Ok::<(), whatsapp_two_step::TwoStepError>(())
    /// ```
    ///
    /// # Errors
    /// `invalid_configuration` if no `appsecret_proof` can be made for it.
    pub fn with_access_token(&self, access_token: AccessToken) -> Result<Self, TwoStepError> {
        let endpoint = self.0.endpoint.clone().with_access_token(access_token)?;
        Ok(Self(Arc::new(Inner { endpoint, ..(*self.0).clone() })))
    }

    /// The same client with other limits, for one call or for many: it shares the connections.
    ///
    /// ```no_run
    /// use std::time::Duration;
    /// use whatsapp_two_step::{Client, Limits};
    ///
    /// # async fn run(client: Client) -> Result<(), whatsapp_two_step::TwoStepError> {
    /// let quick = client.with_limits(Limits { timeout: Duration::from_secs(5), ..client.limits() });
    /// quick.set_two_step_pin(&"106540352242922".parse()?, &"012345".parse()?).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_limits(&self, limits: Limits) -> Self {
        Self(Arc::new(Inner { limits, ..(*self.0).clone() }))
    }

    /// The same client, with somebody who hears of each attempt's end: it shares the connections.
    #[must_use]
    pub fn with_observer(&self, observer: Observer) -> Self {
        Self(Arc::new(Inner { observer: Some(observer), ..(*self.0).clone() }))
    }

    /// The same client, whose call says there how far it has come: for one call at a time. It shares the connections.
    #[must_use]
    pub fn with_progress(&self, progress: &CallProgress) -> Self {
        Self(Arc::new(Inner { progress: Some(progress.clone()), ..(*self.0).clone() }))
    }

    /// The same client, whose requests leave only while `may_send` says so. It is asked right before each request, retries too; if
    /// it says no, the call ends there, with `timed_out`, and isn't tried again. A client that is guarded already asks both. The two share the connections.
    ///
    /// A call's own deadline doesn't count the time for which a machine slept. Where a request that leaves much too late does
    /// harm, this looks at the wall's clock:
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use whatsapp_two_step::Client;
    ///
    /// fn for_a_minute(client: &Client) -> Client {
    ///     let until = SystemTime::now() + Duration::from_secs(60);
    ///     client.with_guard(move || SystemTime::now() < until)
    /// }
    /// ```
    #[must_use]
    pub fn with_guard(&self, may_send: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        let earlier = self.0.guard.clone();
        let guard = Guard::new(move || earlier.as_ref().is_none_or(Guard::may_send) && may_send());
        Self(Arc::new(Inner { guard: Some(guard), ..(*self.0).clone() }))
    }

    /// What every call keeps to.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.0.limits
    }

    /// The clock of its waits and deadlines: for who builds on it.
    ///
    /// ```
    /// use whatsapp_two_step::{AccessToken, Client};
    ///
    /// let client = Client::builder(AccessToken::parse("EAAG_example")?).build()?;
    /// assert!(client.clock().now() <= client.clock().now());
    /// # Ok::<(), whatsapp_two_step::TwoStepError>(())
    /// ```
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.clock
    }

    /// How many of its calls may be under way at once.
    ///
    /// ```
    /// use whatsapp_two_step::{AccessToken, Client, MAX_IN_FLIGHT};
    ///
    /// let builder = Client::builder(AccessToken::parse("EAAG_example")?);
    /// assert_eq!(builder.clone().build()?.max_in_flight(), MAX_IN_FLIGHT);
    /// assert_eq!(builder.max_in_flight(8).build()?.max_in_flight(), 8);
    /// # Ok::<(), whatsapp_two_step::TwoStepError>(())
    /// ```
    #[must_use]
    pub fn max_in_flight(&self) -> u32 {
        self.0.max_in_flight
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("endpoint", &self.0.endpoint)
            .field("timeout", &self.0.limits.timeout)
            .field("connect_timeout", &self.0.limits.connect_timeout)
            .field("max_retries", &self.0.limits.max_retries)
            .field("max_in_flight", &self.0.max_in_flight)
            .finish_non_exhaustive()
    }
}
