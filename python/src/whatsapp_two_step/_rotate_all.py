"""Many rotations, each on a thread."""

from __future__ import annotations

import os
import threading
import time
import weakref

from whatsapp_two_step._accounts import accounts_of
from whatsapp_two_step._errors import TwoStepError
from whatsapp_two_step._fleet import FleetProgress, RotationEnd
from whatsapp_two_step._log import ended
from whatsapp_two_step._native import NativeFleet, NativeTurn
from whatsapp_two_step._run import run
from whatsapp_two_step._steps import Steps

TYPE_CHECKING = False
if TYPE_CHECKING:
    import queue
    from collections.abc import Callable
    from concurrent.futures import ThreadPoolExecutor
    from contextvars import Context
    from typing import Any

    from typing_extensions import Self

    _Work = tuple[Context, Callable[..., None], NativeTurn, Any, threading.Lock]
    _Turns = queue.SimpleQueue[_Work | None]
    _Ends = queue.SimpleQueue[RotationEnd | BaseException | None]
else:
    from whatsapp_two_step._names import Any, Self

# Ctrl-C ends a wait for a queue, but not on Windows: it has to be looked for there.
_LONGEST_WAIT = 0.05 if os.name == "nt" else threading.TIMEOUT_MAX


class RotateAllBase:
    """What both iterators have: the fleet, which says what is next, and clients for its tokens."""

    # `rotate_all` of a rotator makes it.
    def __init__(
        self, client: Any, vault: Any, quiet_margin: Any, numbers: Any, since: Any, bounds: tuple[Any, Any, Any]
    ) -> None:
        """No I/O. `bounds` are `concurrency`, `max_failures` and `canary`."""
        since = since.timestamp() if hasattr(since, "timestamp") else since
        self._accounts = accounts_of(numbers)
        self._fleet: NativeFleet = client._native.begin_fleet((self._accounts, since, *bounds), quiet_margin)
        self._concurrency: int = bounds[0]
        self._vault = vault
        self._clients: dict[str | None, Any] = {None: client}
        self._began = time.monotonic()
        self._is_closed = False

    @property
    def since(self) -> float:
        """Numbers that are settled since then are left alone: seconds since 1970. Give it again to go on after a crash."""
        return self._fleet.since()

    def progress(self) -> FleetProgress:
        """How far it has come. From any thread."""
        progress: FleetProgress = self._fleet.progress(self._elapsed())
        return progress

    def stop(self) -> None:
        """Begins no other number. Those under way end, and are still given. From any thread, and from a signal's handler."""
        self._fleet.stop()

    def _elapsed(self) -> float:
        return time.monotonic() - self._began

    def _client(self, turn: NativeTurn) -> Any:
        token = self._accounts[turn.account]._access_token
        try:
            if token not in self._clients:
                self._clients[token] = self._clients[None].with_access_token(token)
            return self._clients[token]
        finally:
            del token

    def _end(self, turn: NativeTurn, steps: Steps) -> RotationEnd | None:
        """What the number came to, unless it will have another turn."""
        fields = turn.ended(self._elapsed())
        if fields is None:
            return None
        end = RotationEnd(*fields)
        if end.error is not None and steps.cause is not None:
            end.error.__cause__ = steps.cause
        if isinstance(end.error, TwoStepError):
            ended(end.phone_number_id, end.error)
        return end

    def __repr__(self) -> str:
        if getattr(self, "_fleet", None) is None:  # a traceback may show one that was refused
            return f"<{type(self).__name__}>"
        progress = self.progress()
        done = progress.rotated + progress.alone + progress.failed
        return f"<{type(self).__name__} {done} of {progress.total}>"


class RotateAll(RotateAllBase):
    """What `Rotator.rotate_all` gives: an iterator over what each number came to, as they end.

    Nothing is begun but while the next end is waited for. So whoever leaves the loop begins no other number; those under way end
    on their threads, and `close` waits for that.
    """

    def __init__(self, *given: Any) -> None:
        """See `Rotator.rotate_all`."""
        super().__init__(*given)
        import queue
        from concurrent.futures import ThreadPoolExecutor

        self._ends: _Ends = queue.SimpleQueue()
        self._empty = queue.Empty
        # So that whoever hears that all are over has all ends.
        self._ending = threading.Lock()
        self._threads = ThreadPoolExecutor(self._concurrency, "whatsapp-two-step-rotation")
        self._turns: _Turns = queue.SimpleQueue()
        queues = self._turns, self._threads, self._ends
        self._starter = threading.Thread(target=_start, args=queues, name="whatsapp-two-step-rotation", daemon=True)
        self._starter.start()
        weakref.finalize(self, self._turns.put, None)  # whoever leaves the loop may forget to close it

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> RotationEnd:
        while not self._is_closed:
            wait = self._begin()
            if wait is False and self._ends.empty():
                break
            try:
                end = self._ends.get(timeout=_LONGEST_WAIT if wait is None else min(float(wait), _LONGEST_WAIT))
            except self._empty:
                continue
            if isinstance(end, RotationEnd):
                return end
            if end is not None:
                self.stop()
                raise end  # meant for the whole program
        self._is_closed = True
        self._turns.put(None)
        raise StopIteration

    def close(self) -> None:
        """Begins no other number, and waits for those under way. `progress` counts them; they are not given any more."""
        if not self._is_closed:
            self.stop()
        self._is_closed = True
        self._turns.put(None)
        self._starter.join()
        self._threads.shutdown()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _begin(self) -> float | bool | None:
        """All that may begin now; then how long to wait for the next one, or False when all are over."""
        while self._ends.qsize() < self._concurrency:  # a loop that is slow piles up no ends
            with self._ending:
                turn = self._fleet.next(self._elapsed())
            if not isinstance(turn, NativeTurn):
                return turn
            permit = threading.Lock()  # whoever takes it has the turn
            try:
                from contextvars import copy_context

                self._turns.put((copy_context(), self._drive, turn, self._client(turn), permit))
            except BaseException:  # Ctrl-C, also when it is on its way to its thread
                if permit.acquire(blocking=False):
                    turn.leave()
                raise
        return 0.0

    def _drive(self, turn: NativeTurn, client: Any, permit: threading.Lock) -> None:
        if not permit.acquire(blocking=False):
            return
        try:
            steps = Steps(turn.rotation())
            run(client, self._vault, turn.phone_number_id, steps)
            with self._ending:
                self._ends.put(self._end(turn, steps))
        except BaseException as error:
            turn.leave()
            self._ends.put(error)


def _start(turns: _Turns, threads: ThreadPoolExecutor, ends: _Ends) -> None:
    """Gives the pool its work on a thread that no signal interrupts: Ctrl-C within the pool's own locks leaves them taken."""
    while (work := turns.get()) is not None:
        context, drive, turn, client, permit = work
        try:
            threads.submit(context.run, drive, turn, client, permit)
        except BaseException as error:  # the system gives no more threads, or the interpreter ends
            if permit.acquire(blocking=False):
                turn.leave()
            ends.put(error)
        del work, context, drive, turn, client, permit  # which hold the iterator
    threads.shutdown(wait=False)
