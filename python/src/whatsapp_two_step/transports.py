"""Other HTTP stacks for the clients: httpx and requests, with whatever a program has set up in them.

    client = Client(token, transport=HttpxTransport(httpx.Client(proxy=...)))

Each sends a request once, follows no redirect, and says so when it is certain that nothing left. Neither library is imported
before its adapter is made. The client doesn't close what it was given.

httpx logs each request's URL at INFO, and with an app secret the proof is in it. A proof is made of token and app secret, and
shows neither, but it is not for logs: `logging.getLogger("httpx").setLevel(logging.WARNING)`.
"""

from __future__ import annotations

from whatsapp_two_step._http import HttpRequest, HttpResponse, TransportError
from whatsapp_two_step._reason import chain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Iterable
    from typing import Any

    import httpx
    import requests

    from whatsapp_two_step._codes import Unprocessed
else:  # for whoever reads the annotations when a program runs; nothing is imported for it
    httpx = type("httpx", (), {"Client": object, "AsyncClient": object})
    requests = type("requests", (), {"Session": object})

__all__ = ["AsyncHttpxTransport", "HttpxTransport", "RequestsTransport"]


class HttpxTransport:
    """For `Client`: sends through an `httpx.Client`."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def send(self, request: HttpRequest) -> HttpResponse:
        """Sends the request, once."""
        import httpx

        stream = _Stream()
        outgoing = _for_httpx(self._client, request, stream.hear)
        try:
            answer = self._client.send(outgoing, stream=True, follow_redirects=False, auth=None)
            try:
                # What was made in memory, as mocks are, has its body already.
                body = answer.content if answer.is_closed else _read(answer.iter_raw(), request.max_body_bytes)
            finally:
                answer.close()
        except httpx.HTTPError as error:
            raise _from_httpx(error, stream) from _bare(error)
        return HttpResponse(answer.status_code, body, answer.headers.multi_items())


class AsyncHttpxTransport:
    """For `AsyncClient`: sends through an `httpx.AsyncClient`."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def send(self, request: HttpRequest) -> HttpResponse:
        """Sends the request, once."""
        import httpx

        stream = _Stream()
        outgoing = _for_httpx(self._client, request, stream.hear_async)
        try:
            answer = await self._client.send(outgoing, stream=True, follow_redirects=False, auth=None)
            try:
                body = (
                    answer.content
                    if answer.is_closed
                    else await _read_async(answer.aiter_raw(), request.max_body_bytes)
                )
            finally:
                await answer.aclose()
        except httpx.HTTPError as error:
            raise _from_httpx(error, stream) from _bare(error)
        return HttpResponse(answer.status_code, body, answer.headers.multi_items())


class RequestsTransport:
    """For `Client`: sends through a `requests.Session`."""

    def __init__(self, session: requests.Session) -> None:
        self._session = session

    def send(self, request: HttpRequest) -> HttpResponse:
        """Sends the request, once."""
        import requests
        import urllib3

        try:
            with self._session.request(
                request.method,
                request.url,
                # Not a compressed answer: it would have to be inflated before its size is known.
                headers={**request.headers, "accept-encoding": "identity"},
                data=request.body,
                timeout=(request.connect_timeout, request.timeout),
                auth=_as_it_is,
                allow_redirects=False,
                stream=True,
            ) as answer:
                body = _read(answer.raw.stream(request.max_body_bytes, decode_content=False), request.max_body_bytes)
                headers = list(answer.raw.headers.items())
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise _from_requests(error) from _bare(error)
        return HttpResponse(answer.status_code, body, headers)


# As much of a body as the client looks at. In frames of their own, which `_bare` takes away with what the server sent so far.


def _read(pieces: Iterable[bytes], most: int) -> bytes:
    body = bytearray()
    for piece in pieces:
        body += piece
        if len(body) > most:
            break
    return bytes(body)


async def _read_async(pieces: AsyncIterable[bytes], most: int) -> bytes:
    body = bytearray()
    async for piece in pieces:
        body += piece
        if len(body) > most:
            break
    return bytes(body)


class _Stream:
    """Hears from httpcore which stream of an HTTP/2 connection a request has."""

    number: int | None = None

    def hear(self, event: str, info: dict[str, Any]) -> None:
        if event == "http2.send_request_headers.started":
            self.number = info["stream_id"]

    async def hear_async(self, event: str, info: dict[str, Any]) -> None:
        self.hear(event, info)

    def unprocessed(self, error: httpx.HTTPError) -> Unprocessed | None:
        """Does the server say that it processed none of it? httpcore's exception has h2's event, if there was one."""
        event: Any = next(iter(getattr(error.__cause__, "args", ())), None)
        last = getattr(event, "last_stream_id", None)  # of GOAWAY
        if last is not None and self.number is not None and last < self.number:
            return "connection_ended"
        # 7 is REFUSED_STREAM.
        return "stream_refused" if type(event).__name__ == "StreamReset" and event.error_code == 7 else None


def _for_httpx(client: httpx.Client | httpx.AsyncClient, request: HttpRequest, trace: Any) -> httpx.Request:
    import httpx

    return client.build_request(
        request.method,
        request.url,
        # Not a compressed answer: it would have to be inflated before its size is known.
        headers={**request.headers, "accept-encoding": "identity"},
        content=request.body,
        timeout=httpx.Timeout(request.timeout, connect=request.connect_timeout),
        extensions={"trace": trace},
    )


def _from_httpx(error: httpx.HTTPError, stream: _Stream) -> TransportError:
    import httpx

    # A handshake's TLS failure is a ConnectError; a tunnel that a proxy refuses, a ProxyError.
    nothing_left = (
        httpx.ConnectError,
        httpx.ConnectTimeout,
        httpx.PoolTimeout,
        httpx.ProxyError,
        httpx.UnsupportedProtocol,
    )
    return TransportError(
        f"httpx: {type(error).__name__}",
        before_sending=isinstance(error, nothing_left),
        timed_out=isinstance(error, httpx.TimeoutException),
        unprocessed=stream.unprocessed(error),
    )


def _from_requests(error: Exception) -> TransportError:
    import ssl

    import requests
    import urllib3

    inside = chain(error)
    nothing_left = (
        requests.ConnectTimeout,
        urllib3.exceptions.NewConnectionError,
        urllib3.exceptions.ConnectTimeoutError,
        urllib3.exceptions.ProxyError,
        ssl.SSLCertVerificationError,
    )
    timeouts = (requests.Timeout, urllib3.exceptions.TimeoutError)
    # urllib3's NewConnectionError is a ConnectTimeoutError.
    is_refusal = any(isinstance(each, urllib3.exceptions.NewConnectionError) for each in inside)
    return TransportError(
        f"requests: {type(error).__name__}",
        before_sending=any(isinstance(each, nothing_left) for each in inside),
        timed_out=any(isinstance(each, timeouts) for each in inside) and not is_refusal,
    )


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    # Without an auth of its own, requests looks into ~/.netrc, and sends what it finds instead of the token.
    return request


def _bare(error: BaseException) -> BaseException:
    """The library's exception and its causes without their frames: those hold the request as it goes over the wire."""
    next_: BaseException | None = error
    while next_ is not None:
        next_.__traceback__ = None
        next_ = next_.__cause__ or next_.__context__
    return error
