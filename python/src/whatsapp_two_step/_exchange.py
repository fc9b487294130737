"""Carries out one request through a transport of the user's, on a thread or on a loop."""

from __future__ import annotations

import contextvars
import os
import queue
import threading
from collections.abc import Callable
from typing import Any

from whatsapp_two_step._http import HttpResponse, TransportError, make_request
from whatsapp_two_step._native import Exchange

_CAUSES = 7


class _Workers:
    """Threads for transports, kept for the next call. Daemons: a transport that never returns holds no interpreter open."""

    def __init__(self) -> None:
        self.process = os.getpid()
        self._jobs: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._idle = threading.Semaphore(0)

    def run(self, job: Callable[[], None]) -> None:
        self._jobs.put(job)
        if not self._idle.acquire(blocking=False):
            threading.Thread(target=self._work, name="whatsapp-two-step-transport", daemon=True).start()

    def _work(self) -> None:
        while True:
            self._jobs.get()()
            self._idle.release()


_workers = _Workers()


def dispatch(exchange: Exchange) -> None:
    """For a blocking call. The context variables are the caller's."""
    global _workers
    if _workers.process != os.getpid():
        _workers = _Workers()
    context = contextvars.copy_context()
    _workers.run(lambda: context.run(_send, exchange))


def _send(exchange: Exchange) -> None:
    try:
        answer = exchange.transport(make_request(*exchange.request()))
        if hasattr(answer, "__await__"):
            getattr(answer, "close", lambda: None)()
            raise TypeError("the transport is async: that is for AsyncClient")
        exchange.answer(*_parts(answer))
    except BaseException as error:
        fail(exchange, error)


async def send_async(exchange: Exchange) -> None:
    """For a call on a loop, as a task there."""
    try:
        answer = exchange.transport(make_request(*exchange.request()))
        if hasattr(answer, "__await__"):
            answer = await answer
        exchange.answer(*_parts(answer))
    except BaseException as error:
        fail(exchange, error)
        if type(error).__name__ == "CancelledError":
            raise


def _parts(answer: Any) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    if not isinstance(answer, HttpResponse):
        raise TypeError(f"a transport returns HttpResponse, not {type(answer).__name__}")
    if not isinstance(answer.status, int):
        raise TypeError(f"a status is an int, not {type(answer.status).__name__}")
    return answer.status, [(_bytes(name), _bytes(value)) for name, value in answer.headers], bytes(answer.body)


def _bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("latin-1")


def fail(exchange: Exchange, error: BaseException) -> None:
    """Any exception is an answer: what it says is for the core to clean, what it is for the caller's `__cause__`."""
    said = error if isinstance(error, TransportError) else TransportError(timed_out=_is_timeout(error))
    exchange.fail(error, _texts(error), said.timed_out, said.before_sending)


def _is_timeout(error: BaseException) -> bool:
    # By name: asyncio and concurrent.futures have their own before Python 3.11.
    return any(cls.__name__ == "TimeoutError" for cls in type(error).__mro__)


def _texts(error: BaseException) -> list[str]:
    """What a traceback would print of it: it and its causes, the members of a group, and their notes."""
    texts: list[str] = []
    seen: set[int] = set()
    todo: list[BaseException | None] = [error]
    while todo:
        next_ = todo.pop()
        if next_ is None or id(next_) in seen:
            continue
        seen.add(id(next_))
        texts.append(_text(next_))
        todo += [next_.__context__, next_.__cause__, *getattr(next_, "exceptions", ())]
    return texts if len(texts) <= _CAUSES else [*texts[: _CAUSES - 1], " | ".join(texts[_CAUSES - 1 :])]


def _text(error: BaseException) -> str:
    try:
        said = "; ".join([str(error), *map(str, getattr(error, "__notes__", ()))])
        return f"{type(error).__name__}: {said}" if said else type(error).__name__
    except Exception:
        return type(error).__name__
