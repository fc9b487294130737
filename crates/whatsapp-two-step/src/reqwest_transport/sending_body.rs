use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

use crate::transport::Attempt;

/// A request's body that tells its attempt when it is taken. The HTTP stack asks for it only once it has a connection, and
/// before it writes: as long as it wasn't asked for, the PIN hasn't left. It is also why no layer below can repeat a request.
pub(super) struct SendingBody {
    bytes: Option<Bytes>,
    attempt: Option<Attempt>,
}

impl SendingBody {
    pub(super) fn new(bytes: Bytes, attempt: Option<Attempt>) -> Self {
        Self { bytes: Some(bytes), attempt }
    }
}

impl Body for SendingBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if let Some(attempt) = &self.attempt {
            // Connecting took its time. Headers without a body set no PIN.
            if !attempt.may_send() || !attempt.begins_to_send() {
                return Poll::Ready(Some(Err(io::ErrorKind::TimedOut.into())));
            }
        }
        Poll::Ready(self.bytes.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.as_ref().map_or(0, Bytes::len) as u64)
    }
}
