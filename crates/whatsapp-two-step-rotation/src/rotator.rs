use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime},
};

use whatsapp_two_step::{Client, Limits, PhoneNumberId, Pin, SetTwoStepPinResponse, TwoStepError};

use crate::{
    error::VaultError,
    fleet::{FleetAccount, FleetGoal, FleetLimits, FleetRun, RotateAll},
    rotation::{Rotation, RotationError, RotationRun, RotationSettings, RotationStep, SendWindow},
    vault::Vault,
};

/// Gives numbers new PINs, and keeps a vault of them: at every moment, the PIN that the server holds is in the vault.
///
/// Safe to share, and to use in many programs and on many machines at once over one vault. Dropping a future is safe too: the
/// next run goes on from what the vault has.
///
/// ```
/// use graph_sandbox::Sandbox; // a stand-in for the Graph API
/// use whatsapp_two_step::{AccessToken, Client, PhoneNumberId};
/// use whatsapp_two_step_rotation::{MemoryVault, Rotator};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let sandbox = Sandbox::start()?;
/// let client = Client::builder(AccessToken::parse("EAAG_example")?).base_url(sandbox.base_url().parse()?).build()?;
/// let rotator = Rotator::new(client, MemoryVault::new());
///
/// let id = PhoneNumberId::parse("106540352242922")?;
/// let rotation = rotator.rotate(&id).await?;
/// println!("{} has a new PIN since {:?}", rotation.phone_number_id, rotation.rotated_at);
///
/// let pins = rotator.may_hold(&id).await?; // one, since it is settled
/// assert_eq!(sandbox.pin(id.as_str()).as_deref(), Some(pins[0].expose()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Rotator<V> {
    client: Client,
    vault: V,
    quiet_margin: Duration,
    wall: Wall,
}

/// Tells the time on the wall.
type Wall = Arc<dyn Fn() -> SystemTime + Send + Sync>;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Wish {
    Rotate,
    Renew { since: SystemTime },
    Settle,
}

impl Wish {
    pub(crate) fn begin(self, id: PhoneNumberId, settings: RotationSettings) -> RotationStep {
        match self {
            Self::Rotate => RotationRun::rotate(id, settings),
            Self::Renew { since } => RotationRun::renew(id, since, settings),
            Self::Settle => RotationRun::settle(id, settings),
        }
    }
}

impl From<FleetGoal> for Wish {
    fn from(goal: FleetGoal) -> Self {
        match goal {
            FleetGoal::NewSince(since) => Self::Renew { since },
            FleetGoal::New => Self::Rotate,
            FleetGoal::Settled => Self::Settle,
        }
    }
}

impl<V: Vault> Rotator<V> {
    /// A rotator that makes its calls with this client, and its timeout and retries, and keeps PINs in this vault.
    pub fn new(client: Client, vault: V) -> Self {
        let quiet_margin = RotationSettings::default().quiet_margin;
        Self { client, vault, quiet_margin, wall: Arc::new(SystemTime::now) }
    }

    /// How long after a call's timeout its requests may still arrive at the server. No other PIN is drawn before. Default 60 s,
    /// at least 1 s; less than that is an `invalid_configuration` when a run begins.
    #[must_use]
    pub fn quiet_margin(self, quiet_margin: Duration) -> Self {
        Self { quiet_margin, ..self }
    }

    /// Another clock on the wall than the system's: for tests.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use whatsapp_two_step::Client;
    /// use whatsapp_two_step_rotation::{MemoryVault, Rotator};
    ///
    /// fn an_hour_ahead(client: Client) -> Rotator<MemoryVault> {
    ///     Rotator::new(client, MemoryVault::new()).wall_clock(|| SystemTime::now() + Duration::from_secs(3600))
    /// }
    /// ```
    #[must_use]
    pub fn wall_clock(self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self { wall: Arc::new(now), ..self }
    }

    /// Gives the number a new PIN; or the pending one, if an earlier run left one.
    ///
    /// # Errors
    /// The call's error or the vault's, with what the vault holds now. `busy` while an earlier request may be under way.
    pub async fn rotate(&self, id: &PhoneNumberId) -> Result<Rotation, RotationError> {
        // A PIN is drawn where none is pending, so there is always an end.
        self.run(&self.client, id, Wish::Rotate).await?.ok_or_else(RotationError::internal)
    }

    /// Sends the number's pending PIN again. None if there is no pending PIN: then nothing is sent.
    ///
    /// # Errors
    /// The call's error or the vault's, with what the vault holds now.
    pub async fn settle(&self, id: &PhoneNumberId) -> Result<Option<Rotation>, RotationError> {
        self.run(&self.client, id, Wish::Settle).await
    }

