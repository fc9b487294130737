//! All that a process prints.

use std::{
    io::Write,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

#[derive(Clone, Default)]
pub(crate) struct Record(Arc<Mutex<Vec<u8>>>);

impl Record {
    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add(&mut self, bytes: &[u8]) {
        self.bytes().extend_from_slice(bytes);
        self.bytes().push(b'\n');
    }

    pub(crate) fn length(&self) -> usize {
        self.bytes().len()
    }

    /// From this byte on.
    pub(crate) fn text(&self, from: usize) -> String {
        String::from_utf8_lossy(self.bytes().get(from..).unwrap_or_default()).into_owned()
    }
}

impl Write for Record {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.bytes().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
