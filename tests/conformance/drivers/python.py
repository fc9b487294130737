"""The Python package behind the line protocol: `{phone_number_id, pin, settings}` in, `{ok}` or `{error}` out."""

import json
import sys

from beyond import draw, numbers, webhook
from contract import contract
from show import plant, show
from soak import kept, loop, settle, soak
from whatsapp_two_step import AsyncClient, Client, TwoStepError

ERROR = (
    "kind message outcome hint http_status graph_code graph_subcode graph_type details user_title user_message trace_id "
    "retry_after is_retryable reason attempts"
).split()
USAGE = ("highest_percentage", "time_to_regain_access")


def plain(value):
    """Seconds are floats in Python; the others' JSON has 7, not 7.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


OTHERS = {
    "contract": lambda call: contract(),
    "soak": soak,
    "settle": lambda call: settle(),
    "show": show,
    "plant": plant,
    "numbers": numbers,
    "draw": draw,
    "webhook": webhook,
}


def set_two_step_pin(call):
    client = kept(AsyncClient if call["on_a_loop"] else Client, call["settings"])
    result = client.set_two_step_pin(call["phone_number_id"], call["pin"])
    return loop.run_until_complete(result) if call["on_a_loop"] else result


for line in sys.stdin:
    call = json.loads(line)
    if other := next((name for name in OTHERS if name in call), None):
        print(json.dumps({other: OTHERS[other](call)}), flush=True)
        continue
    try:
        response = set_two_step_pin(call)
        usage = response.usage and {name: plain(getattr(response.usage, name)) for name in USAGE}
        answer = {
            "ok": {
                "trace_id": response.trace_id,
                "api_version": response.api_version,
                "attempts": response.attempts,
                "usage": usage,
            }
        }
    except TwoStepError as error:
        answer = {"error": {name: plain(getattr(error, name)) for name in ERROR} | {"class": type(error).__name__}}
    print(json.dumps(answer), flush=True)
