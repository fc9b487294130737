"""Reading an account's numbers: over the built-in transport and one's own, blocking, on a loop and under gevent."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import requests
from conftest import Run
from support import TOKEN

from whatsapp_two_step import (
    AsyncClient,
    Client,
    HttpRequest,
    HttpResponse,
    InvalidConfigurationError,
    PhoneNumber,
    RateLimitedError,
    TwoStepError,
    UnexpectedResponseError,
)
from whatsapp_two_step.testing import Sandbox
from whatsapp_two_step.transports import AsyncHttpxTransport, HttpxTransport, RequestsTransport

WABA = "930000000000001"


def page(numbers: range, after: str | None, **more: Any) -> HttpResponse:
    data = [{"id": str(number + 1), "is_pin_enabled": number % 2 == 0, **more} for number in numbers]
    paging = {"cursors": {"after": after or "end"}, **({"next": f"https://x/?access_token={TOKEN}"} if after else {})}
    return HttpResponse(200, json.dumps({"data": data, "paging": paging}).encode())


def fleet(request: HttpRequest) -> HttpResponse:
    """2,500 numbers, a hundred a page."""
    asked = dict(part.split("=", 1) for part in request.url.partition("?")[2].split("&"))
    begin = int(asked.get("after", "0"))
    assert (request.method, request.body, asked["limit"]) == ("GET", b"", "100")
    return page(range(begin, begin + 100), str(begin + 100) if begin < 2400 else None)


def blocking(send: Callable[[HttpRequest], HttpResponse], **settings: Any) -> list[PhoneNumber]:
    return list(Client(TOKEN, transport=send, max_retries=0, **settings).phone_numbers(WABA))


def on_a_loop(send: Callable[[HttpRequest], HttpResponse], **settings: Any) -> list[PhoneNumber]:
    async def main() -> list[PhoneNumber]:
        async def send_async(request: HttpRequest) -> HttpResponse:
            return send(request)

        client = AsyncClient(TOKEN, transport=send_async, max_retries=0, **settings)
        return [number async for number in client.phone_numbers(WABA)]

    return asyncio.run(main())


both = pytest.mark.parametrize("read", [blocking, on_a_loop])


@both
def test_2500_numbers(read: Any) -> None:
    numbers = read(fleet)
    assert [number.id for number in numbers] == [str(number + 1) for number in range(2500)]
    assert {number.pin for number in numbers} == {"set", "not_set"} and numbers[1].pin == "not_set"


@both
def test_fields(read: Any) -> None:
    fields = {"display_phone_number": "+1 555", "verified_name": 5, "status": None, "name_status": "NEW"}
    (number,) = read(lambda _: page(range(1), None, **fields))
    assert number == PhoneNumber("1", display_phone_number="+1 555", pin="set", name_status="NEW")
    assert PhoneNumber.from_dict(number.to_dict()) == number
    assert read(lambda _: HttpResponse(200, b'{"data":[{"id":"1"}]}')) == [PhoneNumber("1")]


@both
def test_a_refused_field_is_left_out(read: Any) -> None:
    def send(request: HttpRequest) -> HttpResponse:
        if "is_pin_enabled" in request.url:
            error = {
                "code": 100,
                "message": "(#100) Tried accessing nonexisting field (is_pin_enabled) on node type (X)",
            }
            return HttpResponse(400, json.dumps({"error": error}).encode())
        return HttpResponse(200, b'{"data":[{"id":"1"}]}')

    assert read(send) == [PhoneNumber("1", pin="unknown")]


@both
def test_what_ends_it(read: Any) -> None:
    limited = b'{"error":{"code":80008,"message":"slow"}}'
    for answer, cls in (
        (page(range(1), "again"), UnexpectedResponseError),  # the cursor repeats
        (HttpResponse(400, limited), RateLimitedError),
        (HttpResponse(200, b'{"success":true}'), UnexpectedResponseError),
        (HttpResponse(200, b" " * 1_048_577), UnexpectedResponseError),
    ):
        with pytest.raises(cls) as error:
            read(lambda _, answer=answer: answer)
        assert error.value.outcome == "not_sent" and TOKEN not in repr(error.value.to_dict())
    big = page(range(1), None, verified_name="x" * 500_000)
    assert len(read(lambda _: big)) == 1


@both
def test_pages_come_as_they_are_asked_for(read: Any) -> None:
    asked: list[HttpRequest] = []

    def send(request: HttpRequest) -> HttpResponse:
        asked.append(request)
        return fleet(request)

    numbers = Client(TOKEN, transport=send).phone_numbers(WABA)
    assert not asked
    for _ in range(101):
        next(numbers)
    assert len(asked) == 2


@pytest.mark.parametrize("client", [Client(TOKEN), AsyncClient(TOKEN)])
def test_the_id_is_checked_at_once(client: Any) -> None:
    for given in ("me", "", 5, None):
        with pytest.raises(InvalidConfigurationError, match="waba_id"):
            client.phone_numbers(given)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with Sandbox(numbers=2500) as sandbox:
        yield sandbox.base_url


def test_over_sockets(server: str) -> None:
    async def main(transport: Any) -> int:
        client = AsyncClient(TOKEN, base_url=server, transport=transport)
        return len([number async for number in client.phone_numbers(WABA)])

    async def over_httpx() -> int:
        async with httpx.AsyncClient() as http:
            return await main(AsyncHttpxTransport(http))

    assert asyncio.run(main(None)) == asyncio.run(over_httpx()) == 2500
    with httpx.Client() as http, requests.Session() as session:
        for transport in (None, HttpxTransport(http), RequestsTransport(session)):
            client = Client(TOKEN, base_url=server, transport=transport)
            assert len(list(client.phone_numbers(WABA))) == 2500


def over_httpx(url: str, id_: str) -> Iterator[PhoneNumber]:
    with httpx.Client() as http:
        client = Client(TOKEN, base_url=url, transport=HttpxTransport(http), timeout=2, max_retries=0)
        yield from client.phone_numbers(id_)


def built_in(url: str, id_: str) -> Iterator[PhoneNumber]:
    return Client(TOKEN, base_url=url, timeout=2, max_retries=0).phone_numbers(id_)


@pytest.mark.parametrize("read", [built_in, over_httpx])
def test_what_the_sandbox_can_do(sandbox: Sandbox, read: Callable[[str, str], Iterator[PhoneNumber]]) -> None:
    with urllib.request.urlopen(f"{sandbox.base_url}/_sandbox/waba_scenarios") as answer:
        rows = json.load(answer)
    assert len(rows) > 15
    for row in rows:
        numbers: list[PhoneNumber] = []
        kind = "success"
        try:
            for number in read(sandbox.base_url, row["id"]):
                numbers.append(number)
        except TwoStepError as error:
            assert (error.outcome, TOKEN in str(error)) == ("not_sent", False)
            kind = error.kind
        assert (kind, len(numbers)) == (row["kind"], row["numbers"]), row["name"]
        assert TOKEN not in repr(numbers)


def test_breaking_off_and_cancelling(server: str) -> None:
    async def main() -> None:
        client = AsyncClient(TOKEN, base_url=server)
        async for number in client.phone_numbers(WABA):
            if number.id == "150":
                break

        async def read() -> None:
            async for _ in client.phone_numbers(WABA):
                pass

        task = asyncio.create_task(read())
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())


def test_under_gevent(run: Run, server: str) -> None:
    run(
        f"""
import gevent.monkey
gevent.monkey.patch_all()
from whatsapp_two_step import Client
assert len(list(Client("EAAx", base_url={server!r}).phone_numbers("930000000000001"))) == 2500
"""
    )


def test_logs_name_the_account(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG", "whatsapp_two_step"), pytest.raises(TwoStepError):
        blocking(lambda _: HttpResponse(500))
    (record,) = caplog.records
    assert record.getMessage().startswith(f"WABA ID {WABA}, attempt 1: service_unavailable, outcome not_sent")
