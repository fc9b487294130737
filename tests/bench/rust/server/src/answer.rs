//! Graph's answer to a call that worked: the headers and the body of a recorded one, as in the sandbox.

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    HeaderMap, Response,
    header::{HeaderName, HeaderValue},
};

const HEADERS: [(&str, &str); 15] = [
    ("content-type", "application/json; charset=UTF-8"),
    ("vary", "Origin, Accept-Encoding"),
    ("access-control-allow-origin", "*"),
    ("strict-transport-security", "max-age=15552000; preload"),
    ("pragma", "no-cache"),
    ("expires", "Sat, 01 Jan 2000 00:00:00 GMT"),
    ("x-fb-debug", "c2FuZGJveA=="),
    ("x-fb-connection-quality", "EXCELLENT; q=0.9, rtt=1"),
    ("alt-svc", "clear"),
    ("x-fb-rev", "1017308921"),
    ("cache-control", "private, no-cache, no-store, must-revalidate"),
    ("facebook-api-version", "v24.0"),
    ("x-fb-request-id", "AIC3haPeCJKxcNX_8aKLWJv"),
    ("x-fb-trace-id", "CjZ2oOvVd1s"),
    (
        "x-business-use-case-usage",
        r#"{"102290129340398":[{"type":"whatsapp","call_count":1,"total_cputime":0,"total_time":0,"estimated_time_to_regain_access":0}]}"#,
    ),
];

thread_local! {
    static MADE: HeaderMap = HEADERS
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
        .into_iter()
        .collect();
}

pub(crate) fn success() -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from_static(b"{\"success\":true}")));
    *response.headers_mut() = MADE.with(Clone::clone);
    response
}
