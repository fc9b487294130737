"""What a call gives back."""

from whatsapp_two_step._value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from dataclasses import Field
    from typing import Any, ClassVar

    from typing_extensions import Self
else:
    from whatsapp_two_step._names import Any, ClassVar, Mapping, Self

_set = object.__setattr__  # Every call makes these two, and a loop over their fields would be a tenth of it.


class _Fields:
    """What `dataclasses` asks a class for, made when it asks: importing that module takes longer than ours."""

    def __get__(self, _: object, cls: "type[Plain]") -> "dict[str, Field[Any]]":
        from dataclasses import MISSING, field, make_dataclass
        from inspect import signature

        defaults = {name: it.default for name, it in signature(cls).parameters.items() if it.default is not it.empty}
        named = [
            (name, cls.__annotations__[name], field(default=defaults.get(name, MISSING))) for name in cls.__slots__
        ]
        fields: dict[str, Field[Any]] = vars(make_dataclass(cls.__name__, named, frozen=True))["__dataclass_fields__"]
        return fields


class Plain(Value):
    """Turns into plain data and back; to `dataclasses.asdict` and what builds on it, it is a dataclass."""

    __slots__: tuple[str, ...] = ()

    if TYPE_CHECKING:
        __dataclass_fields__: ClassVar[dict[str, Field[Any]]]
    else:
        __dataclass_fields__ = _Fields()

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> Self:
        """From what `to_dict` gave."""
        return cls(**{name: fields[name] for name in cls.__slots__ if name in fields})

    def to_dict(self) -> dict[str, Any]:
        """Its fields as plain data, for JSON."""
        values = ((name, getattr(self, name)) for name in self.__slots__)
        return {name: value.to_dict() if isinstance(value, Plain) else value for name, value in values}


class Usage(Plain):
    """How much of its call budget an app or account has used, as the server said with its answer."""

    __slots__ = __match_args__ = ("highest_percentage", "time_to_regain_access")

    highest_percentage: int
    """The highest of the percentages given: calls, CPU time, total time. Past 100 calls are refused."""
    time_to_regain_access: float | None
    """Seconds until calls are taken again, when they are refused now."""

    def __init__(self, highest_percentage: int, time_to_regain_access: float | None = None) -> None:
        _set(self, "highest_percentage", highest_percentage)
        _set(self, "time_to_regain_access", time_to_regain_access)


class SetTwoStepPinResponse(Plain):
    """The server set the PIN.

    >>> SetTwoStepPinResponse(attempts=2)
    SetTwoStepPinResponse(trace_id=None, api_version=None, attempts=2, usage=None)
    """

    __slots__ = __match_args__ = ("trace_id", "api_version", "attempts", "usage")

    trace_id: str | None
    """What Meta's support asks for (`x-fb-request-id`)."""
    api_version: str | None
    """The version that served the call. It can be above the one asked for."""
    attempts: int
    """How many requests it took."""
    usage: Usage | None
    """How much of the call budget is used, if the server said."""

    def __init__(
        self,
        trace_id: str | None = None,
        api_version: str | None = None,
        attempts: int = 1,
        usage: Usage | None = None,
    ) -> None:
        _set(self, "trace_id", trace_id)
        _set(self, "api_version", api_version)
        _set(self, "attempts", attempts)
        _set(self, "usage", usage)

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> Self:
        """From what `to_dict` gave."""
        usage = fields.get("usage")
        return super().from_dict({**fields, "usage": None if usage is None else Usage.from_dict(usage)})


def make_response(
    trace_id: str | None, api_version: str | None, attempts: int, percentage: int | None, regain: float | None
) -> SetTwoStepPinResponse:
    """What the native module calls."""
    usage = None if percentage is None else Usage(percentage, regain)
    return SetTwoStepPinResponse(trace_id, api_version, attempts, usage)
