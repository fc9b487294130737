"""Forks, signals, and interpreters that end: each in a process of its own."""

from __future__ import annotations

import concurrent.futures
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import Run
from support import ID

from whatsapp_two_step.testing import Sandbox

SLOW = "910060000000000"  # answers after a while

on_unix = pytest.mark.skipif(
    sys.platform == "win32", reason="Windows doesn't fork, and has no SIGINT between processes"
)

CALL = """
import asyncio, multiprocessing, os, sys, threading, time, warnings
from whatsapp_two_step import AsyncClient, Client, HttpResponse, TwoStepError
warnings.simplefilter("ignore", DeprecationWarning)  # of forks beside threads, from Python 3.12 on
client = Client("EAAx", base_url=URL)
async_client = AsyncClient("EAAx", base_url=URL)

def use(_=None):
    assert client.set_two_step_pin(ID, "012345").attempts == 1
    assert asyncio.run(async_client.set_two_step_pin(ID, "012345")).attempts == 1
    return os.getpid()

"""


@on_unix
def test_works_after_a_fork(run: Run) -> None:
    run(
        CALL
        + """
use()
for _ in range(5):
    child = os.fork()
    if child == 0:
        use()
        grandchild = os.fork()
        if grandchild == 0:
            use()
            os._exit(0)
        ended = os.waitstatus_to_exitcode(os.waitpid(grandchild, 0)[1])
        use()
        os._exit(ended)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    use()
"""
    )


@on_unix
def test_works_after_a_fork_with_calls_in_flight_and_a_transport(run: Run) -> None:
    run(
        CALL
        + """
def busy():
    while True:
        use()
for _ in range(3):
    threading.Thread(target=busy, daemon=True).start()
own = Client("EAAx", transport=lambda request: HttpResponse(200, b'{"success":true}'))
own.set_two_step_pin(ID, "012345")
time.sleep(0.1)
for _ in range(5):
    child = os.fork()
    if child == 0:
        use()
        own.set_two_step_pin(ID, "012345")
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
"""
    )


@on_unix
def test_a_child_that_ends_as_python_does_leaves_the_parents_things_alone(run: Run) -> None:
    run(
        CALL
        + """
import gc
from whatsapp_two_step.testing import Sandbox
sandbox = Sandbox()
use()
child = os.fork()
if child == 0:
    use()
    try: sandbox.pin(ID)
    except RuntimeError as error: assert "parent's" in str(error)
    sandbox.stop()
    client.close()
    del client, async_client
    gc.collect()
    sys.exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
use()
client = Client("EAAx", base_url=sandbox.base_url)
use()
assert sandbox.pin(ID) == "012345"
"""
    )


@pytest.mark.parametrize("method", ["spawn"] if sys.platform == "win32" else ["fork", "spawn", "forkserver"])
def test_multiprocessing(run: Run, method: str) -> None:
    run(
        CALL
        + f"""
if __name__ == "__main__":
    use()
    with multiprocessing.get_context({method!r}).Pool(2) as pool:
        assert os.getpid() not in pool.map(use, range(4))
    use()
"""
    )


def test_python_waits_at_its_end_for_the_calls_of_a_pool(run: Run) -> None:
    done = run(
        CALL
        + """
def call(number):
    try: print(client.set_two_step_pin(number, "012345", timeout=2).attempts)
    except TwoStepError as error: print(error.kind)

if __name__ == "__main__":
    from concurrent.futures import ThreadPoolExecutor
    pool = ThreadPoolExecutor()
    for number in ("910060000000000", "910010000000000"):  # one answers after a while, one never
        pool.submit(call, number)
    print("the end")
"""
    )
    assert done.stdout.split("\n") == ["the end", "1", "timed_out", ""]


