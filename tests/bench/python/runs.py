"""Makes the calls of a run, on threads or as tasks of a loop."""

import array
import asyncio
import threading
import time

import process

MEMORY_AT = 100  # calls after which memory is looked at, beside the end


class Measured:
    """What a run has come to. Its calls go in parts, between which nothing is measured."""

    def __init__(self, options):
        self._options = options
        self.times = array.array("d")
        self.wall_s = self.cpu_s = 0.0
        self.first_call_ms = self.rss_100_kb = self.rss_end_kb = None

    def parts(self):
        """How many calls each part has, and whether it is measured."""
        warmup, total = self._options.warmup, self._options.warmup + self._options.calls
        ends = sorted({end for end in (1, MEMORY_AT, warmup, total) if 0 < end <= total})
        for start, end in zip([0, *ends], ends) if self._options.calls else ():
            yield end - start, start >= warmup
            if end == 1 and warmup == 0:
                print("answered", flush=True)
            if end == MEMORY_AT:
                self.rss_100_kb = process.resident_kb()
        self.rss_end_kb = process.resident_kb()

    def keep(self, times, wall_s, cpu_s):
        self.times.extend(times)
        self.wall_s += wall_s
        self.cpu_s += cpu_s

    def first(self, made_s, call_s):
        if self.first_call_ms is None:
            self.first_call_ms = round((made_s + call_s) * 1000, 3)


def run_sync(make, options):
    measured = Measured(options)
    began = time.perf_counter()
    call, close = make(options.url, options.concurrency, options.ca)
    made_s = time.perf_counter() - began
    for calls, counts in measured.parts():
        times, cpu, began = array.array("d"), time.process_time(), time.perf_counter()
        if options.concurrency == 1 or calls == 1:
            _call(call, calls, times)
        else:
            _call_on_threads(call, shares(calls, options.concurrency), times)
        wall_s, cpu_s = time.perf_counter() - began, time.process_time() - cpu
        measured.first(made_s, wall_s)
        if counts:
            measured.keep(times, wall_s, cpu_s)
    close()
    return measured


def _call(call, calls, times):
    clock = time.perf_counter
    for _ in range(calls):
        began = clock()
        call()
        times.append(clock() - began)


def _call_on_threads(call, each, times):
    failures = []

    def work(calls):
        try:
            _call(call, calls, times)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(calls,)) for calls in each]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def run_async(make, options):
    return asyncio.run(_run_async(make, options))


async def _run_async(make, options):
    measured = Measured(options)
    began = time.perf_counter()
    call, close = make(options.url, options.concurrency, options.ca)
    made_s = time.perf_counter() - began
    for calls, counts in measured.parts():
        times, cpu, began = array.array("d"), time.process_time(), time.perf_counter()
        await asyncio.gather(*[_await(call, share, times) for share in shares(calls, options.concurrency)])
        wall_s, cpu_s = time.perf_counter() - began, time.process_time() - cpu
        measured.first(made_s, wall_s)
        if counts:
            measured.keep(times, wall_s, cpu_s)
    await close()
    return measured


async def _await(call, calls, times):
    clock = time.perf_counter
    for _ in range(calls):
        began = clock()
        await call()
        times.append(clock() - began)


def shares(calls, workers):
    """How many of the calls each worker makes."""
    each, more = divmod(calls, workers)
    return [share for share in [each + 1] * more + [each] * (workers - more) if share]
