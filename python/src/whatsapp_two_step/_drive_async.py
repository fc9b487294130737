"""Drives a call of `AsyncClient` over a transport of the user's: each request is a task, in the caller's context."""

from __future__ import annotations

import asyncio
import time

from whatsapp_two_step._errors import TwoStepError
from whatsapp_two_step._http import HttpRequest
from whatsapp_two_step._loop import running_loop
from whatsapp_two_step._tell import GRACE, LATE, tell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from whatsapp_two_step._native import NativeCall, _Step
    from whatsapp_two_step._tell import End, Send
    from whatsapp_two_step._turns import Turns


async def drive(send: Send, turns: Turns, call: NativeCall, step: _Step) -> Any:
    """From a call's first step to its end."""
    start = time.monotonic()
    cause: BaseException | None = None
    turn, has_turn = turns.of_loop(running_loop()), False
    try:
        while isinstance(step, (HttpRequest, float)):
            if isinstance(step, HttpRequest):
                if not has_turn:
                    has_turn = await _acquire(turn, step.timeout)
                    step = step._later(time.monotonic() - start)
                step, cause = tell(call, await _end(send, call, step) if has_turn else False, time.monotonic() - start)
            else:
                await asyncio.sleep(step)
                step = call.waited(time.monotonic() - start)
    finally:
        if has_turn:
            turn.release()
    try:
        if isinstance(step, TwoStepError):
            raise step from step.__cause__ if cause is None else cause
        return cause if step is None else step  # a rotation has the end; its caller may show the cause
    finally:
        del step, cause  # else exception and frame would hold each other


async def _acquire(turn: asyncio.Semaphore, timeout: float) -> bool:
    if not turn.locked():
        return await turn.acquire()  # at once
    task = asyncio.ensure_future(turn.acquire())
    try:
        await asyncio.wait([task], timeout=timeout)
    except asyncio.CancelledError:
        if task.done():
            turn.release()
        raise
    finally:
        task.cancel()
    return task.done() and not task.cancelled()


async def _end(send: Send, call: NativeCall, request: HttpRequest) -> End:
    until = time.monotonic() + request.timeout
    task = asyncio.create_task(_send(send, call, request, until))
    try:
        await asyncio.wait([task], timeout=request.timeout)
        if not task.done() and time.monotonic() > until + LATE:
            # The process was frozen: the answer may be here, and only its tasks have had no turn yet.
            await asyncio.wait([task], timeout=GRACE)
    finally:
        task.cancel()  # when the call is cancelled, or its time is over
    return task.result() if task.done() else True


async def _send(send: Send, call: NativeCall, request: HttpRequest, until: float) -> End:
    if time.monotonic() >= until or not call.may_send():
        return False
    try:
        answer = send(request)
        return (await answer if hasattr(answer, "__await__") else answer), None
    except BaseException as error:
        return None, error