@on_unix
@pytest.mark.parametrize("transport", ["None", "lambda request: time.sleep(60)"])
def test_ctrl_c_interrupts_a_call(tmp_path: Path, whatsapp_sandbox: Sandbox, transport: str) -> None:
    program = f"""
import signal, sys, time
from whatsapp_two_step import Client
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job, as CI may be, begins without it
client = Client("EAAx", base_url={whatsapp_sandbox.base_url!r}, transport={transport})
print("calling", flush=True)
try:
    client.set_two_step_pin("910010000000000", "012345")
except KeyboardInterrupt:
    print(time.time(), flush=True)
"""
    before = whatsapp_sandbox.stats().aborted
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.3)
        sent = time.time()
        process.send_signal(signal.SIGINT)
        took = float(process.stdout.readline()) - sent
    assert process.returncode == 0
    assert took < 1  # 100 ms on a machine at rest; the call itself would take 30 s
    for _ in range(500):
        if transport != "None" or whatsapp_sandbox.stats().aborted > before:
            return
        time.sleep(0.01)
    pytest.fail("the request is still open")


@on_unix
@pytest.mark.parametrize("on_a_loop", [False, True])
@pytest.mark.parametrize("transport", ["None", "Own()"])
def test_an_answer_that_came_while_the_process_was_frozen_counts(
    tmp_path: Path, sandbox: Sandbox, on_a_loop: bool, transport: str
) -> None:
    program = f"""
import asyncio, urllib.request
from whatsapp_two_step import AsyncClient, Client, HttpResponse
class Own:
    def send(self, request):
        sent = urllib.request.Request(request.url, request.body, dict(request.headers), method="POST")
        with urllib.request.urlopen(sent) as answer:
            return HttpResponse(answer.status, answer.read(), answer.getheaders())
class OwnAsync:
    async def send(self, request):
        return await asyncio.get_running_loop().run_in_executor(None, Own().send, request)
settings = dict(base_url={sandbox.base_url!r}, timeout=1.5, max_retries=0)
async def main():
    client = AsyncClient("EAAx", transport={transport.replace("Own", "OwnAsync")}, **settings)
    return await client.set_two_step_pin({SLOW!r}, "012345")
print("calling", flush=True)
if {on_a_loop}:
    response = asyncio.run(main())
else:
    response = Client("EAAx", transport={transport}, **settings).set_two_step_pin({SLOW!r}, "012345")
print(response.attempts, flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        while not sandbox.stats().requests:
            time.sleep(0.005)
        process.send_signal(signal.SIGSTOP)
        time.sleep(2)
        process.send_signal(signal.SIGCONT)
        assert process.stdout.readline() == "1\n"


@on_unix
def test_a_signals_handler_may_make_a_call(run: Run) -> None:
    run(
        CALL
        + """
import signal
done = []
signal.signal(signal.SIGALRM, lambda *_: done.append(use()))
signal.setitimer(signal.ITIMER_REAL, 0.1)
client.set_two_step_pin("910060000000000", "012345")
assert done
own = Client("EAAx", transport=lambda request: time.sleep(0.3) or HttpResponse(200, b'{"success":true}'))
signal.signal(signal.SIGALRM, lambda *_: done.append(own.set_two_step_pin(ID, "012345")))
signal.setitimer(signal.ITIMER_REAL, 0.1)
own.set_two_step_pin(ID, "012345")
assert len(done) == 2
"""
    )


# What may be going on when an interpreter ends.
ENDS = {
    "blocking calls in daemon threads": """
def work(number):
    while True:
        try: client.set_two_step_pin([ID, SLOW, FAILS][number % 3], "012345")
        except TwoStepError: pass
for number in range(6): threading.Thread(target=work, args=(number,), daemon=True).start()
time.sleep(0.05)
""",
    "a call that hangs, in a daemon thread": """
threading.Thread(target=client.set_two_step_pin, args=(HANGS, "012345"), daemon=True).start()
time.sleep(0.02)
""",
    "tasks that asyncio.run cancels": """
async def main():
    tasks = [asyncio.create_task(one(number)) for number in range(20)]
    await asyncio.sleep(0.01)
asyncio.run(main())
""",
    "a loop that is never closed": """
