"""What annotations name at run time, so that whoever reads them there can: FastAPI, punq, `typing.get_type_hints`.

`typing` has more exact ones (see `_types`), but takes longer to import than all the rest of the package.
"""

from __future__ import annotations

from _collections_abc import (  # the same as collections.abc's, and always loaded
    AsyncIterator,
    Iterable,
    Iterator,
    Mapping,
)
from datetime import datetime, timedelta
from os import PathLike

__all__ = [
    "Any",
    "AsyncIterator",
    "AsyncTransportLike",
    "AsyncVault",
    "Certificates",
    "ClassVar",
    "ErrorKind",
    "FleetStop",
    "HoldReason",
    "Iterable",
    "Iterator",
    "Mapping",
    "NoReturn",
    "Outcome",
    "PinState",
    "Reason",
    "Seconds",
    "Self",
    "Settings",
    "TransportLike",
    "Unpack",
    "Unprocessed",
    "Vault",
    "VaultErrorKind",
    "VaultState",
    "datetime",
]


class ClassVar:
    """The type that stands in it."""

    def __class_getitem__(cls, item: object) -> object:
        return item


Any = Self = NoReturn = Vault = AsyncVault = TransportLike = AsyncTransportLike = Settings = object
Unpack = ClassVar
ErrorKind = Outcome = Reason = PinState = Unprocessed = VaultErrorKind = VaultState = FleetStop = HoldReason = str
Seconds = float | timedelta
Certificates = str | bytes | PathLike[str]
