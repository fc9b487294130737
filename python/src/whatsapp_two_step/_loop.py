"""The line between an event loop and the native module: what is called there ends here, on the loop's own thread."""

from __future__ import annotations

import asyncio
import itertools
import sys
import weakref

from whatsapp_two_step._native import Inbox, NativeClient, NativeOperation, StartedCall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from whatsapp_two_step._native import _Options
    from whatsapp_two_step._waiter import Waiter

    # What was started, what its caller awaits, and what hears of its attempts.
    _Call = tuple[StartedCall, asyncio.Future[Any], Callable[..., None] | None]


class Line:
    """One per loop. It doesn't hold the loop, so it goes when the loop does."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._keys = itertools.count(1)
        self._calls: dict[int, _Call] = {}
        self._waiter: Waiter | None = None
        try:
            self._inbox = Inbox.with_socket()
            loop.add_reader(self._inbox.fileno(), self._drain)
        except NotImplementedError:  # Windows' default loop
            from whatsapp_two_step._waiter import Waiter

            self._inbox = Inbox.with_thread()
            self._waiter = Waiter(self._inbox)

    def start(
        self, loop: asyncio.AbstractEventLoop, client: NativeClient, operation: NativeOperation, options: _Options
    ) -> tuple[int, asyncio.Future[Any]]:
        """Starts a call on this line's loop: a key for it, and what will have its outcome."""
        key = next(self._keys)
        started = client.start(self._inbox, key, operation, options)
        future = loop.create_future()
        self._calls[key] = (started, future, options[2])
        if self._waiter is not None:
            self._waiter.watch(loop, self._drain)
        return key, future

    def end(self, key: int) -> None:
        """Nobody waits for the call any more: it is done, or cancelled, and so is its request."""
        started, _, _ = self._calls.pop(key)
        started.cancel()
        if self._waiter is not None and not self._calls:
            self._inbox.end_wait()

    def _drain(self) -> None:
        for key, what in self._inbox.drain():
            call = self._calls.get(key)
            if call is None or call[1].done():  # it was cancelled meanwhile
                continue
            _, future, logs = call
            if not isinstance(what, tuple):
                future.set_result(what)
            elif logs is not None:
                logs(*what)
        if self._waiter is not None:
            self._waiter.go_on(bool(self._calls))


def running_loop() -> asyncio.AbstractEventLoop:
    """The loop that runs here; without one, asyncio's own `RuntimeError`, unless it is known what else runs."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        trio: Any = sys.modules.get("trio")
        if trio is None or not trio.lowlevel.in_trio_run():
            raise
    raise RuntimeError(
        "AsyncClient runs on asyncio, not on trio; there, use Client on a thread: "
        "await trio.to_thread.run_sync(client.set_two_step_pin, phone_number_id, pin)"
    )


def running() -> tuple[Line, asyncio.AbstractEventLoop]:
    """The loop that runs here, and its line."""
    loop = running_loop()
    line = _lines.get(loop)
    if line is None:
        line = _lines[loop] = Line(loop)
    return line, loop


_lines: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Line] = weakref.WeakKeyDictionary()
