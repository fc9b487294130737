"""What many rotations come to."""

from whatsapp_two_step._errors import TwoStepError
from whatsapp_two_step._response import Plain
from whatsapp_two_step._rotated import Rotation
from whatsapp_two_step._value import Value
from whatsapp_two_step._vault_error import VaultError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from typing_extensions import Self

    from whatsapp_two_step._types import FleetStop, HoldReason
else:
    from whatsapp_two_step._names import Any, FleetStop, HoldReason, Iterable, Mapping, Self


class RotationEnd(Value):
    """What one number of many came to. It is either left alone, rotated, or has an `error`."""

    __slots__ = __match_args__ = ("phone_number_id", "waba_id", "rotation", "error")

    phone_number_id: str
    """The number."""
    waba_id: str | None
    """Its account, if that was given."""
    rotation: Rotation | None
    """None where there is an error, and where the number was left alone: settled since `since`."""
    error: TwoStepError | VaultError | None
    """Why it has none, with `vault_state`. It was not raised: raise it yourself, if you want that."""

    def __init__(
        self,
        phone_number_id: str,
        waba_id: str | None = None,
        rotation: Rotation | None = None,
        error: TwoStepError | VaultError | None = None,
    ) -> None:
        self._set(phone_number_id, waba_id, rotation, error)


class FleetHold(Plain):
    """Why some numbers wait."""

    __slots__ = __match_args__ = ("reason", "waba_id", "wait", "numbers")

    reason: HoldReason
    """`limit`: the calls of the last hour are near the limit. `refused`: the server refuses calls for a while. `vault`: it can't
    be reached. `busy`: another program may be at work on them."""
    waba_id: str | None
    """The account that is held; None if all are."""
    wait: float
    """Seconds, as far as is known now."""
    numbers: int
    """How many wait for it."""

    def __init__(self, reason: HoldReason, waba_id: str | None, wait: float, numbers: int) -> None:
        self._set(reason, waba_id, wait, numbers)


class FleetProgress(Plain):
    """How far many rotations have come."""

    __slots__ = __match_args__ = (
        "total",
        "rotated",
        "alone",
        "failed",
        "unsettled",
        "refused",
        "left",
        "in_flight",
        "holds",
        "stopped",
    )

    total: int
    """How many numbers there are."""
    rotated: int
    """How many have a new PIN by this run."""
    alone: int
    """How many were left alone: settled since `since`."""
    failed: int
    """How many have failed."""
    unsettled: int
    """How many of these have two PINs in the vault, of which either may hold."""
    refused: int
    """How many calls the server refused for its limits; they are made later."""
    left: int
    """How many are neither done nor under way."""
    in_flight: int
    """How many are under way."""
    holds: tuple[FleetHold, ...]
    """Why some wait."""
    stopped: FleetStop | None
    """Why no other number is begun. `asked`: by `stop` or `close`. `max_failures`, `canary`: as these say. `vault`: it stayed
    away. `token`: the server refused the only one, or all. `settings`: the client is closed, or a setting forbids calls."""

    def __init__(
        self,
        total: int = 0,
        rotated: int = 0,
        alone: int = 0,
        failed: int = 0,
        unsettled: int = 0,
        refused: int = 0,
        left: int = 0,
        in_flight: int = 0,
        holds: Iterable[FleetHold] = (),
        stopped: FleetStop | None = None,
    ) -> None:
        self._set(total, rotated, alone, failed, unsettled, refused, left, in_flight, tuple(holds), stopped)

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> Self:
        """From what `to_dict` gave."""
        return super().from_dict({**fields, "holds": [FleetHold.from_dict(hold) for hold in fields.get("holds", ())]})

    def to_dict(self) -> dict[str, Any]:
        """Its fields as plain data, for JSON."""
        return {**super().to_dict(), "holds": [hold.to_dict() for hold in self.holds]}


def make_progress(counts: tuple[int, ...], holds: list[tuple[Any, ...]], stopped: Any) -> FleetProgress:
    """What the native module calls."""
    fields: tuple[Any, ...] = (*counts, [FleetHold(*hold) for hold in holds], stopped)
    return FleetProgress(*fields)
