"""Every Python example of the pages runs, against the sandbox in place of Meta's server."""

from __future__ import annotations

import asyncio
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import PIN, TOKEN

from whatsapp_two_step._client_base import ClientBase
from whatsapp_two_step.testing import Sandbox

ROOT = Path(__file__).parents[2]
PAGES = ["README.md", "python/README.md", "docs/operating.md", "docs/migration.md", "docs/rotation.md"]


def programs(page: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)


def run(page: str, code: str) -> dict[str, Any]:
    """The names that the program leaves."""
    names: dict[str, Any] = {"__name__": "example"}
    exec(compile(code, page, "exec"), names)
    return names


def examples() -> Iterator[object]:
    for page in PAGES:
        found = programs(page)
        assert found, page
        for number, code in enumerate(found, 1):
            yield pytest.param(page, code, id=f"{page}-{number}")


@pytest.fixture(autouse=True)
def in_the_sandbox(whatsapp_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHATSAPP_ACCESS_TOKEN", TOKEN)
    open_one = ClientBase._open

    def open_here(client: ClientBase, token: str | None, transport: object, settings: dict[str, object]) -> None:
        """With the sandbox as the default of where to."""
        here = settings.get("base_url") or whatsapp_sandbox.base_url
        open_one(client, token, transport, {**settings, "base_url": here})

    monkeypatch.setattr(ClientBase, "_open", open_here)


@pytest.mark.parametrize(("page", "code"), list(examples()))
def test_examples(
    page: str, code: str, whatsapp_sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # a program may make a file
    before = len(whatsapp_sandbox.requests())
    names = run(page, code)
    for name, test in names.items():
        if name.startswith("test_") and inspect.isfunction(test):
            test(**dict.fromkeys(inspect.signature(test).parameters, whatsapp_sandbox))
    needs_none = any(words in code for words in ("import Sandbox", "transport=", "check_vault"))
    assert needs_none or len(whatsapp_sandbox.requests()) > before


def test_a_rollout_that_stops_loses_no_end() -> None:
    [code] = [code for code in programs("docs/operating.md") if "def set_all" in code]
    expired, slow = "900001900000463", "910060000000000"
    ends = asyncio.run(run("docs/operating.md", code)["set_all"]({expired: PIN, slow: PIN}))
    assert ends[expired].kind == "authentication" and ends[slow] is None
