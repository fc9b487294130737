"""Rotation: a new PIN for a number, so that none is ever lost."""

from __future__ import annotations

from whatsapp_two_step._accounts import FleetAccount
from whatsapp_two_step._client import Client
from whatsapp_two_step._errors import TwoStepError
from whatsapp_two_step._log import ended
from whatsapp_two_step._rotate_all import RotateAll
from whatsapp_two_step._rotated import Rotation
from whatsapp_two_step._run import run
from whatsapp_two_step._secret import Secret
from whatsapp_two_step._steps import Steps, check, may_hold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from typing import Any

    from whatsapp_two_step._types import Seconds
    from whatsapp_two_step._vault import Vault
else:
    from whatsapp_two_step._names import Any, Iterable, Seconds, Vault, datetime


class Rotator:
    """Gives numbers a new PIN each, over a client and a vault, and loses none.

    Before a request leaves, the vault has its PIN. So whatever happens, a crash, a lost answer, two programs at once, the PIN
    that the server holds is in the vault; run it again, and it is settled. `docs/rotation.md` has the rules and their proof.

    >>> vault = MemoryVault()
    >>> with Client("EAAG_example", base_url=sandbox.base_url) as client:
    ...     rotation = Rotator(client, vault).rotate("106540352242922")
    >>> rotation.resumed
    False
    """

    def __init__(self, client: Client, vault: Vault, *, quiet_margin: Seconds = 60) -> None:
        """No I/O.

        Args:
            client: its `timeout` is a call's, and counts from before the vault's save.
            vault: one that ships, such as `SqliteVault`, or any object with `load` and `save`.
            quiet_margin: so long after a call's timeout its request may still arrive, so that no other PIN is sent. At least 1 s.
        """
        check(vault, may_be_async=False)
        self._client = client
        self._vault = vault
        self._quiet_margin = quiet_margin

    def rotate(self, phone_number_id: str) -> Rotation:
        """A new PIN for the number; or the one that an earlier run has left pending.

        Raises:
            TwoStepError: of the call, with `vault_state`.
            VaultError: of the vault, with `vault_state`; `busy` if an earlier request may still be under way.
        """
        rotation: Rotation = self._run(phone_number_id, draws=True)
        return rotation

    def settle(self, phone_number_id: str) -> Rotation | None:
        """Sends a pending PIN again, and draws none. None if nothing is pending.

        Raises:
            TwoStepError: of the call, with `vault_state`.
            VaultError: of the vault, with `vault_state`.
        """
        rotation: Rotation | None = self._run(phone_number_id, draws=False)
        return rotation

    def rotate_all(
        self,
        numbers: Iterable[str] | Iterable[FleetAccount],
        *,
        since: datetime | float | None = None,
        concurrency: int = 16,
        max_failures: int | None = None,
        canary: int | None = None,
    ) -> RotateAll:
        """Many numbers, at the pace that the server's limits allow: an iterator over what each came to, as they end.

        >>> vault = MemoryVault()
        >>> with Client("EAAG_example", base_url=sandbox.base_url) as client:
        ...     ends = Rotator(client, vault).rotate_all(["106540352242922", "106540352242923"])
        ...     for end in ends:
        ...         print(end.phone_number_id, "has a new PIN" if end.error is None else end.error)
        106540352242922 has a new PIN
        106540352242923 has a new PIN
        >>> ends.progress().rotated
        2

        One that fails stops no other: its end has the `error`. What stops all is in `progress().stopped`. Where an earlier run
        has left a PIN pending, that one is sent.

        Args:
            numbers: phone number IDs; or a `FleetAccount` for each business account, so that one waits for its limit while others
                go on, and with a token of its own if it has one. All are checked now.
            since: numbers that are settled since then are left alone: an aware `datetime`, or seconds since 1970. Default: now.
                Give all programs that share the work the same, and give it again to go on after a crash. A number with which
                another program may be at work is waited for.
            concurrency: how many may be under way at once, each on a thread of its own.
            max_failures: after so many no other number is begun.
            canary: so many numbers first, and the rest only if all of them went well.

        Raises:
            TwoStepError: for what can't be used; the iterator raises none.
        """
        bounds = (concurrency, max_failures, canary)
        return RotateAll(self._client, self._vault, self._quiet_margin, numbers, since, bounds)

    def may_hold(self, phone_number_id: str) -> list[Secret]:
        """The PINs of which one holds, a pending one first; none if the vault knows nothing of the number."""
        return may_hold(self._vault.load(phone_number_id))

    def _run(self, phone_number_id: str, *, draws: bool) -> Any:
        steps = Steps(self._client._native.begin_rotation(phone_number_id, self._quiet_margin, draws))
        try:
            return run(self._client, self._vault, phone_number_id, steps)
        except TwoStepError as error:
            ended(phone_number_id, error)
            raise
