"""`calls.json`: each script on the call's value with made-up times, and those that a clock can play through both clients."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from support import ID, PIN, TOKEN, vectors

from whatsapp_two_step import (
    AsyncClient,
    Client,
    HttpRequest,
    HttpResponse,
    SetTwoStepPinResponse,
    TransportError,
    TwoStepError,
)
from whatsapp_two_step._native import NativeCall, NativeClient, NativeOperation

Case = dict[str, Any]
CASES: list[Case] = vectors("calls")["cases"]


def answer(event: Case) -> HttpResponse:
    """What a transport gives back in this event; some failures are answers that no server gives."""
    match event.get("fail"):
        case "malformed":
            return HttpResponse(200, headers={"a": "b\r\nc: d"})
        case "body_too_large":
            return HttpResponse(200, b" " * 65_537)
    said = event["answer"]
    return HttpResponse(said["status"], said["body"].encode(), said["headers"])


def is_answer(event: Case) -> bool:
    return "answer" in event or event.get("fail") in ("malformed", "body_too_large")


def tell(call: NativeCall, elapsed: float, event: Case) -> Any:
    if event.get("hang"):
        return call.expired(elapsed, event.get("may_have_left", True))
    if is_answer(event):
        return call.answered(elapsed, answer(event))
    return call.failed(elapsed, event["fail"], ["gone"], event.get("before_sending", False), event.get("unprocessed"))


def compare(case: Case, end: object) -> None:
    expect = {name: value for name, value in case["expect"].items() if name not in ("waits", "takes", "late")}
    got = {name: getattr(end, name, None) for name in expect}
    if "ok" in expect:
        got["ok"] = isinstance(end, SetTwoStepPinResponse)
    assert got == expect, (case["name"], end)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_as_a_value(case: Case) -> None:
    timeout, waits = case["settings"]["timeout"], case["expect"]["waits"]
    call, step = NativeClient(TOKEN, case["settings"], True).begin(NativeOperation.set_two_step_pin(ID, PIN), seed=7)
    elapsed = 0.0
    for number, event in enumerate(case["steps"]):
        assert isinstance(step, HttpRequest)
        left = max(timeout - elapsed, 0)
        assert (step.timeout, step.connect_timeout) == pytest.approx((left, min(10, left)))
        elapsed = elapsed + event["after"] if "after" in event else timeout
        step = tell(call, elapsed, event)
        if number < len(waits) and waits[number] != 0:
            assert isinstance(step, float)
            named = any(word in str(event) for word in ("retry-after", "regain"))
            assert step == waits[number] if named else step <= waits[number]
            elapsed += waits[number] + case["expect"].get("late", 0)
            step = call.waited(elapsed)
    compare(case, step)


def test_a_call_hears_only_what_fits_it() -> None:
    call, step = NativeClient(TOKEN, {}, True).begin(NativeOperation.set_two_step_pin(ID, PIN))
    assert isinstance(step, HttpRequest)
    assert isinstance(call.answered(0.1, HttpResponse(200, b'{"success":true}')), SetTwoStepPinResponse)
    for again in (call.waited(0.2), call.expired(0.2, True), call.answered(0.2, HttpResponse(200))):
        assert isinstance(again, TwoStepError) and again.outcome == "unknown"


def test_the_seed_draws_the_waits() -> None:
    def waits(seed: int | None) -> list[float]:
        call, _ = NativeClient(TOKEN, {"max_retries": 3, "timeout": 60}, True).begin(
            NativeOperation.set_two_step_pin(ID, PIN), seed=seed
        )
        found = []
        for _ in range(3):
            step = call.answered(0.0, HttpResponse(503))
            assert isinstance(step, float)
            found.append(step)
            call.waited(0.0)
        return found

    assert waits(1) == waits(1) != waits(2)
    assert waits(None) != waits(None)


def lasts(case: Case) -> float:
    return case["expect"].get("takes") or sum(case["expect"]["waits"]) + sum(
        step.get("after", 0) for step in case["steps"]
    )


def is_playable(case: Case) -> bool:
    """In real time, and by a transport: it can't tell when it connects, nor whether its own mistake came before anything left."""
    odd = any(
        step.get("may_have_left") is False or (step.get("fail") == "program_fault" and step["before_sending"])
        for step in case["steps"]
    )
    return not odd and not case.get("only_value") and lasts(case) <= 10


PLAYABLE = [case for case in CASES if is_playable(case)]


def do(event: Case) -> HttpResponse:
    """What a transport does in this event."""
    if is_answer(event):
        return answer(event)
    if event["fail"] == "program_fault":
        raise TypeError("a mistake")
    raise TransportError(
        before_sending=event.get("before_sending", False),
        timed_out=event["fail"] == "timeout",
        unprocessed=event.get("unprocessed"),
    )


def test_through_client() -> None:
    def play(case: Case) -> None:
        events = iter(case["steps"])

        def send(request: HttpRequest) -> HttpResponse:
            event = next(events)
            time.sleep(event.get("after", 60))
            return do(event)

        try:
            end: object = Client(TOKEN, transport=send, **case["settings"]).set_two_step_pin(ID, PIN)
        except TwoStepError as error:
            end = error
        compare(case, end)
        assert next(events, None) is None, case["name"]

    assert len(PLAYABLE) >= 30
    with ThreadPoolExecutor(len(PLAYABLE)) as threads:
        list(threads.map(play, PLAYABLE))


def test_through_async_client() -> None:
    async def play(case: Case) -> None:
        events = iter(case["steps"])

        async def send(request: HttpRequest) -> HttpResponse:
            event = next(events)
            await asyncio.sleep(event.get("after", 60))
            return do(event)

        try:
            end: object = await AsyncClient(TOKEN, transport=send, **case["settings"]).set_two_step_pin(ID, PIN)
        except TwoStepError as error:
            end = error
        compare(case, end)
        assert next(events, None) is None, case["name"]

    async def main() -> None:
        await asyncio.gather(*map(play, PLAYABLE))

    asyncio.run(main())
