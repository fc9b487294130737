//! What the system says of this process.

use nix::sys::resource::{UsageWho, getrusage};

/// Seconds of user and system time.
pub(crate) fn cpu_seconds() -> f64 {
    let usage = getrusage(UsageWho::RUSAGE_SELF).expect("getrusage of oneself");
    let seconds = |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    seconds(usage.user_time()) + seconds(usage.system_time())
}

/// Resident memory now (`VmRSS`) or at its highest (`VmHWM`) in KiB, where there is a /proc.
pub(crate) fn memory_kb(field: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    line.trim_matches(|c: char| !c.is_ascii_digit()).parse().ok()
}
