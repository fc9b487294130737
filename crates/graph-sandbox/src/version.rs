//! Which Graph API version serves a request.

/// "Today" of the sandbox is 2026-11-22, so that a test answers the same next year.
/// By Meta's calendar v13 to v20 have expired by then (v20 on 2026-09-24) and v21 is the oldest in use (until 2027-01-21).
const OLDEST_KNOWN: u16 = 13;
const OLDEST_USABLE: u16 = 21;
const NEWEST: u16 = 26;

/// The version that serves a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Version {
    /// The major number; every minor one is 0.
    pub(crate) served: u16,
    /// The expired version that was asked for, if it was one.
    pub(crate) expired: Option<u16>,
}

impl Version {
    /// For a request without a version, or with one that does not exist.
    /// That Graph accepts no version is recorded; that the oldest usable one serves it is our choice.
    pub(crate) const UNSTATED: Self = Self { served: OLDEST_USABLE, expired: None };
}

/// The version named by the first segment of a path; `None` if there is no such version.
pub(crate) fn parse(segment: &str) -> Option<Version> {
    let major = segment.strip_prefix('v')?.strip_suffix(".0")?;
    if major.len() != 2 || !major.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match major.parse().ok()? {
        asked @ OLDEST_USABLE..=NEWEST => Some(Version { served: asked, expired: None }),
        asked @ OLDEST_KNOWN..OLDEST_USABLE => Some(Version { served: OLDEST_USABLE, expired: Some(asked) }),
        _ => None,
    }
}

/// Whether a path segment looks like a version at all: `v`, digits, a dot, digits.
pub(crate) fn looks_like_one(segment: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    segment.strip_prefix('v').and_then(|rest| rest.split_once('.')).is_some_and(|(a, b)| digits(a) && digits(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calendar() {
        assert_eq!(parse("v24.0"), Some(Version { served: 24, expired: None }));
        assert_eq!(parse("v19.0"), Some(Version { served: 21, expired: Some(19) }));
        assert_eq!(parse("v20.0"), Some(Version { served: 21, expired: Some(20) }));
        for unknown in ["v99.0", "v12.0", "v27.0", "v24.1", "v24", "24.0", "v+4.0", "v024.0", ""] {
            assert_eq!(parse(unknown), None, "{unknown}");
        }
        assert!(looks_like_one("v99.0") && looks_like_one("v24.1"));
        assert!(!looks_like_one("106540352242922") && !looks_like_one("v.0"));
    }
}
