"""Measures one peer: python measure.py PEER --url URL --calls N --concurrency C [--warmup W] [--ca FILE], or --list.

The calls are W that warm up and then N that are measured; the first of all is timed apart. What the program needs itself is
imported after the peer, which would otherwise find a part of its own imports done.
"""

import sys
import time

from peers import PEERS


def main():
    if sys.argv[1:] == ["--list"]:
        return print_list()
    began = time.perf_counter()
    make = PEERS[sys.argv[1]][2]()
    import_ms = (time.perf_counter() - began) * 1000

    import process

    loaded_kb = process.resident_kb()
    options = parse(sys.argv[2:])
    import runs

    style = PEERS[sys.argv[1]][1]
    measured = (runs.run_async if style == "async" else runs.run_sync)(make, options)
    print_result(options, measured, import_ms=round(import_ms, 3), rss_import_kb=loaded_kb, peak_kb=process.peak_kb())


def parse(arguments):
    import argparse

    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True)
    parser.add_argument("--calls", type=int, required=True)
    parser.add_argument("--concurrency", type=int, default=1)
    parser.add_argument("--warmup", type=int, default=0)
    parser.add_argument("--ca")
    return parser.parse_args(arguments)


def print_list():
    import json
    from importlib.metadata import version

    peers = [
        {"peer": name, "version": version(installed), "ours": name.startswith("whatsapp-two-step"), "style": style}
        for name, (installed, style, _) in PEERS.items()
    ]
    print(json.dumps(peers))


def print_result(options, measured, **more):
    import json
    from importlib.metadata import version

    times = sorted(measured.times)
    result = {
        "peer": sys.argv[1],
        "version": version(PEERS[sys.argv[1]][0]),
        "calls": options.calls,
        "concurrency": options.concurrency,
        "wall_s": round(measured.wall_s, 6),
        "cpu_s": round(measured.cpu_s, 6),
        "median_us": percentile(times, 50),
        "p99_us": percentile(times, 99),
        "first_call_ms": measured.first_call_ms,
        "rss_100_kb": measured.rss_100_kb,
        "rss_end_kb": measured.rss_end_kb,
        **more,
    }
    print(json.dumps(result))


def percentile(times, percent):
    return round(times[min(len(times) * percent // 100, len(times) - 1)] * 1e6, 1) if times else None


main()
