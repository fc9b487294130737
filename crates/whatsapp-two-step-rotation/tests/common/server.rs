//! A PostgreSQL server of a test's own: in a folder of its own, on a free port, as an ordinary user.
#![allow(
    clippy::unwrap_used,
    dead_code,
    reason = "helpers of tests are tests too, and each test file uses a part of them"
)]

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tempfile::TempDir;

use crate::common::{is_root, skip};

pub(crate) struct Server {
    folder: TempDir,
    programs: PathBuf,
    port: u16,
    process: Option<Child>,
    /// Of the authority that its certificate for `localhost` is from.
    pub(crate) roots: String,
}

impl Server {
    /// None, said, where `PostgreSQL` is not on the machine.
    pub(crate) fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            skip("PostgreSQL's server is not on this machine");
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut server = Self { roots: certificate(folder.path()), folder, programs, port, process: None };
        fs::write(server.path("password"), "secret").unwrap();
        if is_root() {
            let own = ["-R", "nobody", server.folder.path().to_str().unwrap()].map(str::to_owned);
            assert!(Command::new("chown").args(own).status().unwrap().success());
        }
        let output = server
            .program("initdb")
            .args([
                "--auth=scram-sha-256",
                "--username=me",
                "--no-instructions",
                "--encoding=UTF8",
                "--locale=C",
                "--pwfile",
            ])
            .arg(server.path("password"))
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        server.run();
        Some(server)
    }

    pub(crate) fn run(&mut self) {
        let mut ready = Command::new(self.programs.join("pg_isready"));
        ready.args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()]);
        for _ in 0..200 {
            // It doesn't begin before what is left of a killed one has ended.
            if self.process.as_mut().is_none_or(|process| process.try_wait().unwrap().is_some()) {
                self.process = Some(self.begin());
            }
            thread::sleep(Duration::from_millis(50));
            if ready.status().unwrap().success() {
                return;
            }
        }
        panic!("{}", fs::read_to_string(self.path("log")).unwrap());
    }

    fn begin(&self) -> Child {
        let log = fs::File::options().create(true).append(true).open(self.path("log")).unwrap();
        let mut program = self.program("postgres");
        program.args(["-p", &self.port.to_string(), "-c", "listen_addresses=127.0.0.1", "-c", "ssl=on"]);
        program.args(["-c", "unix_socket_directories=", "-c", "synchronous_commit=off"]);
        for (setting, file) in [("ssl_cert_file", "certificate"), ("ssl_key_file", "key")] {
            program.arg("-c").arg(format!("{setting}={}", self.path(file).display()));
        }
        program.stdout(Stdio::null()).stderr(log).spawn().unwrap()
    }

    /// Its main process is killed with -9; the others notice and end. `setpriv` has become it.
    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    pub(crate) fn url(&self, query: &str) -> String {
        format!("postgres://me:secret@localhost:{}/postgres?{query}", self.port)
    }

    /// What a query answers.
    pub(crate) fn sql(&self, sql: &str) -> String {
        let mut psql = Command::new(self.programs.join("psql"));
        let output = psql.args(["-qAtX", "-d", &self.url(""), "-c", sql]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Not as root, which it refuses.
    fn program(&self, name: &str) -> Command {
        let mut program = Command::new(if is_root() { "setpriv" } else { "env" });
        if is_root() {
            program.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups"]);
        }
        program.arg(self.programs.join(name)).arg("-D").arg(self.path("data")).current_dir(self.folder.path());
        program
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        // The others may still be writing in the folder.
        thread::sleep(Duration::from_millis(300));
    }
}

/// Debian has them in a folder of each version.
fn programs() -> Option<PathBuf> {
    let debian =
        fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|version| version.path().join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    debian.chain(std::env::split_paths(&path)).find(|folder| folder.join("initdb").exists())
}

fn certificate(folder: &Path) -> String {
    let authority = KeyPair::generate().unwrap();
    let mut parameters = CertificateParams::default();
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let roots = parameters.self_signed(&authority).unwrap().pem();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let certificate = certificate.signed_by(&key, &Issuer::new(parameters, authority)).unwrap();
    fs::write(folder.join("certificate"), certificate.pem()).unwrap();
    fs::write(folder.join("key"), key.serialize_pem()).unwrap();
    #[cfg(unix)]
    fs::set_permissions(folder.join("key"), std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    roots
}
