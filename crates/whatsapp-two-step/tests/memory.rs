//! A hostile answer costs less than 2 MB, and so does a list of numbers, however many pages it has. The server is a process of its own, so that this one's memory is the client's alone.
//! Linux only: the peak is read from `/proc`.
#![allow(clippy::unwrap_used, clippy::print_stdout)] // a test may panic, and tell what it measured

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
    time::Duration,
};

use graph_sandbox::{Sandbox, scenarios, waba_scenarios};
use whatsapp_two_step::blocking::Client;

const LIMIT_KB: u64 = 2_048;

/// Two hundred pages.
const NUMBERS: u32 = 20_000;

fn main() {
    if std::env::args().nth(1).as_deref() == Some("serve") {
        let sandbox = Sandbox::builder().numbers(NUMBERS).start().expect("a free port");
        writeln!(std::io::stdout(), "{}", sandbox.base_url()).expect("a parent that reads");
        return sandbox.wait();
    }
    if cfg!(target_os = "linux") {
        let (_server, url) = serve();
        hostile_answers_cost_little(&url);
        lists_cost_little(&url);
    }
}

fn client(url: &str) -> Client {
    let settings = whatsapp_two_step::Client::builder("EAAG_secret_token_123".parse().unwrap())
        .base_url(url.parse().unwrap())
        .timeout(Duration::from_millis(400))
        .max_retries(0);
    Client::build(settings).unwrap()
}

/// How much the peak is above what is used now.
fn cost(work: impl FnOnce()) -> u64 {
    // Resets the peak to what is used now.
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let before = status_kb("VmRSS");
    work();
    status_kb("VmHWM").saturating_sub(before)
}

fn hostile_answers_cost_little(url: &str) {
    let client = client(url);
    let call = |id: &str| client.set_two_step_pin(&id.parse().unwrap(), &"735194".parse().unwrap());
    call("106540352242922").unwrap();

    let mut worst = (0, "none");
    for scenario in scenarios() {
        let cost = cost(|| drop(call(scenario.id)));
        worst = worst.max((cost, scenario.name));
        assert!(cost <= LIMIT_KB, "{} cost {cost} kB", scenario.name);
    }
    println!("{} hostile answers, the worst ({}) cost {} kB of {LIMIT_KB} kB", scenarios().len(), worst.1, worst.0);
}

fn lists_cost_little(url: &str) {
    let client = client(url);
    let read = |waba: &str| client.phone_numbers(waba.parse().unwrap()).flatten().count();
    assert_eq!(client.phone_numbers("930000000000001".parse().unwrap()).take(200).count(), 200);
    let pages = cost(|| assert_eq!(read("930000000000001"), NUMBERS as usize));
    assert!(pages <= LIMIT_KB / 4, "200 pages cost {pages} kB more than two");
    let mut worst = (0, "none");
    for scenario in waba_scenarios() {
        let cost = cost(|| assert_eq!(read(scenario.id), scenario.numbers, "{}", scenario.name));
        worst = worst.max((cost, scenario.name));
        assert!(cost <= LIMIT_KB, "{} cost {cost} kB", scenario.name);
    }
    println!("200 pages of numbers cost {pages} kB; the worst list ({}) cost {} kB of {LIMIT_KB} kB", worst.1, worst.0);
}

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn serve() -> (Server, String) {
    let mut child = Command::new(std::env::current_exe().unwrap()).arg("serve").stdout(Stdio::piped()).spawn().unwrap();
    let mut url = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
    (Server(child), url.trim().to_owned())
}

fn status_kb(key: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(key)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
