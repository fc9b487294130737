"""For your own tests: the Graph API's stand-in, without a network or an account.

    from whatsapp_two_step.testing import Sandbox

    with Sandbox() as sandbox:
        client = Client("EAAtest", base_url=sandbox.base_url)
        client.set_two_step_pin("106540352242922", "012345")
        assert sandbox.pin("106540352242922") == "012345"

Magic phone number IDs and tokens bring out each error and each fault of the network: `whatsapp-two-step sandbox --table`
lists them.

With pytest, the fixture `whatsapp_sandbox` is one that every test finds as new. While a test uses it, no client reaches another
machine (`WHATSAPP_TWO_STEP_LOOPBACK_ONLY`).

The clients' own sockets are Rust's: respx, responses, pytest-socket and a patched `socket` don't see them. Give a client the
sandbox's `base_url`, or a `transport`.
"""

from __future__ import annotations

from whatsapp_two_step._native import NativeSandbox
from whatsapp_two_step._value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing_extensions import Self
else:
    from whatsapp_two_step._names import Self

__all__ = ["RecordedRequest", "Sandbox", "Stats"]


class RecordedRequest(Value):
    """A request as the sandbox saw it, secrets included; its `repr` shows none."""

    __slots__ = __match_args__ = ("method", "path", "query", "headers", "body")

    method: str
    """Such as `POST`."""
    path: str
    """Without the query."""
    query: str | None
    """What follows the `?`."""
    headers: tuple[tuple[str, str], ...]
    """In their order and spelling."""
    body: bytes
    """As it came."""

    def __init__(self, method: str, path: str, query: str | None, headers: list[tuple[str, str]], body: bytes) -> None:
        self._set(method, path, query, tuple(headers), body)

    def header(self, name: str) -> str | None:
        """The first value of a header, whatever its case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def __repr__(self) -> str:
        return f"<RecordedRequest {self.method} {self.path}>"


class Stats(Value):
    """Counters of a sandbox since its start."""

    __slots__ = __match_args__ = ("requests", "connections", "open_connections", "aborted")

    requests: int
    """Requests received."""
    connections: int
    """Connections accepted."""
    open_connections: int
    """Connections open now."""
    aborted: int
    """Requests whose client went away before it had its answer."""

    def __init__(self, requests: int, connections: int, open_connections: int, aborted: int) -> None:
        self._set(requests, connections, open_connections, aborted)


class Sandbox:
    """A running stand-in for the Graph API, on a free port of 127.0.0.1 and on a thread of its own.

    >>> with Sandbox() as sandbox, Client("EAAtest", base_url=sandbox.base_url) as client:
    ...     _ = client.set_two_step_pin("106540352242922", "012345")
    ...     sandbox.pin("106540352242922")
    '012345'
    """

    def __init__(self, port: int = 0, *, numbers: int = 5, wabas: int = 1) -> None:
        """Starts it.

        Args:
            port: 0 is any free one.
            numbers: how many the fleet has that `phone_numbers` reads.
            wabas: over how many accounts they are spread: 930000000000001 and up.
        """
        self._native = NativeSandbox(port, numbers, wabas)

    @property
    def base_url(self) -> str:
        """Where it listens: the `base_url` for a client."""
        return self._native.base_url()

    def pin(self, phone_number_id: str) -> str | None:
        """The PIN that a number holds now, if it holds one."""
        return self._native.pin(phone_number_id)

    def requests(self) -> list[RecordedRequest]:
        """The Graph requests received, the last 1,000 of them, oldest first."""
        return [RecordedRequest(*fields) for fields in self._native.requests()]

    def stats(self) -> Stats:
        """Its counters."""
        return Stats(*self._native.stats())

    def reset(self) -> None:
        """Forgets PINs, requests and counters, and where each script stands: as new for the next test."""
        self._native.reset()

    def stop(self) -> None:
        """Stops it, and closes its connections."""
        self._native.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
