"""What a rotation is told, in the types of a vault of the user's."""

from __future__ import annotations

from whatsapp_two_step._vault_error import VaultError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from whatsapp_two_step._native import Entry, NativeRotation
    from whatsapp_two_step._vault import Version


class Steps:
    """One run of a rotation."""

    def __init__(self, native: NativeRotation) -> None:
        self._native = native
        self._versions: dict[str, Version] = {}
        self._cause: BaseException | None = None

    def next(self) -> Any:
        """The next step, or the end; raises at a bad one."""
        try:
            return self._native.next()
        except VaultError as error:
            raise error from self._cause

    def expected(self, version: str | None) -> Version | None:
        """As the vault gave it."""
        return None if version is None else self._versions[version]

    def loaded(self, stored: tuple[Entry, Version] | None) -> None:
        if stored is None:
            self._native.loaded(None, None)
        else:
            entry, version = stored
            self._native.loaded(entry, self._known(version))

    def saved(self, version: Version) -> None:
        self._native.saved(self._known(version))

    def _known(self, version: Version) -> str:
        if not isinstance(version, (str, int)):
            raise TypeError(f"a vault's version must be a string or a whole number, not {type(version).__name__}")
        self._versions[str(version)] = version
        return str(version)

    def failed(self, error: Exception) -> None:
        """A vault raised something. What a call raised, the rotation knows already."""
        text = f"{error} {error!r} {error.__cause__!r} {error.__context__!r}"
        if self._native.repeats_a_secret(text):
            self._cause = None
            self._native.failed(getattr(error, "kind", "unreachable"), "The vault failed.")
            return
        self._cause = error
        if isinstance(error, VaultError):
            self._cause = error.__cause__
            self._native.failed(error.kind, error.message or "The vault failed.")
        else:
            self._native.failed("unreachable", f"The vault failed: {type(error).__name__}.")
