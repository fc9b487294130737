//! What crosses: a call's beginning, its steps, and what is told of each. They are copied, and have no methods.

use std::time::Duration;

use whatsapp_two_step::SetTwoStepPinResponse;

use crate::{
    error::{Failure, Reason},
    phone_number::Page,
};

/// What begins a call. No `Debug`: it holds the PIN.
#[derive(uniffi::Record)]
#[allow(missing_debug_implementations)]
pub struct Beginning {
    /// From `open_client`.
    pub client: u64,
    /// What to do.
    pub work: Work,
    /// For this call, in seconds; the client's, if absent.
    pub timeout: Option<f64>,
    /// For this call; the client's, if absent.
    pub max_retries: Option<i64>,
    /// Any number, another for each call: the waits between attempts come from it.
    pub seed: u64,
}

/// What a call is asked to do. No `Debug`: it holds the PIN.
#[derive(uniffi::Enum)]
#[allow(missing_debug_implementations)]
pub enum Work {
    /// Sets a PIN.
    SetTwoStepPin {
        /// The number's ID.
        phone_number_id: String,
        /// Six digits.
        pin: String,
    },
    /// Reads a page of an account's numbers.
    ReadPhoneNumbers {
        /// The account's ID.
        waba_id: String,
        /// [`Page::next`] of the page before; absent for the first one.
        from: Option<String>,
    },
}

/// What the host does next. No `Debug`: it holds the token and the PIN.
#[derive(uniffi::Enum)]
#[allow(missing_debug_implementations)]
pub enum Step {
    /// Send a request, once, and say what came of it: `answered`, `failed` or `expired`.
    Send {
        /// The request.
        request: Outgoing,
    },
    /// Send nothing for so long, then say `waited`.
    Wait {
        /// The call's number.
        call: u64,
        /// How long.
        time: Duration,
        /// What the attempt before came to, for whoever watches.
        previous: Failure,
    },
    /// It is over: the PIN is set.
    Succeeded {
        /// What the server said.
        response: Response,
    },
    /// It is over: a page was read, or has to be asked for once more.
    Read {
        /// The page.
        page: Page,
    },
    /// It is over.
    Failed {
        /// Why.
        failure: Failure,
    },
}

/// A request.
#[derive(uniffi::Record)]
#[allow(missing_debug_implementations)]
pub struct Outgoing {
    /// The call's number.
    pub call: u64,
    /// 1 for the first request of a call.
    pub attempt: u32,
    /// `POST` or `GET`.
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// Names and values by turns.
    pub headers: Vec<String>,
    /// The body.
    pub body: Vec<u8>,
    /// Past this many bytes, after decompression, an answer's body is [`Problem::BodyTooLarge`].
    pub max_body_bytes: u32,
    /// How long this attempt may take, its answer's body included.
    pub time_left: Duration,
    /// How long connecting may take: TCP and TLS.
    pub connect_timeout: Duration,
    /// What the attempt before came to, for whoever watches.
    pub previous: Option<Failure>,
}

/// What came back.
#[derive(uniffi::Record)]
#[allow(missing_debug_implementations)]
pub struct Answer {
    /// The HTTP status. Wider than it is, so that a host's odd number arrives here and not in an exception.
    pub status: i64,
    /// Names and values by turns.
    pub headers: Vec<String>,
    /// The body.
    pub body: Vec<u8>,
}

/// Why there is no answer. No `Debug`: what the host's exception says may repeat a secret.
#[derive(uniffi::Record)]
#[allow(missing_debug_implementations)]
pub struct NoAnswer {
    /// What went wrong.
    pub problem: Problem,
    /// Is it certain that no request left?
    pub before_sending: bool,
    /// Does the server say that it processed nothing?
    pub unprocessed: Option<Unprocessed>,
    /// Why, if the host knows.
    pub reason: Option<Reason>,
    /// Will it stay so, as with a certificate that isn't trusted?
    pub is_lasting: bool,
    /// What the host's exception says.
    pub text: String,
    /// All that the host's exception shows when it is printed: see [`Failure::cause_is_clean`].
    pub shown: String,
}

/// See [`TransportError`](whatsapp_two_step::TransportError).
#[derive(Clone, Copy, Debug, uniffi::Enum)]
pub enum Problem {
    /// DNS, refused, TLS, reset, closed early, and all that fits nowhere else.
    Connection,
    /// The transport's own time limit.
    Timeout,
    /// The answer's body is too large.
    BodyTooLarge {
        /// Its HTTP status.
        http_status: u16,
    },
    /// What came is no HTTP.
    Malformed,
    /// The transport itself has a fault.
    ProgramFault,
    /// The transport gave back what is no answer, as one in Java can.
    UnusableAnswer,
}

/// See [`Unprocessed`](whatsapp_two_step::Unprocessed).
#[derive(Clone, Copy, Debug, uniffi::Enum)]
pub enum Unprocessed {
    /// The connection ended before the server looked at the request.
    ConnectionEnded,
    /// The server refused the request's stream.
    StreamRefused,
}

/// The server set the PIN.
#[derive(Debug, uniffi::Record)]
pub struct Response {
    /// The server's ID of the request.
    pub trace_id: Option<String>,
    /// The version that served the call.
    pub api_version: Option<String>,
    /// How many requests it took.
    pub attempts: u32,
    /// How much of the call budget is used.
    pub usage: Option<Usage>,
}

/// How much of the call budget is used.
#[derive(Debug, uniffi::Record)]
pub struct Usage {
    /// The highest percentage.
    pub highest_percentage: u32,
    /// How long until calls are taken again.
    pub time_to_regain_access: Option<Duration>,
}

impl From<SetTwoStepPinResponse> for Response {
    fn from(response: SetTwoStepPinResponse) -> Self {
        Self {
            trace_id: response.trace_id,
            api_version: response.api_version.map(|version| version.to_string()),
            attempts: response.attempts,
            usage: response.usage.map(|usage| Usage {
                highest_percentage: usage.highest_percentage,
                time_to_regain_access: usage.time_to_regain_access,
            }),
        }
    }
}
