//! The server's own thread, and the handle to it.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::oneshot;

use crate::connection;
use crate::fleet::Fleet;
use crate::record::RecordedRequest;
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
    /// Starts a sandbox on any free port of 127.0.0.1.
    pub fn start() -> io::Result<Self> {
        Self::builder().start()
    }

    /// Starts a sandbox on this port of 127.0.0.1; 0 is any free one.
    pub fn start_on(port: u16) -> io::Result<Self> {
        Self::builder().port(port).start()
    }

    /// A sandbox with a fleet of another size.
    ///
    /// ```
    /// let sandbox = graph_sandbox::Sandbox::builder().numbers(2_500).wabas(3).start()?;
    /// # drop(sandbox);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder { port: 0, fleet: Fleet::default() }
    }

    fn run(port: u16, fleet: Fleet) -> io::Result<Self> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let state = Arc::new(State::new(fleet, now.as_secs() << 30 | u64::from(now.subsec_nanos())));
        let (stop, stopped) = oneshot::channel();
        let (started, start) = mpsc::sync_channel(1);
        let served = Arc::clone(&state);
        let run = move || {
            match prepare(port) {
                Ok((runtime, listener, port)) => {
                    let _ = started.send(Ok(port));
                    // Dropping the runtime at the end drops every connection with it.
                    runtime.block_on(async {
                        tokio::select! {
                            () = accept(&listener, &served) => {}
                            _ = stopped => {}
                        }
                    });
                }
                Err(error) => drop(started.send(Err(error))),
            }
            served.mark_stopped();
        };
        let thread = thread::Builder::new().name("graph-sandbox".to_owned()).spawn(run)?;
        let port = start.recv().map_err(|_| io::Error::other("the sandbox thread ended"))??;
        let base_url = format!("http://127.0.0.1:{port}");
        Ok(Self { base_url, port, state, stop: Some(stop), thread: Some(thread) })
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

    /// Forgets PINs, requests and counters, and where each script stands: as new for the next test. Connections stay open.
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

/// A sandbox that is yet to start; see [`Sandbox::builder`].
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct SandboxBuilder {
    port: u16,
    fleet: Fleet,
}

impl SandboxBuilder {
    /// The port on 127.0.0.1; 0, the default, is any free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// How many numbers the fleet has: 5 unless told. They are spread evenly over the accounts.
    pub fn numbers(mut self, numbers: u32) -> Self {
        self.fleet.numbers = numbers;
        self
    }

    /// How many business accounts (WABAs) the fleet has: 1 unless told, and never none. Their IDs are 930000000000001 and up.
    pub fn wabas(mut self, wabas: u32) -> Self {
        self.fleet.wabas = wabas.max(1);
        self
    }

    /// Starts it.
    pub fn start(self) -> io::Result<Sandbox> {
        Sandbox::run(self.port, self.fleet)
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

fn prepare(port: u16) -> io::Result<(tokio::runtime::Runtime, TcpListener, u16)> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
    let listener = runtime.block_on(async {
        let socket = TcpSocket::new_v4()?;
        // On Windows the same option would let two sandboxes share a port.
        #[cfg(unix)]
        socket.set_reuseaddr(true)?;
        socket.bind((Ipv4Addr::LOCALHOST, port).into())?;
        socket.listen(1024)
    })?;
    let port = listener.local_addr()?.port();
    Ok((runtime, listener, port))
}

async fn accept(listener: &TcpListener, state: &Arc<State>) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let _ = stream.set_nodelay(true);
                tokio::spawn(connection::serve(stream, Arc::clone(state)));
            }
            // Out of file descriptors, or a client that left at once: neither is the listener's end.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}
