"""Threads for the transports of blocking calls, kept for the next call."""

from __future__ import annotations

import _thread
import os
import queue
import threading

from whatsapp_two_step._http import TransportError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    _Jobs = queue.SimpleQueue[Callable[[], None]]

_IDLE = 30.0  # seconds without a job after which a thread ends

# Where the free threads wait for one; the last that became free comes first. No lock: a signal's handler may make a call, too.
_free: list[_Jobs] = []


def run(job: Callable[[], None]) -> None:
    """Runs it at once, on a thread of its own."""
    if _thread.start_new_thread.__module__ != "_thread":
        # gevent or eventlet has put green threads in its place. Such a one belongs to the system's thread that started it,
        # as do the sockets that it opens, and it costs little: none is kept.
        _start(job)
        return
    try:
        _free.pop().put(job)
    except IndexError:
        jobs: _Jobs = queue.SimpleQueue()
        jobs.put(job)
        _start(lambda: _work(jobs))


def _start(work: Callable[[], None]) -> None:
    # A daemon: a transport that never returns holds no interpreter open.
    thread = threading.Thread(target=work, name="whatsapp-two-step-transport", daemon=True)
    try:
        thread.start()
    except RuntimeError as error:
        raise TransportError("the system gives no more threads", before_sending=True) from error


def _work(jobs: _Jobs) -> None:
    while True:
        try:
            job = jobs.get(timeout=_IDLE)
        except queue.Empty:
            try:
                _free.remove(jobs)
            except ValueError:
                continue  # somebody took it, and is about to put a job in
            return
        job()
        del job
        _free.append(jobs)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_free.clear)  # a child has none of the threads
