"""The task that gives a number a PIN of its own.

    set_two_step_pin.delay("106540352242922")

Its only argument is the number's ID: a PIN among a task's arguments would lie in the broker and in the logs.
"""

from __future__ import annotations

import random
from functools import cache

from celery import Task, shared_task
from django.conf import settings
from whatsapp_two_step import Client, FleetAccount, PostgresVault, Rotator, SqliteVault, TwoStepError, VaultError

from onboarding.models import Number

MAX_RETRIES = 8


@cache
def client() -> Client:
    """One for each worker process; a fork after its first use does no harm."""
    return Client.from_env(base_url=settings.GRAPH_BASE_URL)


@cache
def vault() -> PostgresVault | SqliteVault:
    """One for all workers: each save names the version that it replaces, so that two tasks can work on one number."""
    cls = PostgresVault if settings.VAULT.startswith("postgres") else SqliteVault
    made = cls(settings.VAULT, settings.VAULT_KEY)
    made.init()
    return made


def wait_before_retry(error: TwoStepError | VaultError, tries: int) -> float | None:
    """Seconds, or None where trying again is of no use. The client has made its own quick retries already."""
    if error.retry_after is not None:
        return error.retry_after + random.uniform(
            0, 30
        )  # the server's or the vault's own word, and not all tasks at once
    if isinstance(error, VaultError):
        return None if error.kind == "unreadable" else random.uniform(1, 60)
    if error.is_retryable or error.outcome == "unknown":
        return random.uniform(1, min(30 * 2**tries, 1800))
    return None


@shared_task(bind=True, max_retries=MAX_RETRIES)
def set_two_step_pin(self: Task, phone_number_id: str) -> None:
    """Idempotent: run again after a crash, it sends the same PIN until the server confirms it."""
    number, _ = Number.objects.get_or_create(phone_number_id=phone_number_id)
    number.begins()
    try:
        rotation = Rotator(client(), vault()).rotate(phone_number_id)
    except (TwoStepError, VaultError) as error:
        wait = None if self.request.retries >= MAX_RETRIES else wait_before_retry(error, self.request.retries)
        number.failed(error, is_final=wait is None)
        if wait is None:
            raise
        raise self.retry(exc=error, countdown=wait) from error
    number.succeeded(rotation)


@shared_task(acks_late=True)
def rotate_account(waba_id: str, since: float) -> dict[str, int]:
    """New PINs for all numbers of an account, at the pace that Meta's limits allow: one task for each account, every quarter.

        since = time.time()
        for waba_id in accounts:
            rotate_account.delay(waba_id, since)

    `since` is the time of the whole round, not of a task: one that runs again, or beside another one, leaves alone what is done.
    """
    numbers = [number.id for number in client().phone_numbers(waba_id)]
    ends = Rotator(client(), vault()).rotate_all([FleetAccount(numbers, waba_id=waba_id)], since=since)
    for end in ends:
        number, _ = Number.objects.get_or_create(phone_number_id=end.phone_number_id)
        if end.error is not None:
            number.failed(end.error, is_final=True)
        elif end.rotation is not None:
            number.succeeded(end.rotation)
    progress = ends.progress()
    return {"rotated": progress.rotated, "alone": progress.alone, "failed": progress.failed, "left": progress.left}
