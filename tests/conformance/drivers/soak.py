"""Many calls through one client of the installed Python package, from threads or on a loop, and what they came to."""

import asyncio
import gc
import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from whatsapp_two_step import AsyncClient, Client, TwoStepError

_clients: dict[str, Client | AsyncClient] = {}
loop = asyncio.new_event_loop()


def kept(cls, settings):
    key = cls.__name__ + json.dumps(settings)
    if key not in _clients:
        _clients[key] = cls(**settings)
    return _clients[key]


def _blocking(call):
    client = kept(Client, call["settings"])

    def one(phone_number_id):
        try:
            client.set_two_step_pin(phone_number_id, call["pin"])
            return f"{phone_number_id} ok"
        except TwoStepError as error:
            return f"{phone_number_id} {error.kind} {error.outcome}"

    with ThreadPoolExecutor(call["at_once"]) as threads:
        return Counter(threads.map(one, call["soak"]))


async def _on_a_loop(call):
    client = kept(AsyncClient, call["settings"])
    ids, counts = iter(call["soak"]), Counter()

    async def worker():
        for phone_number_id in ids:
            try:
                await client.set_two_step_pin(phone_number_id, call["pin"])
                counts[f"{phone_number_id} ok"] += 1
            except TwoStepError as error:
                counts[f"{phone_number_id} {error.kind} {error.outcome}"] += 1

    await asyncio.gather(*(worker() for _ in range(call["at_once"])))
    return counts


def soak(call):
    return loop.run_until_complete(_on_a_loop(call)) if call["on_a_loop"] else _blocking(call)


def settle():
    gc.collect()
    return {"heap": None}
