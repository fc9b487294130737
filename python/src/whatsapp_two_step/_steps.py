"""What a rotation or a check is told, in the types of a vault of the user's."""

from __future__ import annotations

from whatsapp_two_step._errors import TwoStepError
from whatsapp_two_step._native import Entry, invalid_configuration
from whatsapp_two_step._secret import Secret
from whatsapp_two_step._tell import texts
from whatsapp_two_step._vault_error import VaultError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from whatsapp_two_step._native import NativeAsk, NativeRotation
    from whatsapp_two_step._vault import Version

_IS_ASYNC = "is async; that is for AsyncRotator and check_async_vault"

# What a vault gave is deleted from each frame before an exception can leave it: it may be the text of an entry, by mistake.


class Told:
    """Hears what a vault gave, or raised."""

    def __init__(self, native: NativeRotation | NativeAsk, versions: dict[str, Version]) -> None:
        self._hears = native
        self._versions = versions

    def expected(self, version: str | None) -> Version | None:
        """As the vault gave it."""
        return None if version is None else self._versions[version]

    def loaded(self, stored: Any) -> None:
        """What `load` gave."""
        try:
            if stored is None:
                self._hears.loaded(None, None)
            else:
                self._hears.loaded(_entry(stored), self._known(stored[1]))
        finally:
            del stored

    def saved(self, version: Any) -> None:
        """What `save` gave."""
        try:
            self._hears.saved(self._known(version))
        finally:
            del version

    def _known(self, version: Any) -> str:
        try:
            if not isinstance(version, (str, int)):
                raise TypeError(f"a vault's version must be a string or a whole number, not {type(version).__name__}")
            self._versions[str(version)] = version
            return str(version)
        finally:
            del version

    def failed(self, error: Exception) -> bool:
        """What a vault raised, whatever that is: it may show a PIN, and be of any make. Says whether it may be shown."""
        own = error if isinstance(error, VaultError) else None
        text = "\n".join([*texts(error, str), *texts(error, repr)])
        is_safe = not self._hears.repeats_a_secret(text)
        name = f": {type(error).__name__}" if is_safe and own is None else ""
        said = own.message if own is not None and is_safe else ""
        kind = own.kind if own is not None and isinstance(own.kind, str) else "unreachable"
        self._hears.failed(kind, said if isinstance(said, str) and said else f"The vault failed{name}.")
        return is_safe


class Steps(Told):
    """One run of a rotation."""

    def __init__(self, native: NativeRotation) -> None:
        super().__init__(native, {})
        self._native = native
        self._cause: BaseException | None = None

    def next(self) -> Any:
        """The next step, or the end; raises at a bad one."""
        try:
            return self._native.next()
        except (TwoStepError, VaultError) as error:
            if self._cause is None:
                raise
            raise error from self._cause

    @property
    def cause(self) -> BaseException | None:
        """What a transport or a vault raised last, if that may be shown."""
        return self._cause

    def called(self, cause: BaseException | None) -> None:
        """What the transport raised, if that may be shown. What the call came to, the rotation knows already."""
        self._cause = cause

    def failed(self, error: Exception) -> bool:
        """Keeps what may be shown for the end."""
        is_safe = super().failed(error)
        # Of a VaultError, what it came from: it is told again, with what the vault holds.
        self._cause = (error.__cause__ if isinstance(error, VaultError) else error) if is_safe else None
        return is_safe


def may_hold(stored: Any) -> list[Secret]:
    """The PINs of what `load` gave."""
    try:
        return [] if stored is None else [Secret(pin) for pin in _entry(stored)._may_hold()]
    finally:
        del stored


def _entry(stored: Any) -> Entry:
    try:
        if hasattr(stored, "__await__"):
            getattr(stored, "close", lambda: None)()  # nobody will await it
            raise TypeError(f"the vault {_IS_ASYNC}")
        if not isinstance(stored, tuple) or len(stored) != 2 or not isinstance(stored[0], Entry):
            raise TypeError(f"a vault's load must give (entry, version) or None, not {type(stored).__name__}")
        return stored[0]
    finally:
        del stored


def check(vault: Any, *, may_be_async: bool) -> None:
    """Before any I/O: has it what a vault has?"""
    from inspect import iscoroutinefunction

    methods = [getattr(vault, name, None) for name in ("load", "save")]
    if not all(callable(method) for method in methods):
        raise invalid_configuration("vault", f"must have the methods load and save; it is {type(vault).__name__}")
    if not may_be_async and any(iscoroutinefunction(method) for method in methods):
        raise invalid_configuration("vault", _IS_ASYNC)
