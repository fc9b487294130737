"""The webhook's endpoint, with deliveries signed as Meta signs them."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging

import pytest
import webhooks
from fastapi import FastAPI
from fastapi.testclient import TestClient

SECRET = "app_secret_0123456789"
VALUE = {"display_phone_number": "15550783881", "event": "PIN_CHANGED"}


def delivery(time: int) -> bytes:
    changes = [{"field": "security", "value": VALUE}, {"field": "messages", "value": {}}]
    entry = {"id": "102290129340398", "time": time, "changes": changes}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def signed(body: bytes) -> dict[str, str]:
    return {"X-Hub-Signature-256": "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}


@pytest.fixture
def http(monkeypatch: pytest.MonkeyPatch) -> TestClient:
    monkeypatch.setenv("WHATSAPP_APP_SECRET", SECRET)
    monkeypatch.setattr(webhooks, "seen", webhooks.Seen())
    app = FastAPI()
    app.include_router(webhooks.router)
    return TestClient(app)


def test_each_event_is_heard_once(http: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "onboarding"):
        for time in (1, 1, 2, 1):
            assert http.post("/webhooks", content=delivery(time), headers=signed(delivery(time))).status_code == 200
    assert [record.getMessage() for record in caplog.records] == [
        "PIN_CHANGED: the PIN of 15550783881 in 102290129340398"
    ] * 2


def test_what_isnt_metas_is_refused(http: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    for headers in ({}, signed(b"another body")):
        assert http.post("/webhooks", content=delivery(1), headers=headers).status_code == 401
    assert SECRET not in caplog.text


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "KEPT", 2)
    seen = webhooks.Seen()
    new = [seen.is_new(webhooks.SecurityEvent("PIN_CHANGED", time=time)) for time in (1, 2, 3, 3, 1)]
    assert new == [True, True, True, False, True]
