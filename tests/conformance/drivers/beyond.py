"""What there is beside the call: an account's numbers, PINs that are drawn, the security webhook."""

from soak import kept, loop
from whatsapp_two_step import AsyncClient, Client, TwoStepError, generate_pin, is_weak_pin, security_events


def _error(error):
    return {"kind": error.kind, "outcome": error.outcome, "message": error.message}


async def _on_a_loop(client, waba_id, found):
    async for number in client.phone_numbers(waba_id):
        found.append(number.to_dict())


def numbers(call):
    found, end = [], None
    client = kept(AsyncClient if call["on_a_loop"] else Client, call["settings"])
    try:
        if call["on_a_loop"]:
            loop.run_until_complete(_on_a_loop(client, call["numbers"], found))
        else:
            found.extend(number.to_dict() for number in client.phone_numbers(call["numbers"]))
    except TwoStepError as error:
        end = _error(error)
    return {"count": len(found), "first": found[0] if found else None, "error": end, "shown": repr(found[:3])}


def draw(call):
    return {
        "pins": [generate_pin() for _ in range(call["draw"])],
        "weak": [is_weak_pin(pin) for pin in call["weak"]],
    }


def webhook(call):
    case = call["webhook"]
    body = case["body"].encode().ljust(case.get("padded_to", 0))
    try:
        return {"events": [event.to_dict() for event in security_events(body, case["signature"], call["app_secret"])]}
    except TwoStepError as error:
        return {"error": _error(error)}
