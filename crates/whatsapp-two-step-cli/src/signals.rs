//! Ctrl-C, Ctrl-Z, and the other ways in which a user or the system ends or suspends a program.
//!
//! They are caught, so that the terminal gets its echo back and the end of a call is told. Tokio never gives a signal back:
//! it stays caught until the process ends.

use std::{
    future::{poll_fn, ready},
    task::Poll,
};

use whatsapp_two_step::Outcome;

use crate::failure::Failure;

/// What the user, or the system, wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    End,
    /// Ctrl-Z.
    Suspend,
}

#[cfg(unix)]
type Stream = tokio::signal::unix::Signal;
#[cfg(windows)]
type Stream = tokio::signal::windows::CtrlC;

pub(crate) struct Signals(Vec<(Stream, Wish)>);

impl Signals {
    /// From now on they are caught. Needs a tokio runtime around it.
    pub(crate) fn catch() -> Result<Self, Failure> {
        streams().map(Self).map_err(|error| Failure::machine(format!("Ctrl-C can't be caught: {error}.")))
    }

    pub(crate) async fn next(&mut self) -> Wish {
        poll_fn(|context| {
            let wishes =
                self.0.iter_mut().filter_map(|(stream, wish)| stream.poll_recv(context).is_ready().then_some(*wish));
            // All of them are polled, so that each can wake this task. To end comes before to suspend.
            let wishes: Vec<Wish> = wishes.collect();
            let wish = if wishes.contains(&Wish::End) { Some(Wish::End) } else { wishes.first().copied() };
            wish.map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }

    /// Does the work, unless an end is wanted before it is done.
    pub(crate) fn unless_ended<T>(
        &mut self,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> impl Future<Output = Result<T, Failure>> {
        // A vault's work is large.
        let work = Box::pin(work);
        async {
            tokio::select! {
                biased;
                result = work => result,
                () = self.end() => Err(Failure::interrupted(0, Outcome::NotSent)),
            }
        }
    }

    /// Is an end wanted already?
    pub(crate) async fn has_ended(&mut self) -> bool {
        tokio::select! {
            biased;
            () = self.end() => true,
            () = ready(()) => false,
        }
    }

    /// Resolves when an end is wanted; suspends until then as often as that is wanted.
    pub(crate) async fn end(&mut self) {
        while self.next().await == Wish::Suspend {
            suspend();
        }
    }
}

#[cfg(windows)]
fn streams() -> std::io::Result<Vec<(Stream, Wish)>> {
    Ok(vec![(tokio::signal::windows::ctrl_c()?, Wish::End)])
}

#[cfg(unix)]
fn streams() -> std::io::Result<Vec<(Stream, Wish)>> {
    use tokio::signal::unix::{SignalKind, signal};

    let suspend = SignalKind::from_raw(rustix::process::Signal::TSTP.as_raw());
    let mut kinds = vec![
        (SignalKind::interrupt(), Wish::End),
        (SignalKind::terminate(), Wish::End),
        (SignalKind::quit(), Wish::End),
        (SignalKind::alarm(), Wish::End),
        (SignalKind::user_defined1(), Wish::End),
        (SignalKind::user_defined2(), Wish::End),
        (suspend, Wish::Suspend),
    ];
    if !hangup_is_ignored() {
        kinds.push((SignalKind::hangup(), Wish::End));
    }
    kinds.into_iter().map(|(kind, wish)| Ok((signal(kind)?, wish))).collect()
}

/// Under `nohup`, the end of the terminal is to end nothing. Only Linux says so without unsafe code; elsewhere the signal keeps
/// what it does.
#[cfg(unix)]
fn hangup_is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_none_or(|mask| mask & 1 == 1)
}

/// Stops this process until it is continued, as an uncaught Ctrl-Z does.
#[cfg(unix)]
pub(crate) fn suspend() {
    use rustix::process::{Signal, getpid, getsid, kill_process};

    // Without a shell that could continue it, it would stand for ever.
    if getsid(None).is_ok_and(|leader| leader != getpid()) {
        let _ = kill_process(getpid(), Signal::STOP);
    }
}

#[cfg(windows)]
pub(crate) fn suspend() {}
