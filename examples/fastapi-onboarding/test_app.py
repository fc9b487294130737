"""The endpoint against the sandbox that the wheel brings (its pytest fixture `whatsapp_sandbox`)."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from app import app, get_rotator
from fastapi.testclient import TestClient
from whatsapp_two_step import (
    AsyncClient,
    AsyncRotator,
    Client,
    HttpRequest,
    HttpResponse,
    Rotator,
    SqliteVault,
    TransportError,
    generate_vault_key,
)
from whatsapp_two_step.testing import Sandbox

GOOD = "106540352242922"


@pytest.fixture
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SqliteVault:
    key = generate_vault_key()
    monkeypatch.setenv("VAULT", str(tmp_path / "pins.db"))
    monkeypatch.setenv("WHATSAPP_TWO_STEP_VAULT_KEY", key)
    return SqliteVault(tmp_path / "pins.db", key)


@pytest.fixture
def http(whatsapp_sandbox: Sandbox, vault: SqliteVault, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setenv("WHATSAPP_ACCESS_TOKEN", "EAAtest")
    monkeypatch.setenv("GRAPH_BASE_URL", whatsapp_sandbox.base_url)
    with TestClient(app) as http:
        yield http


@pytest.fixture
def over(vault: SqliteVault, monkeypatch: pytest.MonkeyPatch) -> Callable[[AsyncClient], None]:
    """Lets the endpoint rotate over another client."""
    return lambda client: monkeypatch.setitem(
        app.dependency_overrides, get_rotator, lambda: AsyncRotator(client, vault)
    )


def held(vault: SqliteVault, number: str) -> list[str]:
    """The PINs that may hold, a pending one first."""
    return [pin.get_secret_value() for pin in Rotator(Client("EAAtest", base_url="http://127.0.0.1:1"), vault).may_hold(number)]


def test_the_server_holds_what_the_vault_holds(http: TestClient, vault: SqliteVault, whatsapp_sandbox: Sandbox) -> None:
    answer = http.post(f"/numbers/{GOOD}/two-step-pin")
    assert answer.status_code == 200, answer.text
    assert answer.json()["trace_id"]
    assert held(vault, GOOD) == [whatsapp_sandbox.pin(GOOD)]


def test_a_refusal_after_a_lost_answer_loses_no_pin(
    http: TestClient, vault: SqliteVault, whatsapp_sandbox: Sandbox, over: Callable[[AsyncClient], None]
) -> None:
    number, url = "106540352242963", whatsapp_sandbox.base_url
    good, expired = AsyncClient("EAAtest", base_url=url), AsyncClient("EAAsandboxExpired", base_url=url)

    async def loses_the_answer(request: HttpRequest) -> HttpResponse:
        await good.set_two_step_pin(number, json.loads(request.body)["pin"])
        raise TransportError("the answer is lost")

    lossy = AsyncClient("EAAtest", base_url=url, transport=loses_the_answer, max_retries=0)
    for client, status, state in ((lossy, 502, "unsettled"), (expired, 500, "unsettled"), (good, 200, None)):
        over(client)
        answer = http.post(f"/numbers/{number}/two-step-pin")
        assert (answer.status_code, answer.json().get("vault")) == (status, state)
        assert held(vault, number)[0] == whatsapp_sandbox.pin(number)
    assert len(held(vault, number)) == 1


def test_a_new_pin_waits_until_no_request_is_on_its_way(
    http: TestClient, whatsapp_sandbox: Sandbox, over: Callable[[AsyncClient], None]
) -> None:
    fails_twice = "920010000000101"
    over(AsyncClient("EAAtest", base_url=whatsapp_sandbox.base_url, timeout=20))
    assert http.post(f"/numbers/{fails_twice}/two-step-pin").status_code == 200  # in three attempts: one may come late
    answer = http.post(f"/numbers/{fails_twice}/two-step-pin")
    assert (answer.status_code, answer.json()["outcome"], answer.json()["vault"]) == (503, "not_sent", "settled")
    assert 60 < int(answer.headers["retry-after"]) <= 81


@pytest.mark.parametrize(
    ("phone_number_id", "status", "outcome", "vault_state"),
    [
        ("901330100000000", 409, "rejected", "settled"),  # the number isn't registered
        ("900001000000033", 404, "rejected", "settled"),  # no such number for this token
        ("900001900000463", 500, "rejected", "settled"),  # our token has expired: nothing that the caller can mend
        ("911230000000000", 503, "rejected", "settled"),  # rate limited for an hour
        ("914000000000000", 502, "unknown", "unsettled"),  # the PIN was set, and the answer is a 500
        ("not-an-id", 422, "not_sent", None),
    ],
)
def test_failures(http: TestClient, phone_number_id: str, status: int, outcome: str, vault_state: str | None) -> None:
    answer = http.post(f"/numbers/{phone_number_id}/two-step-pin")
    assert (answer.status_code, answer.json()["outcome"]) == (status, outcome), answer.text
    assert answer.json()["vault"] == vault_state
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers.get("retry-after") == ("3600" if phone_number_id == "911230000000000" else None)


def test_no_pin_in_answer_or_log(http: TestClient, vault: SqliteVault, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    start = time.monotonic()
    answer = http.post("/numbers/914000000000000/two-step-pin")
    assert time.monotonic() - start < 20
    (pin,) = held(vault, "914000000000000")
    assert pin not in answer.text + caplog.text
