"""The vaults that ship."""

from __future__ import annotations

import os
import threading

from whatsapp_two_step._native import Entry, NativeVault
from whatsapp_two_step._vault_error import VaultError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


class _SealedVault:
    """Entries are sealed: XChaCha20-Poly1305, with the number's ID and the version bound in."""

    _native: NativeVault

    def init(self) -> None:
        """Makes what is missing, the file or the table. It may be there already."""
        self._native.init()

    def ids(self) -> list[str]:
        """The phone number IDs of which it has an entry."""
        return self._native.ids()

    def load(self, phone_number_id: str) -> tuple[Entry, str] | None:
        """A number's entry, and its version."""
        return self._native.load(phone_number_id)

    def save(self, phone_number_id: str, entry: Entry, expected: str | None) -> str:
        """Writes it if the version is still the expected one, and gives the new version.

        Raises:
            VaultError: `conflict` if it isn't.
        """
        return self._native.save(phone_number_id, entry, expected)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{type(self).__name__} holds a key and can't be pickled")


class SqliteVault(_SealedVault):
    """A file, for one machine and many processes. `init` makes it, with mode 600.

    >>> import tempfile
    >>> vault = SqliteVault(tempfile.mkdtemp() + "/pins.db", generate_vault_key())
    >>> vault.init()
    >>> vault.load("106540352242922") is None
    True
    """

    def __init__(self, path: str | os.PathLike[str], key: str) -> None:
        """No I/O.

        Args:
            path: of the file.
            key: 64 hexadecimal digits, from `generate_vault_key`; older keys may follow, after a space.
        """
        try:
            self._native = NativeVault(True, os.fspath(path), key)
        finally:
            del key, path  # both: they may be swapped


class PostgresVault(_SealedVault):
    """A database server, for many machines: a `postgres://` URL. Over TLS, unless it is this machine's own."""

    def __init__(self, url: str, key: str) -> None:
        """No I/O. The `key` is as for `SqliteVault`."""
        try:
            self._native = NativeVault(False, url, key)
        finally:
            del key, url  # it may have a password in it


class MemoryVault:
    """For tests: it forgets."""

    def __init__(self) -> None:
        self._entries: dict[str, tuple[Entry, int]] = {}
        self._lock = threading.Lock()

    def load(self, phone_number_id: str) -> tuple[Entry, int] | None:
        """A number's entry, and its version."""
        return self._entries.get(phone_number_id)

    def save(self, phone_number_id: str, entry: Entry, expected: int | None) -> int:
        """Writes it if the version is still the expected one, and gives the new version."""
        with self._lock:
            _, version = self._entries.get(phone_number_id, (None, None))
            if version != expected:
                raise VaultError("conflict", "Somebody else has saved it.")
            self._entries[phone_number_id] = entry, (version or 0) + 1
            return (version or 0) + 1
