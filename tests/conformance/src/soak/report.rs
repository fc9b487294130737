//! What a language's calls came to, and whether what they hold has grown.

use std::{fmt, time::Duration};

use crate::memory::Held;

/// So many looks at either end are compared by their median: one that a collector or an idle connection has moved counts for nothing.
const LOOKS: usize = 3;
/// `OkHttp` and curl keep a few dead connections until they want to use them.
const DESCRIPTORS: u64 = 8;

#[derive(Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) held: Held,
    /// In bytes, of a language that collects garbage, after it was collected.
    pub(crate) heap: Option<u64>,
}

impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} kB, {} descriptors", self.held.kb, self.held.descriptors)?;
        self.heap.map_or(Ok(()), |heap| write!(f, ", {} kB of heap", heap >> 10))
    }
}

#[derive(Default)]
pub(crate) struct Row {
    pub(crate) title: String,
    pub(crate) language: String,
    pub(crate) calls: usize,
    pub(crate) took: Duration,
    /// After the warm-up, in their order.
    pub(crate) samples: Vec<Sample>,
    pub(crate) differences: Vec<String>,
}

impl Row {
    pub(crate) fn is_good(&self) -> bool {
        self.growth().is_empty() && self.differences.is_empty()
    }

    /// Before and after.
    fn medians(&self, of: fn(&Sample) -> u64) -> (u64, u64) {
        let median = |samples: &[Sample]| {
            let mut values: Vec<_> = samples.iter().map(of).collect();
            values.sort_unstable();
            values.get(values.len() / 2).copied().unwrap_or_default()
        };
        let ends = LOOKS.min(self.samples.len());
        (median(&self.samples[..ends]), median(&self.samples[self.samples.len() - ends..]))
    }

    fn memory(&self) -> (u64, u64) {
        self.medians(|sample| sample.held.kb)
    }

    fn heap(&self) -> (u64, u64) {
        self.medians(|sample| sample.heap.unwrap_or_default())
    }

    fn descriptors(&self) -> (u64, u64) {
        self.medians(|sample| sample.held.descriptors)
    }

    /// How much memory, in kB, may come beside what the calls leave: a heap that is laid out anew, an allocator's arenas.
    fn memory_limit(&self) -> u64 {
        match self.language.as_str() {
            // A JVM's heap has a limit far above what it uses; what is in use is looked at apart. Swift stays flat with a transport
            // of one's own; what Linux's Foundation takes for its own grows in steps, ever slower.
            "kotlin" | "swift" => 32 << 10,
            "node" => 16 << 10,
            _ => 8 << 10,
        }
    }

    /// The same for a heap, in bytes, after garbage was collected.
    fn heap_limit(&self) -> u64 {
        if self.language == "kotlin" { 4 << 20 } else { 1 << 20 }
    }

    fn growth(&self) -> Vec<String> {
        let kinds = [
            ("kB of memory", self.memory(), self.memory_limit()),
            ("bytes of heap", self.heap(), self.heap_limit()),
            ("descriptors", self.descriptors(), DESCRIPTORS),
        ];
        let grown = kinds.iter().filter(|(_, (before, after), limit)| *after > before + limit);
        let mut growth: Vec<_> =
            grown.map(|(what, (before, after), _)| format!("{what} grew from {before} to {after}")).collect();
        // Whoever may not look into another's process sees none.
        if self.memory().0 == 0 || self.descriptors().0 == 0 {
            growth.push("the process can't be looked into".to_owned());
        }
        growth
    }
}

pub(crate) fn print(rows: &[Row]) {
    println!("{:17}{:>9}{:>9}{:>21}{:>19}{:>15}", "", "calls", "seconds", "memory, MB", "heap, MB", "descriptors");
    for row in rows {
        let (memory, heap, descriptors) = (row.memory(), row.heap(), row.descriptors());
        let mb = |kb: u64| format!("{}.{}", kb >> 10, ((kb & 1023) * 10) >> 10);
        let heap = if heap == (0, 0) { String::new() } else { format!("{} to {}", mb(heap.0 >> 10), mb(heap.1 >> 10)) };
        println!(
            "{:17}{:>9}{:>9.1}{:>21}{heap:>19}{:>15}",
            row.title,
            row.calls,
            row.took.as_secs_f64(),
            format!("{} to {}", mb(memory.0), mb(memory.1)),
            format!("{} to {}", descriptors.0, descriptors.1),
        );
    }
    println!("n/a: command: a process for each call, which keeps nothing");
    for row in rows {
        for difference in row.growth().iter().chain(&row.differences) {
            println!("{}: {difference}", row.title);
        }
    }
}
