"""The security webhook, and PINs that are drawn."""

from __future__ import annotations

from typing import Any

import pytest
from support import PIN, vectors
from test_secrets import everything

from whatsapp_two_step import (
    InvalidConfigurationError,
    InvalidPinError,
    InvalidWebhookError,
    SecurityEvent,
    generate_pin,
    is_weak_pin,
    security_events,
)

VECTORS = vectors("webhooks")
SECRET = VECTORS["app_secret"]


def body(case: dict[str, Any]) -> bytes:
    return case["body"].encode().ljust(case.get("padded_to", 0))


@pytest.mark.parametrize("case", VECTORS["good"], ids=lambda case: case["name"])
def test_good(case: dict[str, Any]) -> None:
    events = security_events(body(case), case["signature"], SECRET)
    assert [event.to_dict() for event in events] == case["events"]
    assert [SecurityEvent.from_dict(event) for event in case["events"]] == events
    assert SECRET not in repr(events)


@pytest.mark.parametrize("case", VECTORS["bad"], ids=lambda case: case["name"])
def test_bad(case: dict[str, Any]) -> None:
    with pytest.raises(InvalidWebhookError) as error:
        security_events(body(case), case["signature"], SECRET)
    assert (error.value.kind, error.value.outcome, error.value.attempts) == ("invalid_webhook", "not_sent", 0)
    assert all(word in error.value.message for word in case["words"])
    assert SECRET not in everything(error.value)


def test_other_types() -> None:
    good = VECTORS["good"][0]
    with pytest.raises(InvalidWebhookError, match=r"the body must be bytes.*not str"):
        security_events(good["body"], good["signature"], SECRET)
    with pytest.raises(InvalidWebhookError, match="missing"):
        security_events(body(good), b"sha256=", SECRET)  # type: ignore[arg-type]
    for secret in (None, "", f"{SECRET}\n"):
        with pytest.raises(InvalidConfigurationError, match="app_secret") as error:
            security_events(body(good), good["signature"], secret)  # type: ignore[arg-type]
        assert SECRET not in everything(error.value)


def test_pins_that_are_drawn() -> None:
    pins = {generate_pin() for _ in range(1000)}
    assert len(pins) > 900 and all(len(pin) == 6 and pin.isdigit() and not is_weak_pin(pin) for pin in pins)


def test_weak_pins() -> None:
    assert [is_weak_pin(pin) for pin in ("000000", "123456", "987654", PIN)] == [True, True, True, False]
    for pin in (f"{PIN} ", 123456):
        with pytest.raises(InvalidPinError) as error:
            is_weak_pin(pin)  # type: ignore[arg-type]
        assert PIN not in everything(error.value)
