"""A user's program, for mypy --strict and pyright's strict mode. Not run."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import assert_type

import httpx
import requests

from whatsapp_two_step import (
    AsyncClient,
    AsyncRotator,
    AsyncTransport,
    AsyncVault,
    Client,
    Entry,
    ErrorKind,
    FleetAccount,
    FleetProgress,
    FleetStop,
    HttpRequest,
    HttpResponse,
    MemoryVault,
    Outcome,
    RateLimitedError,
    Rotation,
    RotationEnd,
    Rotator,
    SetTwoStepPinResponse,
    TimedOutError,
    Transport,
    TransportError,
    TwoStepError,
    Usage,
    Vault,
    VaultError,
    VaultFaultError,
    check_async_vault,
    check_vault,
    set_two_step_pin,
)
from whatsapp_two_step.testing import RecordedRequest, Sandbox
from whatsapp_two_step.transports import AsyncHttpxTransport, HttpxTransport, RequestsTransport


def function(request: HttpRequest) -> HttpResponse:
    if "authorization" not in request.headers:
        raise TransportError("no token", before_sending=True)
    return HttpResponse(200, request.body, {"a": "b"})


async def async_function(request: HttpRequest) -> HttpResponse:
    return HttpResponse(200, b"", [("a", "b")])


class Own:
    def send(self, request: HttpRequest) -> HttpResponse:
        return function(request)


class OwnAsync:
    async def send(self, request: HttpRequest) -> HttpResponse:
        return await async_function(request)


transports: list[Transport] = [Own(), HttpxTransport(httpx.Client()), RequestsTransport(requests.Session())]
async_transports: list[AsyncTransport] = [OwnAsync(), AsyncHttpxTransport(httpx.AsyncClient())]


class OwnVault:
    def load(self, phone_number_id: str) -> tuple[Entry, str] | None:
        return None

    def save(self, phone_number_id: str, entry: Entry, expected: str | None) -> str:
        return expected or phone_number_id


class OwnAsyncVault:
    async def load(self, phone_number_id: str) -> tuple[Entry, int] | None:
        return None

    async def save(self, phone_number_id: str, entry: Entry, expected: int | None) -> int:
        return expected or 1


async def checks() -> None:
    try:
        assert_type(check_vault(OwnVault()), None)
        check_vault(MemoryVault(), "1", threads=False)
        assert_type(await check_async_vault(OwnAsyncVault()), None)
        await check_async_vault(OwnVault(), "1")
    except VaultFaultError as error:
        print(error)


def many(client: Client, vault: Vault) -> None:
    accounts = [FleetAccount(["1"], waba_id="2", access_token="token")]
    ends = Rotator(client, vault).rotate_all(accounts, since=datetime.now(), canary=1)
    for end in ends:
        assert_type(end, RotationEnd)
        assert_type(end.rotation, Rotation | None)
        assert_type(end.error, TwoStepError | VaultError | None)
    progress = ends.progress()
    assert_type(progress, FleetProgress)
    assert_type(progress.holds[0].wait, float)
    stopped: FleetStop | None = progress.stopped
    with Rotator(client, vault).rotate_all(number.id for number in client.phone_numbers("2")) as others:
        assert_type(next(others), RotationEnd)
        assert_type(others.since, float)
    print(stopped)


async def many_on_a_loop(client: AsyncClient, vault: AsyncVault) -> None:
    async with AsyncRotator(client, vault).rotate_all({"1"}, concurrency=2) as ends:
        async for end in ends:
            assert_type(end, RotationEnd)


def blocking() -> None:
    with Client("token", timeout=1, connect_timeout=timedelta(seconds=2), root_certificates=Path("ca.pem")) as client:
        assert_type(client, Client)
        response = client.set_two_step_pin("1", "012345")
        assert_type(response, SetTwoStepPinResponse)
        assert_type(response.trace_id, str | None)
        assert_type(response.usage, Usage | None)
    assert_type(Client.from_env(max_retries=0, transport=function), Client)
    Client("token", transport=Own(), app_secret=None)
    Client("token", transport=lambda request: HttpResponse(200))
    set_two_step_pin("1", "012345", access_token="token", timeout=3.0)


async def on_a_loop() -> None:
    async with AsyncClient("token", transport=async_function) as client:
        assert_type(client, AsyncClient)
        assert_type(await client.set_two_step_pin("1", "012345"), SetTwoStepPinResponse)
        async_client = AsyncClient.from_env(transport=OwnAsync(), base_url="https://x")
        tasks = [asyncio.create_task(async_client.set_two_step_pin("1", "012345"))]
        assert_type((await asyncio.gather(*tasks))[0], SetTwoStepPinResponse)


def errors() -> float | None:
    try:
        blocking()
    except RateLimitedError as error:
        return error.retry_after
    except TimedOutError as error:
        assert_type(error.attempts, int)
    except TwoStepError as error:
        kind: ErrorKind = error.kind
        outcome: Outcome = error.outcome
        match error.outcome:
            case "not_sent" | "rejected":
                print(kind, outcome)
            case "unknown":
                print(error.hint, error.graph_code)
        match error:
            case TwoStepError("rate_limited", "rejected"):
                pass
            case _:
                pass
    return None


def test_with(whatsapp_sandbox: Sandbox) -> None:
    (request,) = whatsapp_sandbox.requests()
    assert_type(request, RecordedRequest)
    assert_type(whatsapp_sandbox.stats().aborted, int)
    assert_type(whatsapp_sandbox.pin("1"), str | None)
