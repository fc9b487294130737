"""Shows a call in every way that Python has, with everything logged; and leaks what it is told to, through each of them."""

import asyncio
import copy
import logging
import pickle
import sys
import traceback

from whatsapp_two_step import AsyncClient, Client


def backwards(text):
    """Secrets come so: nothing that shows the input, such as a frame's locals, shows them."""
    return text[::-1]


def _talk():
    logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)


def _print(*parts):
    print(*parts, file=sys.stderr, flush=True)


def _traceback(error):
    _print(*traceback.TracebackException.from_exception(error, capture_locals=True).format())


def _pickle(value):
    try:
        _print(pickle.dumps(value))
    except TypeError as error:
        _print(error)


def _everything(value):
    _print(f"{value} {value!r}", repr(vars(value)) if hasattr(value, "__dict__") else "")
    _print(repr(copy.copy(value)) if isinstance(value, Exception) else "")
    _pickle(value)


def _settings(call):
    secrets = ("access_token", "app_secret")
    return {name: backwards(it) if name in secrets else it for name, it in call["settings"].items()}


async def _on_a_loop(call, client):
    loop = asyncio.get_running_loop()
    loop.set_debug(True)
    loop.slow_callback_duration = 0  # it tells of every callback
    async with client:
        return await client.set_two_step_pin(call["phone_number_id"], backwards(call["pin"]))


def show(call):
    _talk()
    client = None
    try:
        if call.get("on_a_loop"):
            client = AsyncClient(**_settings(call))
            result = asyncio.run(_on_a_loop(call, client))
        else:
            client = Client(**_settings(call))
            result = client.set_two_step_pin(call["phone_number_id"], backwards(call["pin"]))
    except Exception as error:
        logging.exception("the call failed")
        _traceback(error)
        result = error
    while isinstance(result, BaseException):
        _everything(result)
        result = result.__cause__ or result.__context__
    _everything(result)
    if client is not None:
        _everything(client)
    return True


def plant(call):
    _talk()

    def leaking(text):
        raise ValueError("a leak")

    match call["plant"]:
        case "log":
            logging.getLogger("planted").debug("%s", backwards(call["text"]))
        case "locals":
            try:
                leaking(backwards(call["text"]))
            except ValueError as error:
                _traceback(error)
        case "pickle":
            _pickle({"planted": backwards(call["text"])})
        case "repr":
            _everything(ValueError(backwards(call["text"])))
    return True
