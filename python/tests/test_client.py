"""Both clients against the sandbox, over real sockets."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from support import ID, PIN, TOKEN

import whatsapp_two_step
from whatsapp_two_step import (
    AsyncClient,
    Client,
    HttpRequest,
    HttpResponse,
    InvalidConfigurationError,
    InvalidPinError,
    RateLimitedError,
    TimedOutError,
    TwoStepError,
    set_two_step_pin,
)
from whatsapp_two_step.testing import Sandbox


def scenarios(sandbox: Sandbox) -> list[dict[str, str]]:
    import json
    import urllib.request

    with urllib.request.urlopen(f"{sandbox.base_url}/_sandbox/scenarios") as answer:
        return json.load(answer)


def test_sets_a_pin(sandbox: Sandbox) -> None:
    with Client(TOKEN, base_url=sandbox.base_url) as client:
        response = client.set_two_step_pin(ID, "012345")
    assert (response.api_version, response.attempts) == ("v24.0", 1)
    assert response.trace_id and response.usage
    assert sandbox.pin(ID) == "012345"
    (request,) = sandbox.requests()
    assert (request.method, request.path, request.body) == ("POST", f"/v24.0/{ID}", b'{"pin":"012345"}')
    assert request.header("authorization") == f"Bearer {TOKEN}"
    assert request.header("user-agent") == f"whatsapp-two-step/{whatsapp_two_step.__version__};lang=python"


def test_sets_a_pin_on_a_loop(sandbox: Sandbox) -> None:
    async def main() -> None:
        async with AsyncClient(TOKEN, base_url=sandbox.base_url, timeout=10, max_retries=0) as client:
            response = await client.set_two_step_pin(ID, "012345")
            assert response.attempts == 1

    asyncio.run(main())
    assert sandbox.pin(ID) == "012345"


def test_a_function_for_scripts(sandbox: Sandbox) -> None:
    response = set_two_step_pin(ID, PIN, access_token=TOKEN, base_url=sandbox.base_url, timeout=timedelta(seconds=5))
    assert response.attempts == 1
    assert sandbox.pin(ID) == PIN


def test_from_env(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for cls in (Client, AsyncClient):
        with pytest.raises(InvalidConfigurationError, match="WHATSAPP_ACCESS_TOKEN"):
            cls.from_env()
    monkeypatch.setenv("WHATSAPP_ACCESS_TOKEN", "EAAsandboxProofRequired")
    monkeypatch.setenv("WHATSAPP_APP_SECRET", "sandbox-app-secret")
    with Client.from_env(base_url=sandbox.base_url) as client:
        client.set_two_step_pin(ID, PIN)
    assert (sandbox.requests()[0].query or "").startswith("appsecret_proof=")


def test_from_env_takes_url_and_version(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHATSAPP_ACCESS_TOKEN", TOKEN)
    monkeypatch.setenv("WHATSAPP_BASE_URL", sandbox.base_url)
    monkeypatch.setenv("WHATSAPP_API_VERSION", "v25.0")
    with Client.from_env() as client:
        client.set_two_step_pin(ID, PIN)
    assert sandbox.requests()[0].path == f"/v25.0/{ID}"
    monkeypatch.setenv("WHATSAPP_BASE_URL", "http://mock:8080")
    with pytest.raises(InvalidConfigurationError, match="allow_http"):
        Client.from_env()
    assert "http://mock:8080" in repr(Client.from_env(allow_http=True))
    # Nothing else takes a token from there.
    for cls in (Client, AsyncClient):
        with pytest.raises(InvalidConfigurationError, match="access_token must be a string"):
            cls(None)  # type: ignore[arg-type]


def test_clients_for_several_tokens_share_their_connections(sandbox: Sandbox) -> None:
    client = Client(TOKEN, base_url=sandbox.base_url, app_secret="sandbox-app-secret")
    other = client.with_access_token("EAAG_another")
    for each in (client, other, client, other):
        each.set_two_step_pin(ID, PIN)
    seen = [(request.header("authorization"), request.query) for request in sandbox.requests()]
    assert seen[:2] == seen[2:] and seen[0][0] == f"Bearer {TOKEN}" and seen[1][0] == "Bearer EAAG_another"
    assert seen[0][1] != seen[1][1]
    assert sandbox.stats().connections == 1
    client.close()
    assert other.set_two_step_pin(ID, PIN).attempts == 1
    with pytest.raises(InvalidConfigurationError, match="line break"):
        other.with_access_token("EAAG\n")

    async def main() -> None:
        async with AsyncClient(TOKEN, base_url=sandbox.base_url) as client:
            await client.with_access_token("EAAG_third").set_two_step_pin(ID, PIN)

    asyncio.run(main())
    assert sandbox.requests()[-1].header("authorization") == "Bearer EAAG_third"


@pytest.mark.parametrize("own", [False, True])
def test_limits_of_one_call(whatsapp_sandbox: Sandbox, own: bool) -> None:
    def hang(request: HttpRequest) -> HttpResponse:
        time.sleep(5)
        return HttpResponse(503)

    async def hang_async(request: HttpRequest) -> HttpResponse:
        await asyncio.sleep(5)
        return HttpResponse(503)

    url = whatsapp_sandbox.base_url
    client = Client(TOKEN, base_url=url, transport=hang if own else None)
    async_client = AsyncClient(TOKEN, base_url=url, transport=hang_async if own else None)
    hanging = "910010000000000"
    for call in (
        lambda **limits: client.set_two_step_pin(hanging, PIN, **limits),
        lambda **limits: asyncio.run(async_client.set_two_step_pin(hanging, PIN, **limits)),
    ):
        start = time.monotonic()
        with pytest.raises(TimedOutError, match="300ms") as caught:
            call(timeout=0.3, max_retries=0)
        assert time.monotonic() - start < 3 and caught.value.reason == "waiting"
        with pytest.raises(InvalidConfigurationError, match="timeout must be more than 0 s"):
            call(timeout=0)
        with pytest.raises(InvalidConfigurationError, match="max_retries must be a whole number"):
            call(max_retries="2")
    failing = Client(TOKEN, transport=lambda _: HttpResponse(503), base_url=url)
    with pytest.raises(TwoStepError) as error:
        failing.set_two_step_pin(ID, PIN, max_retries=0)
    assert error.value.attempts == 1


@pytest.mark.parametrize("own", [False, True])
def test_the_switch_for_test_runs(monkeypatch: pytest.MonkeyPatch, own: bool) -> None:
    transport = (lambda _: HttpResponse(200, b'{"success":true}')) if own else None
    client = Client(TOKEN, transport=transport)
    monkeypatch.setenv("WHATSAPP_TWO_STEP_LOOPBACK_ONLY", "1")
    with pytest.raises(InvalidConfigurationError, match="WHATSAPP_TWO_STEP_LOOPBACK_ONLY"):
        client.set_two_step_pin(ID, PIN)
    with pytest.raises(InvalidConfigurationError, match="WHATSAPP_TWO_STEP_LOOPBACK_ONLY"):
        Client(TOKEN, transport=transport)


def test_swapped_arguments() -> None:
    with pytest.raises(InvalidPinError, match="swapped"):
        Client(TOKEN).set_two_step_pin(PIN, ID)


@pytest.mark.parametrize("uses_loop", [False, True])
def test_every_scenario(whatsapp_sandbox: Sandbox, uses_loop: bool) -> None:
    table = scenarios(whatsapp_sandbox)
    digit = "7" if uses_loop else "8"  # scripts count each ID apart
    settings: dict[str, Any] = {"base_url": whatsapp_sandbox.base_url, "timeout": 2.5, "max_retries": 0}
    ends: dict[str, tuple[str, str]] = {}

    def note(row: dict[str, str], error: TwoStepError | None) -> None:
        ends[row["name"]] = (error.kind, error.outcome) if error else ("success", "applied")

    # A client each: a connection that a fault closed must not serve the next call, which isn't repeated here.
    def call(row: dict[str, str]) -> None:
        try:
            with Client(TOKEN, **settings) as client:
                client.set_two_step_pin(row["id"][:-1] + digit, PIN)
            note(row, None)
        except TwoStepError as error:
            note(row, error)

    async def call_async(row: dict[str, str]) -> None:
        try:
            async with AsyncClient(TOKEN, **settings) as client:
                await client.set_two_step_pin(row["id"][:-1] + digit, PIN)
            note(row, None)
        except TwoStepError as error:
            note(row, error)

    async def main() -> None:
        await asyncio.gather(*[call_async(row) for row in table])

    if uses_loop:
        asyncio.run(main())
    else:
        threads = [threading.Thread(target=call, args=(row,)) for row in table]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert ends == {row["name"]: (row["kind"], row["outcome"]) for row in table}


def test_a_number_is_no_pin() -> None:
    client = Client(TOKEN)
    for pin in (12345, 123456, None, b"012345", 1.5):
        with pytest.raises(InvalidPinError, match="string of 6 digits is needed, not"):
            client.set_two_step_pin(ID, pin)  # type: ignore[arg-type]
    for number in (106540352242922, None):
        with pytest.raises(ValueError, match="string of digits is needed"):
            client.set_two_step_pin(number, PIN)  # type: ignore[arg-type]
    with pytest.raises(InvalidPinError, match="Invalid PIN"):  # no text at all
        client.set_two_step_pin(ID, "\ud800" + "12345")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"access_token": None}, "access_token must be a string, not NoneType"),
        ({"access_token": 1}, "access_token must be a string, not int"),
        ({"timeout": "10"}, "timeout must be a number of seconds or a timedelta, not str"),
        ({"timeout": True}, "timeout must be a number of seconds or a timedelta, not bool"),
        ({"timeout": float("nan")}, "timeout must be more than 0 s"),
        ({"timeout": float("inf")}, "at most 24 h"),
        ({"timeout": 10**400}, "at most 24 h"),
        ({"timeout": timedelta(days=-1)}, "timeout must be more than 0 s"),
        ({"connect_timeout": timedelta(days=2)}, "connect_timeout"),
        ({"max_retries": 1.5}, "max_retries must be a whole number, not float"),
        ({"max_retries": -1}, "max_retries"),
        ({"proxy": "socks5://user:hunter2@proxy"}, "proxy"),
        ({"root_certificates": b"no PEM"}, "root_certificates"),
        ({"root_certificates": Path("/does/not/exist")}, "root_certificates is a file that can't be read"),
        ({"root_certificates": "/does/not/exist"}, "root_certificates is a file that can't be read"),
        ({"max_in_flight": "5"}, "max_in_flight must be a whole number, not str"),
        ({"allow_http": "yes"}, "allow_http must be True or False, not str"),
        ({"base_url": "http://mock:8080"}, "allow_http"),
        ({"root_certificates": 5}, "root_certificates must be PEM"),
        ({"transport": 5}, "transport must be a function"),
        ({"transport": lambda _: None, "proxy": "http://proxy"}, "beside a transport of your own"),
    ],
)
@pytest.mark.parametrize("cls", [Client, AsyncClient])
def test_settings_of_the_wrong_type(cls: Any, settings: dict[str, Any], words: str | None) -> None:
    with pytest.raises(InvalidConfigurationError) as caught:
        cls(**{"access_token": TOKEN, **settings})
    assert caught.value.outcome == "not_sent"
    assert words is None or words in caught.value.message
    assert "hunter2" not in str(caught.value)


def test_times_as_numbers_and_timedeltas(whatsapp_sandbox: Sandbox) -> None:
    for timeout in (0.3, timedelta(milliseconds=300)):
        start = time.monotonic()
        with pytest.raises(TimedOutError) as caught:
            Client(TOKEN, base_url=whatsapp_sandbox.base_url, timeout=timeout).set_two_step_pin("910010000000000", PIN)
        assert 0.25 < time.monotonic() - start < 5
        assert isinstance(caught.value, TimeoutError) and caught.value.outcome == "unknown"


def test_an_error_has_what_the_server_said(whatsapp_sandbox: Sandbox) -> None:
    with pytest.raises(RateLimitedError) as caught:
        Client(TOKEN, base_url=whatsapp_sandbox.base_url).set_two_step_pin("911230000000000", PIN)
    error = caught.value
    assert (error.retry_after, error.http_status, error.attempts, error.is_retryable) == (3600.0, 429, 1, True)
    assert str(error).startswith(error.message) and "rate_limited" in str(error) and "HTTP 429" in str(error)


def test_one_client_from_many_threads(sandbox: Sandbox) -> None:
    with Client(TOKEN, base_url=sandbox.base_url) as client:
        done: list[int] = []

        def work() -> None:
            for _ in range(50):
                done.append(client.set_two_step_pin(ID, PIN).attempts)

        threads = [threading.Thread(target=work) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert done == [1] * 800
    assert sandbox.stats().connections <= 40


def test_other_threads_run_meanwhile(whatsapp_sandbox: Sandbox) -> None:
    client = Client(TOKEN, base_url=whatsapp_sandbox.base_url)
    thread = threading.Thread(target=client.set_two_step_pin, args=("910060000000000", PIN))
    thread.start()
    turns = 0
    while thread.is_alive():
        turns += 1
    thread.join()
    assert turns > 1000


def test_a_closed_client_says_so(sandbox: Sandbox) -> None:
    client = Client(TOKEN, base_url=sandbox.base_url)
    client.set_two_step_pin(ID, PIN)
    assert sandbox.stats().open_connections == 1
    client.close()
    client.close()
    assert repr(client) == "Client(closed)"
    for _ in range(500):
        if sandbox.stats().open_connections == 0:
            break
        time.sleep(0.01)
    assert sandbox.stats().open_connections == 0
    with pytest.raises(InvalidConfigurationError, match="client is closed") as caught:
        client.set_two_step_pin(ID, PIN)
    assert isinstance(caught.value, RuntimeError) and isinstance(caught.value, ValueError)
    with pytest.raises(RuntimeError, match="client is closed"):
        client.with_access_token(TOKEN)


def test_trusts_a_certificate_authority_of_ones_own(tmp_path: Path) -> None:
    import http.server
    import ssl

    import trustme

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.send_header("content-length", "16")
            self.end_headers()
            self.wfile.write(b'{"success":true}')

        def log_message(self, *args: Any) -> None:
            pass

    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"https://localhost:{server.server_port}"
        pem = authority.cert_pem.bytes()
        file = tmp_path / "ca.pem"
        file.write_bytes(pem)
        for roots in (pem, pem.decode(), file, str(file)):
            with Client(TOKEN, base_url=url, root_certificates=roots) as client:
                assert client.set_two_step_pin(ID, PIN).attempts == 1
        with pytest.raises(ConnectionError) as caught:
            Client(TOKEN, base_url=url, max_retries=0).set_two_step_pin(ID, PIN)
        assert isinstance(caught.value, TwoStepError) and caught.value.outcome == "not_sent"
        assert "certificate" in str(caught.value.__cause__).lower()
        assert caught.value.reason == "tls" and not caught.value.is_retryable
        assert "certificate is not trusted" in caught.value.message
        server.shutdown()
