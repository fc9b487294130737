"""Why there was no answer, as httpx, requests and Python's own exceptions tell it."""

from __future__ import annotations

import errno
import http.client
import socket
import ssl
from typing import Any, get_args

import httpx
import pytest
import requests
import urllib3
from support import PIN, TOKEN, raises

from whatsapp_two_step import Client, Reason, TwoStepError
from whatsapp_two_step._reason import _BY_CLASS, _BY_NUMBER
from whatsapp_two_step.transports import RequestsTransport

POOL: Any = urllib3.HTTPConnectionPool("host")
ROWS: list[tuple[BaseException, str, bool]] = [
    (ssl.SSLCertVerificationError(1, "certificate verify failed"), "tls", True),
    (ssl.SSLError(1, "wrong version number"), "tls", False),
    (socket.gaierror(-2, "Name or service not known"), "dns", False),
    (urllib3.exceptions.NameResolutionError("host", POOL, socket.gaierror(-2, "unknown")), "dns", False),
    (httpx.ProxyError("407 Proxy Authentication Required"), "proxy", True),
    (httpx.ProxyError("502 Bad Gateway"), "proxy", False),
    (requests.exceptions.ProxyError(OSError("Tunnel connection failed: 407 Unauthorized")), "proxy", True),
    (requests.exceptions.ProxyError(OSError("Tunnel connection failed: 403 Forbidden")), "proxy", False),
    (ConnectionRefusedError("refused"), "refused", False),
    (ConnectionResetError("reset"), "reset", False),
    (ConnectionAbortedError("aborted"), "reset", False),
    (BrokenPipeError("broken"), "reset", False),
    (http.client.RemoteDisconnected("closed"), "closed", False),
    (http.client.IncompleteRead(b""), "closed", False),
    (httpx.RemoteProtocolError("closed"), "closed", False),
    (httpx.ConnectTimeout("slow"), "connecting", False),
    (urllib3.exceptions.ConnectTimeoutError("slow"), "connecting", False),
    (httpx.ReadTimeout("slow"), "waiting", False),
    (urllib3.exceptions.ReadTimeoutError(POOL, "/", "slow"), "waiting", False),
    (OSError(errno.EMFILE, "too many"), "no_descriptors", False),
    (OSError(errno.ENFILE, "too many"), "no_descriptors", False),
    (OSError(errno.ENETUNREACH, "no route"), "unreachable", False),
    (OSError(errno.EHOSTUNREACH, "no route"), "unreachable", False),
    (OSError(errno.ECONNREFUSED, "refused"), "refused", False),
    (OSError(errno.ECONNRESET, "reset"), "reset", False),
]


def told(error: BaseException) -> TwoStepError:
    with pytest.raises(TwoStepError) as end:
        Client(TOKEN, transport=raises(error), max_retries=0).set_two_step_pin("106540740724292", PIN)
    return end.value


@pytest.mark.parametrize(("error", "reason", "lasting"), ROWS, ids=lambda value: repr(value)[:40])
def test_each(error: BaseException, reason: str, lasting: bool) -> None:
    for given in (error, wrapped(error)):
        end = told(given)
        assert (end.reason, end.is_retryable) == (reason, not lasting)
        assert reason in get_args(Reason)


def wrapped(error: BaseException) -> BaseException:
    outer = OSError("outer")
    outer.__context__ = error
    return outer


def test_none_is_left_out() -> None:
    names = {cls.__name__ for error, _, _ in ROWS for cls in type(error).__mro__}
    assert set(_BY_CLASS) <= names
    assert set(_BY_NUMBER) <= {error.errno for error, _, _ in ROWS if isinstance(error, OSError)}


def test_407_in_a_numbers_id_is_no_proxys_answer(free_port: int) -> None:
    session = requests.Session()
    session.proxies = {"http": f"http://127.0.0.1:{free_port}"}
    client = Client(TOKEN, base_url="http://127.0.0.1:9", transport=RequestsTransport(session), max_retries=0)
    with pytest.raises(TwoStepError) as end:
        client.set_two_step_pin("106540740724292", PIN)
    assert (end.value.reason, end.value.outcome, end.value.is_retryable) == ("proxy", "not_sent", True)


def test_an_unknown_one() -> None:
    assert told(OSError("?")).reason == "other"
