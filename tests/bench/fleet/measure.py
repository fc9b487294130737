"""Ten thousand numbers that get new PINs, 64 at once, from a server that takes 50 ms: ours, and what a user would write today.

measure.py COMMAND PYTHON RESULTS [--numbers N]: the command, a Python that has httpx, and the folder for the table.
The ideal is numbers x 50 ms / 64. Each line is the median of three runs, which take turns.
"""

from __future__ import annotations

import argparse
import os
import resource
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent
LATENCY, AT_ONCE, ROUNDS, ACCOUNTS = 0.05, 64, 3, 20
KEY = secrets.token_hex(32)
TOKEN = {"WHATSAPP_ACCESS_TOKEN": "EAAsandbox"}


class Sandbox:
    def __init__(self, command: str, numbers: int) -> None:
        args = [command, "sandbox", "--numbers", str(numbers), "--wabas", str(ACCOUNTS), "--latency", str(LATENCY)]
        self.process = subprocess.Popen(args, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self.process.stdout
        self.url = self.process.stdout.readline().strip()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()


def timed(args: list[str], env: dict[str, str], folder: Path) -> tuple[float, float, int]:
    """Seconds on the clock, seconds of the processor, and the largest size in KB."""
    begun = time.monotonic()
    process = subprocess.Popen(args, env=os.environ | TOKEN | env, cwd=folder, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    took = time.monotonic() - begun
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{args[0]} failed")
    return took, usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def ours(command: str, vault: str) -> Callable[[str, int, Path], tuple[float, float, int]]:
    def run(url: str, numbers: int, folder: Path) -> tuple[float, float, int]:
        env = {"WHATSAPP_TWO_STEP_VAULT": vault or f"sqlite:{folder / 'pins'}", "WHATSAPP_TWO_STEP_VAULT_KEY": KEY}
        subprocess.run([command, "vault", "init"], env=os.environ | env, check=True, stdout=subprocess.DEVNULL)
        # From a file, as the peers have them: reading the accounts' lists is other work.
        (folder / "numbers").write_text("".join(f"{106_540_352_242_922 + n}\n" for n in range(numbers)))
        args = [command, "rotate", "--yes", "--quiet", "--base-url", url, "--concurrency", str(AT_ONCE)]
        return timed([*args, "--numbers-file", "numbers"], env, folder)

    return run


def curl(url: str, numbers: int, folder: Path) -> tuple[float, float, int]:
    """A CSV of IDs and PINs, xargs and curl: no vault, no check of the answer but the status."""
    lines = "".join(f"{106_540_352_242_922 + n} {n % 1_000_000:06}\n" for n in range(numbers))
    (folder / "pins.txt").write_text(lines)
    call = f'curl -sf -o /dev/null -H "Authorization: Bearer $WHATSAPP_ACCESS_TOKEN" --json "{{\\"pin\\":\\"$1\\"}}" {url}/v24.0/$0'
    return timed(["xargs", "-a", "pins.txt", "-P", str(AT_ONCE), "-n", "2", "sh", "-c", call], {}, folder)


def httpx(python: str) -> Callable[[str, int, Path], tuple[float, float, int]]:
    def run(url: str, numbers: int, folder: Path) -> tuple[float, float, int]:
        return timed([python, str(HERE / "httpx_loop.py"), url, str(numbers), str(AT_ONCE)], {}, folder)

    return run


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("command")
    parser.add_argument("python")
    parser.add_argument("results", type=Path)
    parser.add_argument("--numbers", type=int, default=10_000)
    parser.add_argument("--postgres", default="", help="the URL of a database that may be written to")
    options = parser.parse_args()
    fewer = options.numbers // 5
    peers: list[tuple[str, int, Callable[[str, int, Path], tuple[float, float, int]]]] = [
        ("`rotate`, SQLite", options.numbers, ours(options.command, "")),
        ("httpx and sqlite3, a commit before and after each call", fewer, httpx(options.python)),
    ]
    if options.postgres:
        peers.insert(1, ("`rotate`, PostgreSQL", options.numbers, ours(options.command, options.postgres)))
    if shutil.which("curl") and shutil.which("xargs"):
        peers.append(("xargs and curl, no vault", fewer, curl))
    measured: dict[str, list[tuple[float, float, int]]] = {name: [] for name, _, _ in peers}
    for turn in range(ROUNDS):
        for name, numbers, run in peers[turn % len(peers) :] + peers[: turn % len(peers)]:
            with Sandbox(options.command, numbers) as sandbox, tempfile.TemporaryDirectory() as folder:
                seconds, cpu, size = run(sandbox.url, numbers, Path(folder))
            ideal = numbers * LATENCY / AT_ONCE
            measured[name].append((seconds / ideal, cpu / numbers * 1e6, size))
            print(f"{name}: {seconds:.1f} s, {seconds / ideal:.2f} x ideal, {size // 1024} MB", file=sys.stderr)
    rows = [f"{options.numbers} numbers, {AT_ONCE} at once, {LATENCY * 1000:.0f} ms a call; the peers make a fifth.\n"]
    rows += ["| | time over ideal | CPU of the client, us a number | memory, MB |", "|---|---|---|---|"]
    for name, runs in measured.items():
        ratio, cpu, size = (statistics.median(column) for column in zip(*runs))
        rows.append(f"| {name} | {ratio:.2f} | {cpu:.0f} | {size / 1024:.0f} |")
    options.results.mkdir(exist_ok=True)
    (options.results / "fleet.md").write_text("\n".join(rows) + "\n")
    print("\n".join(rows))


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
