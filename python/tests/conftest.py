"""What the tests share. They run against the installed package, from a folder without its sources."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support import ID

import whatsapp_two_step
from whatsapp_two_step.testing import Sandbox

pytest_plugins = ["pytester"]

assert "site-packages" in whatsapp_two_step.__file__, "the tests are for the installed package"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """One of its own, for tests that count."""
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the machine's own."""
    for name in list(os.environ):
        if name.startswith("WHATSAPP_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path, whatsapp_sandbox: Sandbox) -> Run:
    """Runs a program in an interpreter of its own, with URL for the sandbox; it must end well, unless told else."""

    def run(code: str, *, status: int = 0) -> subprocess.CompletedProcess[str]:
        program = tmp_path / "program.py"
        program.write_text(f"URL = {whatsapp_sandbox.base_url!r}\nID = {ID!r}\n{code}")
        # Without the fixture's switch: a transport of the program's own stands in for Meta's server.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("WHATSAPP_")}
        line = [sys.executable, str(program)]
        done = subprocess.run(line, capture_output=True, text=True, timeout=60, cwd=tmp_path, env=environment)
        assert done.returncode == status, done.stdout + done.stderr
        return done

    return run


@pytest.fixture
def free_port() -> int:
    """One that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
