"""Where PINs are kept: an interface for your secret store, and a stand-in for it in memory."""

from __future__ import annotations

import secrets
from typing import Protocol


class Vault(Protocol):
    """Writes a PIN down before it is sent, and keeps the one before it until the server has confirmed the new one."""

    def candidate(self, phone_number_id: str) -> str:
        """The candidate that is still open, else a new one, which is stored before it is returned."""
        ...

    def confirm(self, phone_number_id: str, pin: str) -> None:
        """The server holds this PIN: now it is the current one."""
        ...


class MemoryVault:
    def __init__(self) -> None:
        self.current: dict[str, str] = {}
        self.candidates: dict[str, str] = {}

    def candidate(self, phone_number_id: str) -> str:
        return self.candidates.setdefault(phone_number_id, f"{secrets.randbelow(10**6):06}")

    def confirm(self, phone_number_id: str, pin: str) -> None:
        self.current[phone_number_id] = pin
        if self.candidates.get(phone_number_id) == pin:
            del self.candidates[phone_number_id]


vault: Vault = MemoryVault()
