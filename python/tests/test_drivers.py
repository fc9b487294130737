"""What a call over a transport of the user's promises, blocking and on a loop: time limit, context, Ctrl-C, nothing sent late."""

from __future__ import annotations

import asyncio
import contextvars
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from support import ID, OK, PIN, TOKEN, blocking

from whatsapp_two_step import (
    AsyncClient,
    Client,
    ConnectionFailedError,
    HttpRequest,
    HttpResponse,
    TimedOutError,
    _threads,
)


def test_the_time_limit_holds_whatever_a_transport_does() -> None:
    release = threading.Event()
    start = time.monotonic()
    with pytest.raises(TimedOutError) as error:
        blocking(lambda _: release.wait(60) and OK, timeout=0.3)  # type: ignore[return-value,arg-type]
    release.set()
    assert time.monotonic() - start < 5 and (error.value.outcome, error.value.attempts) == ("unknown", 1)

    async def stubborn(request: HttpRequest) -> HttpResponse:
        for _ in range(20):
            try:
                await asyncio.sleep(0.1)
            except asyncio.CancelledError:
                pass
        return OK

    async def main() -> float:
        start = time.monotonic()
        with pytest.raises(TimedOutError):
            await AsyncClient(TOKEN, transport=stubborn, timeout=0.3).set_two_step_pin(ID, PIN)
        return time.monotonic() - start

    assert asyncio.run(main()) < 1.5


