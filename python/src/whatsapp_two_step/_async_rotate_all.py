"""Many rotations, each a task."""

from __future__ import annotations

from collections import deque

from whatsapp_two_step._fleet import RotationEnd
from whatsapp_two_step._native import NativeTurn
from whatsapp_two_step._rotate_all import RotateAllBase
from whatsapp_two_step._run import run_async
from whatsapp_two_step._steps import Steps

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from typing import Any

    from typing_extensions import Self
else:
    from whatsapp_two_step._names import Any, Self


class AsyncRotateAll(RotateAllBase):
    """What `AsyncRotator.rotate_all` gives: an async iterator over what each number came to, as they end.

    Nothing is begun but while the next end is waited for. So whoever leaves the loop begins no other number; those under way end
    as tasks of their own, and `aclose` waits for that. Cancelling who waits cancels them: the vault has what it has then, and
    the next run goes on from there.
    """

    def __init__(self, *given: Any) -> None:
        """See `AsyncRotator.rotate_all`."""
        super().__init__(*given)
        self._ends: deque[RotationEnd | BaseException] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake: asyncio.Future[None] | None = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> RotationEnd:
        if self._wake is not None:
            raise RuntimeError("another task waits for the next end already")
        while not self._is_closed:
            wait = self._begin()
            if self._ends:
                end = self._ends.popleft()
                if isinstance(end, RotationEnd):
                    return end
                await self._cancel()
                raise end  # meant for the whole program
            if wait is False:
                break
            try:
                await self._next_end(wait)
            except BaseException:
                await self._cancel()
                raise
        self._is_closed = True
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Begins no other number, and waits for those under way. `progress` counts them; they are not given any more."""
        import asyncio

        if not self._is_closed:
            self.stop()
        self._is_closed = True
        try:
            while self._tasks:
                await asyncio.wait(self._tasks)
        except asyncio.CancelledError:
            await self._cancel()
            raise

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def _begin(self) -> float | bool | None:
        """All that may begin now; then how long to wait for the next one, or False when all are over."""
        import asyncio

        while len(self._ends) < self._concurrency:  # a loop that is slow piles up no ends
            turn = self._fleet.next(self._elapsed())
            if not isinstance(turn, NativeTurn):
                return turn
            task = asyncio.create_task(self._drive(turn, self._client(turn)))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return None

    async def _next_end(self, wait: float | None) -> None:
        """Until one is over, but for no longer than that."""
        import asyncio

        loop = asyncio.get_running_loop()
        self._wake = loop.create_future()
        timer = None if wait is None else loop.call_later(wait, self._over)
        try:
            await self._wake
        finally:
            self._wake = None
            if timer is not None:
                timer.cancel()

    def _over(self) -> None:
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)

    async def _drive(self, turn: NativeTurn, client: Any) -> None:
        try:
            steps = Steps(turn.rotation())
            await run_async(client, self._vault, turn.phone_number_id, steps)
            end = self._end(turn, steps)
            if end is not None:
                self._ends.append(end)
        except Exception as error:
            self._ends.append(error)
        finally:
            turn.leave()  # one that was cancelled, or broke off
            self._over()

    async def _cancel(self) -> None:
        import asyncio

        self.stop()
        self._is_closed = True
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
