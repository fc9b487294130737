"""What a vault is, for type checkers."""

from __future__ import annotations

from typing import Any, Protocol

from whatsapp_two_step._native import Entry

Version = str | int
"""A vault's own name for a state of an entry: a counter, an ETag."""


class Vault(Protocol):
    """Where entries are kept: any object with these two. `check_vault` tells whether one of your own does well."""

    def load(self, phone_number_id: str, /) -> tuple[Entry, Any] | None:
        """A number's entry and its version, None if there is none."""
        ...

    def save(self, phone_number_id: str, entry: Entry, expected: Any, /) -> Version:
        """Writes the entry if its version is still the expected one (None: if there is no entry), and gives the new version.

        The entry has to be durable then. Raises `VaultError("conflict")` if it isn't.
        """
        ...


class AsyncVault(Protocol):
    """The same for `AsyncRotator`."""

    async def load(self, phone_number_id: str, /) -> tuple[Entry, Any] | None:
        """A number's entry and its version, None if there is none."""
        ...

    async def save(self, phone_number_id: str, entry: Entry, expected: Any, /) -> Version:
        """Writes the entry if its version is still the expected one, and gives the new version."""
        ...
