//! What Graph's answers look like: bodies and headers, read without trust.

mod body;
mod codes;
mod failure;
mod headers;
mod list;
mod usage;

pub(crate) use body::{Answer, read_body};
pub(crate) use failure::{
    body_too_large, circle, graph_error, headers_too_large, no_graph_error, not_applied, not_http,
};
pub(crate) use headers::{api_version, request_id};
pub(crate) use list::{ListAnswer, read_list};
pub(crate) use usage::usage;
