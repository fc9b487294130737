//! How an event loop hears that there is something for it.

use std::sync::{
    Mutex, PoisonError,
    mpsc::{Receiver, SyncSender, sync_channel},
};

/// By a socket that the loop watches, or by a thread that waits in its place.
pub(crate) enum Wakeup {
    #[cfg(unix)]
    Socket(WakeupSocket),
    Thread(SyncSender<()>, Mutex<Receiver<()>>),
}

impl Wakeup {
    #[cfg(unix)]
    pub(crate) fn with_socket() -> std::io::Result<Self> {
        WakeupSocket::new().map(Self::Socket)
    }

    pub(crate) fn with_thread() -> Self {
        let (sender, receiver) = sync_channel(1);
        Self::Thread(sender, Mutex::new(receiver))
    }

    pub(crate) fn wake(&self) {
        // A full buffer wakes as well.
        match self {
            #[cfg(unix)]
            Self::Socket(socket) => socket.wake(),
            Self::Thread(sender, _) => _ = sender.try_send(()),
        }
    }

    /// For the thread: blocks until the next `wake`.
    pub(crate) fn wait(&self) {
        if let Self::Thread(_, receiver) = self {
            let _ = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
        }
    }

    /// For the loop, before it takes what there is: what comes after this wakes it again.
    pub(crate) fn clear(&self) {
        #[cfg(unix)]
        if let Self::Socket(socket) = self {
            socket.clear();
        }
    }
}

#[cfg(unix)]
pub(crate) use socket::WakeupSocket;

#[cfg(unix)]
mod socket {
    use std::{
        io::{self, Read, Write},
        os::{fd::AsRawFd, unix::net::UnixStream},
    };

    pub(crate) struct WakeupSocket {
        reader: UnixStream,
        writer: UnixStream,
    }

    impl WakeupSocket {
        pub(super) fn new() -> io::Result<Self> {
            let (reader, writer) = UnixStream::pair()?;
            reader.set_nonblocking(true)?;
            writer.set_nonblocking(true)?;
            Ok(Self { reader, writer })
        }

        pub(crate) fn fileno(&self) -> i32 {
            self.reader.as_raw_fd()
        }

        pub(super) fn wake(&self) {
            let _ = (&self.writer).write(&[1]);
        }

        pub(super) fn clear(&self) {
            let mut bytes = [0; 64];
            while matches!((&self.reader).read(&mut bytes), Ok(64)) {}
        }
    }
}
