"""The logger `whatsapp_two_step`: each attempt at DEBUG, an unknown end at WARNING, and nothing where nobody listens."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from conftest import Run
from support import ID, PIN, TOKEN

from whatsapp_two_step import AsyncClient, Client, HttpRequest, HttpResponse, TwoStepError
from whatsapp_two_step.testing import Sandbox

NAME = "whatsapp_two_step"
LOST = "910210000000000"  # the connection is reset, on each attempt


def answer(request: HttpRequest) -> HttpResponse:
    if LOST in request.url:
        raise ConnectionResetError(f"lost {PIN}")
    return HttpResponse(200, b'{"success":true}', {"x-fb-request-id": "AbC"})


async def answer_async(request: HttpRequest) -> HttpResponse:
    return answer(request)


def call(url: str, id_: str, on_a_loop: bool, own: bool) -> None:
    settings: dict[str, Any] = {"base_url": url, "max_retries": 1}
    try:
        if on_a_loop:
            async_client = AsyncClient(TOKEN, transport=answer_async if own else None, **settings)
            asyncio.run(async_client.set_two_step_pin(id_, PIN))
        else:
            Client(TOKEN, transport=answer if own else None, **settings).set_two_step_pin(id_, PIN)
    except TwoStepError:
        pass


ways = pytest.mark.parametrize(("on_a_loop", "own"), [(False, False), (True, False), (False, True), (True, True)])


@ways
def test_each_attempt_at_debug(
    whatsapp_sandbox: Sandbox, caplog: pytest.LogCaptureFixture, on_a_loop: bool, own: bool
) -> None:
    with caplog.at_level(logging.DEBUG, NAME):
        call(whatsapp_sandbox.base_url, ID, on_a_loop, own)
        call(whatsapp_sandbox.base_url, LOST, on_a_loop, own)
    ours: list[Any] = [record for record in caplog.records if record.name == NAME]
    told = [
        (record.levelname, record.phone_number_id, getattr(record, "attempt", None), record.kind) for record in ours
    ]
    assert told == [
        ("DEBUG", ID, 1, None),
        ("DEBUG", LOST, 1, "connection_failed"),
        ("DEBUG", LOST, 2, "connection_failed"),
        ("WARNING", LOST, None, "connection_failed"),
    ]
    assert ours[0].http_status == 200 and ours[0].trace_id and ours[0].took > 0 and ours[0].wait is None
    assert ours[1].outcome == "unknown" and ours[1].wait is not None and ours[2].wait is None
    assert ours[3].outcome == "unknown" and "either PIN may hold" in ours[3].getMessage()
    for record in ours:
        assert PIN not in f"{record.getMessage()} {vars(record)}" and TOKEN not in f"{vars(record)}"


@ways
def test_only_the_doubt_at_warning(
    whatsapp_sandbox: Sandbox, caplog: pytest.LogCaptureFixture, on_a_loop: bool, own: bool
) -> None:
    with caplog.at_level(logging.WARNING, NAME):
        for id_ in (ID, LOST):
            call(whatsapp_sandbox.base_url, id_, on_a_loop, own)
    assert [record.levelname for record in caplog.records if record.name == NAME] == ["WARNING"]


def test_nobody_listens(run: Run) -> None:
    done = run(
        """
import sys
from whatsapp_two_step import Client, TwoStepError
client = Client("EAAx", base_url=URL, max_retries=0)
def lose():
    try: client.set_two_step_pin("910210000000000", "012345")
    except TwoStepError as error: assert error.outcome == "unknown"
lose()
assert "logging" not in sys.modules
import logging
lose()
"""
    )
    assert done.stderr == ""


def test_a_call_of_a_green_thread(run: Run) -> None:
    run(
        """
import gevent.monkey
gevent.monkey.patch_all()
import logging
from whatsapp_two_step import Client
records = []
class Handler(logging.Handler):
    def emit(self, record): records.append(record.attempt)
logging.getLogger("whatsapp_two_step").addHandler(Handler())
logging.getLogger("whatsapp_two_step").setLevel(logging.DEBUG)
Client("EAAx", base_url=URL).set_two_step_pin(ID, "012345")
assert records == [1], records
"""
    )