    /// Gives many numbers new PINs, at the pace that the server's limits allow; see [`FleetRun`](crate::FleetRun).
    ///
    /// ```
    /// # use graph_sandbox::Sandbox;
    /// use std::time::SystemTime;
    /// use whatsapp_two_step_rotation::{FleetAccount, FleetGoal, FleetLimits, MemoryVault, Rotator};
    /// # use whatsapp_two_step::{AccessToken, Client};
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
    /// # let sandbox = Sandbox::start()?;
    /// # let client = Client::builder(AccessToken::parse("EAAG_example")?).base_url(sandbox.base_url().parse()?).build()?;
    /// let rotator = Rotator::new(client, MemoryVault::new());
    /// let account = FleetAccount::new(["106540352242922".parse()?, "106540352242923".parse()?]);
    /// let goal = FleetGoal::NewSince(SystemTime::now());
    /// let mut ends = rotator.rotate_all([account], goal, FleetLimits::default());
    /// while let Some(end) = ends.next().await {
    ///     match end.result {
    ///         Ok(_) => println!("{} has a new PIN", end.phone_number_id),
    ///         Err(error) => println!("{}: {error}", end.phone_number_id),
    ///     }
    /// }
    /// assert_eq!(ends.progress().rotated, 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Dropping it is as safe as a crash. With [`RotateAll::stop`] those under way end first.
    pub fn rotate_all(
        &self,
        accounts: impl IntoIterator<Item = FleetAccount>,
        goal: FleetGoal,
        limits: FleetLimits,
    ) -> RotateAll<'_, V> {
        RotateAll::new(self, FleetRun::new(accounts, goal, limits), goal)
    }

    /// The PINs of which one holds: the pending one first. None if the vault knows nothing of the number.
    ///
    /// # Errors
    /// `unreachable` or `unreadable`.
    pub async fn may_hold(&self, id: &PhoneNumberId) -> Result<Vec<Pin>, VaultError> {
        Ok(self.vault.load(id).await?.map(|stored| stored.entry.may_hold()).unwrap_or_default())
    }

    /// The vault that it keeps.
    pub fn vault(&self) -> &V {
        &self.vault
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) async fn run(
        &self,
        client: &Client,
        id: &PhoneNumberId,
        wish: Wish,
    ) -> Result<Option<Rotation>, RotationError> {
        let settings = RotationSettings { timeout: client.limits().timeout, quiet_margin: self.quiet_margin };
        let mut step = wish.begin(id.clone(), settings);
        loop {
            step = match step {
                RotationStep::Load { loading } => {
                    let loaded = self.vault.load(id).await;
                    loading.loaded((self.wall)(), loaded)
                }
                RotationStep::Save { entry, expected, saving } => {
                    let saved = self.vault.save(id, &entry, expected.as_ref()).await;
                    saving.saved((self.wall)(), saved)
                }
                RotationStep::Call { pin, timeout, window, calling } => {
                    match self.call(client, id, &pin, timeout, window).await {
                        Ok(result) => calling.ended((self.wall)(), result),
                        Err(Withheld(error)) => calling.withheld((self.wall)(), error),
                    }
                }
                RotationStep::Done(result) => return result,
            };
        }
    }

    /// One call of the client's, whose requests leave in the window only.
    async fn call(
        &self,
        client: &Client,
        id: &PhoneNumberId,
        pin: &Pin,
        timeout: Duration,
        window: SendWindow,
    ) -> Result<Result<SetTwoStepPinResponse, TwoStepError>, Withheld> {
        let (wall, was_closed) = (self.wall.clone(), Arc::new(AtomicBool::new(false)));
        let saw_closed = was_closed.clone();
        let client = client.with_limits(Limits { timeout, ..client.limits() }).with_guard(move || {
            let is_open = window.is_open(wall());
            saw_closed.fetch_or(!is_open, Ordering::AcqRel);
            is_open
        });
        match client.set_two_step_pin(id, pin).await {
            Err(error) if was_closed.load(Ordering::Acquire) => Err(Withheld(error)),
            result => Ok(result),
        }
    }
}

/// What a call came to whose last request was to leave too late.
struct Withheld(TwoStepError);

impl<V> fmt::Debug for Rotator<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rotator")
            .field("client", &self.client)
            .field("quiet_margin", &self.quiet_margin)
            .finish_non_exhaustive()
    }
}
