//! What the process keeps to itself while it holds a PIN.

/// While this lives, the process leaves no core dump, and no other process of the same user can read its memory.
///
/// On macOS only the first, on Windows neither.
pub(crate) struct Protected {
    #[cfg(unix)]
    core: rustix::process::Rlimit,
    #[cfg(target_os = "linux")]
    dumpable: Option<rustix::process::DumpableBehavior>,
}

#[cfg(unix)]
impl Protected {
    pub(crate) fn protect() -> Self {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

        let core = getrlimit(Resource::Core);
        // The upper limit stays, or this one couldn't be given back.
        let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: core.maximum });
        Self {
            core,
            #[cfg(target_os = "linux")]
            dumpable: {
                use rustix::process::{DumpableBehavior, dumpable_behavior, set_dumpable_behavior};
                let before = dumpable_behavior().ok();
                let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
                before
            },
        }
    }
}

#[cfg(unix)]
impl Drop for Protected {
    fn drop(&mut self) {
        let _ = rustix::process::setrlimit(rustix::process::Resource::Core, self.core);
        #[cfg(target_os = "linux")]
        if let Some(dumpable) = self.dumpable {
            let _ = rustix::process::set_dumpable_behavior(dumpable);
        }
    }
}

#[cfg(windows)]
impl Protected {
    pub(crate) fn protect() -> Self {
        Self {}
    }
}
