use std::{
    future::{Future, pending, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::Arc,
    task::Poll,
};

use tokio::sync::Notify;
use whatsapp_two_step::TwoStepError;

use crate::CallError;

/// One call's handle, by which a host cancels it: Swift's generated code doesn't tell Rust of a cancelled task.
#[derive(Debug, Default, uniffi::Object)]
pub struct Call(Notify);

#[uniffi::export]
impl Call {
    /// A handle for one call.
    #[uniffi::constructor]
    #[must_use]
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Stops the call, also when it has not begun; its request is closed.
    pub fn cancel(&self) {
        self.0.notify_one();
    }
}

impl Call {
    /// The work's result, unless the call is cancelled before; the work is dropped then.
    pub(crate) async fn watch<T>(
        call: Option<&Self>,
        work: impl Future<Output = Result<T, CallError>>,
    ) -> Result<T, CallError> {
        let cancelled = async {
            match call {
                Some(call) => call.0.notified().await,
                None => pending().await,
            }
        };
        tokio::select! {
            biased;
            () = cancelled => Err(CallError::Cancelled),
            result = unpanicked(work) => result,
        }
    }
}

/// A panic would reach the host as an exception of the generated code's, with a path of this machine in it.
async fn unpanicked<T>(work: impl Future<Output = Result<T, CallError>>) -> Result<T, CallError> {
    let mut work = pin!(work);
    poll_fn(|context| {
        catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context)))
            .unwrap_or_else(|_| Poll::Ready(Err(TwoStepError::internal().into())))
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Waker};

    use super::*;

    fn poll<T>(call: &Call, work: impl Future<Output = Result<T, CallError>>) -> Poll<Result<T, CallError>> {
        pin!(Call::watch(Some(call), work)).poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn a_cancelled_call_ends_also_when_it_was_cancelled_before() {
        let call = Call::new();
        assert!(poll(&call, pending::<Result<(), _>>()).is_pending());
        call.cancel();
        assert!(matches!(poll(&call, pending::<Result<(), _>>()), Poll::Ready(Err(CallError::Cancelled))));
    }

    #[test]
    fn a_panic_is_an_error() {
        let answer = poll(&Call::new(), async { panic!("at work") as Result<(), CallError> });
        let Poll::Ready(Err(CallError::Failed { failure })) = answer else { panic!("no failure") };
        assert_eq!(failure.text, TwoStepError::internal().to_string());
    }
}
