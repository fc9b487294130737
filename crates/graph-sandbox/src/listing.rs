//! `GET /{waba}/phone_numbers`: an account's numbers, page after page.

use crate::fault::Fault;
use crate::fleet::Account;
use crate::graph;
use crate::number::{self, Values};
use crate::paging::{Page, Paging};
use crate::reply::Reply;
use crate::request::Request;
use crate::state::State;
use crate::token;
use crate::usage::Usage;
use crate::waba_scenario::{self, Act};

/// Turns `reply` into the answer. The result is a fault of the network that is to be played with it.
pub(crate) fn answer(request: &Request, id: &str, state: &State, reply: &mut Reply) -> Option<Fault> {
    let scenario = waba_scenario::find(id);
    if graph::magic_error(id, reply).is_some() || scenario.is_none() && !token::passes(request, reply) {
        return None;
    }
    let account = scenario.map(|scenario| scenario.account(id)).or_else(|| state.settings.fleet.account(id));
    let Some(account) = account.filter(|_| request.method() == "GET") else {
        graph::no_such_object(request.method(), id, reply);
        return None;
    };
    reply.account = account.waba;
    if scenario.is_none() && !state.limits.pass(false, reply) {
        return None;
    }
    reply.usage = Usage::Business { write: false, percent: 1, minutes: 0 };
    let act = scenario.map_or(Act::Works, |scenario| scenario.act);
    let is_later = match page(request, &account, act, state) {
        Ok((body, is_later)) => {
            reply.body = body.into_bytes().into();
            is_later
        }
        Err(message) => {
            reply.fail(400, "OAuthException", 100, None, &message);
            return None;
        }
    };
    match act {
        Act::Later(fail) if is_later => fail(reply),
        Act::LaterOnce(fail) if is_later && state.next_step(id) == 0 => fail(reply),
        Act::LaterWire(fault) if is_later => return Some(fault),
        Act::Wire(fault) => return Some(fault),
        _ => {}
    }
    None
}

/// The body, and whether it is a later page than the first; or the message of a code 100.
fn page(request: &Request, account: &Account, act: Act, state: &State) -> Result<(String, bool), String> {
    let asked = request.decoded("fields");
    let fields = number::fields(asked.as_deref())?;
    if matches!(act, Act::NoPinField) && fields.contains(&number::PIN_FIELD) {
        return Err(number::refusal(number::PIN_FIELD));
    }
    let page = Page::of(request, account.numbers.end - account.numbers.start)?;
    let is_later = page.range.start > 0;
    let token = request.token().unwrap_or_default();
    let echo = format!("{token}\u{1b}[31m\u{202e}\r\n");
    let values = match act {
        Act::Values(values) => values,
        Act::Echo => Values::Text(&echo),
        _ => Values::Usual,
    };
    let count = match act {
        Act::EmptyPages if is_later && !page.is_last() => 0,
        _ => page.range.end - page.range.start,
    };
    let ids = (account.numbers.start + page.range.start..).take(usize::try_from(count).unwrap_or_default());
    let numbers: Vec<String> = ids.map(|id| number::render(id, &fields, values, state)).collect();
    let body = match act {
        Act::NoData => "{}".to_owned(),
        _ => format!("{{\"data\":[{}]{}}}", numbers.join(","), paging(request, &page, act, is_later).render()),
    };
    Ok((body, is_later))
}

fn paging(request: &Request, page: &Page, act: Act, is_later: bool) -> Paging {
    let paging = page.paging(request);
    match act {
        Act::NoPaging => Paging::default(),
        Act::NextWithoutCursor => Paging { before: None, after: None, ..paging },
        Act::SameCursor if is_later => page.leading_to(request, &request.decoded("after").unwrap_or_default()),
        Act::Circle if page.is_last() => page.leading_to(request, &page.first_cursor()),
        Act::TokenInCursor => page.leading_to(request, &format!("QVFIU{}ZD", request.token().unwrap_or_default())),
        _ => paging,
    }
}
