"""How many calls may be under way at once over a transport of the user's. Over the built-in one, the core sees to it."""

from __future__ import annotations

import os
import threading
import weakref

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio


def _semaphore(number: int) -> threading.Semaphore:
    turns = threading.Semaphore(number)
    # Re-entrant: a signal's handler may make a call while this thread takes or gives a turn.
    turns._cond = threading.Condition()  # type: ignore[attr-defined]
    return turns


class Turns:
    """Shared by the clients for several tokens."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._process = os.getpid()
        self._of_threads = _semaphore(number)
        self._of_loops: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = (
            weakref.WeakKeyDictionary()
        )

    def of_threads(self) -> threading.Semaphore:
        """For blocking calls. A forked child has none of the threads that hold a turn, so it begins with all of them."""
        if self._process != os.getpid():
            # In this order: another thread takes it as soon as the process is the right one.
            self._of_threads, self._process = _semaphore(self._number), os.getpid()
        return self._of_threads

    def of_loop(self, loop: asyncio.AbstractEventLoop) -> asyncio.Semaphore:
        """For the calls of one event loop."""
        turns = self._of_loops.get(loop)
        if turns is None:
            import asyncio

            for other in list(self._of_loops):  # a semaphore that was waited for holds its loop
                if other.is_closed():
                    del self._of_loops[other]
            turns = self._of_loops[loop] = asyncio.Semaphore(self._number)
        return turns
