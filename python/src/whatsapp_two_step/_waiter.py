"""A thread that stands in for the socket, for loops that watch none: Windows' Proactor."""

from __future__ import annotations

import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from whatsapp_two_step._native import Inbox


class Waiter:
    """Runs only while there are calls, so a loop that is closed leaves no thread behind."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._going_on: threading.Semaphore | None = None

    def watch(self, loop: asyncio.AbstractEventLoop, drain: Callable[[], None]) -> None:
        """From here on, the loop hears of what arrives."""
        if self._going_on is None:
            self._going_on = threading.Semaphore(0)
            arguments = (loop, drain, self._going_on)
            threading.Thread(target=self._run, args=arguments, name="whatsapp-two-step-waiter", daemon=True).start()

    def go_on(self, more: bool) -> None:
        """The loop has taken all; are there calls left?"""
        going_on = self._going_on
        if going_on is not None:
            if not more:
                self._going_on = None
            going_on.release()

    def _run(self, loop: asyncio.AbstractEventLoop, drain: Callable[[], None], going_on: threading.Semaphore) -> None:
        while True:
            self._inbox.wait()
            try:
                loop.call_soon_threadsafe(drain)
            except RuntimeError:  # the loop is closed
                return
            while not going_on.acquire(timeout=1):
                if loop.is_closed():
                    return
            if self._going_on is not going_on:
                return
