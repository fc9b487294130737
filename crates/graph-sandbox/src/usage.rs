//! The headers that say how much of its calls an account or the app has used.

use std::fmt::Write as _;

/// What an answer says that no limit was counted for. It has one of the two headers, as each recorded answer has.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Usage {
    /// `X-App-Usage`: percent.
    App(u64),
    /// `X-Business-Use-Case-Usage`: whether the call was a write, percent, minutes to regain access.
    Business { write: bool, percent: u64, minutes: u64 },
}

/// One entry of an account's list in `X-Business-Use-Case-Usage`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) write: bool,
    pub(crate) percent: u64,
    pub(crate) minutes: u64,
}

/// What an answer says of the limits that its call was counted for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counted {
    /// Percent of the app's limit, if it has one.
    pub(crate) app: Option<u64>,
    /// The account's entries, if accounts have a limit.
    pub(crate) entries: [Option<Entry>; 2],
}

impl Entry {
    fn render(self) -> String {
        let kind = if self.write { "whatsapp" } else { "whatsapp_business_management" };
        format!(
            "{{\"type\":\"{kind}\",\"call_count\":{},\"total_cputime\":0,\"total_time\":0,\"estimated_time_to_regain_access\":{}}}",
            self.percent, self.minutes
        )
    }
}

/// The headers of an answer. What was counted goes before what is usual; with a limit of the app's own, both are there.
pub(crate) fn headers(usage: Usage, counted: Counted, account: u64) -> String {
    let [one, other] = counted.entries.map(|entry| entry.map(Entry::render));
    let mut entries: Vec<String> = one.into_iter().chain(other).collect();
    let mut app = counted.app;
    if entries.is_empty() {
        match usage {
            Usage::App(percent) => app = app.or(Some(percent)),
            Usage::Business { write, percent, minutes } => entries.push(Entry { write, percent, minutes }.render()),
        }
    }
    let mut out = String::new();
    if !entries.is_empty() {
        let _ = write!(out, "X-Business-Use-Case-Usage: {{\"{account}\":[{}]}}\r\n", entries.join(","));
    }
    if let Some(app) = app {
        let _ = write!(out, "X-App-Usage: {{\"call_count\":{app},\"total_cputime\":0,\"total_time\":0}}\r\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_goes_before_what_is_usual() {
        let usual = Usage::Business { write: true, percent: 1, minutes: 0 };
        let shown = headers(usual, Counted::default(), 93);
        assert!(shown.contains("{\"93\":[{\"type\":\"whatsapp\",\"call_count\":1,"), "{shown}");
        assert_eq!(shown.matches("\r\n").count(), 1);
        assert!(headers(Usage::App(1), Counted::default(), 93).starts_with("X-App-Usage: {\"call_count\":1,"));

        let entry = |write, percent, minutes| Some(Entry { write, percent, minutes });
        let counted = Counted { app: Some(40), entries: [entry(false, 3, 0), entry(true, 100, 7)] };
        for usage in [usual, Usage::App(1)] {
            let shown = headers(usage, counted, 93);
            assert!(
                shown.contains("management\",\"call_count\":3,") && shown.contains("whatsapp\",\"call_count\":100,")
            );
            assert!(shown.contains("\"estimated_time_to_regain_access\":7}]}"), "{shown}");
            assert!(shown.contains("X-App-Usage: {\"call_count\":40,"), "{shown}");
            assert_eq!(shown.matches("\r\n").count(), 2);
        }
    }
}
