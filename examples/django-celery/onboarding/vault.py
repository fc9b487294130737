"""Where PINs are kept: an interface for your secret store, and a stand-in for it in memory."""

from __future__ import annotations

import secrets
import time
from typing import Protocol

QUIET = 30 + 60  # seconds: the client's timeout, and a minute more


class TooSoonError(Exception):
    """No new PIN yet: an earlier request may still be on its way, and would undo it."""

    def __init__(self, seconds: float) -> None:
        super().__init__("An earlier request for this number may still be on its way.")
        self.retry_after = seconds


class Vault(Protocol):
    """Writes a PIN down before it is sent, and keeps the one before it until the server has confirmed the new one.

    A candidate is never dropped or replaced: after a refusal too, a request before it may have been applied.
    """

    def candidate(self, phone_number_id: str) -> str:
        """The candidate that is still open, else a new one, which is stored before it is returned.

        Raises TooSoonError where a new one has to wait. Each call begins that wait anew, also one that gives an open candidate.
        """
        ...

    def confirm(self, phone_number_id: str, pin: str) -> None:
        """The server holds this PIN: in one save, it becomes the current one, and no candidate is left."""
        ...


class MemoryVault:
    def __init__(self) -> None:
        self.current: dict[str, str] = {}
        self.candidates: dict[str, str] = {}
        self.quiet_until: dict[str, float] = {}

    def candidate(self, phone_number_id: str) -> str:
        now = time.time()
        if phone_number_id not in self.candidates:
            wait = self.quiet_until.get(phone_number_id, 0) - now
            if wait > 0:
                raise TooSoonError(wait)
            self.candidates[phone_number_id] = f"{secrets.randbelow(10**6):06}"
        self.quiet_until[phone_number_id] = now + QUIET
        return self.candidates[phone_number_id]

    def confirm(self, phone_number_id: str, pin: str) -> None:
        if self.candidates.get(phone_number_id) == pin:  # else another task was first to confirm it
            self.current[phone_number_id] = self.candidates.pop(phone_number_id)


vault: Vault = MemoryVault()
