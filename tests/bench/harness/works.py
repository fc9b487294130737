"""The works: what each peer is made to do, and how often."""

import subprocess
import time
from dataclasses import dataclass

from program import RunFailed, Server
from targets import UNDER

DELAY_MS = 50
AT_ONCE = 256  # calls, where the server is slow
MANY, FEWER = 10_000, 2560  # of ours; of the others, the slowest of which would take minutes


@dataclass(frozen=True)
class Work:
    name: str
    calls: dict  # by language; of ours, where that is another number, below
    warmup: dict
    concurrency: int = 1
    rounds: int = 1
    own_rounds: int = 0  # of ours, where that is more
    own_calls: int = 0
    delay_ms: int = 0
    tls: bool = False

    def calls_of(self, peer):
        return peer["ours"] and self.own_calls or self.calls[peer["language"]]

    def fits(self, peer):
        """A blocking client makes one call at a time, and not every peer takes a certificate of the bench's own."""
        return (self.concurrency == 1 or peer["style"] == "async") and (not self.tls or peer.get("tls", True))


def same(number):
    return dict.fromkeys(("rust", "python", "node", "kotlin", "swift"), number)


# As many calls as take about a second; what is compiled while it runs is warmed up longer.
WARMUP = {"rust": 2000, "python": 200, "node": 1000, "kotlin": 3000, "swift": 500}
SEQUENTIAL = {"rust": 20_000, "python": 2000, "node": 3000, "kotlin": 2000, "swift": 2000}
AT_64 = {"rust": 20_000, "python": 4000, "node": 5000, "kotlin": 4000, "swift": 4000}


def works(quick):
    rounds, many = (2, FEWER) if quick else (5, MANY)
    part = 5 if quick else 1
    fewer = {language: calls // part for language, calls in SEQUENTIAL.items()}
    fewer_at_64 = {language: calls // part for language, calls in AT_64.items()}
    # Where the target is what the host's own HTTP takes, all make as many.
    calls = same(FEWER) | dict.fromkeys(UNDER, many)
    slow = {"calls": calls, "own_calls": many, "warmup": same(1), "concurrency": AT_ONCE, "delay_ms": DELAY_MS, "own_rounds": 1 if quick else 2}
    return [
        Work("sequential", fewer, WARMUP, rounds=rounds),
        Work("at_64", fewer_at_64, WARMUP, concurrency=64, rounds=rounds),
        Work("cold", same(1), same(0), rounds=3 if quick else 10),
        Work("slow", **slow),
        Work("slow_tls", **slow, tls=True),
        Work("memory", same(many), same(0)),
    ]


def run(programs, empty, server_command, quick):
    """All runs, in rounds: A B C, B C A, C A B. So what else the machine does meets all alike, and who comes after whom changes."""
    runs = []
    for work in works(quick):
        jobs = [(program, peer) for program in programs for peer in filter(work.fits, program.peers)]
        with Server(server_command, work.delay_ms, work.tls) as server:
            for number in range(max(work.rounds, work.own_rounds)):
                for program, peer in jobs[number:] + jobs[:number]:
                    if number < work.rounds or peer["ours"] and number < work.own_rounds:
                        runs.append(_one(program, peer, work, server, number))
                if work.name == "cold":
                    runs.extend(_empty(language, command, number) for language, command in empty.items())
    return runs


def _one(program, peer, work, server, number):
    calls, warmup = work.calls_of(peer), work.warmup[program.language]
    name = {"work": work.name, "language": program.language, "peer": peer["peer"], "round": number}
    print(f"{work.name} {number + 1}: {program.language} {peer['peer']}", end="", flush=True)
    try:
        result = program.run(peer["peer"], server, calls, work.concurrency, warmup)
    except RunFailed as failure:
        print(f": {failure}", flush=True)
        if peer["ours"]:
            raise
        return {**name, "failed": str(failure)}
    cpu, wall = (result[part] / calls * 1e6 for part in ("cpu_s", "wall_s"))
    cold = f", {result['answered_ms']:.0f} ms from its start" if work.name == "cold" else ""
    print(f": {cpu:.0f} us of CPU, {wall:.0f} us a call{cold}", flush=True)
    result["ideal_s"] = calls * work.delay_ms / 1000 / work.concurrency
    return {**result, **name, "cpu_us": cpu, "wall_us": wall}


def _empty(language, command, number):
    began = time.perf_counter()
    subprocess.run(command, check=True)
    took = (time.perf_counter() - began) * 1000
    return {"work": "cold", "language": language, "peer": "(nothing)", "round": number, "answered_ms": took}
