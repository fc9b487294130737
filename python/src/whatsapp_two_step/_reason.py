"""Why an HTTP stack could not get an answer, read from its exceptions and Python's own below them."""

from __future__ import annotations

import errno

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from whatsapp_two_step._codes import Reason

# By the names of classes, so that nothing is imported to ask. The second: it won't pass by itself.
_BY_CLASS: dict[str, tuple[Reason, bool]] = {
    "SSLCertVerificationError": ("tls", True),
    "SSLError": ("tls", False),
    "gaierror": ("dns", False),
    "NameResolutionError": ("dns", False),
    "ProxyError": ("proxy", False),
    "ConnectionRefusedError": ("refused", False),
    "ConnectionResetError": ("reset", False),
    "ConnectionAbortedError": ("reset", False),
    "BrokenPipeError": ("reset", False),
    "RemoteDisconnected": ("closed", False),
    "IncompleteRead": ("closed", False),
    "RemoteProtocolError": ("closed", False),
    "ConnectTimeout": ("connecting", False),
    "ConnectTimeoutError": ("connecting", False),
    "ReadTimeout": ("waiting", False),
    "ReadTimeoutError": ("waiting", False),
}
_BY_NUMBER: dict[int, Reason] = {
    errno.EMFILE: "no_descriptors",
    errno.ENFILE: "no_descriptors",
    errno.ENETUNREACH: "unreachable",
    errno.EHOSTUNREACH: "unreachable",
    errno.ECONNREFUSED: "refused",
    errno.ECONNRESET: "reset",
}
_REFUSED_BY_PROXY = ("407", "Tunnel connection failed: 407")


def chain(error: BaseException) -> list[BaseException]:
    """The exception and all that it came from: causes, members of a group, and what urllib3 puts inside of its own."""
    found: list[BaseException] = []
    todo: list[Any] = [error]
    while todo:
        next_ = todo.pop()
        if not isinstance(next_, BaseException) or any(next_ is other for other in found):
            continue
        found.append(next_)
        members = _attribute(next_, "exceptions")
        todo += [next_.__context__, next_.__cause__, *(members if isinstance(members, (tuple, list)) else ())]
        todo += [_attribute(next_, "reason"), *next_.args]
    return found


def _attribute(error: BaseException, name: str) -> Any:
    """It may be a property, and raise."""
    try:
        return getattr(error, name, None)
    except Exception:
        return None


def reason(error: BaseException) -> tuple[Reason | None, bool]:
    """Why, as far as the innermost exception that is known tells, and whether it won't pass by itself."""
    found: tuple[Reason | None, bool] = (None, False)
    for each in chain(error):
        known = _known(each)
        if known is not None and known[0] == "proxy":
            # As httpcore and http.client say it. Not anywhere in a text: that of requests has the URL and the number's ID in it.
            return "proxy", any(str(inner).startswith(_REFUSED_BY_PROXY) for inner in chain(each))
        found = known or found
    return found


def _known(error: BaseException) -> tuple[Reason, bool] | None:
    number = error.errno if isinstance(error, OSError) else None
    if number in _BY_NUMBER:
        return _BY_NUMBER[number], False
    names = (cls.__name__ for cls in type(error).__mro__)
    return next((_BY_CLASS[name] for name in names if name in _BY_CLASS), None)
