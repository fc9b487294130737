"""The line between an event loop and the native module: what is called there ends here, on the loop's own thread."""

from __future__ import annotations

import asyncio
import contextvars
import itertools
import weakref

from whatsapp_two_step._native import Exchange, Inbox, NativeClient, StartedCall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from whatsapp_two_step._response import SetTwoStepPinResponse
    from whatsapp_two_step._waiter import Waiter

    # What was started, what its caller awaits, and the caller's context variables.
    _Call = tuple[StartedCall, asyncio.Future[SetTwoStepPinResponse | BaseException], contextvars.Context]


class Line:
    """One per loop. It doesn't hold the loop, so it goes when the loop does."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._inbox = Inbox()
        self._keys = itertools.count(1)
        self._calls: dict[int, _Call] = {}
        self._sending: dict[int, asyncio.Task[None]] = {}
        self._waiter: Waiter | None = None
        try:
            loop.add_reader(self._inbox.fileno(), self._drain)
        except NotImplementedError:  # Windows' default loop
            from whatsapp_two_step._waiter import Waiter

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
        self._calls[key] = (started, future, contextvars.copy_context())
        if self._waiter is not None:
            self._waiter.watch(loop, self._drain)
        return key, future

    def end(self, key: int) -> None:
        """Nobody waits for the call any more: it is done, or cancelled, and so is its request."""
        started, _, _ = self._calls.pop(key)
        started.cancel()
        if self._waiter is not None and not self._calls:
            self._inbox.rouse()

    def _drain(self) -> None:
        for key, event in self._inbox.drain():
            call = self._calls.get(key)
            if event is None:
                self._break_off(key)
                continue
            if call is None:
                continue  # cancelled meanwhile
            _, future, context = call
            if future.done():
                continue  # so was this one, and it will hear of it
            if isinstance(event, Exchange):
                self._send(key, context, event)
            else:
                future.set_result(event)
        if self._waiter is not None:
            self._waiter.go_on(bool(self._calls))

    def _send(self, key: int, context: contextvars.Context, exchange: Exchange) -> None:
        """Starts the user's transport, with the context variables of the caller."""
        from whatsapp_two_step._exchange import send_async

        task = context.copy().run(asyncio.get_running_loop().create_task, send_async(exchange))
        self._sending[key] = task
        task.add_done_callback(lambda task: self._sent(key, task))

    def _sent(self, key: int, task: asyncio.Task[None]) -> None:
        if self._sending.get(key) is task:
            del self._sending[key]

    def _break_off(self, key: int) -> None:
        task = self._sending.pop(key, None)
        if task is not None:
            task.cancel()


def running() -> tuple[Line, asyncio.AbstractEventLoop]:
    """The loop that runs here, and its line; without one, asyncio's own `RuntimeError`."""
    loop = asyncio.get_running_loop()
    line = _lines.get(loop)
    if line is None:
        line = _lines[loop] = Line(loop)
    return line, loop


_lines: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Line] = weakref.WeakKeyDictionary()
