//! The commands of the files that the sandbox's page shows for docker-compose and GitHub Actions. Neither of the two is at hand.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod common;

use std::{
    fs,
    io::{BufRead, BufReader},
    net::{IpAddr, Ipv4Addr, TcpListener, UdpSocket},
    path::Path,
    process::{Command, Stdio},
};

use common::{COMMAND, ID, set};
use rustix::process::{Pid, Signal, kill_process};

/// The file of the page that begins with this comment, with another port.
fn file(name: &str, port: u16) -> String {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/sandbox.md")).unwrap();
    let (_, rest) = page.split_once(&format!("```yaml\n# {name}\n")).unwrap();
    rest.split_once("```").unwrap().0.replace("8080", &port.to_string())
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Bash, which finds the command and no settings but these.
fn bash(script: &str, variables: &[(String, String)]) -> Command {
    let folder = Path::new(COMMAND).parent().unwrap().to_str().unwrap();
    let mut bash = Command::new("bash");
    bash.args(["-euo", "pipefail", "-c", script]).env_clear();
    bash.env("PATH", format!("{folder}:{}", std::env::var("PATH").unwrap())).envs(variables.iter().cloned());
    bash
}

/// What stands below a key, as `NAME: value`, until the lines are indented less.
fn variables(file: &str) -> Vec<(String, String)> {
    let (_, rest) = file.split_once("env:\n").or_else(|| file.split_once("environment:\n")).unwrap();
    let pairs = rest.lines().map_while(|line| line.trim().split_once(": "));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// What the steps run, one after the other.
fn steps(file: &str) -> String {
    let mut script = String::new();
    let mut is_block = false;
    for line in file.lines() {
        if let Some(command) = line.trim().strip_prefix("- run: ") {
            is_block = command == "|";
            script += if is_block { "" } else { command };
        } else if is_block && line.starts_with("          ") {
            script += line.trim();
        } else {
            is_block = false;
            continue;
        }
        script += "\n";
    }
    script
}

#[test]
fn the_steps_of_the_workflow_set_a_pin() {
    let port = free_port();
    let workflow = file(".github/workflows/test.yml", port);
    let folder = tempfile::tempdir().unwrap();
    let script = steps(&workflow).replace("pip install whatsapp-two-step\n", "trap 'kill %1' EXIT\n");
    let output = bash(&script, &variables(&workflow)).current_dir(folder.path()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}\n{script}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("PIN") && script.matches("whatsapp-two-step ").count() == 2, "{said}\n{script}");
}

#[test]
fn the_services_of_the_network_reach_each_other() {
    let port = free_port();
    let services = file("compose.yaml", port);
    let (_, command) = services.split_once("&& exec ").unwrap();
    let command = command.split_once('"').unwrap().0;
    let mut sandbox =
        bash(&format!("exec {command}"), &[]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut url = String::new();
    BufReader::new(sandbox.stdout.take().unwrap()).read_line(&mut url).unwrap();
    let variables = variables(&services);
    assert_eq!(variables[1].1, format!("http://graph:{port}"));
    // This machine's own name or address stands in for the service's, which only Docker knows.
    let address = own_address().unwrap_or(Ipv4Addr::LOCALHOST);
    let end = set(&format!("http://{address}:{port}"), ID, &["--allow-http"]);
    assert_eq!(end.code, Some(0), "{}", end.err);
    kill_process(Pid::from_child(&sandbox), Signal::INT).unwrap();
    assert!(sandbox.wait().unwrap().success());
}

/// A private one, by which other machines reach this one.
fn own_address() -> Option<Ipv4Addr> {
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    // Sends nothing: it only asks for the way there. The address is one for documentation.
    socket.connect("192.0.2.1:9").ok()?;
    match socket.local_addr().ok()?.ip() {
        IpAddr::V4(address) if address.is_private() => Some(address),
        _ => None,
    }
}
