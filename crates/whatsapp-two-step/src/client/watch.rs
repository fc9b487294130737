use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::{
    call::Step,
    error::{Outcome, TwoStepError},
    operation::Operation,
    transport::Attempt,
};

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
        let error = came_to(step);
        let wait = match step {
            Step::Send { .. } => Some(Duration::ZERO),
            Step::Wait { time, .. } => Some(*time),
            Step::Done(_) => None,
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

/// How far a call has come, for whoever stops it: a dropped future gives no error that would say which PIN holds.
///
/// ```
/// use whatsapp_two_step::{AccessToken, CallProgress, Client, Outcome};
///
/// # async fn run(client: Client, stop: impl Future<Output = ()>) -> Result<(), whatsapp_two_step::TwoStepError> {
/// let progress = CallProgress::default();
/// let client = client.with_progress(&progress); // for one call
/// let (id, pin) = ("106540352242922".parse()?, "012345".parse()?);
/// tokio::select! {
///     response = client.set_two_step_pin(&id, &pin) => println!("trace id {:?}", response?.trace_id),
///     () = stop => println!("{} attempts, outcome {}", progress.attempts(), progress.outcome()),
/// }
/// # Ok(())
/// # }
/// # assert_eq!(CallProgress::default().outcome(), Outcome::NotSent);
/// ```
#[derive(Clone, Debug, Default)]
pub struct CallProgress(Arc<Mutex<Progress>>);

#[derive(Debug)]
struct Progress {
    attempts: u32,
    /// Of the calls before: a rotation may make several.
    before: u32,
    /// Over all attempts that have ended.
    outcome: Outcome,
    under_way: Option<Attempt>,
}

impl Default for Progress {
    fn default() -> Self {
        Self { attempts: 0, before: 0, outcome: Outcome::NotSent, under_way: None }
    }
}

impl CallProgress {
    /// How many requests were handed to the transport.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.state().attempts
    }

    /// Which PIN holds if the call is dropped now, as far as can be said.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let state = self.state();
        if state.under_way.as_ref().is_some_and(Attempt::may_have_left) { Outcome::Unknown } else { state.outcome }
    }

    pub(super) fn begins(&self, attempt: &Attempt) {
        let mut state = self.state();
        if attempt.number() == 1 {
            state.before = state.attempts;
        }
        state.attempts = state.before + attempt.number();
        state.under_way = Some(attempt.clone());
    }

    /// A success leaves it as it is: the call's own result says more.
    pub(super) fn ends<O: Operation>(&self, step: &Step<O>) {
        if let Some(error) = came_to(step) {
            let mut state = self.state();
            state.outcome = state.outcome.max(error.outcome());
            state.under_way = None;
        }
    }

    fn state(&self) -> MutexGuard<'_, Progress> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The error of the attempt that led to the step.
fn came_to<O: Operation>(step: &Step<O>) -> Option<&TwoStepError> {
    match step {
        Step::Send { sending, .. } => sending.previous(),
        Step::Wait { waiting, .. } => Some(waiting.previous()),
        Step::Done(result) => result.as_ref().err(),
    }
}
