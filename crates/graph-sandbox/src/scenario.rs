//! The faults and odd answers that magic IDs bring out: one table, which serves them and documents them.

use crate::answers::{self as odd, Call};
use crate::fault::Fault;
use crate::reply::Reply;

/// A fault or an odd answer, and the phone number ID that brings it out.
///
/// The last ten digits of an ID are free: `910010000000000` and `910010000000042` do the same, and scripts count
/// them apart, so tests that run side by side need not share one.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Scenario {
    /// The phone number ID; only its first five digits count.
    pub id: &'static str,
    /// A short name.
    pub name: &'static str,
    /// What the server does.
    pub does: &'static str,
    /// What a client reports with no retries and a timeout of a second or so: an error kind, or `success`.
    pub kind: &'static str,
    /// Which PIN holds then, as far as the client can know: `applied`, `rejected` or `unknown`.
    pub outcome: &'static str,
    pub(crate) act: Act,
}

/// What one request meets.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Act {
    /// The PIN is set, the answer a success.
    Works,
    /// An answer made from a success.
    Answer(fn(&Call<'_>, &mut Reply)),
    /// The same, and the PIN is set.
    Applied(fn(&Call<'_>, &mut Reply)),
    /// A fault of the network.
    Wire(Fault),
    /// One after the other; the last one stays.
    Script(&'static [Act]),
}

macro_rules! scenarios {
    ($($id:literal $name:literal $kind:ident $outcome:ident $act:expr, $does:literal;)+) => {
        static SCENARIOS: &[Scenario] = &[$(Scenario {
            id: $id,
            name: $name,
            does: $does,
            kind: stringify!($kind),
            outcome: stringify!($outcome),
            act: $act,
        }),+];
    };
}

use Act::{Answer, Applied, Script, Wire, Works};

scenarios! {
    // Silence and slowness.
    "910010000000000" "hang" timed_out unknown Wire(Fault::Hang), "reads the request and never answers";
    "910020000000000" "hang-in-headers" timed_out unknown Wire(Fault::HangInHeaders), "sends a status line and half a header, then nothing";
    "910030000000000" "hang-in-body" timed_out unknown Wire(Fault::HangInBody), "sends all headers and half the body, then nothing";
    "910040000000000" "drip" timed_out unknown Wire(Fault::Drip), "sends one byte a second";
    "910050000000000" "never-reads" timed_out unknown Wire(Fault::NeverReads), "reads the headers, never the body, and never answers";
    "910060000000000" "slow-success" success applied Wire(Fault::Slow), "succeeds after 300 ms";
    // The connection.
    "910200000000000" "reset" connection_failed unknown Wire(Fault::Reset), "resets the connection (RST) after reading the request";
    "910210000000000" "close" connection_failed unknown Wire(Fault::Close), "closes the connection without an answer";
    "910220000000000" "truncated-body" connection_failed unknown Wire(Fault::Truncated), "announces 100 bytes, sends `{\"success\":true}` and closes";
    "910230000000000" "close-after-success" success applied Wire(Fault::CloseAfter), "succeeds, promises to keep the connection and closes it";
    "910240000000000" "answer-before-body" authentication rejected Wire(Fault::AnswerEarly), "answers code 190 before it reads the body, then closes";
    "910250000000000" "interim-answers" success applied Wire(Fault::Interim), "sends 103 and 102, then succeeds";
    "910260000000000" "not-http" unexpected_response unknown Wire(Fault::Garbage), "sends bytes that are not HTTP";
    "910270000000000" "no-headers" unexpected_response unknown Wire(Fault::Http09), "sends `{\"success\":true}` without status line and headers, as HTTP/0.9 did";
    // Sizes.
    "910400000000000" "endless-body" unexpected_response unknown Wire(Fault::EndlessBody), "sends a chunked body without end";
    "910410000000000" "endless-headers" unexpected_response unknown Wire(Fault::EndlessHeaders), "sends headers without end";
    "910420000000000" "20000-headers" unexpected_response unknown Wire(Fault::ManyHeaders), "sends 20,000 headers (500 kB), then a success";
    "910430000000000" "body-10-mib" unexpected_response unknown Wire(Fault::HugeBody), "sends a body of 10 MiB";
    "910440000000000" "body-65537" unexpected_response unknown Answer(odd::one_above_the_cap), "sends a success of 65,537 bytes, one above the cap";
    "910450000000000" "body-65536" success applied Applied(odd::exactly_the_cap), "sends a success of exactly 65,536 bytes";
    "910460000000000" "gzip-bomb" unexpected_response unknown Answer(odd::gzip_bomb), "sends 51 kB of gzip, unasked, that inflate to 50 MiB with a success at the end";
    "910470000000000" "gzip-success" unexpected_response unknown Answer(odd::gzip_success), "sends a success in gzip, unasked; a client whose HTTP stack inflates it may report success";
    "910480000000000" "nested-arrays" unexpected_response unknown Answer(odd::nested_arrays), "answers 20,000 nested arrays";
    "910490000000000" "long-message" invalid_request rejected Answer(odd::long_message), "an error, code 100, with a message of 60,000 characters";
    // Answers that are no Graph answers.
    "911000000000000" "html-200" unexpected_response unknown Answer(|_, r| r.foreign(200, "text/html", odd::HTML)), "an HTML page with HTTP 200";
    "911010000000000" "html-404" invalid_request rejected Answer(|_, r| r.foreign(404, "text/html", odd::HTML)), "an HTML page with HTTP 404";
    "911020000000000" "html-502" service_unavailable unknown Answer(|_, r| r.foreign(502, "text/html", odd::HTML)), "an HTML page with HTTP 502";
    "911030000000000" "empty-200" unexpected_response unknown Answer(|_, r| r.foreign(200, "", "")), "HTTP 200 without a body";
    "911040000000000" "no-content" unexpected_response unknown Answer(|_, r| r.foreign(204, "", "")), "HTTP 204";
    "911050000000000" "empty-503" service_unavailable unknown Answer(|_, r| r.foreign(503, "", "")), "HTTP 503 without a body";
    "911060000000000" "redirect-302" unexpected_response unknown Answer(|_, r| odd::redirect(r, 302)), "HTTP 302 to another host";
    "911070000000000" "redirect-307" unexpected_response unknown Answer(|_, r| odd::redirect(r, 307)), "HTTP 307 to another host: following it would resend PIN and token";
    // Waits.
    "911200000000000" "429-bare" rate_limited rejected Answer(|_, r| r.foreign(429, "", "")), "HTTP 429 with neither body nor `Retry-After`";
    "911210000000000" "429-1-second" rate_limited rejected Answer(|_, r| odd::wait(r, 429, "1")), "HTTP 429 with `Retry-After: 1`";
    "911220000000000" "429-date" rate_limited rejected Answer(odd::wait_until), "HTTP 429 with an HTTP date two seconds ahead as `Retry-After`";
    "911230000000000" "429-1-hour" rate_limited rejected Answer(|_, r| odd::wait(r, 429, "3600")), "HTTP 429 with `Retry-After: 3600`";
    "911240000000000" "429-nonsense" rate_limited rejected Answer(|_, r| odd::wait(r, 429, "soon, -1")), "HTTP 429 with a `Retry-After` that is neither seconds nor a date";
    "911250000000000" "503-1-second" service_unavailable unknown Answer(|_, r| odd::wait(r, 503, "1")), "HTTP 503 with `Retry-After: 1`";
    "911260000000000" "regain-access" rate_limited rejected Answer(odd::regain_access), "code 80007 with 7 minutes of `estimated_time_to_regain_access`";
    // Bodies of a 200.
    "912000000000000" "success-false" not_applied rejected Answer(|_, r| odd::body(r, "{\"success\":false}")), "`success` is false";
    "912010000000000" "success-string" unexpected_response unknown Answer(|_, r| odd::body(r, "{\"success\":\"true\"}")), "`success` is the string `true`";
    "912020000000000" "success-one" unexpected_response unknown Answer(|_, r| odd::body(r, "{\"success\":1}")), "`success` is 1";
    "912030000000000" "empty-object" unexpected_response unknown Answer(|_, r| odd::body(r, "{}")), "`{}`";
    "912040000000000" "array" unexpected_response unknown Answer(|_, r| odd::body(r, "[true]")), "`[true]`";
    "912050000000000" "null" unexpected_response unknown Answer(|_, r| odd::body(r, "null")), "`null`";
    "912060000000000" "success-and-error" service_unavailable unknown Answer(|_, r| odd::body(r, odd::SUCCESS_AND_ERROR)), "`success` is true beside an error object, code 131000";
    "912070000000000" "error-in-200" pin_rejected rejected Answer(odd::error_in_200), "an error object, code 133005, with HTTP 200";
    "912080000000000" "failure-with-error" authentication rejected Answer(|_, r| odd::body(r, odd::FAILURE_WITH_ERROR)), "`success` is false beside an error object, code 190, with HTTP 200";
    "912090000000000" "duplicate-keys" unexpected_response unknown Answer(|_, r| odd::body(r, "{\"success\":false,\"success\":true}")), "`success` is there twice, false and true";
    "912100000000000" "byte-order-mark" success applied Applied(|_, r| odd::body(r, "\u{feff}{\"success\":true}")), "a byte order mark before a success";
    "912110000000000" "utf-16" unexpected_response unknown Answer(odd::utf_16), "a success in UTF-16";
    // Error objects.
    "912200000000000" "error-string" invalid_request rejected Answer(|_, r| odd::raw_error(r, 400, "{\"error\":\"Invalid parameter\"}")), "`error` is a string, HTTP 400";
    "912210000000000" "code-string" authentication rejected Answer(|_, r| odd::raw_error(r, 401, odd::CODE_STRING)), "`code` is the string `190`, HTTP 401";
    "912220000000000" "code-huge" invalid_request rejected Answer(|_, r| odd::raw_error(r, 400, odd::CODE_HUGE)), "`code` has 30 digits, HTTP 400";
    "912230000000000" "error-data-string" invalid_request rejected Answer(|_, r| odd::raw_error(r, 400, odd::DATA_STRING)), "code 100, `error_data` is a string that holds JSON (recorded)";
    "912240000000000" "few-fields" number_not_ready rejected Answer(|_, r| odd::raw_error(r, 400, odd::FEW_FIELDS)), "code 133010 with message, type and code only (recorded)";
    "912250000000000" "transient" service_unavailable unknown Answer(|_, r| odd::raw_error(r, 500, odd::TRANSIENT)), "code 2 with code, message and `is_transient` only, HTTP 500 (recorded)";
    "912260000000000" "not-utf-8" invalid_request rejected Answer(odd::not_utf_8), "code 100, with bytes in the message that are not UTF-8";
    "912270000000000" "control-characters" invalid_request rejected Answer(odd::control_characters), "code 100, with terminal escapes, NULs, line breaks and bidi overrides in every text";
    // Echoes: no secret may reach an error, a log line or a Debug.
    "913000000000000" "echo-token" authentication rejected Answer(odd::echo_token), "code 190 with the token in the message and in `WWW-Authenticate` (recorded)";
    "913010000000000" "echo-pin" invalid_request rejected Answer(odd::echo_pin), "code 100 with the PIN in the message";
    "913020000000000" "echo-request" invalid_request rejected Answer(odd::echo_request), "code 100 with the whole request in every text field and in four headers";
    "913030000000000" "echo-pin-as-number" invalid_request rejected Answer(odd::echo_pin_as_number), "the PIN as `code`, `error_subcode`, `Retry-After` and `call_count` (kind and outcome: if it is no known code)";
    "913040000000000" "echo-encoded" authentication rejected Answer(odd::echo_encoded), "code 190 with token and PIN percent-encoded and as `\\u` escapes";
    // Applied, and yet no success.
    "914000000000000" "applied-then-500" service_unavailable unknown Applied(odd::server_error), "sets the PIN and answers HTTP 500, code 131000";
    "914010000000000" "applied-then-close" connection_failed unknown Wire(Fault::AppliedClose), "sets the PIN and closes the connection without an answer";
    // A success, and yet nothing applied: the real endpoint serves other settings too, so a body that is lost may still succeed.
    "914020000000000" "lost-body" success applied Answer(|_, _| {}), "answers a success and sets no PIN, as if the body had been lost on its way";
    // Scripts; kind and outcome are those of the first answer.
    "920010000000000" "fails-twice" service_unavailable unknown Script(&[UNAVAILABLE, UNAVAILABLE, Works]), "HTTP 503 twice, then works";
    "920020000000000" "resets-once" connection_failed unknown Script(&[Wire(Fault::Reset), Works]), "resets the connection once, then works";
    "920030000000000" "limited-once" rate_limited rejected Script(&[Answer(|_, r| odd::wait(r, 429, "1")), Works]), "HTTP 429 with `Retry-After: 1` once, then works";
    "920040000000000" "unavailable" service_unavailable unknown Script(&[UNAVAILABLE]), "HTTP 503 for ever, with a Graph body (code 2)";
    "920050000000000" "closed-then-190" connection_failed unknown Script(&[Wire(Fault::Close), Answer(odd::bad_token)]), "closes without an answer once, then code 190: with retries `authentication`, outcome `unknown`";
    "920060000000000" "503-then-190" service_unavailable unknown Script(&[UNAVAILABLE, Answer(odd::bad_token)]), "HTTP 503 once, then code 190: with retries `authentication`, outcome `unknown`";
    "920070000000000" "applied-then-close-once" connection_failed unknown Script(&[Wire(Fault::AppliedClose), Works]), "sets the PIN and closes the connection without an answer once, then works";
}

const UNAVAILABLE: Act = Answer(odd::unavailable);

/// Every fault and odd answer that a magic ID brings out.
///
/// ```
/// let hang = graph_sandbox::scenarios().iter().find(|scenario| scenario.name == "hang").unwrap();
/// assert_eq!((hang.id, hang.kind, hang.outcome), ("910010000000000", "timed_out", "unknown"));
/// ```
#[must_use]
pub fn scenarios() -> &'static [Scenario] {
    SCENARIOS
}

/// The scenario that `id` brings out.
pub(crate) fn find(id: &str) -> Option<&'static Scenario> {
    let magic =
        id.len() == 15 && (id.starts_with("91") || id.starts_with("92")) && id.bytes().all(|b| b.is_ascii_digit());
    SCENARIOS.iter().find(|scenario| magic && scenario.id[..5] == id[..5])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_apart_and_well_formed() {
        for (i, scenario) in scenarios().iter().enumerate() {
            assert_eq!(scenario.id.len(), 15, "{}", scenario.name);
            assert!(scenario.id.ends_with("00000000"), "{}", scenario.name);
            assert_eq!(find(scenario.id).unwrap().name, scenario.name);
            assert!(scenarios()[..i].iter().all(|other| other.name != scenario.name), "{}", scenario.name);
            assert_eq!(scenario.kind == "success", scenario.outcome == "applied", "{}", scenario.name);
        }
        assert_eq!(find("910010000000042").unwrap().name, "hang");
        assert!(find("919990000000000").is_none() && find("91001").is_none() && find("91001000000000x").is_none());
    }
}
