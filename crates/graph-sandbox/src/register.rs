//! `POST /{id}/register`: takes the PIN that the number holds, or its first one.

use crate::errors;
use crate::graph;
use crate::pin;
use crate::pins::Registration;
use crate::reply::Reply;
use crate::request::Request;
use crate::state::State;
use crate::token;

/// Turns `reply`, a success, into the answer. `messaging_product` is not looked at: what its absence brings is not recorded.
pub(crate) fn answer(request: &Request, id: &str, state: &State, reply: &mut Reply) {
    let is_post = request.method() == "POST";
    if is_post && graph::magic_error(id, reply).is_some() || !token::passes(request, reply) {
        return;
    }
    if !is_post || !graph::exists(id) {
        return graph::no_such_object(request.method(), id, reply);
    }
    reply.account = state.settings.fleet.account_of(id);
    if !state.limits.pass(true, reply) {
        return;
    }
    let code = match pin::of(request).map(|pin| state.register(id, pin)) {
        Ok(Registration::Done) => return,
        Ok(Registration::Mismatch) => 133_005,
        Ok(Registration::TooMany) => 133_016,
        Err(message) => return reply.fail(400, "OAuthException", 100, None, message),
    };
    if let Some(row) = errors::find(code) {
        reply.fail(row.http_status, row.error_type, code, None, row.message);
    }
}
