//! What the Rust programs of the comparison share: the arguments, the loop, and the figures.

mod figures;
mod process;

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Instant,
};

pub use figures::{Figures, Recorder};

pub const TOKEN: &str = "EAABENCHpKq7ZBZC3xWvMt0aYdRs5LuJf9ZAhG2nEo8iVb4wQcTzX1rUy6mZD";
pub const PHONE_NUMBER_ID: &str = "106540352242922";
pub const PIN: &str = "012345";

/// `PEER --url URL --calls N --concurrency C [--warmup W] [--ca FILE]`
pub struct Arguments {
    pub peer: String,
    pub url: String,
    pub calls: usize,
    pub concurrency: usize,
    pub warmup: usize,
    /// The authority's certificate, as PEM.
    pub ca: Option<Vec<u8>>,
}

impl Arguments {
    /// Nothing for `--list`.
    pub fn parse() -> Option<Self> {
        let mut given = std::env::args().skip(1);
        let peer = given.next().filter(|peer| peer != "--list")?;
        let mut arguments = Self { peer, url: String::new(), calls: 0, concurrency: 1, warmup: 0, ca: None };
        while let Some(name) = given.next() {
            let value = given.next().expect("each option has a value");
            let number = || value.parse().expect("a number");
            match name.as_str() {
                "--url" => arguments.url = value,
                "--calls" => arguments.calls = number(),
                "--concurrency" => arguments.concurrency = number(),
                "--warmup" => arguments.warmup = number(),
                "--ca" => arguments.ca = Some(std::fs::read(value).expect("the authority's certificate")),
                _ => panic!("PEER --url URL --calls N --concurrency C [--warmup W] [--ca FILE], or --list"),
            }
        }
        Some(arguments)
    }
}

/// A client for tasks on an executor.
pub trait Peer: Clone + Send + Sync + 'static {
    fn connect(arguments: &Arguments) -> Self;

    /// One call. Whatever isn't a success ends the program.
    fn set_pin(&self) -> impl Future<Output = ()> + Send;
}

/// Measures a peer on a runtime of one thread: the fewest switches, and the same for all.
pub fn measure_async<P: Peer>(arguments: &Arguments, version: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let figures = Figures::new(arguments, version);
    // A client may ask for a runtime around it while it is made.
    figures.measure(
        || runtime.block_on(async { P::connect(arguments) }),
        |peer, calls, concurrency, recorder| {
            runtime.block_on(many(peer, calls, concurrency, recorder));
        },
    );
}

/// Measures a client that blocks, on the main thread.
pub fn measure_blocking<C>(arguments: &Arguments, version: &str, connect: impl FnOnce() -> C, set_pin: impl Fn(&C)) {
    assert_eq!(arguments.concurrency, 1, "a blocking client makes one call at a time here");
    Figures::new(arguments, version).measure(connect, |client, calls, _, recorder| {
        for _ in 0..calls {
            let start = Instant::now();
            set_pin(client);
            recorder.done(start);
        }
    });
}

async fn many<P: Peer>(peer: &P, calls: usize, concurrency: usize, recorder: &Arc<Recorder>) {
    let begun = Arc::new(AtomicUsize::new(0));
    let work = || {
        let (peer, begun, recorder) = (peer.clone(), begun.clone(), recorder.clone());
        async move {
            while begun.fetch_add(1, Relaxed) < calls {
                let start = Instant::now();
                peer.set_pin().await;
                recorder.done(start);
            }
        }
    };
    let tasks: Vec<_> = (0..concurrency).map(|_| tokio::spawn(work())).collect();
    for task in tasks {
        task.await.expect("every call works");
    }
}

/// A crate's version in the lock file, the one that begins so.
pub fn version_of(name: &str, begin: &str) -> String {
    let before = format!("name = \"{name}\"\nversion = \"{begin}");
    let (_, after) = include_str!("../../Cargo.lock").split_once(&before).expect("a crate of the lock file");
    format!("{begin}{}", after.split('"').next().unwrap_or_default())
}
