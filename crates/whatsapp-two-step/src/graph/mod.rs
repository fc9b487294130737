//! What Graph's answers look like: bodies and headers, read without trust.

mod body;
mod headers;

pub use headers::Usage;

pub(crate) use body::{Answer, GraphError, read_body};
pub(crate) use headers::{api_version, request_id, retry_after, usage};
