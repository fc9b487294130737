"""How many calls may be under way at once over a transport of the user's. Over the built-in one, the core sees to it."""

from __future__ import annotations

import os
import threading
import weakref

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio


class Turns:
    """Shared by the clients for several tokens."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._process = os.getpid()
        self._of_threads = threading.Semaphore(number)
        self._of_loops: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = (
            weakref.WeakKeyDictionary()
        )

    def of_threads(self) -> threading.Semaphore:
        """For blocking calls. A forked child has none of the threads that hold a turn, so it begins with all of them."""
        if self._process != os.getpid():
            self._process, self._of_threads = os.getpid(), threading.Semaphore(self._number)
        return self._of_threads

    def of_loop(self, loop: asyncio.AbstractEventLoop) -> asyncio.Semaphore:
        """For the calls of one event loop."""
        turns = self._of_loops.get(loop)
        if turns is None:
            import asyncio

            turns = self._of_loops[loop] = asyncio.Semaphore(self._number)
        return turns
