//! Where the database is, and whether the way there is TLS.

use std::{fs, net::IpAddr, str::FromStr, sync::Arc};

use percent_encoding::percent_decode_str;
use rustls::ClientConfig;
use tokio_postgres::{
    Config,
    config::{Host, SslMode},
};
use whatsapp_two_step::TwoStepError;

use super::{failure::invalid, tls};

pub(super) struct Address {
    pub(super) config: Config,
    pub(super) tls: Option<Arc<ClientConfig>>,
}

impl Address {
    /// `roots` is PEM. Errors repeat nothing of the URL, which may hold a password.
    pub(super) fn parse(url: &str, roots: Option<&[u8]>) -> Result<Self, TwoStepError> {
        let no_url = || invalid("is no URL of PostgreSQL, such as postgres://user:password@host:5432/database");
        if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
            return Err(no_url());
        }
        let (place, query) = url.split_once('?').unwrap_or((url, ""));
        let (mut mode, mut file, mut others) = (None, None, Vec::new());
        for pair in query.split('&') {
            match pair.split_once('=') {
                Some(("sslmode", value)) => mode = Some(value),
                Some(("sslrootcert", value)) => file = Some(percent_decode_str(value).decode_utf8_lossy()),
                _ => others.push(pair),
            }
        }
        let mut config = Config::from_str(&format!("{place}?{}", others.join("&"))).map_err(|_| no_url())?;
        let has_roots = roots.is_some() || file.is_some();
        let is_tls = match mode {
            Some("disable") => false,
            Some("require" | "verify-full") => true,
            None => has_roots || !is_local(&config),
            Some(_) => {
                return Err(invalid(
                    "has an sslmode that proves nothing of the server: disable or verify-full is needed",
                ));
            }
        };
        config.ssl_mode(if is_tls { SslMode::Require } else { SslMode::Disable });
        let read = file.map(|file| fs::read(&*file)).transpose();
        let read = read.map_err(|_| invalid("names an sslrootcert that can't be read"))?;
        let tls = is_tls.then(|| tls::config(roots.or(read.as_deref()))).transpose()?;
        Ok(Self { config, tls: tls.map(Arc::new) })
    }
}

fn is_local(config: &Config) -> bool {
    let is_loopback = |host: &Host| match host {
        Host::Tcp(name) => name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()),
        #[cfg(unix)]
        Host::Unix(_) => true,
    };
    config.get_hosts().iter().all(is_loopback) && config.get_hostaddrs().iter().all(IpAddr::is_loopback)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tls_is_left_out_only_on_this_machine_or_if_it_is_said() {
        let is_tls = |url: &str| Address::parse(url, None).unwrap().tls.is_some();
        for url in
            ["localhost/db", "127.0.0.1:5433/db", "[::1]/db", "%2Frun%2Fpostgresql/db", "db.example/db?sslmode=disable"]
        {
            assert!(!is_tls(&format!("postgres://me:secret@{url}")), "{url}");
        }
        for url in [
            "db.example/db",
            "10.0.0.1/db",
            "localhost,db.example/db",
            "localhost/db?sslmode=require",
            "localhost/db?connect_timeout=3&sslmode=verify-full",
        ] {
            assert!(is_tls(&format!("postgresql://me:secret@{url}")), "{url}");
        }
        for url in [
            "postgres://me:secret@db/db?sslmode=prefer",
            "exec:echo secret",
            "host=db password=secret",
            "postgres://me:secret@db/db?sslrootcert=/no/file",
            "postgres://me:secret@db:port/db",
            "postgres://me:secret@db/db?secret=1",
        ] {
            let shown = format!("{:?}", Address::parse(url, None).err().unwrap());
            assert!(shown.contains("InvalidConfiguration") && !shown.contains("secret"), "{shown}");
        }
        assert!(Address::parse("postgres://db/db", Some(b"no PEM")).is_err());
    }
}
