"""What a transport of your own takes and gives."""

from whatsapp_two_step._value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any, NoReturn

    from whatsapp_two_step._codes import Reason, Unprocessed
else:
    from whatsapp_two_step._names import Any, Iterable, Mapping, NoReturn, Reason, Unprocessed


class TransportError(Exception):
    """What a transport raises to say more than that it failed.

    Any `Exception` becomes a `ConnectionFailedError` of outcome `unknown`, and a `TimeoutError` a `TimedOutError`. What is
    plainly a mistake in the transport, such as a `TypeError` or an `AttributeError`, isn't tried again.

    Raise this one when it is certain that nothing left, so that the outcome is `not_sent`:

        raise TransportError("refused", before_sending=True) from error

    Or when the server says that it processed none of the request, which then goes out again without counting as a retry:

        raise TransportError("GOAWAY", unprocessed="connection_ended") from error
    """

    before_sending: bool = False
    """No request left."""
    timed_out: bool = False
    """The transport's own time limit struck."""
    unprocessed: Unprocessed | None = None
    """The server says that it processed none of the request: by HTTP/2's GOAWAY with a lower stream, or by REFUSED_STREAM."""
    reason: Reason | None = None
    """Why. Without one, the exceptions that this one came from are asked."""
    lasting: bool = False
    """It won't pass by itself, as a certificate that isn't trusted (`tls`) or a password that a proxy refuses (`proxy`) won't:
    not tried again, and not retryable."""

    def __init__(
        self,
        message: str = "",
        *,
        before_sending: bool = False,
        timed_out: bool = False,
        unprocessed: Unprocessed | None = None,
        reason: Reason | None = None,
        lasting: bool = False,
    ) -> None:
        super().__init__(message)
        self.before_sending = before_sending
        self.timed_out = timed_out
        self.unprocessed = unprocessed
        self.reason = reason
        self.lasting = lasting


class _Headers(dict[str, str]):
    """Shows the names and not the values: one of them is the token."""

    def __repr__(self) -> str:
        return f"<headers {', '.join(self)}>"

    __str__ = __repr__


class _Body(bytes):
    """Shows its length: it holds the PIN."""

    def __repr__(self) -> str:
        return f"<{len(self)} bytes>"

    __str__ = __repr__


class HttpRequest(Value):
    """One request. Its `repr` shows neither token nor PIN, and it can't be pickled."""

    __slots__ = __match_args__ = ("method", "url", "headers", "body", "timeout", "connect_timeout", "max_body_bytes")

    method: str
    """`POST`, or `GET`."""
    url: str
    """The whole URL; with an app secret, it has the proof in it."""
    headers: Mapping[str, str]
    """By lower-case name."""
    body: bytes
    """The JSON; empty with `GET`."""
    timeout: float
    """Seconds that are left for it, its answer's body included. The client gives up by then, whatever the transport does."""
    connect_timeout: float
    """Seconds that connecting may take."""
    max_body_bytes: int
    """A larger answer is refused, so more of it needn't be read."""

    def __init__(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes,
        timeout: float = 30.0,
        connect_timeout: float = 10.0,
        max_body_bytes: int = 65_536,
    ) -> None:
        self._set(method, url, _Headers(headers), _Body(body), timeout, connect_timeout, max_body_bytes)

    def _later(self, passed: float) -> "HttpRequest":
        """The same, so many seconds after it was made."""
        left = max(self.timeout - passed, 0.0)
        connecting = min(self.connect_timeout, left)
        return HttpRequest(self.method, self.url, self.headers, self.body, left, connecting, self.max_body_bytes)

    def __repr__(self) -> str:
        return f"<HttpRequest {self.method} {self.url.partition('?')[0]}>"

    def __hash__(self) -> int:
        return hash((self.method, self.url, self.body))

    def __reduce__(self) -> NoReturn:
        raise TypeError("an HttpRequest holds secrets and can't be pickled")


class HttpResponse(Value):
    """One answer, whatever its status. A body of more than 65,536 bytes is refused: stop reading there.

    >>> HttpResponse(200, b'{"success":true}', {"x-fb-request-id": "AbC"})
    <HttpResponse 200, 16 bytes>
    """

    __slots__ = __match_args__ = ("status", "body", "headers")

    status: int
    """Such as 200."""
    body: bytes
    """As it came."""
    headers: tuple[tuple[str, str], ...]
    """The server's: names in any case, values as they came."""

    def __init__(
        self, status: int, body: bytes = b"", headers: Mapping[str, str] | Iterable[tuple[str, str]] = ()
    ) -> None:
        pairs: Any = headers.items() if hasattr(headers, "items") else headers
        self._set(status, body, tuple((name, value) for name, value in pairs))

    def __repr__(self) -> str:
        return f"<HttpResponse {self.status}, {len(self.body)} bytes>"
