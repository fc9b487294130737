//! The PostgreSQL vault, on a real server.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod common;
#[path = "common/server.rs"]
mod server;

use std::{
    collections::HashMap,
    fs,
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use common::{assert_error, entry, held, id, keeps_the_rules, keys, one_wins};
use server::Server;
use whatsapp_two_step_rotation::{Keyring, PostgresStore, PostgresVault, Sealed, Vault, VaultErrorKind, VaultKey};

const UNREACHABLE: VaultErrorKind = VaultErrorKind::Unreachable;
const UNREADABLE: VaultErrorKind = VaultErrorKind::Unreadable;

#[tokio::test(flavor = "multi_thread")]
async fn it_keeps_the_rules_and_tells_what_is_wrong() {
    let Some(server) = Server::start() else { return };
    let url = server.url("");
    let keys = keys();
    let vault = || PostgresVault::new(&url, keys.clone()).unwrap();
    assert_error(vault().load(&id("1")).await, UNREACHABLE, "there is no vault in this database; make one first");
    let makers: Vec<_> =
        (0..8).map(|_| vault()).map(|vault| tokio::spawn(async move { vault.store().init().await })).collect();
    for maker in makers {
        maker.await.unwrap().unwrap();
    }
    assert_eq!(server.sql("SELECT count(*), min(format) FROM whatsapp_two_step_meta"), "1|1");
    keeps_the_rules(&vault(), &vault()).await;
    let (one, two) = (Box::leak(Box::new(vault())), Box::leak(Box::new(vault())));
    tokio::join!(one_wins(one, "5"), one_wins(two, "6"));
    assert_eq!(one.ids().await.unwrap(), ["1", "11", "5", "6"].map(id));

    what_was_put_back_or_copied_is_seen(&server, &vault()).await;
    what_holds_a_row_is_waited_for(&server, &url, &keys).await;

    let wrong = PostgresVault::new(&url, Keyring::new(VaultKey::generate().unwrap())).unwrap();
    assert_error(wrong.load(&id("5")).await, UNREADABLE, "sealed the entry, and the key");
    assert_eq!(wrong.rekey().await.unwrap().failed.len(), 4);

    let refused = PostgresVault::new(&url.replace("secret", "other"), keys.clone()).unwrap();
    assert_error(refused.load(&id("1")).await, UNREACHABLE, "refused the user or the password (28P01)");
    let elsewhere = PostgresVault::new(&url.replace("/postgres?", "/none?"), keys.clone()).unwrap();
    assert_error(elsewhere.load(&id("1")).await, UNREACHABLE, "no such database (3D000)");
    server.sql("ALTER ROLE me SET default_transaction_read_only = on");
    assert_error(vault().save(&id("9"), &entry("012345"), None).await, UNREACHABLE, "only reads");
    server.sql("BEGIN READ WRITE; ALTER ROLE me RESET default_transaction_read_only; UPDATE whatsapp_two_step_meta SET format = 2; COMMIT");
    assert_error(vault().load(&id("1")).await, UNREADABLE, "update this program (format 2, and 1 is known)");
    assert_error(vault().store().init().await, UNREADABLE, "update this program (format 2, and 1 is known)");
}

async fn what_was_put_back_or_copied_is_seen(server: &Server, vault: &PostgresVault) {
    let first = vault.save(&id("7"), &entry("012345"), None).await.unwrap();
    server.sql("CREATE TABLE old AS SELECT * FROM whatsapp_two_step_vault WHERE id = '7'");
    vault.save(&id("7"), &entry("998877"), Some(&first)).await.unwrap();
    vault.save(&id("8"), &entry("111222"), None).await.unwrap();
    server.sql("UPDATE whatsapp_two_step_vault v SET sealed = old.sealed FROM old WHERE v.id IN ('7', '8')");
    assert_error(vault.load(&id("7")).await, UNREADABLE, "for another number or for another version");
    assert_error(vault.load(&id("8")).await, UNREADABLE, "for another number or for another version");
    server.sql("DELETE FROM whatsapp_two_step_vault WHERE id IN ('7', '8')");
}

async fn what_holds_a_row_is_waited_for(server: &Server, url: &str, keys: &Keyring) {
    let hasty = PostgresStore::new(url).unwrap().timeout(Duration::from_millis(1500));
    let hasty = Sealed::over(hasty, keys.clone());
    let version = held(&hasty, "1").await.unwrap().1;
    let (one, some) = (id("1"), entry("012345"));
    let (save, others) = std::thread::scope(|scope| {
        let hold =
            "BEGIN; UPDATE whatsapp_two_step_vault SET version = version WHERE id = '1'; SELECT pg_sleep(3); ROLLBACK";
        let holder = scope.spawn(|| server.sql(hold));
        let handle = tokio::runtime::Handle::current();
        let asked = scope.spawn(move || {
            std::thread::sleep(Duration::from_millis(700));
            handle.block_on(async { tokio::join!(hasty.save(&one, &some, Some(&version)), hasty.load(&one)) })
        });
        let asked = asked.join().unwrap();
        holder.join().unwrap();
        asked
    });
    assert_error(save, UNREACHABLE, "another program held the entry for too long, and nothing was done");
    assert!(others.unwrap().is_some(), "who reads waits for nobody");
}

#[tokio::test]
async fn tls_is_proved() {
    let Some(server) = Server::start() else { return };
    let with = |url: &str, roots: &str| Sealed::over(PostgresStore::with_roots(url, roots.as_bytes()).unwrap(), keys());
    let vault = with(&server.url("sslmode=verify-full"), &server.roots);
    vault.store().init().await.unwrap();
    vault.save(&id("1"), &entry("012345"), None).await.unwrap();
    let tls = "SELECT count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE ssl AND application_name = 'whatsapp-two-step'";
    assert_eq!(server.sql(tls), "1");
    // A transaction is on the disk when it ends, though this server's own setting is not to wait.
    assert_eq!(server.sql("SHOW synchronous_commit"), "off");

    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), &server.roots).unwrap();
    let url = server.url(&format!("sslrootcert={}", file.path().display()));
    assert!(PostgresVault::new(&url, keys()).unwrap().ids().await.unwrap() == [id("1")]);
    let unknown = PostgresVault::new(&server.url("sslmode=require"), keys()).unwrap();
    assert_error(
        unknown.load(&id("1")).await,
        UNREACHABLE,
        "no TLS connection to the database: invalid peer certificate",
    );
    let url = server.url("sslmode=verify-full").replace("localhost", "127.0.0.1");
    assert_error(with(&url, &server.roots).load(&id("1")).await, UNREACHABLE, "not valid for name");
}

