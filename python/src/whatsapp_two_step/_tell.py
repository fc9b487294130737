"""What a call is told of a request that a transport of the user's was given."""

from __future__ import annotations

from whatsapp_two_step._http import TransportError
from whatsapp_two_step._reason import chain, reason

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from whatsapp_two_step._http import HttpRequest
    from whatsapp_two_step._native import NativeCall, _Step

    Send = Callable[[HttpRequest], Any]
    # What a transport gave back, or what it raised.
    Returned = tuple[Any, BaseException | None]
    # Or, when the time is over, whether the request may have left.
    End = Returned | bool

# So many seconds too late a time limit strikes only where the process was frozen; so many an answer has then to be heard of.
LATE = 0.05
GRACE = 0.05

# These tell of a mistake in the program and not of the network: the next attempt would meet it too.
_MISTAKES = (TypeError, AttributeError, NameError, NotImplementedError, AssertionError, ImportError, SyntaxError)


def tell(call: NativeCall, end: End, elapsed: float) -> tuple[_Step, BaseException | None]:
    """Tells a call how its request ended.

    Gives the next step, and what the transport raised, if that may be shown: it repeats no secret.
    """
    if isinstance(end, bool):
        return call.expired(elapsed, end), None
    answer, error = end
    if error is None:
        return call.answered(elapsed, answer), None
    if not isinstance(error, Exception) and type(error).__name__ != "CancelledError":
        raise error  # Ctrl-C, an exit, the end of a test: meant for the whole program
    # By name: asyncio and concurrent.futures have a TimeoutError of their own before Python 3.11.
    is_timeout = any(cls.__name__ == "TimeoutError" for cls in type(error).__mro__)
    said = error if isinstance(error, TransportError) else TransportError(timed_out=is_timeout)
    problem = "timeout" if said.timed_out else "program_fault" if isinstance(error, _MISTAKES) else "connection"
    said_by_all = texts(error, str)
    may_be_shown = not call.repeats_a_secret("\n".join([*said_by_all, *texts(error, repr)]))
    why, is_lasting = reason(error)
    if said.reason is not None or said.lasting:
        why, is_lasting = said.reason, said.lasting
    # Whatever a transport gave: what is no code says nothing.
    step = call.failed(
        elapsed, problem, said_by_all, bool(said.before_sending), _code(said.unprocessed), _code(why), bool(is_lasting)
    )
    return step, error if may_be_shown else None


def _code(given: object) -> str | None:
    return given if isinstance(given, str) else None


def texts(error: BaseException, show: Callable[[BaseException], str]) -> list[str]:
    """What a traceback prints: the exception and its causes, the members of a group, and their notes."""
    return [_text(each, show) for each in chain(error)]


def _text(error: BaseException, show: Callable[[BaseException], str]) -> str:
    name = type(error).__name__
    try:
        said = "; ".join([show(error), *map(str, getattr(error, "__notes__", ()))])
    except Exception:
        return name
    return f"{name}: {said}" if said else name
