"""Calls under gevent or eventlet: Rust's own thread makes them, and the green thread waits at a socket, so that others run."""

from __future__ import annotations

import os
import socket

from whatsapp_two_step._native import Inbox, NativeClient, NativeOperation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from whatsapp_two_step._native import _Options


def call(native: NativeClient, operation: NativeOperation, options: _Options) -> Any:
    """Like `NativeClient.call`. A green thread that is killed closes the request."""
    try:
        inbox = Inbox.with_socket()
        started = native.start(inbox, 0, operation, options)
    except NotImplementedError:  # Windows: the others wait
        return native.call(operation, options)
    logs = options[2]
    signal = socket.socket(socket.AF_UNIX, fileno=os.dup(inbox.fileno()))
    try:
        while True:
            for _, what in inbox.drain():
                if isinstance(what, BaseException):
                    try:
                        raise what
                    finally:
                        del what  # else exception and frame would hold each other
                if not isinstance(what, tuple):
                    return what
                if logs is not None:
                    logs(*what)
            signal.recv(1, socket.MSG_PEEK)  # not select: it takes no descriptor above 1023
    finally:
        started.cancel()
        signal.close()
