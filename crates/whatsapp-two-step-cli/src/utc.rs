//! Times as people and programs read them: UTC, in whole seconds.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

const DAY: u64 = 24 * 60 * 60;

/// As RFC 3339 writes it: `2026-11-25T09:30:00Z`.
pub(crate) fn rfc3339(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let (days, rest) = (seconds / DAY, seconds % DAY);
    // Years begin in March here, so that the leap day is the last one; the era has 400 years, and the first day is 0000-03-01.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (year, month) = (era * 400 + year + u64::from(month >= 10), if month < 10 { month + 3 } else { month - 9 });
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", rest / 3600, rest / 60 % 60, rest % 60)
}

/// The same, read: as it is written above, to the second.
pub(crate) fn parse(text: &str) -> Result<SystemTime, &'static str> {
    const WRONG: &str = "takes a time in UTC, such as 2026-11-25T21:00:00Z";
    let shape: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    if shape != "0000-00-00T00:00:00Z" {
        return Err(WRONG);
    }
    let number = |from: usize, to: usize| text[from..to].parse::<u64>().map_err(|_| WRONG);
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    // Years begin in March here too.
    let (years, months) = if month > 2 { (year, month - 3) } else { (year.wrapping_sub(1), month.wrapping_add(9)) };
    if year < 1970 || !(1..=12).contains(&month) {
        return Err(WRONG);
    }
    let days = years * 365 + years / 4 - years / 100 + years / 400 + (153 * months + 2) / 5 + day - 1 - 719_468;
    let time = UNIX_EPOCH + Duration::from_secs(days * DAY + hour * 3600 + minute * 60 + second);
    // A day that isn't in the month comes out as another one.
    if rfc3339(time) == text { Ok(time) } else { Err(WRONG) }
}

/// A number and its unit.
pub(crate) fn age(text: &str) -> Result<Duration, &'static str> {
    let units = [('d', DAY), ('h', 3600), ('m', 60), ('s', 1)];
    let age = units.iter().find_map(|(unit, seconds)| {
        text.strip_suffix(*unit)?.parse::<u64>().ok()?.checked_mul(*seconds).filter(|age| *age <= 36_500 * DAY)
    });
    age.map(Duration::from_secs).ok_or("takes a whole number and d, h, m or s, such as 90d")
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::{age, parse};

    #[test]
    fn what_is_no_time_is_refused() {
        for wrong in [
            "",
            "2026-11-25",
            "2026-11-25T21:00:00+01:00",
            "2026-02-30T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "1969-12-31T23:59:59Z",
            "2026-11-25T24:00:00Z",
            "2026-00-10T00:00:00Z",
            "0000-01-01T00:00:00Z",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
        for (text, seconds) in [("90d", 90 * 86_400), ("12h", 43_200), ("0s", 0)] {
            assert_eq!(age(text), Ok(Duration::from_secs(seconds)));
        }
        for wrong in ["", "d", "90", "-1d", "1.5h", "90 d", "99999999999999999999d", "40000d", "ü"] {
            assert!(age(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn days_and_leap_days() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (1_735_689_599, "2024-12-31T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(super::rfc3339(UNIX_EPOCH + Duration::from_secs(seconds)), text);
            assert_eq!(parse(text), Ok(UNIX_EPOCH + Duration::from_secs(seconds)));
        }
    }
}
