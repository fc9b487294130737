"""Where PINs are kept: an interface for your secret store, and a stand-in for it in memory."""

from __future__ import annotations

import secrets
from typing import Protocol

from pydantic import SecretStr


class Vault(Protocol):
    """Keeps a candidate beside the current PIN from before the call until the server has confirmed it.

    As long as a number has a candidate, either PIN may hold: also when the process died in the middle of a call. So a candidate
    is never dropped or replaced; the next call sends the same one, until an answer settles it.
    """

    async def candidate(self, phone_number_id: str) -> SecretStr:
        """The PIN to set: the candidate that is still open, else a new one, written down before it is returned."""
        ...

    async def confirm(self, phone_number_id: str, pin: SecretStr) -> None:
        """The server holds this PIN: it is the current one now, and no candidate is left."""
        ...


class MemoryVault:
    """For the example and its test. SecretStr keeps PINs out of logs, tracebacks and JSON."""

    def __init__(self) -> None:
        self.current: dict[str, SecretStr] = {}
        self.candidates: dict[str, SecretStr] = {}

    async def candidate(self, phone_number_id: str) -> SecretStr:
        return self.candidates.setdefault(phone_number_id, SecretStr(f"{secrets.randbelow(10**6):06}"))

    async def confirm(self, phone_number_id: str, pin: SecretStr) -> None:
        self.current[phone_number_id] = pin
        if self.candidates.get(phone_number_id) == pin:  # else another call has gone on to the next one
            del self.candidates[phone_number_id]
