//! The rules' names. All of them hold; only the proof takes one out, to see a PIN get lost without it.

/// A part of the six rules that stands as one condition of the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// 1: a PIN that was drawn is in the vault before it is sent.
    WriteAhead,
    /// 1: a pending PIN is saved again, with a later `quiet_until`, before it is sent again.
    ClaimAgain,
    /// 1: a `quiet_until` never becomes earlier by it.
    LaterStays,
    /// 1: the wall clock is looked at before each request.
    LookAtTheClock,
    /// 3: the pending PIN is sent while there is one.
    RollForward,
    /// 3: no PIN is drawn before `quiet_until`.
    KeepQuiet,
    /// 4: after a conflict it is settled only if the same PIN is still pending.
    SettleTheSame,
    /// 5: only the run that drew it clears it.
    ClearOnlyOwn,
    /// 5: it is cleared only if it is certain that nothing changed.
    ClearOnlyCertain,
    /// 6: only the run that drew the PIN clears `quiet_until`.
    UnquietOnlyOwn,
    /// 6: it is cleared only if one request was sent.
    UnquietOnlyOne,
}

/// Which rules hold.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rules {
    #[cfg(test)]
    pub(super) without: Option<Rule>,
}

impl Rules {
    #[cfg(test)]
    pub(super) fn hold(self, rule: Rule) -> bool {
        self.without != Some(rule)
    }

    #[cfg(not(test))]
    #[allow(clippy::unused_self)] // the proof's has something to look at
    pub(super) fn hold(self, _: Rule) -> bool {
        true
    }
}
