"""What a transport of the user's raised, and what the call makes of it, blocking and on a loop."""

from __future__ import annotations

import asyncio
import gc
import time
from typing import Any

import pytest
from support import ID, PIN, TOKEN, Send, blocking, raises

from whatsapp_two_step import (
    AsyncClient,
    Client,
    ConnectionFailedError,
    HttpRequest,
    HttpResponse,
    TransportError,
    TwoStepError,
)


def on_a_loop(send: Send, **settings: Any) -> Any:
    async def send_async(request: HttpRequest) -> HttpResponse:
        await asyncio.sleep(0)
        return send(request)

    return asyncio.run(AsyncClient(TOKEN, transport=send_async, **settings).set_two_step_pin(ID, PIN))


both = pytest.mark.parametrize("call", [blocking, on_a_loop])


@both
@pytest.mark.parametrize(
    "cls", [TypeError, AttributeError, UnboundLocalError, NotImplementedError, ModuleNotFoundError, AssertionError]
)
def test_a_mistake_in_a_transport_is_not_retried(call: Any, cls: type[Exception]) -> None:
    with pytest.raises(ConnectionFailedError, match="The program's own transport failed") as error:
        call(raises(cls("a mistake")))
    assert (error.value.outcome, error.value.attempts, error.value.is_retryable) == ("unknown", 1, False)
    assert type(error.value.__cause__) is cls


@both
def test_what_a_transport_raised_is_the_cause(call: Any) -> None:
    for raised, kind, outcome in (
        (OSError("gone"), "connection_failed", "unknown"),
        (TimeoutError("slow"), "timed_out", "unknown"),
        (asyncio.TimeoutError("slow"), "timed_out", "unknown"),
        (TransportError("refused", before_sending=True), "connection_failed", "not_sent"),
        (TransportError("slow", before_sending=True, timed_out=True), "timed_out", "not_sent"),
        (asyncio.CancelledError("an inner one"), "connection_failed", "unknown"),
    ):
        with pytest.raises(TwoStepError) as error:
            call(raises(raised), max_retries=0)
        assert (error.value.kind, error.value.outcome, error.value.__cause__) == (kind, outcome, raised)


class TroubleError(Exception):
    """What isn't known of it can't be asked either."""

    @property
    def reason(self) -> str:
        raise RuntimeError("none of your business")

    exceptions = reason


@both
@pytest.mark.parametrize(
    "raised",
    [
        TransportError("odd", unprocessed=True),  # type: ignore[arg-type]
        TransportError("odd", before_sending=1, timed_out="no"),  # type: ignore[arg-type]
        TransportError("odd", reason=5, lasting=[]),  # type: ignore[arg-type]
        TroubleError("odd"),
    ],
    ids=["unprocessed", "before_sending", "reason", "property"],
)
def test_whatever_was_raised_the_end_is_an_error_of_ours(call: Any, raised: Exception) -> None:
    with pytest.raises(TwoStepError) as error:
        call(raises(raised), max_retries=0)
    assert error.value.__cause__ is raised


@both
def test_the_last_one_is_the_cause_and_an_answer_has_none(call: Any) -> None:
    first, second = OSError("first"), OSError("second")
    for last, cause in ((second, second), (HttpResponse(503), None)):
        events: list[Any] = [first, last]

        def send(request: HttpRequest, events: list[Any] = events) -> HttpResponse:
            event = events.pop(0)
            if isinstance(event, HttpResponse):
                return event
            raise event

        with pytest.raises(TwoStepError) as error:
            call(send, max_retries=1)
        assert error.value.attempts == 2 and error.value.__cause__ is cause


@both
@pytest.mark.parametrize("cls", [KeyboardInterrupt, SystemExit, pytest.fail.Exception])
def test_what_is_meant_for_the_whole_program_passes(call: Any, cls: type[BaseException]) -> None:
    sent = []

    def send(request: HttpRequest) -> HttpResponse:
        sent.append(request)
        raise cls("stop")

    with pytest.raises(cls):
        call(send)
    assert len(sent) == 1


def test_an_error_leaves_no_cycle() -> None:
    def errors() -> int:
        return sum(isinstance(o, (TwoStepError, ZeroDivisionError)) for o in gc.get_objects())

    def send(request: HttpRequest) -> HttpResponse:
        raise ZeroDivisionError

    async def send_async(request: HttpRequest) -> HttpResponse:
        raise ZeroDivisionError

    async def main() -> None:
        client, async_client = (
            cls(TOKEN, max_retries=0, transport=t) for cls, t in ((Client, send), (AsyncClient, send_async))
        )
        for _ in range(10):
            for call in (client.set_two_step_pin, async_client.set_two_step_pin):
                try:
                    end = call(ID, PIN)
                    await end
                except ConnectionFailedError:
                    pass

    gc.collect()
    gc.disable()
    try:
        before = errors()
        asyncio.run(main())
        for _ in range(100):  # a transport's thread lets go a moment later
            if errors() == before:
                break
            time.sleep(0.01)
        assert errors() == before
    finally:
        gc.enable()
