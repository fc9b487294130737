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

/// After how many tasks a runtime of tokio's should look at its sockets (`event_interval`), if it has one thread.
///
/// After each one. Else many calls that begin at once could be written to a connection whose end has come and isn't read yet: then
/// nobody knows what the server processed. Don't set it in a multi-threaded runtime, which runs the task first that was woken last: there
/// a connection that a server floods could keep all else waiting.
///
/// ```
/// let runtime = tokio::runtime::Builder::new_current_thread()
///     .event_interval(whatsapp_two_step::EVENT_INTERVAL)
///     .enable_all()
///     .build()?;
/// # drop(runtime);
/// # Ok::<(), std::io::Error>(())
/// ```
pub const EVENT_INTERVAL: u32 = 1;
