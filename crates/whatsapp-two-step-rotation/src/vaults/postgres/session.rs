//! A connection, and what is settled on it before anything else.

use std::{process, time::Duration};

use tokio::task::JoinHandle;
use tokio_postgres::{Client, Error};

use super::{address::Address, failure, tls::Tls};
use crate::error::VaultError;

/// The form of the tables that this version makes and reads.
pub(super) const FORMAT: i32 = 1;
/// How long a connection may say nothing before it is probed, and how long between probes.
const PROBE: Duration = Duration::from_secs(10);

pub(super) struct Session {
    pub(super) client: Client,
    connection: JoinHandle<()>,
    process: u32,
}

impl Session {
    pub(super) async fn begin(address: &Address, limit: Duration) -> Result<Self, VaultError> {
        let mut config = address.config.clone();
        config.keepalives_idle(PROBE).keepalives_interval(PROBE).keepalives_retries(2).connect_timeout(limit);
        if config.get_application_name().is_none() {
            config.application_name("whatsapp-two-step");
        }
        let (client, connection) = config.connect(Tls(address.tls.clone())).await.map_err(failure::of)?;
        // Its errors come to those who ask.
        let connection = tokio::spawn(async move { drop(connection.await) });
        let session = Self { client, connection, process: process::id() };
        // A commit is on the disk when it returns, whatever the server's own setting is.
        // The server gives up first, and so can say why.
        let limit = limit.mul_f64(0.8).as_millis();
        let settings = format!(
            "SET synchronous_commit = on; SET statement_timeout = {limit}; SET lock_timeout = {limit}; \
             SET client_min_messages = warning"
        );
        session.client.batch_execute(&settings).await.map_err(failure::of)?;
        Ok(session)
    }

    /// # Errors
    /// There is no vault, or one of another version.
    pub(super) async fn check(&self) -> Result<(), VaultError> {
        let found = self.client.query_typed_one("SELECT format FROM whatsapp_two_step_meta", &[]).await;
        match found.and_then(|row| row.try_get::<_, i32>(0)).map_err(failure::of)? {
            FORMAT => Ok(()),
            other => Err(failure::other_format(other, FORMAT)),
        }
    }

    pub(super) async fn make_tables(&self) -> Result<(), Error> {
        // One transaction, and one program at a time: PostgreSQL's IF NOT EXISTS fails when two make a table at once.
        let sql = format!(
            "SELECT pg_advisory_xact_lock(6282025400561287028);
             CREATE TABLE IF NOT EXISTS whatsapp_two_step_vault (
                 id text PRIMARY KEY, version bigint NOT NULL, sealed bytea NOT NULL);
             CREATE TABLE IF NOT EXISTS whatsapp_two_step_meta (format integer NOT NULL);
             INSERT INTO whatsapp_two_step_meta SELECT {FORMAT} WHERE NOT EXISTS (SELECT FROM whatsapp_two_step_meta)"
        );
        self.client.batch_execute(&sql).await
    }

    /// A forked process must not use its parent's.
    pub(super) fn is_usable(&self) -> bool {
        self.process == process::id() && !self.client.is_closed()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // One that hangs would wait for its answers for ever. In a forked process it is not there.
        if self.process == process::id() {
            self.connection.abort();
        }
    }
}
