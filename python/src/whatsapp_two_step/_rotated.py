"""What a rotation gives back."""

from whatsapp_two_step._response import Plain

_set = object.__setattr__


class Rotation(Plain):
    """The server holds a new PIN, and the vault has it as the current one. Which, it doesn't say: ask the vault."""

    __slots__ = __match_args__ = ("phone_number_id", "rotated_at", "resumed", "attempts", "trace_id")

    phone_number_id: str
    """The number."""
    rotated_at: float
    """When: seconds since 1970, in UTC."""
    resumed: bool
    """Was the PIN one that an earlier run had drawn?"""
    attempts: int
    """How many requests it took."""
    trace_id: str | None
    """What Meta's support asks for."""

    def __init__(
        self,
        phone_number_id: str,
        rotated_at: float,
        resumed: bool = False,
        attempts: int = 1,
        trace_id: str | None = None,
    ) -> None:
        _set(self, "phone_number_id", phone_number_id)
        _set(self, "rotated_at", rotated_at)
        _set(self, "resumed", resumed)
        _set(self, "attempts", attempts)
        _set(self, "trace_id", trace_id)
