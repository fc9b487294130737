"""Where PINs are kept: an interface for your secret store, and a stand-in for it in memory."""

from __future__ import annotations

import secrets
import time
from typing import Protocol

from pydantic import SecretStr

QUIET = 20 + 60  # seconds: the client's timeout, and a minute more


class TooSoonError(Exception):
    """No new PIN yet: an earlier request may still be on its way, and would undo it."""

    def __init__(self, seconds: float) -> None:
        super().__init__("An earlier request for this number may still be on its way.")
        self.retry_after = seconds


class Vault(Protocol):
    """Keeps a candidate beside the current PIN from before the call until the server has confirmed it.

    As long as a number has a candidate, either PIN may hold: also when the process died in the middle of a call. So a candidate
    is never dropped or replaced; the next call sends the same one, until a success settles it. A refusal settles nothing: the
    call before it may have been applied.
    """

    async def candidate(self, phone_number_id: str) -> SecretStr:
        """The PIN to set: the candidate that is still open, else a new one, written down before it is returned.

        Raises TooSoonError where a new one has to wait. Each call begins that wait anew, also one that gives an open candidate.
        """
        ...

    async def confirm(self, phone_number_id: str, pin: SecretStr) -> None:
        """The server holds this PIN: in one save, it becomes the current one, and no candidate is left."""
        ...


class MemoryVault:
    """For the example and its test. SecretStr keeps PINs out of logs, tracebacks and JSON."""

    def __init__(self) -> None:
        self.current: dict[str, SecretStr] = {}
        self.candidates: dict[str, SecretStr] = {}
        self.quiet_until: dict[str, float] = {}

    async def candidate(self, phone_number_id: str) -> SecretStr:
        now = time.time()
        if phone_number_id not in self.candidates:
            wait = self.quiet_until.get(phone_number_id, 0) - now
            if wait > 0:
                raise TooSoonError(wait)
            self.candidates[phone_number_id] = SecretStr(f"{secrets.randbelow(10**6):06}")
        self.quiet_until[phone_number_id] = now + QUIET
        return self.candidates[phone_number_id]

    async def confirm(self, phone_number_id: str, pin: SecretStr) -> None:
        if self.candidates.get(phone_number_id) == pin:  # else another call was first to confirm it
            self.current[phone_number_id] = self.candidates.pop(phone_number_id)
