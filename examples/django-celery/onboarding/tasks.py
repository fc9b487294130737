"""The task that gives a number a PIN of its own.

    set_two_step_pin.delay("106540352242922")

Its only argument is the number's ID: a PIN among a task's arguments would lie in the broker and in the logs.
"""

from __future__ import annotations

import random
from functools import cache

from celery import Task, shared_task
from django.conf import settings
from whatsapp_two_step import Client, PostgresVault, Rotator, SqliteVault, TwoStepError, VaultError

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
