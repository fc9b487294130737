//! Form bodies, URL-encoded or multipart. Recorded for `/register`; that the PIN call takes them is inferred from that.

use std::borrow::Cow;

/// The longest boundary that RFC 2046 allows.
const LONGEST_BOUNDARY: usize = 70;

/// Which form a body is, by its `Content-Type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form<'a> {
    UrlEncoded,
    /// With its boundary.
    Multipart(&'a str),
}

impl<'a> Form<'a> {
    pub(crate) fn of(content_type: &'a str) -> Option<Self> {
        let (media_type, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
        let media_type = media_type.trim();
        if media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            Some(Self::UrlEncoded)
        } else if media_type.eq_ignore_ascii_case("multipart/form-data") {
            // Without a usable boundary it is still a form, one without fields.
            let boundary = parameter(parameters, "boundary").unwrap_or_default();
            Some(Self::Multipart(if boundary.len() > LONGEST_BOUNDARY { "" } else { boundary }))
        } else {
            None
        }
    }

    /// The first field of this name.
    pub(crate) fn field(self, body: &[u8], name: &str) -> Option<String> {
        match self {
            Self::UrlEncoded => {
                let body = String::from_utf8_lossy(body);
                let pairs = body.trim_end().split('&').filter_map(|pair| pair.split_once('='));
                pairs.filter(|(key, _)| decode(key) == name).map(|(_, value)| decode(value).into_owned()).next()
            }
            Self::Multipart("") => None,
            Self::Multipart(boundary) => part(body, boundary, name),
        }
    }
}

/// `%2C` as a comma, `+` as a space.
pub(crate) fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains(['%', '+']) {
        return Cow::Borrowed(text);
    }
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [byte, after @ ..] = rest {
        rest = after;
        bytes.push(match (byte, after) {
            (b'%', [high, low, behind @ ..]) => match (digit(high), digit(low)) {
                (Some(high), Some(low)) => {
                    rest = behind;
                    high * 16 + low
                }
                _ => b'%',
            },
            (b'+', _) => b' ',
            _ => *byte,
        });
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

/// The text of a multipart body's first part of this name.
fn part(body: &[u8], boundary: &str, name: &str) -> Option<String> {
    let delimiter = format!("\r\n--{boundary}");
    // The first delimiter may stand at the very start.
    let (_, mut rest) = split(body, &delimiter.as_bytes()[2..])?;
    loop {
        // After the last part there is `--` in place of a line break.
        let (head, after) = split(rest.strip_prefix(b"\r\n")?, b"\r\n\r\n")?;
        let (value, after) = split(after, delimiter.as_bytes())?;
        if part_name(&String::from_utf8_lossy(head)).is_some_and(|found| found == name) {
            return Some(String::from_utf8_lossy(value).into_owned());
        }
        rest = after;
    }
}

fn part_name(head: &str) -> Option<String> {
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    let (_, value) = lines.find(|(key, _)| key.trim().eq_ignore_ascii_case("content-disposition"))?;
    parameter(value, "name").map(str::to_owned)
}

/// `name=value` or `name="value"` among such, with semicolons between them.
fn parameter<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut pairs = text.split(';').filter_map(|pair| pair.split_once('='));
    pairs.find(|(key, _)| key.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().trim_matches('"'))
}

/// What is before and what is behind the first `middle`.
fn split<'a>(bytes: &'a [u8], middle: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = bytes.windows(middle.len()).position(|window| window == middle)?;
    Some((&bytes[..at], &bytes[at + middle.len()..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_encoding() {
        assert_eq!(decode("id%2Cstatus+a%2fb%"), "id,status a/b%");
        assert_eq!(decode("%zz%2%+5"), "%zz%2% 5");
    }

    #[test]
    fn url_encoded() {
        let form = Form::of("application/X-www-form-urlencoded; charset=UTF-8").unwrap();
        assert_eq!(form.field(b"a=b&p%69n=%30123+5&pin=6", "pin").as_deref(), Some("0123 5"));
        assert_eq!(form.field(b"pin&pins=1", "pin"), None);
        assert_eq!(Form::of("application/json"), None);
    }

    #[test]
    fn multipart() {
        let form = Form::of("multipart/form-data; boundary=\"-x\"").unwrap();
        let body = b"preamble\r\n---x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\npin\r\n---x\r\n\
            X: y\r\ncontent-disposition: form-data; name=pin\r\n\r\n012345\r\n---x--\r\n";
        assert_eq!(form.field(body, "pin").as_deref(), Some("012345"));
        assert_eq!(form.field(body, "b"), None);
        for cut in 0..body.len() {
            let _ = form.field(&body[..cut], "b");
        }
        for none in ["multipart/form-data".to_owned(), format!("multipart/form-data; boundary={}", "x".repeat(71))] {
            assert_eq!(Form::of(&none).unwrap().field(body, "pin"), None);
        }
    }
}
