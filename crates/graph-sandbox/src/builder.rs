//! A sandbox that is yet to start.

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use crate::listen::Listen;
use crate::sandbox::Sandbox;
use crate::settings::Settings;
use crate::sprinkle::Sprinkle;

/// A sandbox that is yet to start; see [`Sandbox::builder`].
#[derive(Debug, Clone, Copy, Default)]
#[must_use]
pub struct SandboxBuilder {
    listen: Listen,
    settings: Settings,
}

/// How to start one.
impl Sandbox {
    /// Starts a sandbox on any free port of 127.0.0.1 and `[::1]`.
    pub fn start() -> io::Result<Self> {
        Self::builder().start()
    }

    /// Starts a sandbox on this port of 127.0.0.1 and `[::1]`; 0 is any free one.
    pub fn start_on(port: u16) -> io::Result<Self> {
        Self::builder().port(port).start()
    }

    /// A sandbox with a fleet of another size, with limits, faults or slow answers.
    ///
    /// ```
    /// let sandbox = graph_sandbox::Sandbox::builder().numbers(2_500).wabas(3).start()?;
    /// # drop(sandbox);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder::default()
    }
}

impl SandboxBuilder {
    /// The port; 0, the default, is any free one.
    pub fn port(mut self, port: u16) -> Self {
        self.listen.port = port;
        self
    }

    /// The address to listen on, in place of this machine's own 127.0.0.1 and `[::1]`: such as 0.0.0.0 for the other services of
    /// a docker-compose network.
    ///
    /// **Whoever reaches that address can read the tokens and PINs that the sandbox was sent.**
    ///
    /// ```
    /// let sandbox = graph_sandbox::Sandbox::builder().listen([0, 0, 0, 0].into()).start()?;
    /// # drop(sandbox);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn listen(mut self, address: IpAddr) -> Self {
        self.listen.address = Some(address);
        self
    }

    /// How many numbers the fleet has: 5 unless told. They are spread evenly over the accounts.
    pub fn numbers(mut self, numbers: u32) -> Self {
        self.settings.fleet.numbers = numbers;
        self
    }

    /// How many business accounts (WABAs) the fleet has: 1 unless told, and never none. Their IDs are 930000000000001 and up.
    pub fn wabas(mut self, wabas: u32) -> Self {
        self.settings.fleet.wabas = wabas.max(1);
        self
    }

    /// How many PIN calls an hour each account takes, and as many reads of its list and its numbers; no limit unless told.
    ///
    /// Past it an answer is code 80007 or 80008, HTTP 400, with the minutes until calls are taken again. Such a call doesn't count.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// // Two seconds are an hour here, so a limit that was met is there again after two seconds.
    /// let sandbox = graph_sandbox::Sandbox::builder().calls_per_hour(200).hour(Duration::from_secs(2)).start()?;
    /// # drop(sandbox);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn calls_per_hour(mut self, calls: u32) -> Self {
        self.settings.limits.of_a_waba = Some(calls);
        self
    }

    /// How many calls an hour the whole app has, of both kinds and for all accounts; no limit unless told. Past it an answer is code 4.
    pub fn app_calls_per_hour(mut self, calls: u32) -> Self {
        self.settings.limits.of_the_app = Some(calls);
        self
    }

    /// How long an hour of the limits is: 3,600 s unless told. The minutes of an answer are sixtieths of it.
    pub fn hour(mut self, hour: Duration) -> Self {
        self.settings.limits.hour = hour;
        self
    }

    /// Whether answers have the headers that say how much of a limit is used; they have unless told.
    pub fn usage_headers(mut self, usage_headers: bool) -> Self {
        self.settings.usage_headers = usage_headers;
        self
    }

    /// Lets so many of a thousand PIN calls meet a fault: a reset, a lost answer, a 503, a 500, a hang.
    ///
    /// Which ones follows from the seed, the number and how many calls it has had, not from the order of numbers, so a run can be
    /// repeated. Trace IDs follow from the seed too. A number that meets a fault need not meet one again when it is called again.
    ///
    /// ```
    /// let sandbox = graph_sandbox::Sandbox::builder().numbers(10_000).wabas(20).faults(50, 42).start()?;
    /// # drop(sandbox);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn faults(mut self, permille: u32, seed: u64) -> Self {
        self.settings.sprinkle = Some(Sprinkle { permille, seed });
        self
    }

    /// How long the sandbox waits with each Graph answer, once it has done what it was asked; it doesn't unless told.
    pub fn latency(mut self, latency: Duration) -> Self {
        self.settings.latency = latency;
        self
    }

    /// Starts it.
    pub fn start(self) -> io::Result<Sandbox> {
        Sandbox::run(self.listen, self.settings)
    }
}
