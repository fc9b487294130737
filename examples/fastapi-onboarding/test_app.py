"""The endpoint against the sandbox that the wheel brings (its pytest fixture `whatsapp_sandbox`)."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterator

import pytest
from app import app, get_client, get_vault
from fastapi.testclient import TestClient
from vault import MemoryVault
from whatsapp_two_step import AsyncClient, HttpRequest, HttpResponse, TransportError
from whatsapp_two_step.testing import Sandbox

GOOD = "106540352242922"


@pytest.fixture
def vault() -> MemoryVault:
    return MemoryVault()


@pytest.fixture
def http(whatsapp_sandbox: Sandbox, vault: MemoryVault, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setenv("WHATSAPP_ACCESS_TOKEN", "EAAtest")
    monkeypatch.setenv("GRAPH_BASE_URL", whatsapp_sandbox.base_url)
    monkeypatch.setitem(app.dependency_overrides, get_vault, lambda: vault)
    with TestClient(app) as http:
        yield http


def test_the_server_holds_what_the_vault_holds(http: TestClient, vault: MemoryVault, whatsapp_sandbox: Sandbox) -> None:
    answer = http.post(f"/numbers/{GOOD}/two-step-pin")
    assert answer.status_code == 200, answer.text
    assert answer.json()["trace_id"]
    assert vault.current[GOOD].get_secret_value() == whatsapp_sandbox.pin(GOOD)
    assert not vault.candidates


def test_an_unknown_outcome_keeps_both_pins_until_a_call_settles_it(
    http: TestClient, vault: MemoryVault, whatsapp_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails_twice = "920010000000101"
    hasty = AsyncClient("EAAtest", base_url=whatsapp_sandbox.base_url, max_retries=0)
    monkeypatch.setitem(app.dependency_overrides, get_client, lambda: hasty)
    for _ in range(2):
        answer = http.post(f"/numbers/{fails_twice}/two-step-pin")
        assert (answer.status_code, answer.json()["outcome"]) == (502, "unknown")
        assert fails_twice not in vault.current and fails_twice in vault.candidates
    assert http.post(f"/numbers/{fails_twice}/two-step-pin").status_code == 200
    assert not vault.candidates
    bodies = {request.body for request in whatsapp_sandbox.requests() if request.path.endswith(fails_twice)}
    assert len(bodies) == 1, "every call sent the same candidate"


def test_a_refusal_after_a_lost_answer_loses_no_pin(
    http: TestClient, vault: MemoryVault, whatsapp_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, url = "106540352242963", whatsapp_sandbox.base_url
    good, expired = AsyncClient("EAAtest", base_url=url), AsyncClient("EAAsandboxExpired", base_url=url)

    async def loses_the_answer(request: HttpRequest) -> HttpResponse:
        await good.set_two_step_pin(number, json.loads(request.body)["pin"])
        raise TransportError("the answer is lost")

    lossy = AsyncClient("EAAtest", base_url=url, transport=loses_the_answer, max_retries=0)
    clients = iter((lossy, expired, good))
    monkeypatch.setitem(app.dependency_overrides, get_client, lambda: next(clients))
    for status, stored in ((502, vault.candidates), (500, vault.candidates), (200, vault.current)):
        assert http.post(f"/numbers/{number}/two-step-pin").status_code == status
        assert stored[number].get_secret_value() == whatsapp_sandbox.pin(number)
    assert not vault.candidates


def test_a_new_pin_waits_until_no_request_is_on_its_way(
    http: TestClient, vault: MemoryVault, whatsapp_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = "106540352242964"
    assert http.post(f"/numbers/{number}/two-step-pin").status_code == 200
    answer = http.post(f"/numbers/{number}/two-step-pin")
    assert (answer.status_code, answer.json()["outcome"]) == (503, "not_sent")
    assert 70 < int(answer.headers["retry-after"]) <= 80
    assert sum(request.path.endswith(number) for request in whatsapp_sandbox.requests()) == 1
    later = time.time() + 81
    monkeypatch.setattr(time, "time", lambda: later)
    assert http.post(f"/numbers/{number}/two-step-pin").status_code == 200
    assert vault.current[number].get_secret_value() == whatsapp_sandbox.pin(number)


@pytest.mark.parametrize(
    ("phone_number_id", "status", "outcome"),
    [
        ("901330100000000", 409, "rejected"),  # the number isn't registered
        ("900001000000033", 404, "rejected"),  # no such number for this token
        ("900001900000463", 500, "rejected"),  # our token has expired: nothing that the caller can mend
        ("911230000000000", 503, "rejected"),  # rate limited for an hour
        ("914000000000000", 502, "unknown"),  # the PIN was set, and the answer is a 500
        ("not-an-id", 422, "not_sent"),
    ],
)
def test_failures(http: TestClient, vault: MemoryVault, phone_number_id: str, status: int, outcome: str) -> None:
    answer = http.post(f"/numbers/{phone_number_id}/two-step-pin")
    assert (answer.status_code, answer.json()["outcome"]) == (status, outcome), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers.get("retry-after") == ("3600" if phone_number_id == "911230000000000" else None)
    assert phone_number_id in vault.candidates, "the next call sends the same one"


def test_no_pin_in_answer_or_log(http: TestClient, vault: MemoryVault, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    answer = http.post("/numbers/913020000000000/two-step-pin")  # the server sends the whole request back
    pin = vault.candidates["913020000000000"].get_secret_value()
    assert pin not in answer.text + caplog.text + repr(vault.candidates)
