"""A text that isn't printed."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn
else:
    from whatsapp_two_step._names import NoReturn


class Secret:
    """A PIN that isn't printed: not by `repr`, a log or a pickle. `get_secret_value()` gives it, as of pydantic's `SecretStr`."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def get_secret_value(self) -> str:
        """The text."""
        return self._value

    def __eq__(self, other: object) -> bool:
        return self._value == other._value if isinstance(other, Secret) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return "Secret('**********')"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret can't be pickled")
