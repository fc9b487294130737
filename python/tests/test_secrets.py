"""No secret is shown: not by a repr, an error, its causes, a traceback with its locals, a log or a pickle."""

from __future__ import annotations

import asyncio
import http.server
import io
import logging
import pickle
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx
import pytest
import requests
from support import ID, PIN, TOKEN

from whatsapp_two_step import (
    AsyncClient,
    Client,
    HttpRequest,
    HttpResponse,
    TransportError,
    TwoStepError,
    set_two_step_pin,
)
from whatsapp_two_step.testing import Sandbox
from whatsapp_two_step.transports import AsyncHttpxTransport, HttpxTransport, RequestsTransport

SECRET = "app_secret_0123456789"
PROXY = "http://user:hunter2@127.0.0.1:9"
SECRETS = (TOKEN, PIN, SECRET, "hunter2")


def everything(error: BaseException) -> str:
    """All that a traceback shows, with the locals of each frame but the tests' own, and of the causes."""
    shown: list[str] = []
    seen: set[int] = set()
    todo: list[BaseException | None] = [error]
    while todo:
        next_ = todo.pop()
        if next_ is None or id(next_) in seen:
            continue
        seen.add(id(next_))
        shown += [str(next_), repr(next_), repr(vars(next_)), "".join(traceback.format_exception(next_))]
        trace: TracebackType | None = next_.__traceback__
        while trace is not None:
            if Path(trace.tb_frame.f_code.co_filename).parent != Path(__file__).parent:
                shown += [f"{name}={value!r}" for name, value in trace.tb_frame.f_locals.items()]
            trace = trace.tb_next
        todo += [next_.__cause__, next_.__context__]
    return "\n".join(shown)


def assert_hidden(text: str) -> None:
    for number, secret in enumerate(SECRETS):
        assert secret not in text, f"secret {number} shows"


def failure(call: Callable[[], Any]) -> TwoStepError:
    try:
        call()
    except TwoStepError as error:
        return error
    raise AssertionError("no error")


IDS = ["913000000000000", "913010000000000", "913020000000000", "913030000000000", "913040000000000", "910210000000000"]


def clients(url: str) -> list[Callable[[str], Any]]:
    settings: dict[str, Any] = {"base_url": url, "max_retries": 0, "app_secret": SECRET}

    def on_a_loop(transport: bool) -> Callable[[str], Any]:
        async def main(id_: str) -> None:
            async with httpx.AsyncClient() as http:
                chosen = AsyncHttpxTransport(http) if transport else None
                async with AsyncClient(TOKEN, **settings, transport=chosen) as client:
                    await client.set_two_step_pin(id_, PIN)

        return lambda id_: asyncio.run(main(id_))

    def plain(id_: str) -> None:
        with Client(TOKEN, **settings) as client:
            client.set_two_step_pin(id_, PIN)

    def over_httpx(id_: str) -> None:
        with httpx.Client() as http, Client(TOKEN, **settings, transport=HttpxTransport(http)) as client:
            client.set_two_step_pin(id_, PIN)

    def over_requests(id_: str) -> None:
        with requests.Session() as session, Client(TOKEN, **settings, transport=RequestsTransport(session)) as client:
            client.set_two_step_pin(id_, PIN)

    return [plain, over_httpx, over_requests, on_a_loop(False), on_a_loop(True)]


@pytest.mark.parametrize("which", range(5))
def test_what_a_server_sends_back(whatsapp_sandbox: Sandbox, which: int) -> None:
    for id_ in IDS:
        error = failure(lambda id_=id_: clients(whatsapp_sandbox.base_url)[which](id_))
        assert_hidden(everything(error))
        assert_hidden(repr(pickle.dumps(error)))


