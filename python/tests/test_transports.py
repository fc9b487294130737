"""Transports of one's own, and the shipped ones for httpx and requests; mocking with each library's usual means."""

from __future__ import annotations

import asyncio
import functools
import http
import subprocess
import sys
import unittest.mock
from collections.abc import Callable
from typing import Any

import httpx
import pytest
import requests
import responses
import respx
from support import ID, PIN, TOKEN

from whatsapp_two_step import (
    AsyncClient,
    Client,
    ConnectionFailedError,
    HttpRequest,
    HttpResponse,
    InvalidConfigurationError,
    TwoStepError,
    UnexpectedResponseError,
)
from whatsapp_two_step.testing import Sandbox
from whatsapp_two_step.transports import AsyncHttpxTransport, HttpxTransport, RequestsTransport

OK = HttpResponse(200, b'{"success":true}', {"X-FB-Request-Id": "AbC"})
URL = f"https://graph.facebook.com/v24.0/{ID}"


def test_a_lambda() -> None:
    assert Client(TOKEN, transport=lambda request: OK).set_two_step_pin(ID, PIN).trace_id == "AbC"


def test_an_object_with_send() -> None:
    class Own:
        def send(self, request: HttpRequest) -> HttpResponse:
            assert request.url == URL and 29 < request.timeout <= 30 and request.connect_timeout == 10
            return OK

    Client(TOKEN, transport=Own()).set_two_step_pin(ID, PIN)
    asyncio.run(AsyncClient(TOKEN, transport=OwnAsync()).set_two_step_pin(ID, PIN))


def test_a_transport_may_use_a_client() -> None:
    inner = Client(TOKEN, transport=lambda _: OK)

    def send(request: HttpRequest) -> HttpResponse:
        return HttpResponse(200 if inner.set_two_step_pin(ID, PIN).attempts == 1 else 500, OK.body)

    assert Client(TOKEN, transport=send).set_two_step_pin(ID, PIN).attempts == 1


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (HttpResponse(99), "must return an HttpResponse: a status of 100 to 999"),
        (HttpResponse(1000), "must return an HttpResponse: a status of 100 to 999"),
        (HttpResponse(-1), "must return an HttpResponse: a status of 100 to 999"),
        (HttpResponse(2**70), "must return an HttpResponse: a status of 100 to 999"),
        (HttpResponse("200", OK.body), "must return an HttpResponse: a status of 100 to 999"),  # type: ignore[arg-type]
        (HttpResponse(200, "text"), "must return an HttpResponse: a status of 100 to 999"),  # type: ignore[arg-type]
        (HttpResponse(200, 5), "must return an HttpResponse: a status of 100 to 999"),  # type: ignore[arg-type]
        (HttpResponse(200, OK.body, {"a": "€"}), "must return an HttpResponse: a status of 100 to 999"),
        (HttpResponse(200, OK.body, {"a": 1}), "must return an HttpResponse: a status of 100 to 999"),  # type: ignore[dict-item]
        (None, "must return an HttpResponse: a status of 100 to 999"),
        ({"status": 200}, "must return an HttpResponse: a status of 100 to 999"),
        (HttpResponse(302, headers={"location": "https://elsewhere"}), "a redirect"),
        (HttpResponse(200, b" " * 65_537), "larger than 64 KiB"),
        (HttpResponse(200, OK.body, {"a": "b" * 70_000}), "larger than 64 KiB"),
        (HttpResponse(200, OK.body, {"a b": "c"}), "not HTTP"),
        (HttpResponse(200, OK.body, {"a": "b\r\nc: d"}), "not HTTP"),
        (HttpResponse(200, OK.body, [("a", "b")] * 40_000), "larger than 64 KiB"),
        (HttpResponse(200, OK.body, [(f"a{number}", "") for number in range(40_000)]), "not HTTP"),
    ],
)
def test_odd_answers(answer: Any, words: str) -> None:
    async def send(request: HttpRequest) -> HttpResponse:
        return answer

    for call in (
        Client(TOKEN, transport=lambda _: answer).set_two_step_pin,
        lambda *given: asyncio.run(AsyncClient(TOKEN, transport=send).set_two_step_pin(*given)),
    ):
        with pytest.raises(UnexpectedResponseError, match=words) as error:
            call(ID, PIN)
        assert (error.value.outcome, error.value.attempts, error.value.is_retryable) == ("unknown", 1, False)


