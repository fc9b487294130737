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

/// A function that is told of each attempt's end. It runs where the call runs, so it must be quick.
#[derive(Clone)]
pub struct Observer(Arc<dyn Fn(&AttemptEnd<'_>) + Send + Sync>);

impl Observer {
    /// From a function.
    pub fn new(observe: impl Fn(&AttemptEnd<'_>) + Send + Sync + 'static) -> Self {
        Self(Arc::new(observe))
    }

    /// `http_status` is the answer's that led to the step.
    pub(super) fn tell<O: Operation>(&self, step: &Step<O>, http_status: Option<u16>, took: Duration) {
        let (error, wait) = match step {
            Step::Send { sending, .. } => (sending.previous(), Some(Duration::ZERO)),
            Step::Wait { time, waiting } => (Some(waiting.previous()), Some(*time)),
            Step::Done(Err(error)) => (Some(error), None),
            Step::Done(Ok(_)) => (None, None),
        };
        let (number, trace_id) = match (error, step) {
            (Some(error), _) => (error.attempts(), error.trace_id()),
            (None, Step::Done(Ok(response))) => O::seen(response),
            (None, _) => return,
        };
        (self.0)(&AttemptEnd { number, error, http_status, trace_id, took, wait });
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer")
    }
}
