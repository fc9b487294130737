"""The httpx adapters over HTTP/2: a request that the server says it did not process goes out again, and is no retry."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions
import httpx
import pytest
from support import ID, PIN, TOKEN

from whatsapp_two_step import AsyncClient, Client, ConnectionFailedError
from whatsapp_two_step.transports import AsyncHttpxTransport, HttpxTransport

Connection = h2.connection.H2Connection


def answer(connection: Connection, stream: int) -> None:
    connection.send_headers(stream, [(":status", "200")])
    connection.send_data(stream, b'{"success":true}', end_stream=True)


def refuse(connection: Connection, stream: int) -> None:
    connection.reset_stream(stream, h2.errors.ErrorCodes.REFUSED_STREAM)


def cancel(connection: Connection, stream: int) -> None:
    connection.reset_stream(stream, h2.errors.ErrorCodes.CANCEL)


def go_away_before_it(connection: Connection, stream: int) -> None:
    connection.close_connection(last_stream_id=stream - 1)


def go_away_after_it(connection: Connection, stream: int) -> None:
    connection.close_connection(last_stream_id=stream)


Reaction = Callable[[Connection, int], None]


class Server:
    """Reacts to each request, on whatever connection it comes, as it is told to; to the rest with an answer."""

    def __init__(self, *reactions: Reaction) -> None:
        self._reactions: Iterator[Reaction] = iter(reactions)
        self.requests = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                accepted, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(accepted,), daemon=True).start()

    def _serve(self, accepted: socket.socket) -> None:
        connection = Connection(h2.config.H2Configuration(client_side=False))
        connection.initiate_connection()
        with accepted, contextlib.suppress(OSError, h2.exceptions.ProtocolError):  # it may close at any time
            accepted.sendall(connection.data_to_send())
            while data := accepted.recv(65_536):
                for event in connection.receive_data(data):
                    if isinstance(event, h2.events.StreamEnded):
                        self.requests += 1
                        next(self._reactions, answer)(connection, event.stream_id)
                accepted.sendall(connection.data_to_send())


def over_httpx(url: str) -> int:
    with httpx.Client(http1=False, http2=True) as http:
        return (
            Client(TOKEN, base_url=url, transport=HttpxTransport(http), max_retries=0)
            .set_two_step_pin(ID, PIN)
            .attempts
        )


def over_async_httpx(url: str) -> int:
    async def main() -> int:
        async with httpx.AsyncClient(http1=False, http2=True) as http:
            client = AsyncClient(TOKEN, base_url=url, transport=AsyncHttpxTransport(http), max_retries=0)
            return (await client.set_two_step_pin(ID, PIN)).attempts

    return asyncio.run(main())


@pytest.mark.parametrize("call", [over_httpx, over_async_httpx])
@pytest.mark.parametrize("reaction", [refuse, go_away_before_it])
def test_what_was_not_processed_goes_out_again(reaction: Reaction, call: Callable[[str], int]) -> None:
    with Server(reaction) as server:
        assert call(server.url) == 2
    assert server.requests == 2


@pytest.mark.parametrize("call", [over_httpx, over_async_httpx])
@pytest.mark.parametrize("reaction", [cancel, go_away_after_it])
def test_what_may_have_been_processed_does_not(reaction: Reaction, call: Callable[[str], int]) -> None:
    with Server(reaction) as server, pytest.raises(ConnectionFailedError) as error:
        call(server.url)
    assert (error.value.outcome, error.value.attempts, server.requests) == ("unknown", 1, 1)
