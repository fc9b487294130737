"""Drives a call of `AsyncClient` over a transport of the user's: each request is a task, in the caller's context."""

from __future__ import annotations

import asyncio
import time

from whatsapp_two_step._errors import TwoStepError
from whatsapp_two_step._http import HttpRequest
from whatsapp_two_step._response import SetTwoStepPinResponse
from whatsapp_two_step._tell import tell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from whatsapp_two_step._native import NativeCall, _Step
    from whatsapp_two_step._tell import End, Send


async def drive(send: Send, call: NativeCall, step: _Step) -> SetTwoStepPinResponse:
    """From a call's first step to its end."""
    start = time.monotonic()
    cause: BaseException | None = None
    while not isinstance(step, (SetTwoStepPinResponse, TwoStepError)):
        if isinstance(step, HttpRequest):
            step, cause = tell(call, await _end(send, step), time.monotonic() - start)
        else:
            await asyncio.sleep(step)
            step = call.waited(time.monotonic() - start)
    try:
        if isinstance(step, TwoStepError):
            raise step from step.__cause__ if cause is None else cause
        return step
    finally:
        del step, cause  # else exception and frame would hold each other


async def _end(send: Send, request: HttpRequest) -> End:
    task = asyncio.create_task(_send(send, request, time.monotonic() + request.timeout))
    try:
        await asyncio.wait([task], timeout=request.timeout)
    finally:
        task.cancel()  # when the call is cancelled, or its time is over
    return task.result() if task.done() else True


async def _send(send: Send, request: HttpRequest, until: float) -> End:
    if time.monotonic() >= until:
        return False
    try:
        answer = send(request)
        return (await answer if hasattr(answer, "__await__") else answer), None
    except BaseException as error:
        return None, error
