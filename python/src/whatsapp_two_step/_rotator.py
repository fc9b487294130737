"""Rotation: a new PIN for a number, so that none is ever lost."""

from __future__ import annotations

from whatsapp_two_step._client import Client
from whatsapp_two_step._errors import TwoStepError
from whatsapp_two_step._log import ended
from whatsapp_two_step._rotated import Rotation
from whatsapp_two_step._secret import Secret
from whatsapp_two_step._steps import Steps, check, may_hold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from whatsapp_two_step._types import Seconds
    from whatsapp_two_step._vault import Vault
else:
    from whatsapp_two_step._names import Any, Seconds, Vault


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

    def may_hold(self, phone_number_id: str) -> list[Secret]:
        """The PINs of which one holds, a pending one first; none if the vault knows nothing of the number."""
        return may_hold(self._vault.load(phone_number_id))

    def _run(self, phone_number_id: str, *, draws: bool) -> Any:
        steps = Steps(self._client._native.begin_rotation(phone_number_id, self._quiet_margin, draws))
        try:
            while (step := steps.next())[0] != "done":
                if step[0] == "call":
                    steps.called(self._client._rotates(phone_number_id, step[1], step[2]))
                    continue
                try:
                    if step[0] == "load":
                        steps.loaded(self._vault.load(phone_number_id))
                    else:
                        steps.saved(self._vault.save(phone_number_id, step[1], steps.expected(step[2])))
                except Exception as error:
                    steps.failed(error)
            return step[1]
        except TwoStepError as error:
            ended(phone_number_id, error)
            raise
