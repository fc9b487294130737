//! The server's own thread, and the handle to it.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::connection;
use crate::listen::Listen;
use crate::record::RecordedRequest;
use crate::settings::Settings;
use crate::state::{State, Stats};

/// A running sandbox; dropping it stops it and closes its connections.
///
/// It runs on a thread of its own, so it serves a program without an executor as well as one inside any runtime.
pub struct Sandbox {
    base_url: String,
    port: u16,
    state: Arc<State>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Sandbox {
    pub(crate) fn run(listen: Listen, settings: Settings) -> io::Result<Self> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let state = Arc::new(State::new(settings, now.as_secs() << 30 | u64::from(now.subsec_nanos())));
        let (stop, stopped) = oneshot::channel();
        let (started, start) = mpsc::sync_channel(1);
        let served = Arc::clone(&state);
        let run = move || {
            match prepare(listen) {
                Ok((runtime, listeners, port)) => {
                    let _ = started.send(Ok(port));
                    for listener in listeners {
                        runtime.spawn(accept(listener, Arc::clone(&served)));
                    }
                    // Dropping the runtime at the end drops listeners and connections with it.
                    let _ = runtime.block_on(stopped);
                }
                Err(error) => drop(started.send(Err(error))),
            }
            served.mark_stopped();
        };
        let thread = thread::Builder::new().name("graph-sandbox".to_owned()).spawn(run)?;
        let port = start.recv().map_err(|_| io::Error::other("the sandbox thread ended"))??;
        Ok(Self { base_url: listen.base_url(port), port, state, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it listens, such as `http://127.0.0.1:40123`: the base URL for a client.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The port that it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The Graph requests received, the last 1,000 of them, oldest first; those that met a fault too.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.state.recorded()
    }

    /// The PIN that a number holds now, if it holds one.
    #[must_use]
    pub fn pin(&self, phone_number_id: &str) -> Option<String> {
        self.state.pin(phone_number_id)
    }

    /// All PINs that were set, by the number's ID.
    #[must_use]
    pub fn pins(&self) -> BTreeMap<String, String> {
        self.state.pins()
    }

    /// How often a number's PIN has changed, the first one included. The same PIN once more is no change, as a client sends it after
    /// an answer that was lost: what is rotated once has changed once.
    ///
    /// ```
    /// let sandbox = graph_sandbox::Sandbox::start()?;
    /// assert_eq!(sandbox.pin_changes("106540352242922"), 0);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn pin_changes(&self, phone_number_id: &str) -> u32 {
        self.state.pin_changes(phone_number_id)
    }

    /// The same of all numbers that hold a PIN, by their ID.
    #[must_use]
    pub fn all_pin_changes(&self) -> BTreeMap<String, u32> {
        self.state.all_pin_changes()
    }

    /// Lets an access token expire: from now on each call with it is answered code 190, subcode 463, until [`reset`](Self::reset).
    pub fn expire_token(&self, token: &str) {
        self.state.expire_token(token);
    }

    /// Forgets PINs, registrations, requests, counters, limits and expired tokens, and where each script and each number's faults
    /// stand: as new for the next test. Connections stay open.
    pub fn reset(&self) {
        self.state.reset();
    }

    /// Its counters.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.state.stats()
    }

    /// Stops it and closes its connections, as dropping it does. What it has recorded can still be asked for.
    pub fn stop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }

    /// Blocks until the server stops: for a program that only serves.
    pub fn wait(&self) {
        self.state.wait_until_stopped();
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox").field("base_url", &self.base_url).finish_non_exhaustive()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.stop();
    }
}

fn prepare(listen: Listen) -> io::Result<(tokio::runtime::Runtime, Vec<TcpListener>, u16)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
    let listeners = runtime.block_on(async { listen.bind() })?;
    let first = listeners.first().ok_or(io::ErrorKind::AddrNotAvailable)?;
    let port = first.local_addr()?.port();
    Ok((runtime, listeners, port))
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let _ = stream.set_nodelay(true);
                tokio::spawn(connection::serve(stream, Arc::clone(&state)));
            }
            // Out of file descriptors, or a client that left at once: neither is the listener's end.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}
