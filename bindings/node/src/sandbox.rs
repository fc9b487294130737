//! The sandbox, for tests of a user's own.

use graph_sandbox::Sandbox;
use std::io;

use napi::bindgen_prelude::Either;
use napi_derive::napi;

/// A running sandbox.
#[napi]
pub struct NativeSandbox(Sandbox);

/// A request that the sandbox received.
#[napi(object, object_from_js = false)]
pub struct NativeRecordedRequest {
    pub method: String,
    pub path: String,
    pub query: Option<String>,
    pub headers: Vec<Vec<String>>,
    pub body: String,
}

/// Counters since its start.
#[napi(object, object_from_js = false)]
pub struct NativeStats {
    pub requests: f64,
    pub connections: f64,
    pub open_connections: f64,
    pub aborted: f64,
}

/// Why a sandbox could not start.
#[napi(object, object_from_js = false)]
pub struct NotStarted {
    pub is_port_taken: bool,
    pub problem: String,
}

/// Starts a sandbox on a port of 127.0.0.1, 0 is any free one, with so many numbers of so many accounts.
#[napi(catch_unwind)]
pub fn start_sandbox(port: u16, numbers: u32, wabas: u32) -> Either<NativeSandbox, NotStarted> {
    match Sandbox::builder().port(port).numbers(numbers).wabas(wabas).start() {
        Ok(sandbox) => Either::A(NativeSandbox(sandbox)),
        Err(error) => Either::B(NotStarted {
            is_port_taken: error.kind() == io::ErrorKind::AddrInUse,
            problem: error.to_string(),
        }),
    }
}

#[napi]
impl NativeSandbox {
    /// Where it listens.
    #[napi(getter)]
    pub fn base_url(&self) -> String {
        self.0.base_url().to_owned()
    }

    /// The PIN that a number holds.
    #[napi]
    pub fn pin(&self, phone_number_id: String) -> Option<String> {
        self.0.pin(&phone_number_id)
    }

    /// The requests received, oldest first.
    #[napi]
    pub fn requests(&self) -> Vec<NativeRecordedRequest> {
        let recorded = self.0.requests();
        recorded
            .iter()
            .map(|request| NativeRecordedRequest {
                method: request.method().to_owned(),
                path: request.path().to_owned(),
                query: request.query().map(str::to_owned),
                headers: request.headers().iter().map(|(name, value)| vec![name.clone(), value.clone()]).collect(),
                body: String::from_utf8_lossy(request.body()).into_owned(),
            })
            .collect()
    }

    /// As new for the next test.
    #[napi]
    pub fn reset(&self) {
        self.0.reset();
    }

    /// Its counters.
    #[napi]
    #[allow(clippy::cast_precision_loss)] // no test makes 2^53 requests
    pub fn stats(&self) -> NativeStats {
        let stats = self.0.stats();
        NativeStats {
            requests: stats.requests as f64,
            connections: stats.connections as f64,
            open_connections: stats.open_connections as f64,
            aborted: stats.aborted as f64,
        }
    }

    /// Stops it and closes its connections. What it has recorded stays.
    #[napi]
    pub fn close(&mut self) {
        self.0.stop();
    }
}