#[tokio::test]
async fn a_network_that_hangs_ends_and_one_that_refuses_is_told() {
    // Accepts, and never answers.
    let hangs = TcpListener::bind("127.0.0.1:0").unwrap();
    for query in ["", "sslmode=require"] {
        let url = format!("postgres://me:secret@127.0.0.1:{}/db?{query}", hangs.local_addr().unwrap().port());
        let store = PostgresStore::new(&url).unwrap().timeout(Duration::from_millis(500));
        let begun = Instant::now();
        assert_error(Sealed::over(store, keys()).load(&id("1")).await, UNREACHABLE, "gave no answer within 0.5 s");
        assert!(begun.elapsed() < Duration::from_secs(1));
    }
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let refuses = PostgresVault::new(&format!("postgres://me:secret@127.0.0.1:{port}/db"), keys()).unwrap();
    assert_error(refuses.load(&id("1")).await, UNREACHABLE, "refused the connection");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_loses_nothing_that_it_saved() {
    let Some(mut server) = Server::start() else { return };
    let keys = keys();
    let store = PostgresStore::new(&server.url("")).unwrap().timeout(Duration::from_secs(5));
    let vault = Arc::new(Sealed::over(store, keys));
    vault.store().init().await.unwrap();
    for round in 0..5_u64 {
        let begun_by = Arc::new(AtomicU32::new(0));
        let tasks: Vec<_> = (1..=6)
            .map(|number: u32| {
                let (vault, begun_by) = (Arc::clone(&vault), Arc::clone(&begun_by));
                tokio::spawn(async move {
                    let number = id(&number.to_string());
                    let stored = vault.load(&number).await.unwrap();
                    let mut version = stored.map(|stored| stored.version);
                    begun_by.fetch_add(1, Ordering::Relaxed);
                    loop {
                        let pin = version.as_ref().map_or(1, |version| version.as_str().parse::<u32>().unwrap() + 1);
                        match vault.save(&number, &entry(&format!("{pin:06}")), version.as_ref()).await {
                            Ok(saved) => version = Some(saved),
                            Err(error) => return (version, error.to_string()),
                        }
                    }
                })
            })
            .collect();
        while begun_by.load(Ordering::Relaxed) < 6 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::time::sleep(Duration::from_millis(round * 37)).await;
        server.kill();
        let mut said = HashMap::new();
        for (number, task) in (1..).zip(tasks) {
            let (version, error) = task.await.unwrap();
            assert!(error.contains("(unreachable)"), "{error}");
            said.insert(number, version);
        }
        server.run();
        for (number, version) in said {
            // The same vault, which has to connect anew.
            let found = held(&*vault, &number.to_string()).await;
            let count = |version: &whatsapp_two_step_rotation::Version| version.as_str().parse::<u32>().unwrap();
            let (said, (text, found)) = (version.as_ref().map_or(0, count), found.unwrap());
            assert!(count(&found) == said || count(&found) == said + 1, "{found} after {said}");
            assert_eq!(text, entry(&format!("{:06}", count(&found))).to_json().as_str());
        }
    }
}

#[tokio::test]
async fn a_restart_between_two_calls_is_not_noticed() {
    let Some(mut server) = Server::start() else { return };
    let vault = PostgresVault::new(&server.url(""), keys()).unwrap();
    vault.store().init().await.unwrap();
    let first = vault.save(&id("1"), &entry("012345"), None).await.unwrap();
    server.kill();
    assert_error(vault.load(&id("1")).await, UNREACHABLE, "refused the connection");
    server.run();
    assert_eq!(held(&vault, "1").await.unwrap().1, first);
    server.kill();
    server.run();
    tokio::time::sleep(Duration::from_millis(100)).await;
    vault.save(&id("1"), &entry("998877"), Some(&first)).await.unwrap();
}
