use std::{fmt, sync::Arc, time::Duration};

use crate::{call::Step, error::TwoStepError, operation::Operation};

/// How one attempt of a call ended, for whoever watches: logs, metrics. No secret is in it.
///
/// ```
/// use whatsapp_two_step::{AccessToken, Client, Observer};
///
/// let client = Client::builder(AccessToken::parse("EAAG_example")?).build()?;
/// let watched = client.with_observer(Observer::new(|end| match end.error {
///     None => println!("attempt {} took {:?}", end.number, end.took),
///     Some(error) => println!("attempt {} failed: {error}; next in {:?}", end.number, end.wait),
/// }));
/// # drop(watched);
/// # Ok::<(), whatsapp_two_step::TwoStepError>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct AttemptEnd<'a> {
    /// 1 for the first request of a call.
    pub number: u32,
    /// What it came to; none is success. Its outcome is that of all attempts so far.
    pub error: Option<&'a TwoStepError>,
    /// The answer's HTTP status, if one came.
    pub http_status: Option<u16>,
    /// The ID that Meta's support asks for.
    pub trace_id: Option<&'a str>,
    /// How long the attempt took.
    pub took: Duration,
    /// How long until the next one; none if there is none.
    pub wait: Option<Duration>,
}

impl<'a> AttemptEnd<'a> {
    /// For drivers of a [`Call`](crate::Call): what led to this step. `http_status` is that of the answer, if one came. Nothing
    /// before the first attempt's end.
    ///
    /// ```
    /// use std::time::Duration;
    /// use whatsapp_two_step::{AccessToken, AttemptEnd, Call, Endpoint, Limits, SetTwoStepPin, Step};
    ///
    /// let endpoint = Endpoint::new(AccessToken::parse("EAAG_example")?);
    /// let operation = SetTwoStepPin::parse("106540352242922", "012345")?;
    /// let Step::Send { sending, .. } = Call::begin(&endpoint, Limits::default(), operation, 7) else { return Ok(()) };
    /// let next = sending.expired(Duration::from_secs(30), true);
    /// let end = AttemptEnd::of(&next, None, Duration::from_secs(30)).expect("an attempt has ended");
    /// assert_eq!((end.number, end.wait), (1, None));
    /// # Ok::<(), whatsapp_two_step::TwoStepError>(())
    /// ```
    #[must_use]
    pub fn of<O: Operation>(step: &'a Step<O>, http_status: Option<u16>, took: Duration) -> Option<Self> {
        let (error, wait) = match step {
            Step::Send { sending, .. } => (sending.previous(), Some(Duration::ZERO)),
            Step::Wait { time, waiting } => (Some(waiting.previous()), Some(*time)),
            Step::Done(Err(error)) => (Some(error), None),
            Step::Done(Ok(_)) => (None, None),
        };
        let (number, trace_id) = match (error, step) {
            (Some(error), _) => (error.attempts(), error.trace_id()),
            (None, Step::Done(Ok(response))) => O::seen(response),
            (None, _) => return None,
        };
        Some(Self { number, error, http_status, trace_id, took, wait })
    }
}

/// A function that is told of each attempt's end. It runs where the call runs, so it must be quick.
#[derive(Clone)]
pub struct Observer(Arc<dyn Fn(&AttemptEnd<'_>) + Send + Sync>);

impl Observer {
    /// From a function.
    pub fn new(observe: impl Fn(&AttemptEnd<'_>) + Send + Sync + 'static) -> Self {
        Self(Arc::new(observe))
    }

    pub(super) fn tell<O: Operation>(&self, step: &Step<O>, http_status: Option<u16>, took: Duration) {
        if let Some(end) = AttemptEnd::of(step, http_status, took) {
            (self.0)(&end);
        }
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer")
    }
}
