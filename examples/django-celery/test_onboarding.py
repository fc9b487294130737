"""The task against the sandbox that the wheel brings (its pytest fixture `whatsapp_sandbox`), without a broker."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import django
import pytest
import worker
from celery.exceptions import Retry
from django.conf import settings
from django.core.management import call_command
from whatsapp_two_step import Client, HttpRequest, HttpResponse, Rotator, TransportError, generate_vault_key
from whatsapp_two_step.testing import Sandbox

django.setup()
from onboarding import tasks  # noqa: E402 - models need the set-up
from onboarding.models import Number  # noqa: E402

worker.app.conf.task_always_eager = True
GOOD = "106540352242922"


@pytest.fixture(autouse=True)
def project(whatsapp_sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("WHATSAPP_ACCESS_TOKEN", "EAAtest")
    monkeypatch.setattr(settings, "GRAPH_BASE_URL", whatsapp_sandbox.base_url)
    monkeypatch.setattr(settings, "VAULT", str(tmp_path / "pins.db"))
    monkeypatch.setattr(settings, "VAULT_KEY", generate_vault_key())
    tasks.client.cache_clear()
    tasks.vault.cache_clear()
    call_command("migrate", run_syncdb=True, verbosity=0)
    yield
    Number.objects.all().delete()


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits before another try, in place of the tries."""
    waits: list[float] = []

    def retry(*, exc: Exception, countdown: float) -> Retry:
        waits.append(countdown)
        return Retry(exc=exc)

    monkeypatch.setattr(tasks.set_two_step_pin, "retry", retry)
    return waits


def held(phone_number_id: str) -> list[str]:
    """The PINs that may hold, a pending one first."""
    client = Client("EAAtest", base_url="http://127.0.0.1:1")
    return [pin.get_secret_value() for pin in Rotator(client, tasks.vault()).may_hold(phone_number_id)]


def run(phone_number_id: str) -> Number:
    tasks.set_two_step_pin.delay(phone_number_id)
    return Number.objects.get(pk=phone_number_id)


def test_the_server_holds_what_the_vault_holds(whatsapp_sandbox: Sandbox) -> None:
    number = run(GOOD)
    assert (number.state, number.in_doubt) == ("set", False) and number.trace_id
    assert held(GOOD) == [whatsapp_sandbox.pin(GOOD)]


def test_an_outage_is_tried_again_with_the_same_pin(whatsapp_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    fails_twice = "920010000000201"
    hasty = tasks.Client("EAAtest", base_url=whatsapp_sandbox.base_url, max_retries=0)
    monkeypatch.setattr(tasks, "client", lambda: hasty)
    number = run(fails_twice)
    assert (number.state, number.in_doubt) == ("set", False)
    sent = [request.body for request in whatsapp_sandbox.requests() if request.path.endswith(fails_twice)]
    assert len(sent) == 3 and len(set(sent)) == 1


def test_a_refusal_after_a_lost_answer_loses_no_pin(whatsapp_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    number, url = "106540352242965", whatsapp_sandbox.base_url
    good, expired = Client("EAAtest", base_url=url), Client("EAAsandboxExpired", base_url=url)

    def loses_the_answer(request: HttpRequest) -> HttpResponse:
        good.set_two_step_pin(number, json.loads(request.body)["pin"])
        raise TransportError("the answer is lost")

    lossy = Client("EAAtest", base_url=url, transport=loses_the_answer, max_retries=0)
    clients = iter((lossy, expired, good))
    monkeypatch.setattr(tasks, "client", lambda: next(clients))
    failed = run(number)  # the second try ends it: a new token is up to a person
    assert (failed.kind, failed.in_doubt) == ("authentication", True)
    assert held(number) == [whatsapp_sandbox.pin(number)]
    assert not run(number).in_doubt
    assert held(number) == [whatsapp_sandbox.pin(number)]


def test_a_worker_that_dies_in_a_call_leaves_a_doubt(
    whatsapp_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(request: HttpRequest) -> HttpResponse:
        raise SystemExit

    expired = Client("EAAsandboxExpired", base_url=whatsapp_sandbox.base_url)
    monkeypatch.setattr(tasks, "client", lambda: Client("EAAtest", base_url=whatsapp_sandbox.base_url, transport=dies))
    with pytest.raises(SystemExit):
        run(GOOD)
    monkeypatch.setattr(tasks, "client", lambda: expired)
    assert run(GOOD).in_doubt and len(held(GOOD)) == 1


def test_a_new_pin_waits_until_no_request_is_on_its_way(whatsapp_sandbox: Sandbox, waits: list[float]) -> None:
    number = "920010000000266"  # fails twice: of its three requests, one may come late
    run(number)
    first = whatsapp_sandbox.pin(number)
    assert run(number).state == "pending"
    assert 80 < waits[0] <= 121 and whatsapp_sandbox.pin(number) == first
    assert held(number) == [first]


@pytest.mark.parametrize(
    ("phone_number_id", "kind"),
    [
        ("900001900000463", "authentication"),
        ("901330100000000", "number_not_ready"),
        ("no-id", "invalid_phone_number_id"),
    ],
)
def test_what_no_retry_can_mend_waits_for_a_person(whatsapp_sandbox: Sandbox, phone_number_id: str, kind: str) -> None:
    number = run(phone_number_id)
    assert (number.state, number.kind, number.in_doubt) == ("failed", kind, False) and number.hint
    assert sum(request.path.endswith(phone_number_id) for request in whatsapp_sandbox.requests()) <= 1


def test_the_server_s_own_wait_is_kept(waits: list[float]) -> None:
    number = run("911230000000000")  # rate limited, Retry-After: 3600
    assert number.state == "pending" and 3600 <= waits[0] <= 3630


def test_an_account_s_numbers_are_rotated_once_a_round(whatsapp_sandbox: Sandbox) -> None:
    account, since = "930000000000001", time.time()
    first = tasks.rotate_account.delay(account, since).get()
    assert first == {"rotated": 5, "alone": 0, "failed": 0, "left": 0}
    pins = {number.pk: whatsapp_sandbox.pin(number.pk) for number in Number.objects.all()}
    assert len(pins) == 5 and all(held(number) == [pin] for number, pin in pins.items())
    # Run again, or by a second worker: nothing is left to do.
    assert tasks.rotate_account.delay(account, since).get()["alone"] == 5
    assert pins == {number: whatsapp_sandbox.pin(number) for number in pins}
