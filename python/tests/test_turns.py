"""`max_in_flight`: over the built-in transport and over a transport of the user's, blocking and on a loop."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from conftest import Run
from support import ID, OK, PIN, TOKEN

from whatsapp_two_step import AsyncClient, Client, HttpRequest, HttpResponse, TimedOutError
from whatsapp_two_step.testing import Sandbox


class Counter:
    """How many are inside at once, at most."""

    inside = most = 0

    def __init__(self) -> None:
        self.lock = threading.Lock()

    def send(self, request: HttpRequest) -> HttpResponse:
        with self.lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        time.sleep(0.02)
        with self.lock:
            self.inside -= 1
        return OK

    async def send_async(self, request: HttpRequest) -> HttpResponse:
        self.inside += 1
        self.most = max(self.most, self.inside)
        await asyncio.sleep(0.02)
        self.inside -= 1
        return OK


def test_the_bound_holds_for_all_tokens() -> None:
    counter = Counter()
    one = Client(TOKEN, transport=counter.send, max_in_flight=3)
    other = one.with_access_token("EAAG_another")
    with ThreadPoolExecutor(12) as pool:
        done = list(pool.map(lambda n: (one, other)[n % 2].set_two_step_pin(ID, PIN).attempts, range(24)))
    assert done == [1] * 24 and counter.most == 3


def test_the_bound_holds_on_a_loop() -> None:
    counter = Counter()

    async def main() -> None:
        client = AsyncClient(TOKEN, transport=counter.send_async, max_in_flight=3)
        other = client.with_access_token("EAAG_another")
        done = await asyncio.gather(*[(client, other)[n % 2].set_two_step_pin(ID, PIN) for n in range(24)])
        assert len(done) == 24

    for _ in range(2):
        asyncio.run(main())
    assert counter.most == 3


def test_a_turn_that_never_comes() -> None:
    release = threading.Event()
    client = Client(TOKEN, transport=lambda _: release.wait(10) and OK, max_in_flight=1)  # type: ignore[arg-type,return-value]
    with ThreadPoolExecutor(1) as pool:
        holder = pool.submit(client.set_two_step_pin, ID, PIN)
        time.sleep(0.1)
        start = time.monotonic()
        with pytest.raises(TimedOutError) as error:
            client.set_two_step_pin(ID, PIN, timeout=0.2)
        assert time.monotonic() - start < 2
        release.set()
        assert holder.result().attempts == 1
    assert (error.value.outcome, error.value.reason) == ("not_sent", "connecting")
    assert client.set_two_step_pin(ID, PIN).attempts == 1


def test_a_turn_that_never_comes_on_a_loop() -> None:
    async def main() -> None:
        release = asyncio.Event()

        async def send(request: HttpRequest) -> HttpResponse:
            await release.wait()
            return OK

        client = AsyncClient(TOKEN, transport=send, max_in_flight=1)
        holder = asyncio.create_task(client.set_two_step_pin(ID, PIN))
        await asyncio.sleep(0)
        with pytest.raises(TimedOutError) as error:
            await client.set_two_step_pin(ID, PIN, timeout=0.2)
        assert (error.value.outcome, error.value.reason) == ("not_sent", "connecting")
        waiting = asyncio.create_task(client.set_two_step_pin(ID, PIN))
        await asyncio.sleep(0.05)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        release.set()
        assert (await holder).attempts == 1
        assert (await client.set_two_step_pin(ID, PIN)).attempts == 1  # its turn is free again

    asyncio.run(main())


def test_a_closed_loop_is_let_go() -> None:
    client = AsyncClient(TOKEN, transport=Counter().send_async, max_in_flight=1)

    async def main() -> weakref.ref[asyncio.AbstractEventLoop]:
        await asyncio.gather(*[client.set_two_step_pin(ID, PIN) for _ in range(2)])  # the second waits its turn
        return weakref.ref(asyncio.get_running_loop())

    loops = [asyncio.run(main()) for _ in range(3)]
    gc.collect()
    assert [loop() for loop in loops[:2]] == [None, None]


@pytest.mark.parametrize("on_a_loop", [False, True])
def test_the_built_in_transport(sandbox: Sandbox, on_a_loop: bool) -> None:
    settings: dict[str, Any] = {"base_url": sandbox.base_url, "max_in_flight": 1, "timeout": 1}
    hangs = "910010000000000"

    async def on_loop() -> None:
        client = AsyncClient(TOKEN, **settings)
        first = asyncio.create_task(client.set_two_step_pin(hangs, PIN))
        await asyncio.sleep(0.2)
        try:
            await client.set_two_step_pin(ID, PIN, timeout=0.2)
        finally:
            first.cancel()

    def on_threads() -> None:
        client = Client(TOKEN, **settings)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(client.set_two_step_pin, hangs, PIN)
            time.sleep(0.2)
            client.set_two_step_pin(ID, PIN, timeout=0.2)

    with pytest.raises(TimedOutError) as error:
        asyncio.run(on_loop()) if on_a_loop else on_threads()
    assert (error.value.outcome, error.value.reason) == ("not_sent", "connecting")
    assert sandbox.stats().requests == 1


def test_a_forked_child_begins_with_all_turns(run: Run) -> None:
    run(
        """
import os, sys, threading, time, warnings
from whatsapp_two_step import Client, HttpResponse
if not hasattr(os, "fork"): sys.exit()
warnings.simplefilter("ignore")
def send(request):
    time.sleep(wait)
    return HttpResponse(200, b'{"success":true}')
client = Client("EAAx", transport=send, max_in_flight=1, timeout=2)
wait = 1
threading.Thread(target=client.set_two_step_pin, args=(ID, "012345")).start()
time.sleep(0.1)
wait = 0
child = os.fork()
if child == 0:
    start = time.monotonic()
    client.set_two_step_pin(ID, "012345")
    os._exit(time.monotonic() - start > 0.5)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""
    )
