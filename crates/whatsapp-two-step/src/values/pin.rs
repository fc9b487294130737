use std::fmt;

use zeroize::Zeroizing;

use crate::error::{ErrorKind, TwoStepError};

const DIGITS: usize = 6;

/// How many there are.
const COUNT: u32 = 1_000_000;

/// A two-step verification PIN: exactly six ASCII digits, kept as text so that `012345` keeps its zero.
///
/// Wiped from memory on drop, and printed by nothing. Form: Meta's page on
/// [two-step verification](https://developers.facebook.com/documentation/business-messaging/whatsapp/business-phone-numbers/two-step-verification).
///
/// ```
/// use whatsapp_two_step::{ErrorKind, Pin};
///
/// let pin = Pin::parse("012345")?;
/// assert_eq!(format!("{pin:?}"), "Pin([redacted])");
///
/// let error = Pin::parse("12345").unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::InvalidPin);
/// assert_eq!(error.message(), "Invalid PIN: 5 characters, 6 needed.");
/// # Ok::<(), whatsapp_two_step::TwoStepError>(())
/// ```
#[derive(Clone)]
pub struct Pin(Zeroizing<[u8; DIGITS]>);

impl Pin {
    /// Reads a PIN. Bytes are compared, not a pattern: other scripts' digits and a final line break are no digits here.
    ///
    /// # Errors
    /// `invalid_pin`, with what is wrong and never with the text itself.
    pub fn parse(text: &str) -> Result<Self, TwoStepError> {
        let length = text.chars().count();
        if length != DIGITS {
            let line_break = if text.ends_with(['\n', '\r']) { ", the last of them a line break" } else { "" };
            let plural = if length == 1 { "" } else { "s" };
            return Err(invalid(&format!("{length} character{plural}{line_break}, {DIGITS} needed")));
        }
        if let Some(at) = text.chars().position(|c| !c.is_ascii_digit()) {
            return Err(invalid(&format!("character {} is not a digit 0-9", at + 1)));
        }
        let mut digits = Zeroizing::new([0; DIGITS]);
        digits.copy_from_slice(text.as_bytes());
        Ok(Self(digits))
    }

    /// Draws a PIN from the operating system's random source: every PIN that isn't [weak](Self::is_weak) is as likely as any other.
    ///
    /// ```
    /// use whatsapp_two_step::Pin;
    ///
    /// assert!(!Pin::generate()?.is_weak());
    /// # Ok::<(), whatsapp_two_step::TwoStepError>(())
    /// ```
    ///
    /// # Errors
    /// `invalid_configuration` if the system has no random source to give.
    pub fn generate() -> Result<Self, TwoStepError> {
        loop {
            let mut bytes = Zeroizing::new([0; 4]);
            getrandom::fill(&mut *bytes).map_err(|_| {
                TwoStepError::invalid_configuration("pin", "can't be drawn: the system gives no random bytes")
            })?;
            if let Some(pin) = Self::from_random(u32::from_le_bytes(*bytes)).filter(|pin| !pin.is_weak()) {
                return Ok(pin);
            }
        }
    }

    /// Nothing past the last whole million: the remainder would make some PINs likelier than others.
    fn from_random(number: u32) -> Option<Self> {
        if number >= u32::MAX / COUNT * COUNT {
            return None;
        }
        let mut rest = number % COUNT;
        let mut digits = Zeroizing::new([0; DIGITS]);
        for digit in digits.iter_mut().rev() {
            *digit = b'0' + u8::try_from(rest % 10).unwrap_or_default();
            rest /= 10;
        }
        Some(Self(digits))
    }

    /// Is it one of those that people try first: one digit six times, or a run up or down, such as `234567`? The server takes
    /// them; no PIN that is drawn here is one.
    ///
    /// ```
    /// use whatsapp_two_step::Pin;
    ///
    /// assert!(Pin::parse("111111")?.is_weak() && Pin::parse("987654")?.is_weak());
    /// assert!(!Pin::parse("012346")?.is_weak());
    /// # Ok::<(), whatsapp_two_step::TwoStepError>(())
    /// ```
    #[must_use]
    pub fn is_weak(&self) -> bool {
        let steps_by = |step: i16| self.0.windows(2).all(|pair| i16::from(pair[1]) - i16::from(pair[0]) == step);
        [-1, 0, 1].into_iter().any(steps_by)
    }