@pytest.mark.parametrize("status", [200, http.HTTPStatus.OK])
@pytest.mark.parametrize("body", [OK.body, bytearray(OK.body)])
@pytest.mark.parametrize("headers", [{"x-fb-request-id": "AbC"}, [(b"x-fb-request-id", b"AbC")]])
def test_what_is_as_good(status: Any, body: Any, headers: Any) -> None:
    answer = HttpResponse(status, body, headers)
    assert Client(TOKEN, transport=lambda _: answer).set_two_step_pin(ID, PIN).trace_id == "AbC"


class OwnAsync:
    async def send(self, request: HttpRequest) -> HttpResponse:
        return OK


class OwnAsyncCall:
    async def __call__(self, request: HttpRequest) -> HttpResponse:
        return OK


@pytest.mark.parametrize(
    "transport",
    [OwnAsync().send, OwnAsync(), OwnAsyncCall(), functools.partial(OwnAsync().send), unittest.mock.AsyncMock()],
)
def test_an_async_transport_is_not_for_client(transport: Any) -> None:
    with pytest.raises(InvalidConfigurationError, match="transport is async; that is for AsyncClient"):
        Client(TOKEN, transport=transport)
    AsyncClient(TOKEN, transport=transport)


def test_the_wrong_kind_of_transport() -> None:
    # Only its answer shows what it is.
    with pytest.raises(UnexpectedResponseError, match=r"must return an HttpResponse at once; .* AsyncClient") as error:
        Client(TOKEN, transport=lambda request: OwnAsync().send(request)).set_two_step_pin(ID, PIN)  # type: ignore[arg-type,return-value]
    assert error.value.attempts == 1
    # The other way round is harmless: a mock may be a plain function.
    asyncio.run(AsyncClient(TOKEN, transport=lambda _: OK).set_two_step_pin(ID, PIN))  # type: ignore[arg-type,return-value]
    for library in (httpx.Client(), requests.Session()):
        with pytest.raises(InvalidConfigurationError, match="wraps httpx and requests"):
            Client(TOKEN, transport=library)  # type: ignore[arg-type]


def test_mocking_with_respx(respx_mock: respx.MockRouter) -> None:
    route = respx_mock.post(URL).mock(return_value=httpx.Response(200, json={"success": True}))
    with httpx.Client() as http:
        Client(TOKEN, transport=HttpxTransport(http)).set_two_step_pin(ID, PIN)

    async def main() -> None:
        async with httpx.AsyncClient() as http:
            await AsyncClient(TOKEN, transport=AsyncHttpxTransport(http)).set_two_step_pin(ID, PIN)

    asyncio.run(main())
    assert route.call_count == 2
    assert route.calls.last.request.headers["authorization"] == f"Bearer {TOKEN}"


def test_mocking_with_httpx_itself() -> None:
    http = httpx.Client(
        transport=httpx.MockTransport(lambda request: httpx.Response(401, json={"error": {"code": 190}}))
    )
    with pytest.raises(TwoStepError) as error:
        Client(TOKEN, transport=HttpxTransport(http)).set_two_step_pin(ID, PIN)
    assert error.value.kind == "authentication"


@responses.activate
def test_mocking_with_responses() -> None:
    responses.post(URL, json={"success": True}, headers={"x-fb-request-id": "AbC"})
    response = Client(TOKEN, transport=RequestsTransport(requests.Session())).set_two_step_pin(ID, PIN)
    assert response.trace_id == "AbC"
    assert len(responses.calls) == 1


