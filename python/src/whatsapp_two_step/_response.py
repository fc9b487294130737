"""What a call gives back."""

from __future__ import annotations

from whatsapp_two_step._value import Value

_set = object.__setattr__  # Every call makes these two, and a loop over their fields would be a tenth of it.


class Usage(Value):
    """How much of its call budget an app or account has used, as the server said with its answer."""

    __slots__ = __match_args__ = ("highest_percentage", "time_to_regain_access")

    highest_percentage: int
    """The highest of the percentages given: calls, CPU time, total time. Past 100 calls are refused."""
    time_to_regain_access: float | None
    """Seconds until calls are taken again, when they are refused now."""

    def __init__(self, highest_percentage: int, time_to_regain_access: float | None = None) -> None:
        _set(self, "highest_percentage", highest_percentage)
        _set(self, "time_to_regain_access", time_to_regain_access)


class SetTwoStepPinResponse(Value):
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


def make_response(
    trace_id: str | None, api_version: str | None, attempts: int, percentage: int | None, regain: float | None
) -> SetTwoStepPinResponse:
    """What the native module calls."""
    usage = None if percentage is None else Usage(percentage, regain)
    return SetTwoStepPinResponse(trace_id, api_version, attempts, usage)