def test_a_thread_that_comes_late_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[HttpRequest] = []
    late: list[Callable[[], None]] = []
    monkeypatch.setattr(_threads, "_free", [])
    monkeypatch.setattr(_threads, "_start", late.append)
    with pytest.raises(TimedOutError) as error:
        blocking(lambda request: sent.append(request) or OK, timeout=0.2)  # type: ignore[func-returns-value]
    assert (error.value.outcome, error.value.attempts) == ("not_sent", 1)
    monkeypatch.undo()
    for work in late:
        _threads._start(work)
    time.sleep(0.2)
    assert len(late) == 1 and not sent


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no timers that signal")
def test_ctrl_c_before_the_thread_came_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[HttpRequest] = []
    late: list[Callable[[], None]] = []
    monkeypatch.setattr(_threads, "_free", [])
    monkeypatch.setattr(_threads, "_start", late.append)
    handler = signal.signal(signal.SIGALRM, signal.default_int_handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        start = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            blocking(lambda request: sent.append(request) or OK)  # type: ignore[func-returns-value]
        assert time.monotonic() - start < 1
    finally:
        signal.signal(signal.SIGALRM, handler)
    monkeypatch.undo()
    _threads._start(late[0])
    time.sleep(0.2)
    assert not sent


def test_no_thread_to_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    def start(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(_threads, "_free", [])
    monkeypatch.setattr(threading.Thread, "start", start)
    with pytest.raises(ConnectionFailedError) as error:
        blocking(lambda _: OK, max_retries=0)
    assert error.value.outcome == "not_sent" and "no more threads" in str(error.value.__cause__)


def test_a_task_that_comes_late_sends_nothing() -> None:
    sent: list[HttpRequest] = []

    async def send(request: HttpRequest) -> HttpResponse:
        sent.append(request)
        return OK

    async def main() -> None:
        loop = asyncio.get_running_loop()
        call = loop.create_task(AsyncClient(TOKEN, transport=send, timeout=0.2).set_two_step_pin(ID, PIN))
        loop.call_soon(time.sleep, 0.3)  # after the call's first turn, and before its transport's
        with pytest.raises(TimedOutError) as error:
            await call
        assert (error.value.outcome, error.value.attempts) == ("not_sent", 1)
        await asyncio.sleep(0.05)

    asyncio.run(main())
    assert not sent


def test_an_answer_that_is_there_counts() -> None:
    async def send(request: HttpRequest) -> HttpResponse:
        await asyncio.sleep(0.1)
        time.sleep(0.3)  # noqa: ASYNC251 - as if the process had been frozen
        return OK

    client = AsyncClient(TOKEN, transport=send, timeout=0.2)
    assert asyncio.run(client.set_two_step_pin(ID, PIN)).attempts == 1


def test_threads_are_kept_and_have_the_callers_context(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_threads, "_free", [])
    var: contextvars.ContextVar[int] = contextvars.ContextVar("var")
    seen: set[tuple[int, int]] = set()

    def send(request: HttpRequest) -> HttpResponse:
        seen.add((var.get(), threading.get_ident()))
        return OK

    client = Client(TOKEN, transport=send)
    for number in range(20):
        var.set(number)
        client.set_two_step_pin(ID, PIN)
    assert {number for number, _ in seen} == set(range(20))
    assert len({thread for _, thread in seen}) <= 3


def test_threads_without_work_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_threads, "_free", [])
    monkeypatch.setattr(_threads, "_IDLE", 0.1)
    threads: set[threading.Thread] = set()

    def send(request: HttpRequest) -> HttpResponse:
        threads.add(threading.current_thread())
        time.sleep(0.05)
        return OK

    client = Client(TOKEN, transport=send)
    for _ in range(3):
        with ThreadPoolExecutor(10) as callers:
            list(callers.map(lambda _: client.set_two_step_pin(ID, PIN), range(10)))
        time.sleep(0.08)
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()
    assert client.set_two_step_pin(ID, PIN).attempts == 1


def test_a_task_has_the_callers_context() -> None:
    var: contextvars.ContextVar[str] = contextvars.ContextVar("var", default="none")
    seen: list[str] = []

    async def send(request: HttpRequest) -> HttpResponse:
        seen.append(var.get())
        await asyncio.sleep(0)
        seen.append(var.get())
        return OK

    async def one(client: AsyncClient, name: str) -> None:
        var.set(name)
        await client.set_two_step_pin(ID, PIN)

    async def main() -> None:
        client = AsyncClient(TOKEN, transport=send)
        await asyncio.gather(one(client, "a"), one(client, "b"))

    asyncio.run(main())
    assert sorted(seen) == ["a", "a", "b", "b"]


@pytest.mark.parametrize("timeout", [30, 0.2])
def test_a_task_is_cancelled_with_its_call(timeout: float) -> None:
    async def main() -> float:
        ends: list[float] = []

        async def send(request: HttpRequest) -> HttpResponse:
            try:
                await asyncio.sleep(60)
            finally:
                ends.append(time.monotonic())
            return OK

        client = AsyncClient(TOKEN, transport=send, timeout=timeout, max_retries=0)
        task = asyncio.create_task(client.set_two_step_pin(ID, PIN))
        await asyncio.sleep(0.1)
        cancelled = time.monotonic()
        if timeout > 1:
            task.cancel()
        with pytest.raises(asyncio.CancelledError if timeout > 1 else TimeoutError):
            await task
        await asyncio.sleep(0)
        return ends[0] - cancelled

    assert asyncio.run(main()) < 1  # the call itself would take 30 s


def test_256_calls_at_once_wait_for_none_of_each_other() -> None:
    together = threading.Barrier(256)

    def send(request: HttpRequest) -> HttpResponse:
        together.wait(20)
        return OK

    client = Client(TOKEN, transport=send, max_retries=0)
    with ThreadPoolExecutor(256) as callers:
        assert sum(r.attempts for r in callers.map(lambda _: client.set_two_step_pin(ID, PIN), range(256))) == 256

    async def main() -> None:
        arrived = 0
        all_are_here = asyncio.Event()

        async def send(request: HttpRequest) -> HttpResponse:
            nonlocal arrived
            arrived += 1
            if arrived == 256:
                all_are_here.set()
            await all_are_here.wait()
            return OK

        client = AsyncClient(TOKEN, transport=send, max_retries=0)
        await asyncio.gather(*[client.set_two_step_pin(ID, PIN) for _ in range(256)])

    asyncio.run(main())
