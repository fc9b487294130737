use std::{future::pending, io, thread};

use tokio::runtime::{Builder, Handle};
use whatsapp_two_step::EVENT_INTERVAL;

use crate::outbox::{begin_work, wake_all};

/// Starts the thread on which a host's calls and connections work, up to the process's end.
///
/// Its tasks take turns, each as often as any other: a connection that a server floods, which always has work, keeps no call
/// from its time limit. tokio's runtime of several threads gives no such promise, not even with one: there a task that was woken last
/// goes first.
///
/// # Errors
/// The system's, if it gives no thread or no event queue.
pub fn start_runtime(thread_name: &str) -> io::Result<Handle> {
    let runtime = Builder::new_current_thread()
        .event_interval(EVENT_INTERVAL)
        .on_thread_park(wake_all)
        .on_thread_unpark(begin_work)
        .enable_io()
        .enable_time()
        .build()?;
    let handle = runtime.handle().clone();
    thread::Builder::new().name(thread_name.to_owned()).spawn(move || runtime.block_on(pending::<()>()))?;
    Ok(handle)
}

#[cfg(test)]
mod tests {
    use std::{sync::mpsc, time::Duration};

    use super::*;

    #[test]
    fn a_task_that_always_has_work_keeps_no_timer_and_no_event_waiting() {
        let runtime = start_runtime("test").unwrap();
        let (told, hears) = mpsc::channel();
        for _ in 0..4 {
            // As tokio's sockets do with a flood: they use up what a task may do in a turn, and give way.
            runtime.spawn(async {
                loop {
                    tokio::task::consume_budget().await;
                }
            });
        }
        runtime.spawn(async move {
            tokio::time::sleep(Duration::from_millis(20)).await;
            let outbox = crate::Outbox::new(move |outbox: &crate::Outbox<u8>| told.send(outbox.take()).unwrap());
            outbox.put(7);
            pending::<()>().await;
        });
        assert_eq!(hears.recv_timeout(Duration::from_secs(10)), Ok(vec![7]));
    }
}