logging.disable()
loop = asyncio.new_event_loop()
tasks = [loop.create_task(one(number)) for number in range(20)]
loop.run_until_complete(asyncio.sleep(0.01))
""",
    "loops in daemon threads": """
async def main():
    await asyncio.gather(*map(one, range(9)))
for _ in range(2): threading.Thread(target=lambda: asyncio.run(main()), daemon=True).start()
time.sleep(0.08)
""",
    "a loop that takes no sockets": """
class Loop(asyncio.SelectorEventLoop):
    def add_reader(self, fd, callback, *args): raise NotImplementedError
logging.disable()
loop = Loop()
tasks = [loop.create_task(one(number)) for number in range(20)]
loop.run_until_complete(asyncio.sleep(0.05))
""",
    "transports in flight": """
def send(request):
    time.sleep(0.03)
    return HttpResponse(200, b'{"success":true}')
own = Client("EAAx", transport=send)
def work():
    while True: own.set_two_step_pin(ID, "012345")
for _ in range(4): threading.Thread(target=work, daemon=True).start()
time.sleep(0.07)
""",
    "a transport that hangs": """
own = Client("EAAx", transport=lambda request: time.sleep(60), timeout=0.5)
threading.Thread(target=Client("EAAx", transport=lambda request: time.sleep(60)).set_two_step_pin, args=(ID, "012345"), daemon=True).start()
try: own.set_two_step_pin(ID, "012345")
except TwoStepError as error: assert error.outcome == "unknown"
""",
    "an exit": """
use()
threading.Thread(target=client.set_two_step_pin, args=(SLOW, "012345"), daemon=True).start()
raise SystemExit(0)
""",
    "an end that takes its time": """
import builtins
def work():
    while True:
        try: client.set_two_step_pin([ID, FAILS][int(time.time()) % 2], "012345")
        except TwoStepError: pass
class Slow:
    def __del__(self, sleep=time.sleep): sleep(0.1)
builtins.slow = Slow()
for _ in range(4): threading.Thread(target=work, daemon=True).start()
time.sleep(0.02)
""",
    "nothing": "use()",
}


# EXITS=30 makes 330 of them.
@pytest.mark.parametrize("end", ENDS)
def test_an_interpreter_ends_well(end: str, whatsapp_sandbox: Sandbox, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        f"URL = {whatsapp_sandbox.base_url!r}\nID = {ID!r}\n"
        'HANGS, SLOW, FAILS = "910010000000000", "910060000000000", "900001900000463"\n'
        "import logging"
        + CALL
        + """
async def one(number):
    while True:
        try: await async_client.set_two_step_pin([ID, HANGS, SLOW, FAILS][number % 4], "012345")
        except TwoStepError: pass
"""
        + ENDS[end]
    )

    def play(_: int) -> tuple[int, str]:
        # Without the fixture's switch: a transport of the program's own stands in for Meta's server.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("WHATSAPP_")}
        line = [sys.executable, str(program)]
        done = subprocess.run(line, capture_output=True, text=True, timeout=60, env=environment)
        return done.returncode, done.stderr

    count = int(os.environ.get("EXITS", "4"))
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        assert list(pool.map(play, range(count))) == [(0, "")] * count


def test_20000_calls_take_no_more_memory(run: Run) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("reads /proc")
    done = run(
        CALL
        + """
def resident():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGESIZE")

def blocking(count):
    for number in range(count):
        try: client.set_two_step_pin(ID if number % 4 else "900001900000463", "012345")
        except TwoStepError: pass

async def on_a_loop(count):
    async def one():
        for number in range(count // 50):
            try: await async_client.set_two_step_pin(ID if number % 4 else "900001900000463", "012345")
            except TwoStepError: pass
    await asyncio.gather(*[one() for _ in range(50)])

def both(count):
    blocking(count)
    asyncio.run(on_a_loop(count))

both(1000)
before = resident()
both(10_000)
print((resident() - before) // 1024)
"""
    )
    assert int(done.stdout) < 3000, f"{done.stdout} KiB"
