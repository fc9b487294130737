//! What a process and its children take of the machine's memory, from `/proc`: a driver may run under a script.

use std::{
    fs,
    process::Child,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

/// What a process tree holds at a moment.
#[derive(Clone, Copy, Default)]
pub(crate) struct Held {
    pub(crate) kb: u64,
    pub(crate) descriptors: u64,
}

impl Held {
    pub(crate) fn by(root: u32) -> Self {
        let processes = tree(root);
        let open = |process: &u32| fs::read_dir(format!("/proc/{process}/fd")).map_or(0, Iterator::count) as u64;
        Self {
            kb: processes.iter().map(|process| status_kb(*process, "VmRSS:")).sum(),
            descriptors: processes.iter().map(open).sum(),
        }
    }
}

/// The peak of a process tree, in kB, since it was made.
pub(crate) struct Gauge {
    processes: Vec<u32>,
    before: u64,
}

impl Gauge {
    /// Sets the peak back to what is used now.
    pub(crate) fn start(root: u32) -> Self {
        let processes = tree(root);
        for process in &processes {
            let _ = fs::write(format!("/proc/{process}/clear_refs"), "5");
        }
        let before = processes.iter().map(|process| status_kb(*process, "VmRSS:")).sum();
        Self { processes, before }
    }

    /// How far it rose, in kB. Nothing, where there is no such `/proc`.
    pub(crate) fn rise(&self) -> u64 {
        let peak: u64 = self.processes.iter().map(|process| status_kb(*process, "VmHWM:")).sum();
        peak.saturating_sub(self.before)
    }
}

/// The peak of a process that ends by itself: what `/proc` said of it last.
pub(crate) struct Watch {
    is_over: Arc<AtomicBool>,
    peak: Arc<AtomicU64>,
    thread: JoinHandle<()>,
}

impl Watch {
    pub(crate) fn start(child: &Child) -> Self {
        let (is_over, peak, id) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)), child.id());
        let (is_over_there, peak_there) = (is_over.clone(), peak.clone());
        let thread = std::thread::spawn(move || {
            // A child is told of before it has memory of its own: for a moment longer it has its parent's.
            let program = |id: &str| fs::read_link(format!("/proc/{id}/exe")).ok();
            let (id_text, parent) = (id.to_string(), program("self"));
            while !is_over_there.load(Ordering::Relaxed) {
                if program(&id_text) != parent {
                    peak_there.fetch_max(status_kb(id, "VmHWM:"), Ordering::Relaxed);
                }
                std::thread::sleep(Duration::from_millis(2));
            }
        });
        Self { is_over, peak, thread }
    }

    /// In kB.
    pub(crate) fn peak(self) -> u64 {
        self.is_over.store(true, Ordering::Relaxed);
        let _ = self.thread.join();
        self.peak.load(Ordering::Relaxed)
    }
}

fn status_kb(process: u32, key: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(key));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// A process and all that descend from it.
fn tree(root: u32) -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let processes = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let parents: Vec<_> = processes.filter_map(|process| Some((process, parent(process)?))).collect();
    let mut found = vec![root];
    let mut next = 0;
    while let Some(process) = found.get(next).copied() {
        found.extend(parents.iter().filter(|(_, parent)| *parent == process).map(|(child, _)| child));
        next += 1;
    }
    found
}

/// The field after the name, which is in parentheses and may hold anything, and the state.
fn parent(process: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}
