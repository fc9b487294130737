//! `whatsapp-two-step sandbox`, as another program starts it.
#![cfg(unix)]

mod common;

use std::{
    io::{BufRead, BufReader, Read},
    process::Stdio,
    time::{Duration, Instant},
};

use common::{ID, command, run, set};
use rustix::process::{Pid, Signal, kill_process};

#[test]
fn serves_until_it_is_told_to_end() {
    let mut child = command(&["sandbox"]).stdin(Stdio::null()).spawn().unwrap();
    let mut base_url = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut base_url).unwrap();
    let base_url = base_url.trim_end();
    assert!(base_url.starts_with("http://127.0.0.1:"), "{base_url}");
    assert_eq!(set(base_url, ID, &[]).code, Some(0));

    let port = base_url.rsplit(':').next().unwrap();
    let busy = run(&["sandbox", "--port", port], "");
    assert_eq!((busy.code, busy.out.as_str()), (Some(2), ""));
    assert!(busy.err.contains(&format!("can't listen on port {port} of 127.0.0.1 and [::1]")), "{}", busy.err);

    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let (mut rest, mut help) = (String::new(), String::new());
    out.read_to_string(&mut rest).unwrap();
    child.stderr.take().unwrap().read_to_string(&mut help).unwrap();
    assert_eq!(rest, "");
    assert!(help.contains(&format!("--base-url {base_url}")) && help.contains("--table"), "{help}");
}

#[test]
fn holds_a_fleet_of_the_size_that_is_asked_for() {
    let mut child = command(&["sandbox", "--numbers", "250", "--wabas", "3"]).stdin(Stdio::null()).spawn().unwrap();
    let mut base_url = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut base_url).unwrap();
    let accounts = ["930000000000001", "930000000000002", "930000000000003"];
    let numbers =
        |more: &[&str]| run(&[&["numbers", "--base-url", base_url.trim_end(), "--waba-id"], more].concat(), "");
    assert_eq!(accounts.map(|account| numbers(&[account]).out.lines().count()), [83, 83, 84]);
    assert_eq!(numbers(&accounts).out.lines().count(), 250);
    let end = numbers(&["930000000000004"]);
    assert!(end.code == Some(5) && end.err.contains("not_found"), "{}", end.err);
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn plays_limits_faults_and_slow_answers() {
    let args = ["sandbox", "--calls-per-hour", "2", "--app-calls-per-hour", "9", "--hour", "3000", "--latency", "0.2"];
    let mut child =
        command(&[&args[..], &["--faults", "0", "--seed", "42"]].concat()).stdin(Stdio::null()).spawn().unwrap();
    let mut base_url = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut base_url).unwrap();
    let base_url = base_url.trim_end();
    let start = Instant::now();
    let first = set(base_url, ID, &["--json"]).json();
    assert!(start.elapsed() >= Duration::from_millis(200));
    assert_eq!((&first["success"], &first["usage"]["highest_percentage"]), (&true.into(), &50.into()), "{first}");
    assert_eq!(set(base_url, ID, &[]).code, Some(0));
    let refused = set(base_url, ID, &["--json", "--max-retries", "0"]).json();
    assert_eq!((&refused["error"]["kind"], &refused["error"]["graph_code"]), (&"rate_limited".into(), &80_007.into()));

    // The trace ID is the seed's: that of another sandbox is the same.
    let again = graph_sandbox::Sandbox::builder().faults(0, 42).start().unwrap();
    assert_eq!(set(again.base_url(), ID, &["--json"]).json()["trace_id"], first["trace_id"]);
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn other_machines_reach_it_only_where_it_is_told_to_listen_and_it_warns() {
    let mut child = command(&["sandbox", "--listen", "0.0.0.0"]).stdin(Stdio::null()).spawn().unwrap();
    let mut base_url = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut base_url).unwrap();
    assert_eq!(set(base_url.trim_end(), ID, &[]).code, Some(0));
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert!(said.starts_with("warning: other machines can reach this sandbox"), "{said}");
    assert!(!said.contains("on this machine"), "{said}");

    let nowhere = run(&["sandbox", "--listen", "192.0.2.1"], "");
    assert!(nowhere.code == Some(2) && nowhere.err.contains("port 0 of 192.0.2.1"), "{}", nowhere.err);
    let name = run(&["sandbox", "--listen", "localhost"], "");
    assert!(name.code == Some(2) && name.err.contains("takes an IP address"), "{}", name.err);
}

#[test]
fn prints_its_table() {
    let end = run(&["sandbox", "--table"], "");
    assert_eq!((end.code, end.out), (Some(0), graph_sandbox::scenario_table()));
}
