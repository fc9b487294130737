"""Under gevent's or eventlet's monkey patching, green threads run while others call, over the built-in transport or one's own."""

from __future__ import annotations

import pytest
from conftest import Run

from whatsapp_two_step.testing import Sandbox

PATCH = {
    "gevent": """
import gevent, gevent.monkey
real_sleep = gevent.monkey.get_original("time", "sleep")
gevent.monkey.patch_all()
spawn, join = gevent.spawn, gevent.joinall
""",
    "eventlet": """
import os, warnings
warnings.simplefilter("ignore")
os.environ["EVENTLET_NO_GREENDNS"] = "yes"  # its DNS would import trio, which an old eventlet's sockets don't suit
import eventlet, eventlet.patcher
real_sleep = eventlet.patcher.original("time").sleep
eventlet.monkey_patch()
spawn, join = eventlet.spawn, lambda threads: [thread.wait() for thread in threads]
""",
}
BEGIN = """
import threading, time
import requests
from whatsapp_two_step import Client, HttpResponse, TimedOutError
from whatsapp_two_step.transports import RequestsTransport

main = threading.get_native_id()
turns = 0
def count():
    global turns
    while True:
        turns += 1
        time.sleep(0.01)
spawn(count)
"""

libraries = pytest.mark.parametrize("library", PATCH)


@libraries
def test_calls_run_side_by_side(run: Run, library: str) -> None:
    run(
        PATCH[library]
        + BEGIN
        + """
http = RequestsTransport(requests.Session())
threads = set()
def send(request):
    threads.add(threading.get_native_id())
    time.sleep(0.3)
    return http.send(request)
client = Client("EAAx", base_url=URL, transport=send)
def one():
    done.append(client.set_two_step_pin(ID, "012345").attempts)
for _ in range(2):
    done, start, turns = [], time.monotonic(), 0
    join([spawn(one) for _ in range(20)])
    took = time.monotonic() - start
    assert done == [1] * 20 and took < 3 and turns > 10, (done, took, turns)
assert threads == {main}
Client("EAAx", base_url=URL).set_two_step_pin(ID, "012345")
"""
    )


@libraries
def test_the_time_limit_holds_and_nothing_goes_out_late(run: Run, library: str) -> None:
    run(
        PATCH[library]
        + BEGIN
        + """
def outcome(send):
    start = time.monotonic()
    try: Client("EAAx", transport=send, timeout=0.2).set_two_step_pin(ID, "012345")
    except TimedOutError as error: return error.outcome, time.monotonic() - start < 2
assert outcome(lambda request: time.sleep(30)) == ("unknown", True)

# The green thread gets its turn when the time is over: another one holds everything up.
sent = []
class Thread(threading.Thread):
    def start(self):
        spawn(real_sleep, 0.3)
        super().start()
threading.Thread = Thread
assert outcome(sent.append) == ("not_sent", True)
time.sleep(0.5)
assert not sent
"""
    )


def test_a_green_thread_belongs_to_the_systems_thread_that_calls(run: Run) -> None:
    run(
        PATCH["gevent"]
        + BEGIN
        + """
seen = []
def send(request):
    seen.append(threading.get_native_id())
    time.sleep(0.01)
    return HttpResponse(200, b'{"success":true}')
client = Client("EAAx", transport=send, timeout=3)
client.set_two_step_pin(ID, "012345")
def call():
    client.set_two_step_pin(ID, "012345")
    return threading.get_native_id()
others = [gevent.get_hub().threadpool.apply(call) for _ in range(2)]
assert seen == [main, *others] and main not in others
"""
    )


@libraries
def test_the_built_in_transport_holds_nobody_up(run: Run, library: str) -> None:
    run(
        PATCH[library]
        + BEGIN
        + """
SLOW, HANGS = "910060000000000", "910010000000000"
client = Client("EAAx", base_url=URL)
client.set_two_step_pin(ID, "012345")
def timed(count):
    done, start = [], time.monotonic()
    join([spawn(lambda: done.append(client.set_two_step_pin(SLOW, "012345").attempts)) for _ in range(count)])
    assert done == [1] * count
    return time.monotonic() - start
one = timed(1)
turns = 0
many = timed(20)
assert many < 3 and turns > 2, (one, many, turns)  # one after the other, they take 6 s

try: Client("EAAx", base_url=URL, timeout=0.3).set_two_step_pin(HANGS, "012345")
except TimedOutError as error: assert error.outcome == "unknown"
else: raise AssertionError
try: client.set_two_step_pin(ID, "1")
except ValueError: pass
"""
    )


@libraries
def test_a_call_with_a_high_descriptor(run: Run, library: str) -> None:
    run(
        """
import os, resource
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
held = [os.open(os.devnull, os.O_RDONLY) for _ in range(1200)]  # select takes none above 1,023
"""
        + PATCH[library]
        + BEGIN
        + """
assert Client("EAAx", base_url=URL).set_two_step_pin(ID, "012345").attempts == 1
"""
    )


def test_a_green_thread_that_is_killed_closes_its_request(run: Run, whatsapp_sandbox: Sandbox) -> None:
    before = whatsapp_sandbox.stats().aborted
    run(
        PATCH["gevent"]
        + BEGIN
        + """
client = Client("EAAx", base_url=URL)
call = gevent.spawn(client.set_two_step_pin, "910010000000000", "012345")
gevent.sleep(0.3)
start = time.monotonic()
call.kill()
assert time.monotonic() - start < 1
with gevent.Timeout(0.2, False):
    client.set_two_step_pin("910010000000000", "012345")
    raise AssertionError
gevent.sleep(0.2)
"""
    )
    assert whatsapp_sandbox.stats().aborted - before == 2
