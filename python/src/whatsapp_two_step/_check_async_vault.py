"""The check of a vault on an event loop."""

from __future__ import annotations

from whatsapp_two_step._check_vault import NO_NUMBER, Ask, Check
from whatsapp_two_step._run import called
from whatsapp_two_step._steps import check

TYPE_CHECKING = False
if TYPE_CHECKING:
    from whatsapp_two_step._vault import AsyncVault, Vault
else:
    from whatsapp_two_step._names import AsyncVault, Vault


async def check_async_vault(vault: AsyncVault | Vault, phone_number_id: str = NO_NUMBER) -> None:
    """`check_vault` for a vault that `AsyncRotator` is given: eight tasks save at once. What isn't async is called on threads.

    >>> class OwnVault:
    ...     def __init__(self):
    ...         self.inner = MemoryVault()
    ...     async def load(self, phone_number_id):
    ...         return self.inner.load(phone_number_id)
    ...     async def save(self, phone_number_id, entry, expected):
    ...         return self.inner.save(phone_number_id, entry, expected)
    >>> asyncio.run(check_async_vault(OwnVault()))

    Raises:
        VaultFaultError: the first thing that is not as it must be.
    """
    import asyncio

    check(vault, may_be_async=True)
    checked = Check(phone_number_id)
    while asks := checked.asks():
        tasks = [asyncio.ensure_future(_ask(vault, ask)) for ask in asks]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()


async def _ask(vault: AsyncVault | Vault, ask: Ask) -> None:
    try:
        if ask.wish[0] == "load":
            ask.loaded(await called(vault.load, ask.wish[1]))
        else:
            ask.saved(await called(vault.save, ask.wish[1], ask.wish[2], ask.expected(ask.wish[3])))
    except Exception as error:
        ask.failed(error)