    /// The error for a PIN that came as something else than text, such as a number in a host language.
    ///
    /// `found` is the type's name in that language.
    ///
    /// ```
    /// let error = whatsapp_two_step::Pin::not_text("int");
    /// assert!(error.message().contains("leading zero"));
    /// ```
    #[must_use]
    pub fn not_text(found: &str) -> TwoStepError {
        let is_number = ["int", "float", "number", "double", "decimal", "long"].iter().any(|name| found.contains(name));
        let why = if is_number { "; a number would lose a leading zero, as in 012345" } else { "" };
        invalid(&format!("a string of {DIGITS} digits is needed, not {found}{why}"))
    }

    /// The six digits, for a store that keeps PINs. Whoever takes them sees to it that they are printed and logged nowhere.
    ///
    /// ```
    /// use whatsapp_two_step::Pin;
    ///
    /// assert_eq!(Pin::parse("012345")?.expose(), "012345");
    /// # Ok::<(), whatsapp_two_step::TwoStepError>(())
    /// ```
    #[must_use]
    pub fn expose(&self) -> &str {
        // It is ASCII digits.
        std::str::from_utf8(self.digits()).unwrap_or_default()
    }

    pub(crate) fn digits(&self) -> &[u8; DIGITS] {
        &self.0
    }
}

fn invalid(problem: &str) -> TwoStepError {
    TwoStepError::invalid(ErrorKind::InvalidPin, format!("Invalid PIN: {problem}."))
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_break_is_named() {
        let message = Pin::parse("012345\n").unwrap_err().message().to_owned();
        assert_eq!(message, "Invalid PIN: 7 characters, the last of them a line break, 6 needed.");
    }

    #[test]
    fn twenty_pins_are_weak() {
        let weak = (0..COUNT).filter(|number| Pin::from_random(*number).is_some_and(|pin| pin.is_weak()));
        assert_eq!(weak.count(), 20);
    }

    #[test]
    fn every_pin_is_as_likely_as_any_other() {
        // Each PIN comes from as many numbers as any other.
        assert!(Pin::from_random(u32::MAX).is_none() && Pin::from_random(4_294_000_000).is_none());
        assert!(Pin::from_random(4_293_999_999).is_some_and(|pin| pin.expose() == "999999"));
        // Two million draws into a thousand bins: chi-square has 999 degrees of freedom, and is above 1,200 once in 100,000 runs.
        let mut bins = vec![0_f64; 1_000];
        for _ in 0..2_000_000 {
            let pin = Pin::generate().unwrap();
            let number: usize = pin.expose().parse().unwrap();
            bins[number / 1_000] += 1.0;
        }
        // The weak ones are missing from their bins.
        let mut allowed = vec![1_000.0; 1_000];
        for number in (0..COUNT).filter(|number| Pin::from_random(*number).is_some_and(|pin| pin.is_weak())) {
            allowed[number as usize / 1_000] -= 1.0;
        }
        let expected = |allowed: f64| 2_000_000.0 * allowed / f64::from(COUNT - 20);
        let chi_square: f64 =
            bins.iter().zip(&allowed).map(|(seen, of)| (seen - expected(*of)).powi(2) / expected(*of)).sum();
        assert!((800.0..1_200.0).contains(&chi_square), "chi-square is {chi_square}");
    }

    proptest! {
        #[test]
        fn six_ascii_digits_round_trip(text in "[0-9]{6}") {
            let pin = Pin::parse(&text).unwrap();
            prop_assert_eq!(pin.expose(), text);
        }

        #[test]
        fn anything_else_is_refused_and_never_repeated(text in "\\PC{4,12}") {
            let is_pin = text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit());
            match Pin::parse(&text) {
                Ok(_) => prop_assert!(is_pin),
                Err(error) => {
                    prop_assert!(!is_pin);
                    let shown = format!("{error:?} {error}");
                    prop_assert!(!shown.contains(&text));
                }
            }
        }
    }
}
