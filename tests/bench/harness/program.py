"""The programs that are measured, each of which knows some peers, and the server that they call."""

import json
import os
import re
import subprocess
import tempfile
import time
import urllib.request

PATIENCE = 180  # seconds that a run may take


class RunFailed(Exception):
    """A run that is no measurement."""


class Program:
    """One language's program. All speak alike: tests/bench/README.md says how."""

    def __init__(self, language, command):
        self.language = language
        self.command = command
        listed = subprocess.run([*command, "--list"], check=True, capture_output=True, text=True).stdout
        self.peers = [{"language": language, **peer} for peer in json.loads(listed)]

    def run(self, peer, server, calls, concurrency=1, warmup=0, wrapper=()):
        """The figures of one run; the server has to have seen exactly its calls."""
        line = [*wrapper, *self.command, peer, "--url", server.url, "--calls", str(calls)]
        line += ["--concurrency", str(concurrency), "--warmup", str(warmup)]
        environment = dict(os.environ)
        if server.ca:
            line += ["--ca", server.ca]
            environment["NODE_EXTRA_CA_CERTS"] = server.ca  # Node reads it when it starts
            environment["ROOT_CERTIFICATES"] = server.ca  # scripts/swift has it trusted
        before = server.count()
        out, answered_ms = _watch(line, environment)
        after = server.count()
        wrong, right = after["wrong"] - before["wrong"], after["right"] - before["right"]
        if wrong or right != calls + warmup:
            raise RunFailed(f"{right} right and {wrong} wrong requests where {calls + warmup} were due")
        return {**json.loads(out[-1]), "answered_ms": answered_ms}


def _watch(line, environment):
    """What a program prints, and when it says that the first answer is there."""
    with tempfile.TemporaryFile("w+") as errors:
        began, answered_ms, out = time.perf_counter(), None, []
        with subprocess.Popen(line, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True) as process:
            timer = _Timer(process)
            for text in process.stdout:
                if text == "answered\n":
                    answered_ms = (time.perf_counter() - began) * 1000
                out.append(text)
            timer.stop()
        if process.returncode != 0:
            errors.seek(0)
            said = [text.strip() for text in errors.read().splitlines() if re.search("rror|xception|panicked", text)] or ["it says nothing"]
            raise RunFailed(f"exit {process.returncode}: {said[0][:200]}")
        return out, answered_ms


class _Timer:
    """Ends a program that takes too long."""

    def __init__(self, process):
        import threading

        self._timer = threading.Timer(PATIENCE, process.kill)
        self._timer.start()

    def stop(self):
        self._timer.cancel()


class Server:
    """The server in a process of its own."""

    def __init__(self, command, delay_ms=0, tls=False):
        self._line = [command]
        self.delay_ms = delay_ms
        self._tls = tls
        self.ca = None

    def __enter__(self):
        if self.delay_ms:
            self._line += ["--delay-ms", str(self.delay_ms)]
        if self._tls:
            self._folder = tempfile.TemporaryDirectory()
            self.ca = f"{self._folder.name}/ca.pem"
            self._line += ["--tls", self.ca]
        self._process = subprocess.Popen(self._line, stdout=subprocess.PIPE, text=True)
        self.url = self._process.stdout.readline().strip()
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait()
        self._process.stdout.close()
        if self._tls:
            self._folder.cleanup()

    def count(self):
        context = None
        if self.ca:
            import ssl

            context = ssl.create_default_context(cafile=self.ca)
        with urllib.request.urlopen(f"{self.url}/count", context=context) as answer:
            return json.load(answer)