Call = Callable[[str, str], Any]


def over_httpx(url: str, id_: str) -> Any:
    with (
        httpx.Client() as http,
        Client(TOKEN, base_url=url, transport=HttpxTransport(http), timeout=0.8, max_retries=0) as client,
    ):
        return client.set_two_step_pin(id_, PIN)


def over_requests(url: str, id_: str) -> Any:
    with (
        requests.Session() as session,
        Client(TOKEN, base_url=url, transport=RequestsTransport(session), timeout=0.8, max_retries=0) as client,
    ):
        return client.set_two_step_pin(id_, PIN)


def over_async_httpx(url: str, id_: str) -> Any:
    async def main() -> Any:
        async with httpx.AsyncClient() as http:
            transport = AsyncHttpxTransport(http)
            client = AsyncClient(TOKEN, base_url=url, transport=transport, timeout=0.8, max_retries=0)
            return await client.set_two_step_pin(id_, PIN)

    return asyncio.run(main())


ADAPTERS = [over_httpx, over_requests, over_async_httpx]


# A thread that a lost transport is left to may be closed by the collector alone.
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("call", ADAPTERS)
def test_the_adapters_over_real_sockets(sandbox: Sandbox, call: Call) -> None:
    assert call(sandbox.base_url, ID).attempts == 1
    (request,) = sandbox.requests()
    assert (request.method, request.body) == ("POST", f'{{"pin":"{PIN}"}}'.encode())
    assert request.header("authorization") == f"Bearer {TOKEN}"
    assert (request.header("user-agent") or "").startswith("whatsapp-two-step/")
    assert request.header("content-length") == "16" and request.header("transfer-encoding") is None
    expected = {
        "910010000000000": ("timed_out", "unknown"),
        "910030000000000": ("timed_out", "unknown"),
        "910040000000000": ("timed_out", "unknown"),  # a byte a second: no time limit of theirs would strike
        "910200000000000": ("connection_failed", "unknown"),
        "910210000000000": ("connection_failed", "unknown"),
        "910220000000000": ("connection_failed", "unknown"),
        "910400000000000": ("unexpected_response", "unknown"),
        "910430000000000": ("unexpected_response", "unknown"),
        "910460000000000": ("unexpected_response", "unknown"),
        "910470000000000": ("unexpected_response", "unknown"),
        "911060000000000": ("unexpected_response", "unknown"),
        "911070000000000": ("unexpected_response", "unknown"),
        "900001900000463": ("authentication", "rejected"),
    }
    got = {}
    for id_ in expected:
        with pytest.raises(TwoStepError) as error:
            call(sandbox.base_url, id_)
        got[id_] = (error.value.kind, error.value.outcome)
    assert got == expected


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("call", ADAPTERS)
def test_the_adapters_know_when_nothing_left(free_port: int, call: Call) -> None:
    for url in (f"http://127.0.0.1:{free_port}", "https://host.invalid"):
        with pytest.raises(ConnectionFailedError) as error:
            call(url, ID)
        assert (error.value.outcome, error.value.attempts) == ("not_sent", 1)
        cause = error.value.__cause__
        assert cause is not None and cause.__cause__ is not None  # the library's own


def test_requests_takes_no_password_of_netrc(sandbox: Sandbox, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login user password pass\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    over_requests(sandbox.base_url, ID)
    over_httpx(sandbox.base_url, ID)
    assert {request.header("authorization") for request in sandbox.requests()} == {f"Bearer {TOKEN}"}


def test_no_library_is_imported_unasked() -> None:
    code = (
        "import sys, whatsapp_two_step.transports, whatsapp_two_step.testing\n"
        "print([name for name in ('httpx', 'requests', 'asyncio', 'typing_extensions') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
