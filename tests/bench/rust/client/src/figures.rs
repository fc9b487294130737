use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use serde_json::json;

use crate::{
    Arguments,
    process::{cpu_seconds, memory_kb},
};

/// When the first memory is looked at: by then, a client has what it keeps.
const SETTLED: usize = 100;

/// Takes the time of each call.
pub struct Recorder(Mutex<Record>);

#[derive(Default)]
struct Record {
    calls: usize,
    times: Vec<Duration>,
    tell_first: bool,
    settled_kb: Option<u64>,
}

impl Recorder {
    /// A call that began then is done.
    pub fn done(&self, start: Instant) {
        let time = start.elapsed();
        let mut record = self.0.lock().expect("no thread has panicked");
        record.times.push(time);
        record.calls += 1;
        if std::mem::take(&mut record.tell_first) {
            println!("answered");
        }
        if record.calls == SETTLED {
            record.settled_kb = memory_kb("VmRSS:");
        }
    }
}

/// One run: some calls to warm up, then those that count.
pub struct Figures<'a> {
    arguments: &'a Arguments,
    version: String,
    import_kb: Option<u64>,
}

impl<'a> Figures<'a> {
    pub(crate) fn new(arguments: &'a Arguments, version: &str) -> Self {
        Self { arguments, version: version.to_owned(), import_kb: memory_kb("VmRSS:") }
    }

    /// Makes the client, runs the calls (client, how many, how many at once), and prints the figures.
    pub(crate) fn measure<C>(self, connect: impl FnOnce() -> C, run: impl Fn(&C, usize, usize, &Arc<Recorder>)) {
        let Arguments { calls, concurrency, warmup, .. } = *self.arguments;
        // Room for all times, touched, so that they don't look like memory that the client takes.
        let mut times = vec![Duration::MAX; calls.max(warmup)];
        times.clear();
        let record = Record { times, tell_first: warmup == 0 && calls > 0, ..Record::default() };
        let recorder = Arc::new(Recorder(Mutex::new(record)));

        let start = Instant::now();
        let client = connect();
        let mut first_call = None;
        // The first call is alone, whether it counts or not.
        let mut phase = |calls: usize| {
            let cpu = cpu_seconds();
            let wall = Instant::now();
            let mut left = calls;
            if first_call.is_none() && left > 0 {
                run(&client, 1, 1, &recorder);
                first_call = Some(start.elapsed());
                left -= 1;
            }
            if left > 0 {
                run(&client, left, concurrency.min(left), &recorder);
            }
            (wall.elapsed().as_secs_f64(), cpu_seconds() - cpu)
        };
        phase(warmup);
        recorder.0.lock().expect("no thread has panicked").times.clear();
        let (wall_s, cpu_s) = phase(calls);

        let mut record = recorder.0.lock().expect("no thread has panicked");
        record.times.sort_unstable();
        let quantile = |part: f64| {
            let last = record.times.len().checked_sub(1)?;
            Some(record.times[(last as f64 * part).round() as usize].as_secs_f64() * 1e6)
        };
        println!(
            "{}",
            json!({
                "peer": self.arguments.peer, "version": self.version, "calls": calls, "concurrency": concurrency,
                "wall_s": wall_s, "cpu_s": cpu_s, "median_us": quantile(0.5), "p99_us": quantile(0.99),
                "import_ms": 0.0, "first_call_ms": first_call.map(|time| time.as_secs_f64() * 1e3),
                "rss_import_kb": self.import_kb, "rss_100_kb": record.settled_kb,
                "rss_end_kb": memory_kb("VmRSS:"), "peak_kb": memory_kb("VmHWM:"),
            })
        );
    }
}
