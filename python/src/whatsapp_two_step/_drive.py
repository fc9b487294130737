"""Drives a call of `Client` over a transport of the user's: sends on a thread, waits, and says what came of it."""

from __future__ import annotations

import contextvars
import os
import threading
import time

from whatsapp_two_step._errors import TwoStepError
from whatsapp_two_step._http import HttpRequest, TransportError
from whatsapp_two_step._tell import GRACE, LATE, tell
from whatsapp_two_step._threads import run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from whatsapp_two_step._native import NativeCall, _Step
    from whatsapp_two_step._tell import End, Returned, Send
    from whatsapp_two_step._turns import Turns

# Ctrl-C ends a wait for a lock, but not on Windows: it has to be looked for there.
_LONGEST_WAIT = 0.05 if os.name == "nt" else threading.TIMEOUT_MAX


def drive(send: Send, turns: Turns, call: NativeCall, step: _Step) -> Any:
    """From a call's first step to its end."""
    start = time.monotonic()
    cause: BaseException | None = None
    turn, has_turn = turns.of_threads(), False
    try:
        while isinstance(step, (HttpRequest, float)):
            if isinstance(step, HttpRequest):
                until = time.monotonic() + step.timeout
                if not has_turn and not (has_turn := turn.acquire(blocking=False)):
                    has_turn = _acquire(turn, until)
                    step = step._later(time.monotonic() - start)
                step, cause = tell(call, _end(send, call, step, until) if has_turn else False, time.monotonic() - start)
            else:
                time.sleep(step)
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


def _end(send: Send, call: NativeCall, request: HttpRequest, until: float) -> End:
    """Sends it with the caller's context variables, and waits no longer than its time. What has returned by then counts."""
    permit = threading.Lock()  # once the caller has taken it back, nothing is sent any more
    context = contextvars.copy_context()
    returned: list[Returned] = []
    has_returned = threading.Lock()
    has_returned.acquire()

    def job() -> None:
        if time.monotonic() < until and call.may_send() and permit.acquire(blocking=False):
            returned.append(context.run(_send, send, request))
            has_returned.release()

    try:
        run(job)
        if not _acquire(has_returned, until) and time.monotonic() > until + LATE:
            # The process was frozen: the answer may be here, and only its thread has had no turn yet.
            has_returned.acquire(timeout=GRACE)
    except TransportError as error:
        return None, error
    finally:
        may_have_left = not permit.acquire(blocking=False)  # also when Ctrl-C ends the call
    return returned.pop() if returned else may_have_left


def _acquire(lock: threading.Lock | threading.Semaphore, until: float) -> bool:
    while (left := until - time.monotonic()) > 0:
        if lock.acquire(timeout=min(left, _LONGEST_WAIT)):
            return True
    return False


def _send(send: Send, request: HttpRequest) -> Returned:
    try:
        answer = send(request)
        if hasattr(answer, "__await__"):
            getattr(answer, "close", lambda: None)()  # nobody will await it
        return answer, None
    except BaseException as error:
        return None, error
