//! HTTP over reqwest: rustls, HTTP/1.1 and HTTP/2, proxies, one request a call.

mod connects;
mod failure;
mod network;
mod proxy;
mod send;
mod sending_body;
mod stuck;
mod tls;

pub(crate) use network::Network;
