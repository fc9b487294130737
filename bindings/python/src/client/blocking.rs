//! A call that blocks its caller's thread.

use std::{
    cell::Cell,
    future::{Future, pending},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin as Pinned, pin},
    sync::Arc,
};

use pyo3::prelude::*;
use tokio::time::sleep;
use whatsapp_two_step::{AnyResponse, Client, TwoStepError};
use whatsapp_two_step_rotation::HostedCall;

use crate::{
    outcome::{self, Failure},
    process::{Inside, TICK},
    watch::Unheard,
};

/// Each attempt's end is told to `logs`, on this thread.
pub(super) fn run<'py>(
    inside: &Inside<'py>,
    client: &Client,
    work: &HostedCall,
    logs: Option<&Bound<'py, PyAny>>,
) -> Result<Bound<'py, PyAny>, Failure> {
    let driver = inside.process.driver().map_err(PyErr::from)?;
    let signals = hears_signals(inside)?;
    let watched = logs.map(|logs| (logs, Arc::new(Unheard::default())));
    let unheard = watched.as_ref().map(|(_, unheard)| &**unheard);
    let client = watched.as_ref().map_or(client.clone(), |(_, unheard)| unheard.watch(client));
    let mut call = pin!(client.run(work.operation.clone()));
    loop {
        // Python runs between the waits and not within: a signal's handler may make a call of its own.
        let wait = || driver.block_on(|| next(call.as_mut(), signals, unheard));
        let panicked = |_| Some(Err(TwoStepError::internal()));
        let end = inside.detach(|| catch_unwind(AssertUnwindSafe(wait)).unwrap_or_else(panicked));
        if let Some((logs, unheard)) = &watched {
            unheard.tell(logs)?;
        }
        match end {
            Some(result) => return Ok(outcome::done(inside.py, &work.whole.done(result)?)?),
            None => inside.py.check_signals()?,
        }
    }
}

/// The call's end, or nothing when it is time to look for Ctrl-C, or to log an attempt.
async fn next(
    work: Pinned<&mut impl Future<Output = Result<AnyResponse, TwoStepError>>>,
    ticks: bool,
    unheard: Option<&Unheard>,
) -> Option<Result<AnyResponse, TwoStepError>> {
    tokio::select! {
        biased;
        result = work => Some(result),
        () = heard_of(unheard) => None,
        () = sleep(TICK), if ticks => None,
    }
}

async fn heard_of(unheard: Option<&Unheard>) {
    match unheard {
        Some(unheard) => unheard.some().await,
        None => pending().await,
    }
}

/// Only the main thread does. Asked once a thread, and again after a fork, which makes any thread the main one.
fn hears_signals(inside: &Inside<'_>) -> PyResult<bool> {
    thread_local!(static KNOWN: Cell<Option<(u32, bool)>> = const { Cell::new(None) });
    let process = inside.process.id();
    if let Some((id, known)) = KNOWN.get()
        && id == process
    {
        return Ok(known);
    }
    let threading = inside.py.import("threading")?;
    let main = threading.call_method0("main_thread")?.getattr("ident")?;
    let is_main = main.eq(threading.call_method0("get_ident")?)?;
    KNOWN.set(Some((process, is_main)));
    Ok(is_main)
}
