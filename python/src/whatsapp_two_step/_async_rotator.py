"""Rotation on an event loop."""

from __future__ import annotations

from whatsapp_two_step._async_client import AsyncClient
from whatsapp_two_step._errors import TwoStepError
from whatsapp_two_step._log import ended
from whatsapp_two_step._rotated import Rotation
from whatsapp_two_step._secret import Secret
from whatsapp_two_step._steps import Steps, check, may_hold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from whatsapp_two_step._types import Seconds
    from whatsapp_two_step._vault import AsyncVault, Vault
else:
    from whatsapp_two_step._names import Any, AsyncVault, Seconds, Vault


class AsyncRotator:
    """`Rotator` for an event loop: the vault's `load` and `save` are async, or are called on a thread where they aren't.

    >>> async def main():
    ...     async with AsyncClient("EAAG_example", base_url=sandbox.base_url) as client:
    ...         return await AsyncRotator(client, MemoryVault()).rotate("106540352242922")
    >>> asyncio.run(main()).attempts
    1

    A run that is cancelled leaves what the vault has then; the next one goes on from there.
    """

    def __init__(self, client: AsyncClient, vault: AsyncVault | Vault, *, quiet_margin: Seconds = 60) -> None:
        """No I/O. See `Rotator`."""
        check(vault, may_be_async=True)
        self._client = client
        self._vault = vault
        self._quiet_margin = quiet_margin

    async def rotate(self, phone_number_id: str) -> Rotation:
        """A new PIN for the number; or the one that an earlier run has left pending. See `Rotator.rotate`."""
        rotation: Rotation = await self._run(phone_number_id, draws=True)
        return rotation

    async def settle(self, phone_number_id: str) -> Rotation | None:
        """Sends a pending PIN again, and draws none. None if nothing is pending."""
        rotation: Rotation | None = await self._run(phone_number_id, draws=False)
        return rotation

    async def may_hold(self, phone_number_id: str) -> list[Secret]:
        """The PINs of which one holds, a pending one first; none if the vault knows nothing of the number."""
        return may_hold(await called(self._vault.load, phone_number_id))

    async def _run(self, phone_number_id: str, *, draws: bool) -> Any:
        steps = Steps(self._client._native.begin_rotation(phone_number_id, self._quiet_margin, draws))
        try:
            while (step := steps.next())[0] != "done":
                if step[0] == "call":
                    steps.called(await self._client._rotates(phone_number_id, step[1], step[2]))
                    continue
                try:
                    if step[0] == "load":
                        steps.loaded(await called(self._vault.load, phone_number_id))
                    else:
                        save = (phone_number_id, step[1], steps.expected(step[2]))
                        steps.saved(await called(self._vault.save, *save))
                except Exception as error:
                    steps.failed(error)
            return step[1]
        except TwoStepError as error:
            ended(phone_number_id, error)
            raise


async def called(method: Callable[..., Any], *given: Any) -> Any:
    """A method that isn't async may block, so it has a thread; what it gives may have to be awaited all the same."""
    from inspect import iscoroutinefunction

    if iscoroutinefunction(method):
        return await method(*given)
    import asyncio

    answer = await asyncio.to_thread(method, *given)
    try:
        return await answer if hasattr(answer, "__await__") else answer
    finally:
        del answer