@pytest.mark.parametrize("which", range(5))
def test_a_server_that_sends_back_a_part(which: int) -> None:
    """What arrived before the connection ended stays in no frame."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            self.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n" + str(self.headers).encode() + body)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever).start()
        error = failure(lambda: clients(f"http://127.0.0.1:{server.server_port}")[which](ID))
        server.shutdown()
    assert (error.kind, error.outcome) == ("connection_failed", "unknown")
    assert_hidden(everything(error))


def test_bad_input() -> None:
    client, async_client = Client(TOKEN), AsyncClient(TOKEN)
    own = Client(TOKEN, transport=lambda _: HttpResponse(200))
    for given in ((ID, f"{PIN} "), (f"{PIN}-{TOKEN}", PIN), (PIN, ID)):
        for call in (
            client.set_two_step_pin,
            own.set_two_step_pin,
            lambda *given: asyncio.run(async_client.set_two_step_pin(*given)),
            lambda *given: set_two_step_pin(*given, access_token=TOKEN),
        ):
            assert_hidden(everything(failure(lambda call=call, given=given: call(*given))))
    for settings in (
        {"access_token": f"{TOKEN}\n"},
        {"access_token": TOKEN, "app_secret": f"{SECRET} "},
        {"access_token": TOKEN, "app_secret": SECRET, "timeout": -1},
        {"access_token": TOKEN, "proxy": PROXY.replace("http", "ftp")},
        {"access_token": TOKEN, "proxy": PROXY, "base_url": "http://x"},
    ):
        for cls in (Client, AsyncClient):
            assert_hidden(everything(failure(lambda cls=cls, settings=settings: cls(**settings))))


def test_from_env(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHATSAPP_ACCESS_TOKEN", TOKEN + "\n")
    assert_hidden(everything(failure(lambda: Client.from_env(app_secret=SECRET, proxy=PROXY))))


def test_reprs_and_pickles_of_clients() -> None:
    for cls in (Client, AsyncClient):
        client = cls(TOKEN, app_secret=SECRET, proxy=PROXY)
        assert_hidden(repr(client) + repr(vars(client)))
        with pytest.raises(TypeError, match="can't be pickled"):
            pickle.dumps(client)


def test_a_request_for_a_transport() -> None:
    requests: list[HttpRequest] = []

    def send(request: HttpRequest) -> HttpResponse:
        requests.append(request)
        return HttpResponse(200, b'{"success":true}', {"echo": TOKEN})

    Client(TOKEN, app_secret=SECRET, transport=send).set_two_step_pin(ID, PIN)
    (request,) = requests
    assert request.headers["authorization"] == f"Bearer {TOKEN}" and PIN.encode() in request.body
    for part in (request, request.headers, request.body, HttpResponse(200, TOKEN.encode(), {"echo": TOKEN})):
        assert_hidden(f"{part!r} {part} {part!s:>9}")
    assert "appsecret_proof" in request.url and "appsecret_proof" not in repr(request)
    with pytest.raises(TypeError, match="can't be pickled"):
        pickle.dumps(request)
    with pytest.raises(AttributeError):
        request.url = ""


def leaks_itself(pin: str, token: str) -> None:
    raise TransportError(f"failed with {token}") from None


def leaks_in_a_cause(pin: str, token: str) -> None:
    try:
        raise KeyError("x" * 400 + pin)
    except KeyError as error:
        raise OSError("failed") from error


def leaks_in_its_repr(pin: str, token: str) -> None:
    class QuietError(Exception):
        def __str__(self) -> str:
            return "failed"

    raise QuietError(token)


def leaks_in_a_note(pin: str, token: str) -> None:
    error = OSError("failed")
    error.__notes__ = ["with", pin]
    raise error


def leaks_in_a_group(pin: str, token: str) -> None:
    class GroupError(Exception):
        exceptions = (OSError("one"), OSError(token))

    raise GroupError("failed")


@pytest.mark.parametrize("uses_loop", [False, True])
@pytest.mark.parametrize("leak", [leaks_itself, leaks_in_a_cause, leaks_in_its_repr, leaks_in_a_note, leaks_in_a_group])
def test_what_a_transport_says(uses_loop: bool, leak: Callable[[str, str], None]) -> None:
    def send(request: HttpRequest) -> HttpResponse:
        leak(bytes(request.body).decode(), dict(request.headers)["authorization"])
        return HttpResponse(200)

    async def send_async(request: HttpRequest) -> HttpResponse:
        return send(request)

    if uses_loop:
        async_client = AsyncClient(TOKEN, transport=send_async, max_retries=0)
        error = failure(lambda: asyncio.run(async_client.set_two_step_pin(ID, PIN)))
    else:
        client = Client(TOKEN, transport=send, max_retries=0)
        error = failure(lambda: client.set_two_step_pin(ID, PIN))
    assert_hidden(everything(error))
    assert type(error.__cause__) is TransportError  # not the original: that shows a secret
    assert "failed" in str(error.__cause__)


def test_nothing_is_logged(whatsapp_sandbox: Sandbox) -> None:
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        for id_ in (ID, *IDS):
            for call in clients(whatsapp_sandbox.base_url)[:1] + clients(whatsapp_sandbox.base_url)[3:4]:
                try:
                    call(id_)
                except TwoStepError:
                    pass
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    assert_hidden(log.getvalue())


def test_as_pytest_shows_it(pytester: pytest.Pytester, whatsapp_sandbox: Sandbox) -> None:
    pytester.makepyfile(
        f"""
        import asyncio
        from whatsapp_two_step import *

        def secret(name):
            return {{"token": {TOKEN!r}, "pin": {PIN!r}}}[name]

        def test_sync():
            Client(secret("token"), base_url={whatsapp_sandbox.base_url!r}).set_two_step_pin("913020000000000", secret("pin"))

        def test_async():
            client = AsyncClient(secret("token"), base_url={whatsapp_sandbox.base_url!r})
            asyncio.run(client.set_two_step_pin("913020000000000", secret("pin")))
        """
    )
    for style in ("long", "auto", "short"):
        result = pytester.runpytest_subprocess("--showlocals", f"--tb={style}")
        text = "\n".join(line for line in result.outlines if "return {" not in line)
        assert "2 failed" in text and "InvalidRequestError" in text
        assert_hidden(text)
