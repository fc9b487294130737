"""Names for type checkers. Apart, because `typing` takes longer to import than all the rest of the package."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Literal, Protocol, TypedDict

from whatsapp_two_step._codes import Reason as Reason
from whatsapp_two_step._codes import Unprocessed as Unprocessed
from whatsapp_two_step._http import HttpRequest, HttpResponse

ErrorKind = Literal[
    "invalid_pin",
    "invalid_phone_number_id",
    "invalid_configuration",
    "authentication",
    "permission_denied",
    "not_found",
    "invalid_request",
    "pin_rejected",
    "number_not_ready",
    "account_restricted",
    "rate_limited",
    "service_unavailable",
    "not_applied",
    "connection_failed",
    "timed_out",
    "invalid_webhook",
    "unexpected_response",
]
"""What went wrong: stable spellings, the same in every language."""

Outcome = Literal["not_sent", "rejected", "unknown"]
"""Which PIN holds after an error.

`not_sent`: no request left, the old PIN holds. `rejected`: the server said that nothing changed, the old PIN holds.
`unknown`: a request left and no such answer came, either PIN may hold; setting the same PIN again is safe.
"""

PinState = Literal["set", "not_set", "unknown"]
"""Has a number a PIN? `unknown` where the server didn't say: the field is undocumented."""

VaultErrorKind = Literal["conflict", "unreachable", "unreadable", "busy"]
"""Why a vault could not do it."""

VaultState = Literal["untouched", "settled", "unsettled", "confirmed"]
"""What a vault holds of a number after a rotation that failed."""

FleetStop = Literal["asked", "max_failures", "canary", "vault", "token", "settings"]
"""Why many rotations begin no other number."""

HoldReason = Literal["limit", "refused", "vault", "busy"]
"""What holds numbers of many."""

Seconds = float | timedelta
"""A number of seconds, or a `timedelta`."""

Certificates = str | bytes | os.PathLike[str]
"""PEM as text or bytes, or the path of a file that holds it."""


class Settings(TypedDict, total=False):
    """What `Client` and `AsyncClient` take by keyword, but for the transport. `None` is the default."""

    base_url: str | None
    api_version: str | None
    app_secret: str | None
    timeout: Seconds | None
    connect_timeout: Seconds | None
    max_retries: int | None
    max_in_flight: int | None
    allow_http: bool | None
    proxy: str | None
    root_certificates: Certificates | None


class Transport(Protocol):
    """Any HTTP stack for `Client`: an object with `send`, or a function in its place.

    It sends the request as it is, once: no redirects, no retries. It runs on a thread of its own, so that the client keeps
    its time limit.
    """

    def send(self, request: HttpRequest, /) -> HttpResponse:
        """Sends the request and gives the answer back."""
        ...


class AsyncTransport(Protocol):
    """Any HTTP stack for `AsyncClient`: an object with an async `send`, or an async function in its place.

    It sends the request as it is, once: no redirects, no retries. It runs as a task on the caller's loop, which is cancelled
    when the call is, or when its time is over.
    """

    async def send(self, request: HttpRequest, /) -> HttpResponse:
        """Sends the request and gives the answer back."""
        ...


TransportLike = Transport | Callable[[HttpRequest], HttpResponse]
"""What `Client` takes as a transport."""

AsyncTransportLike = AsyncTransport | Callable[[HttpRequest], Awaitable[HttpResponse]]
"""What `AsyncClient` takes as a transport."""
