//! Many calls through one client of each language, 64 at once, with faults among them: what a process holds must not grow, and
//! every call must end as the sandbox's table says, also after the server was killed.

mod mix;
mod report;
pub(crate) mod server;

use std::time::{Duration, Instant};

use mix::{Mix, Weather};
use report::{Row, Sample, print};
use serde_json::{Value, json};
use server::Server;

use crate::{
    case::{PIN, TOKEN},
    driver::Driver,
    lanes::Lane,
};

const AT_ONCE: usize = 64;
/// How the calls are parted: after each part is looked at what the process holds.
const BATCHES: usize = 10;
/// Batches before the first look: pools fill, and what is compiled while it runs is compiled.
const WARM_UP: usize = 2;
/// The batch in which the server is killed, and not only after it.
const KILLED: usize = 5;
/// A call's own, ample for a machine on which all languages run at once.
const TIMEOUT: f64 = 3.0;
/// Longer than a retry waits (half a second), so that calls fail.
const DOWN: Duration = Duration::from_secs(1);
/// So long a client may take to see that its connections are closed.
const NOTICE: Duration = Duration::from_millis(300);
/// How many numbers the sandbox has.
const FLEET: u32 = 2_500;
const A_BATCH: Duration = Duration::from_secs(600);
const QUIET: Duration = Duration::from_secs(20);

/// Runs every language, and says whether all is well.
pub(crate) fn run(lanes: &[Lane<'_>], calls: usize) -> bool {
    let (commands, lanes): (Vec<&Lane<'_>>, Vec<_>) = lanes.iter().partition(|lane| lane.name == "command");
    let command = commands.first().expect("the command serves the sandbox").command;
    let rows: Vec<_> = std::thread::scope(|scope| {
        let start = |lane| scope.spawn(move || Soak::new(lane, command).run(calls));
        let threads: Vec<_> = lanes.into_iter().map(start).collect();
        threads.into_iter().map(|thread| thread.join().expect("a language's thread")).collect()
    });
    print(&rows);
    rows.iter().all(Row::is_good)
}

/// A language's client, and a server for it alone.
struct Soak {
    title: String,
    driver: Driver,
    server: Server,
    mix: Mix,
}

impl Soak {
    fn new(lane: &Lane<'_>, command: &str) -> Self {
        Self {
            title: lane.title(),
            driver: Driver::start(lane),
            server: Server::start(command),
            mix: Mix::new(lane.name),
        }
    }

    fn run(mut self, calls: usize) -> Row {
        let (start, mut said) = (Instant::now(), Instant::now());
        let mut row = Row { title: self.title.clone(), language: self.driver.name.clone(), ..Row::default() };
        for number in 0..BATCHES {
            let weather = if number == KILLED { Weather::Killed } else { Weather::Fair };
            let size = calls / BATCHES + usize::from(number < calls % BATCHES);
            row.differences.extend(self.batch(size, weather).into_iter().map(|it| format!("batch {number}: {it}")));
            row.calls += size;
            let sample = self.sample();
            if number >= WARM_UP {
                row.samples.push(sample);
            }
            if said.elapsed() > QUIET {
                println!("{}: {} of {calls} calls in {:?}, {sample}", self.title, row.calls, start.elapsed());
                said = Instant::now();
            }
        }
        row.took = start.elapsed();
        row
    }

    fn batch(&mut self, calls: usize, weather: Weather) -> Vec<String> {
        let ids = self.mix.batch(calls);
        let settings =
            json!({"access_token": TOKEN, "base_url": self.server.url, "timeout": TIMEOUT, "max_retries": 1});
        let batch = json!({"soak": ids, "at_once": AT_ONCE, "on_a_loop": self.driver.on_a_loop, "pin": PIN, "settings": settings});
        let (driver, server) = (&mut self.driver, &mut self.server);
        let answer = std::thread::scope(|scope| {
            let answer = scope.spawn(|| driver.ask(&batch, A_BATCH));
            if weather == Weather::Killed {
                std::thread::sleep(Duration::from_millis(100)); // the silent ones are under way by then
                server.kill();
                std::thread::sleep(DOWN);
                server.restart();
            }
            answer.join().expect("the driver's thread")
        });
        let mut differences = match &answer["soak"] {
            Value::Null => vec![format!("the driver can't: {answer}")],
            counted => self.mix.differences(&ids, counted, weather),
        };
        differences.extend(self.read(&batch["settings"]));
        differences
    }

    /// A fleet's numbers, through the same client: 25 pages.
    fn read(&mut self, settings: &Value) -> Option<String> {
        let question = json!({"numbers": "930000000000001", "on_a_loop": self.driver.on_a_loop, "settings": settings});
        let answer = self.driver.ask(&question, A_BATCH)["numbers"].take();
        (answer["count"] != FLEET || !answer["error"].is_null())
            .then(|| format!("read {} numbers of {FLEET}, {}", answer["count"], answer["error"]))
    }

    /// What is held when what is garbage is gone, and no connection is left to be counted.
    fn sample(&mut self) -> Sample {
        self.server.kill();
        std::thread::sleep(NOTICE);
        let answer = self.driver.ask(&json!({"settle": true}), A_BATCH);
        let sample = Sample { held: self.driver.holds(), heap: answer["settle"]["heap"].as_u64() };
        self.server.restart();
        sample
    }
}
