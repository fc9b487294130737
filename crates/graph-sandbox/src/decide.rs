//! What a Graph request does and is answered.

use crate::answers::Call;
use crate::fault::Fault;
use crate::graph::{self, Place};
use crate::listing;
use crate::pin;
use crate::register;
use crate::reply::Reply;
use crate::request::Request;
use crate::scenario::{Act, Scenario};
use crate::state::State;
use crate::token;

/// Turns `reply`, a success, into the answer. The result is a fault of the network that is to be played with it.
pub(crate) fn decide(
    request: &Request,
    scenario: Option<&'static Scenario>,
    state: &State,
    reply: &mut Reply,
) -> Option<Fault> {
    if token::is_expired(request, state, reply) {
        return None;
    }
    match (scenario, graph::route(request.path()).place) {
        (Some(scenario), Place::Object(id)) => {
            let act = match scenario.act {
                Act::Script(steps) => steps[state.next_step(id).min(steps.len() - 1)],
                act => act,
            };
            meet(act, request, id, state, reply)
        }
        (None, Place::Object(id)) => {
            if request.method() == "POST" && graph::magic_error(id, reply).is_some() {
                return None;
            }
            let act = graph::answer(request, id, state, reply)?;
            meet(act, request, id, state, reply)
        }
        (_, Place::PhoneNumbers(id)) => listing::answer(request, id, state, reply),
        (_, Place::Register(id)) => {
            register::answer(request, id, state, reply);
            None
        }
        (_, Place::Nowhere(path)) => {
            graph::unknown_path(path, reply);
            None
        }
    }
}

/// Lets a PIN call meet this.
fn meet(act: Act, request: &Request, id: &str, state: &State, reply: &mut Reply) -> Option<Fault> {
    let applies = match act {
        Act::Works | Act::Applied(_) => true,
        Act::Wire(fault) => fault.applies(),
        Act::Answer(_) | Act::Script(_) => false,
    };
    if let Ok(pin) = pin::of(request)
        && applies
    {
        state.set_pin(id, pin);
    }
    match act {
        Act::Answer(make) | Act::Applied(make) => make(&Call { request }, reply),
        Act::Wire(fault) => return Some(fault),
        Act::Works | Act::Script(_) => {}
    }
    None
}
