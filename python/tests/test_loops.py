"""`AsyncClient` on its loops: cancelling, several loops, other loops than asyncio's own, the caller's context."""

from __future__ import annotations

import asyncio
import gc
import inspect
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from conftest import Run
from support import ID, PIN, TOKEN

from whatsapp_two_step import AsyncClient, TwoStepError
from whatsapp_two_step.testing import Sandbox

HANG = "910010000000000"


class NoReaders(asyncio.SelectorEventLoop):
    """Takes no file descriptors, as Windows' default loop doesn't; asyncio's own wake-up pipe excepted."""

    def add_reader(self, fd: Any, callback: Callable[..., Any], *args: Any) -> None:
        raise NotImplementedError


def new_loops() -> list[Any]:
    loops: list[Any] = [asyncio.new_event_loop, NoReaders]
    if sys.platform != "win32":
        import uvloop

        loops.append(uvloop.new_event_loop)
    return loops


def run_on(loop: asyncio.AbstractEventLoop, main: Any) -> Any:
    try:
        return loop.run_until_complete(main)
    finally:
        loop.close()


@pytest.mark.parametrize("new_loop", new_loops())
def test_on_any_loop(sandbox: Sandbox, new_loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    async def main() -> None:
        async with AsyncClient(TOKEN, base_url=sandbox.base_url, max_retries=0) as client:
            for _ in range(3):
                assert (await client.set_two_step_pin(ID, PIN)).attempts == 1
            results = await asyncio.gather(*[client.set_two_step_pin(ID, PIN) for _ in range(64)])
            assert len(results) == 64
            with pytest.raises(TwoStepError):
                await client.set_two_step_pin("900001900000463", PIN)
            task = asyncio.create_task(client.set_two_step_pin(HANG, PIN))
            await asyncio.sleep(0.1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert (await client.set_two_step_pin(ID, PIN)).attempts == 1

    run_on(new_loop(), main())


def test_no_thread_stays_behind(sandbox: Sandbox) -> None:
    for _ in range(3):

        async def main() -> None:
            client = AsyncClient(TOKEN, base_url=sandbox.base_url)
            await client.set_two_step_pin(ID, PIN)
            await asyncio.sleep(0.05)

        run_on(NoReaders(), main())
    for _ in range(200):
        names = [thread.name for thread in threading.enumerate() if thread.name == "whatsapp-two-step-waiter"]
        if not names:
            break
        time.sleep(0.01)
    assert not names


@pytest.mark.parametrize("new_loop", new_loops())
def test_cancelling_closes_the_request(sandbox: Sandbox, new_loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    async def main() -> None:
        client = AsyncClient(TOKEN, base_url=sandbox.base_url)
        for cancel in ("cancel", "wait_for"):
            before = sandbox.stats().aborted
            if cancel == "cancel":
                task = asyncio.create_task(client.set_two_step_pin(HANG, PIN))
                await asyncio.sleep(0.1)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
            else:
                with pytest.raises(asyncio.TimeoutError):
                    await asyncio.wait_for(client.set_two_step_pin(HANG, PIN), 0.1)
            for _ in range(500):
                if sandbox.stats().aborted > before:
                    break
                await asyncio.sleep(0.01)
            assert sandbox.stats().aborted == before + 1

    run_on(new_loop(), main())


def test_several_loops_in_several_threads(sandbox: Sandbox) -> None:
    client = AsyncClient(TOKEN, base_url=sandbox.base_url)
    done: list[int] = []

    def work(new_loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
        async def main() -> None:
            for _ in range(5):
                results = await asyncio.gather(*[client.set_two_step_pin(ID, PIN) for _ in range(10)])
                done.extend(result.attempts for result in results)

        for _ in range(2):  # a loop after a loop in the same thread
            run_on(new_loop(), main())

    threads = [threading.Thread(target=work, args=(new_loop,)) for new_loop in new_loops() * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [1] * (100 * len(threads))


def test_nothing_blocks_the_loop(whatsapp_sandbox: Sandbox) -> None:
    async def main() -> int:
        client = AsyncClient(TOKEN, base_url=whatsapp_sandbox.base_url, timeout=1, max_retries=0)
        calls = asyncio.gather(
            *[client.set_two_step_pin(id_, PIN) for id_ in (HANG, "910040000000000", "910060000000000") * 10],
            return_exceptions=True,
        )
        turns = 0
        while not calls.done():
            await asyncio.sleep(0.001)
            turns += 1
        return turns

    # Were each of the 30 calls waited for in a turn of the loop, there would be about 30 turns.
    assert asyncio.run(main()) > 60


def test_is_a_coroutine_function() -> None:
    assert inspect.iscoroutinefunction(AsyncClient.set_two_step_pin)
    client = AsyncClient(TOKEN)
    coroutine = client.set_two_step_pin(ID, PIN)
    assert inspect.iscoroutine(coroutine)
    coroutine.close()  # sends nothing


def test_a_loop_is_needed() -> None:
    coroutine = AsyncClient(TOKEN).set_two_step_pin(ID, PIN)
    with pytest.raises(RuntimeError, match="no running event loop"):
        coroutine.send(None)


def test_an_error_leaves_no_cycle(whatsapp_sandbox: Sandbox) -> None:
    async def main() -> None:
        client = AsyncClient(TOKEN, base_url=whatsapp_sandbox.base_url)
        for _ in range(20):
            try:
                await client.set_two_step_pin("900001900000463", PIN)
            except TwoStepError:
                pass

    def errors() -> int:
        return sum(isinstance(o, TwoStepError) for o in gc.get_objects())

    gc.collect()
    gc.disable()
    try:
        before = errors()
        asyncio.run(main())
        assert errors() == before
    finally:
        gc.enable()


def test_on_trio_the_error_names_the_way(run: Run) -> None:
    run(
        """
import trio
from whatsapp_two_step import AsyncClient, Client, HttpResponse
async def send(request): return HttpResponse(200)
async def main():
    for transport in (None, send):
        client = AsyncClient("EAAx", base_url=URL, transport=transport)
        try: await client.set_two_step_pin(ID, "012345")
        except RuntimeError as error: assert "trio.to_thread.run_sync(client.set_two_step_pin" in str(error), error
        else: raise AssertionError
    client = Client("EAAx", base_url=URL)
    assert (await trio.to_thread.run_sync(client.set_two_step_pin, ID, "012345")).attempts == 1
trio.run(main)
"""
    )
