"""What the two clients have in common."""

from __future__ import annotations

from whatsapp_two_step._native import MAX_IN_FLIGHT, NativeClient, invalid_configuration

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    from typing_extensions import Self

    _F = TypeVar("_F")
else:
    from whatsapp_two_step._names import Any, Self


class _WithoutParameters:
    """A function whose signature shows no parameters at run time.

    Who reads it there would fill them: FastAPI's `Depends(Client.from_env)` from a request's query, so that whoever sends one
    could have the token sent to a `base_url` of his.
    """

    def __init__(self, function: Any) -> None:
        self._function = function
        self.__name__, self.__qualname__, self.__doc__ = function.__name__, function.__qualname__, function.__doc__

    def __call__(self, *args: Any, **settings: Any) -> Any:
        try:
            return self._function(*args, **settings)
        finally:
            del settings

    @property
    def __signature__(self) -> Any:
        from inspect import Parameter, Signature

        return Signature([Parameter("cls", Parameter.POSITIONAL_ONLY)])


def without_parameters(function: _F) -> _F:
    """Hides them from frameworks."""
    made: Any = _WithoutParameters(function)
    return made  # type: ignore[no-any-return]


FROM_ENV = object()  # in the place of a token


class ClientBase:
    """What both clients have: settings, and a name."""

    # Secrets are deleted from each frame before an exception can leave it: a traceback may be shown with its locals.

    _native: NativeClient
    _send: Any = None  # the function of a transport of the user's
    _turns: Any = None  # a Turns, beside such a transport
    _may_be_async = False

    def _open(self, access_token: object, transport: Any, settings: Any) -> None:
        try:
            if transport is not None:
                self._send = _send_function(transport, self._may_be_async)
            if access_token is FROM_ENV:
                self._native = NativeClient.from_env(settings, transport is not None)
            else:
                self._native = NativeClient(access_token, settings, transport is not None)
            if transport is not None:
                from whatsapp_two_step._turns import Turns

                number = settings.get("max_in_flight")
                self._turns = Turns(MAX_IN_FLIGHT if number is None else number)
        finally:
            del access_token, settings

    def with_access_token(self, access_token: str) -> Self:
        """A client for another token, over the same connections and with the same bound on calls at once.

        Partners have a token for each of their customers. Closing one of them leaves the others open.

        Raises:
            InvalidConfigurationError: if no client has such a token.
        """
        client = type(self).__new__(type(self))
        try:
            client._native = self._native.with_access_token(access_token)
        finally:
            del access_token
        client._send, client._turns = self._send, self._turns
        return client

    def __repr__(self) -> str:
        native: NativeClient | None = getattr(self, "_native", None)  # a traceback may show one that was refused
        place = None if native is None else native.describe()
        shown = "closed" if place is None else f"base_url={place[0]!r}, api_version={place[1]!r}"
        return f"{type(self).__name__}({shown})"

    def __reduce__(self) -> Any:
        raise TypeError(f"{type(self).__name__} holds secrets and connections and can't be pickled")


def _send_function(transport: Any, may_be_async: bool) -> Any:
    """The function that sends."""
    send = getattr(transport, "send", transport)
    # A client of httpx or requests has a `send`, but for requests of its own.
    if not callable(send) or type(transport).__module__.partition(".")[0] in ("httpx", "requests"):
        wanted = "must be a function or have a method send; whatsapp_two_step.transports wraps httpx and requests"
        raise invalid_configuration("transport", f"{wanted}; it is {type(transport).__name__}")
    if not may_be_async:
        from inspect import iscoroutinefunction

        if iscoroutinefunction(send) or iscoroutinefunction(type(send).__call__):
            raise invalid_configuration("transport", "is async; that is for AsyncClient")
    return send
