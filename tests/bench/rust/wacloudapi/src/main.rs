//! The crate `wacloudapi`, as its documentation has it used. It takes no certificates of a test's: plain HTTP only.

use bench_client::{Arguments, PHONE_NUMBER_ID, PIN, Peer, TOKEN, measure_async, version_of};
use serde_json::json;
use wacloudapi::Client;

#[derive(Clone)]
struct Wacloudapi(Client);

impl Peer for Wacloudapi {
    fn connect(arguments: &Arguments) -> Self {
        Self(Client::with_config(TOKEN, PHONE_NUMBER_ID, "v24.0", arguments.url.as_str()))
    }

    async fn set_pin(&self) {
        assert!(self.0.phone_numbers().set_two_step_verification(PIN).await.expect("an answer").success);
    }
}

fn main() {
    let version = version_of("wacloudapi", "");
    let Some(arguments) = Arguments::parse() else {
        println!(
            "{}",
            json!([{"peer": "wacloudapi", "version": version, "ours": false, "style": "async", "tls": false}])
        );
        return;
    };
    measure_async::<Wacloudapi>(&arguments, &version);
}
