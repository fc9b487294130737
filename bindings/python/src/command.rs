//! The console script `whatsapp-two-step`.

use std::ffi::OsString;

use pyo3::prelude::*;

use crate::process::Inside;

/// Runs the command with these arguments, the program's own name first; gives back the exit code.
#[pyfunction]
pub(crate) fn main(py: Python<'_>, args: Vec<OsString>) -> u8 {
    Inside::enter(py).detach(|| whatsapp_two_step_cli::run(args))
}
