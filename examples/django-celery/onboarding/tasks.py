"""The task that gives a number a PIN of its own.

    set_two_step_pin.delay("106540352242922")

Its only argument is the number's ID: a PIN among a task's arguments would lie in the broker and in the logs.
"""

from __future__ import annotations

import random
from functools import cache

from celery import Task, shared_task
from django.conf import settings
from whatsapp_two_step import Client, TwoStepError

from onboarding.models import Number
from onboarding.vault import TooSoonError, vault

MAX_RETRIES = 8


@cache
def client() -> Client:
    """One for each worker process; a fork after its first use does no harm."""
    return Client.from_env(base_url=settings.GRAPH_BASE_URL, timeout=30)  # the vault's QUIET counts on it


def wait_before_retry(error: TwoStepError, tries: int) -> float | None:
    """Seconds, or None where trying again is of no use. The client has made its own quick retries already."""
    if error.retry_after is not None:
        return error.retry_after + random.uniform(0, 30)  # the server's own word, and not all tasks at once
    if error.is_retryable or error.outcome == "unknown":
        return random.uniform(1, min(30 * 2**tries, 1800))
    return None


@shared_task(bind=True, max_retries=MAX_RETRIES)
def set_two_step_pin(self: Task, phone_number_id: str) -> None:
    """Idempotent: run twice, or again after a crash, it sends the same candidate until the server confirms it."""
    number, _ = Number.objects.get_or_create(phone_number_id=phone_number_id)
    try:
        pin = vault.candidate(phone_number_id)
    except TooSoonError as error:
        raise self.retry(exc=error, countdown=error.retry_after) from error
    number.begins()
    try:
        response = client().set_two_step_pin(phone_number_id, pin)
        vault.confirm(phone_number_id, pin)
    except TwoStepError as error:
        wait = None if self.request.retries >= MAX_RETRIES else wait_before_retry(error, self.request.retries)
        number.failed(error, is_final=wait is None)
        if wait is None:
            raise
        raise self.retry(exc=error, countdown=wait) from error
    finally:
        del pin  # error reporters show a traceback with its locals
    number.succeeded(response)
