"""Rotation on an event loop."""

from __future__ import annotations

from whatsapp_two_step._accounts import FleetAccount
from whatsapp_two_step._async_client import AsyncClient
from whatsapp_two_step._async_rotate_all import AsyncRotateAll
from whatsapp_two_step._errors import TwoStepError
from whatsapp_two_step._log import ended
from whatsapp_two_step._rotated import Rotation
from whatsapp_two_step._run import called, run_async
from whatsapp_two_step._secret import Secret
from whatsapp_two_step._steps import Steps, check, may_hold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from typing import Any

    from whatsapp_two_step._types import Seconds
    from whatsapp_two_step._vault import AsyncVault, Vault
else:
    from whatsapp_two_step._names import Any, AsyncVault, Iterable, Seconds, Vault, datetime


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

    def rotate_all(
        self,
        numbers: Iterable[str] | Iterable[FleetAccount],
        *,
        since: datetime | float | None = None,
        concurrency: int = 16,
        max_failures: int | None = None,
        canary: int | None = None,
    ) -> AsyncRotateAll:
        """Many numbers, at the pace that the server's limits allow: an async iterator over what each came to, as they end.

        >>> async def main():
        ...     async with AsyncClient("EAAG_example", base_url=sandbox.base_url) as client:
        ...         ends = AsyncRotator(client, MemoryVault()).rotate_all(["106540352242922", "106540352242923"])
        ...         return [end.phone_number_id async for end in ends if end.error is None]
        >>> len(asyncio.run(main()))
        2

        One that fails stops no other: its end has the `error`. What stops all is in `progress().stopped`. Where an earlier run
        has left a PIN pending, that one is sent.

        Args:
            numbers: phone number IDs; or a `FleetAccount` for each business account, so that one waits for its limit while others
                go on, and with a token of its own if it has one. All are checked now.
            since: numbers that are settled since then are left alone: an aware `datetime`, or seconds since 1970. Default: now.
                Give all programs that share the work the same, and give it again to go on after a crash. A number with which
                another program may be at work is waited for.
            concurrency: how many may be under way at once, each a task.
            max_failures: after so many no other number is begun.
            canary: so many numbers first, and the rest only if all of them went well.

        Raises:
            TwoStepError: for what can't be used; the iterator raises none.
        """
        bounds = (concurrency, max_failures, canary)
        return AsyncRotateAll(self._client, self._vault, self._quiet_margin, numbers, since, bounds)

    async def may_hold(self, phone_number_id: str) -> list[Secret]:
        """The PINs of which one holds, a pending one first; none if the vault knows nothing of the number."""
        return may_hold(await called(self._vault.load, phone_number_id))

    async def _run(self, phone_number_id: str, *, draws: bool) -> Any:
        steps = Steps(self._client._native.begin_rotation(phone_number_id, self._quiet_margin, draws))
        try:
            return await run_async(self._client, self._vault, phone_number_id, steps)
        except TwoStepError as error:
            ended(phone_number_id, error)
            raise
