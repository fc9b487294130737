//! The Rust peers: ours, reqwest and hyper-util's client, each as its own documentation would have it used.

mod hyper_peer;
mod ours;
mod reqwest_peer;

use bench_client::{Arguments, measure_async, measure_blocking, version_of};
use serde_json::json;

fn main() {
    let ours = version_of("whatsapp-two-step", "");
    let reqwest = version_of("reqwest", "0.13");
    let hyper = version_of("hyper-util", "");
    let Some(arguments) = Arguments::parse() else {
        let peer =
            |peer, version: &str, ours, style| json!({"peer": peer, "version": version, "ours": ours, "style": style});
        let peers = [
            peer("whatsapp-two-step", &ours, true, "async"),
            peer("whatsapp-two-step-blocking", &ours, true, "sync"),
            peer("reqwest", &reqwest, false, "async"),
            peer("hyper-util", &hyper, false, "async"),
        ];
        println!("{}", json!(peers));
        return;
    };
    match arguments.peer.as_str() {
        "whatsapp-two-step" => measure_async::<ours::Ours>(&arguments, &ours),
        "whatsapp-two-step-blocking" => {
            measure_blocking(&arguments, &ours, || ours::Blocking::connect(&arguments), ours::Blocking::set_pin);
        }
        "reqwest" => measure_async::<reqwest_peer::Reqwest>(&arguments, &reqwest),
        "hyper-util" => measure_async::<hyper_peer::Hyper>(&arguments, &hyper),
        unknown => panic!("no peer {unknown}; see --list"),
    }
}
