"""The line between an event loop and the native module: what is called there ends here, on the loop's own thread."""

from __future__ import annotations

import asyncio
import itertools
import weakref

from whatsapp_two_step._native import Inbox, NativeClient, StartedCall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from whatsapp_two_step._response import SetTwoStepPinResponse
    from whatsapp_two_step._waiter import Waiter

    # What was started, and what its caller awaits.
    _Call = tuple[StartedCall, asyncio.Future[SetTwoStepPinResponse | BaseException]]


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
        self, loop: asyncio.AbstractEventLoop, client: NativeClient, phone_number_id: str, pin: str
    ) -> tuple[int, asyncio.Future[SetTwoStepPinResponse | BaseException]]:
        """Starts a call on this line's loop: a key for it, and what will have its outcome."""
        key = next(self._keys)
        try:
            started = client.start(self._inbox, key, phone_number_id, pin)
        finally:
            del pin
        future = loop.create_future()
        self._calls[key] = (started, future)
        if self._waiter is not None:
            self._waiter.watch(loop, self._drain)
        return key, future

    def end(self, key: int) -> None:
        """Nobody waits for the call any more: it is done, or cancelled, and so is its request."""
        started, _ = self._calls.pop(key)
        started.cancel()
        if self._waiter is not None and not self._calls:
            self._inbox.end_wait()

    def _drain(self) -> None:
        for key, outcome in self._inbox.drain():
            call = self._calls.get(key)
            if call is not None and not call[1].done():  # else it was cancelled meanwhile
                call[1].set_result(outcome)
        if self._waiter is not None:
            self._waiter.go_on(bool(self._calls))


def running() -> tuple[Line, asyncio.AbstractEventLoop]:
    """The loop that runs here, and its line; without one, asyncio's own `RuntimeError`."""
    loop = asyncio.get_running_loop()
    line = _lines.get(loop)
    if line is None:
        line = _lines[loop] = Line(loop)
    return line, loop


_lines: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Line] = weakref.WeakKeyDictionary()
