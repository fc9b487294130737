//! Where a page of a list begins and ends, and how the next one is asked for.

use std::fmt::Write as _;
use std::ops::Range;

use crate::json::string;
use crate::request::Request;

/// Documented: 25 unless asked, 1 to 100.
const DEFAULT_LIMIT: u64 = 25;
const MAX_LIMIT: u64 = 100;

/// One page: the places of its entries in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) range: Range<u64>,
    total: u64,
    limit: u64,
}

/// What stands in a page's `paging`.
#[derive(Debug, Default)]
pub(crate) struct Paging {
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
    pub(crate) previous: Option<String>,
    pub(crate) next: Option<String>,
}

impl Page {
    /// The page that a request asks for, or the message of a code 100.
    ///
    /// What Graph answers to a limit or a cursor that is none is not known: the texts are ours, and a limit above 100 is taken
    /// as 100.
    pub(crate) fn of(request: &Request, total: u64) -> Result<Self, &'static str> {
        let limit = match request.decoded("limit").map(|limit| limit.parse()) {
            None => DEFAULT_LIMIT,
            Some(Ok(limit @ 1..)) => MAX_LIMIT.min(limit),
            Some(_) => return Err("(#100) Param limit must be an integer greater than 0"),
        };
        let place = |name: &str| {
            request.decoded(name).map(|cursor| place(&cursor).filter(|place| *place < total).ok_or(INVALID_CURSOR))
        };
        let range = match (place("after").transpose()?, place("before").transpose()?) {
            (Some(place), _) => place + 1..total.min(place + 1 + limit),
            (None, Some(place)) => place.saturating_sub(limit)..place,
            (None, None) => 0..total.min(limit),
        };
        Ok(Self { range, total, limit })
    }

    /// Cursors, and URLs with the token in them, as Graph's have it. Nothing for an empty page.
    pub(crate) fn paging(&self, request: &Request) -> Paging {
        if self.range.is_empty() {
            return Paging::default();
        }
        let (before, after) = (cursor(self.range.start), cursor(self.range.end - 1));
        let previous = (self.range.start > 0).then(|| self.url(request, "before", &before));
        let next = (self.range.end < self.total).then(|| self.url(request, "after", &after));
        Paging { before: Some(before), after: Some(after), previous, next }
    }

    pub(crate) fn is_last(&self) -> bool {
        self.range.end == self.total
    }

    /// Where the first page ends.
    pub(crate) fn first_cursor(&self) -> String {
        cursor(self.limit - 1)
    }

    /// Paging that says, truly or not, that this cursor leads to the next page.
    pub(crate) fn leading_to(&self, request: &Request, after: &str) -> Paging {
        let next = Some(self.url(request, "after", after));
        Paging { after: Some(after.to_owned()), next, ..self.paging(request) }
    }

    fn url(&self, request: &Request, name: &str, cursor: &str) -> String {
        let (host, path, limit) = (request.host(), request.path(), self.limit);
        let fields = request.decoded("fields").map(|fields| format!("fields={}&", fields.replace(',', "%2C")));
        let (fields, token) = (fields.unwrap_or_default(), request.token().unwrap_or_default());
        format!("http://{host}{path}?access_token={token}&{fields}limit={limit}&{name}={cursor}")
    }
}

impl Paging {
    /// `,"paging":{…}`, or nothing.
    pub(crate) fn render(&self) -> String {
        let object = |pairs: [(&str, Option<String>); 2]| {
            let pairs = pairs.into_iter().filter_map(|(name, value)| Some(format!("\"{name}\":{}", value?)));
            pairs.collect::<Vec<_>>().join(",")
        };
        let quoted = |text: &Option<String>| text.as_deref().map(string);
        let cursors = object([("before", quoted(&self.before)), ("after", quoted(&self.after))]);
        let mut inside = if cursors.is_empty() { String::new() } else { format!("\"cursors\":{{{cursors}}}") };
        let urls = object([("previous", quoted(&self.previous)), ("next", quoted(&self.next))]);
        if !urls.is_empty() {
            let _ = write!(inside, "{}{urls}", if inside.is_empty() { "" } else { "," });
        }
        if inside.is_empty() { inside } else { format!(",\"paging\":{{{inside}}}") }
    }
}

const INVALID_CURSOR: &str = "(#100) Invalid cursor";

/// Looks like one of Graph's, which say nothing to anybody else.
fn cursor(place: u64) -> String {
    format!("QVFIUsandbox{place:08x}ZD")
}

fn place(cursor: &str) -> Option<u64> {
    let digits = cursor.strip_prefix("QVFIUsandbox")?.strip_suffix("ZD")?;
    u64::from_str_radix(digits, 16).ok().filter(|_| digits.len() == 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(query: &str, total: u64) -> Result<(Range<u64>, String), &'static str> {
        let bytes =
            format!("GET /v24.0/93/phone_numbers?{query} HTTP/1.1\r\nHost: h:1\r\nAuthorization: Bearer EAAx\r\n\r\n");
        let (mut request, _) = crate::request::parse(bytes.as_bytes()).unwrap().unwrap();
        request.fill(bytes.into_bytes());
        let page = Page::of(&request, total)?;
        let paging = page.paging(&request).render();
        Ok((page.range, paging))
    }

    #[test]
    fn forth_and_back() {
        let (range, paging) = page("fields=id%2Cstatus", 60).unwrap();
        assert_eq!(range, 0..25);
        let next = r#""next":"http:\/\/h:1\/v24.0\/93\/phone_numbers?access_token=EAAx&fields=id%2Cstatus&limit=25&after=QVFIUsandbox00000018ZD""#;
        let cursors = r#""cursors":{"before":"QVFIUsandbox00000000ZD","after":"QVFIUsandbox00000018ZD"}"#;
        assert_eq!(paging, format!(",\"paging\":{{{cursors},{next}}}"));
        let (range, paging) = page("limit=25&after=QVFIUsandbox00000018ZD", 60).unwrap();
        assert!(range == (25..50) && paging.contains("previous") && paging.contains("next"));
        let (range, paging) = page("after=QVFIUsandbox00000031ZD", 60).unwrap();
        assert!(range == (50..60) && !paging.contains("next"));
        assert_eq!(page("limit=10&before=QVFIUsandbox00000019ZD", 60).unwrap().0, 15..25);
        assert_eq!(page("limit=500", 120).unwrap().0, 0..100);
    }

    #[test]
    fn an_empty_page_has_no_paging_and_nonsense_is_refused() {
        assert_eq!(page("", 0), Ok((0..0, String::new())));
        assert_eq!(page("after=QVFIUsandbox00000004ZD", 5), Ok((5..5, String::new())));
        for query in
            ["limit=0", "limit=-1", "limit=x", "after=x", "before=QVFIUsandbox00000005ZD", "after=QVFIUsandbox5ZD"]
        {
            assert!(page(query, 5).is_err(), "{query}");
        }
    }
}
