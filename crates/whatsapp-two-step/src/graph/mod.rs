//! What Graph's answers look like: bodies and headers, read without trust.

mod body;
mod headers;
mod usage;

pub use usage::Usage;

pub(crate) use body::{Answer, GraphError, read_body};
pub(crate) use headers::{api_version, request_id, retry_after};
pub(crate) use usage::usage;
