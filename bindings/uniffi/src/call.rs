use std::{future::Future, sync::Arc};

use tokio::sync::Notify;

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
    pub(crate) async fn watch<T>(&self, work: impl Future<Output = Result<T, CallError>>) -> Result<T, CallError> {
        tokio::select! {
            biased;
            () = self.0.notified() => Err(CallError::Cancelled),
            result = work => result,
        }
    }
}
