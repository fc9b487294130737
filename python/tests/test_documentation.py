"""Every Python example of the pages runs, against the sandbox in place of Meta's server."""

from __future__ import annotations

import asyncio
import inspect
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from support import PIN, TOKEN

from whatsapp_two_step import Client, HttpRequest, HttpResponse, TransportError, TwoStepError
from whatsapp_two_step._client import ClientBase
from whatsapp_two_step.testing import Sandbox
from whatsapp_two_step.transports import HttpxTransport

ROOT = Path(__file__).parents[2]
PAGES = ["README.md", "python/README.md", "docs/operating.md", "docs/migration.md"]


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
    assert "import Sandbox" in code or "transport=" in code or len(whatsapp_sandbox.requests()) > before


def test_a_rollout_that_stops_loses_no_end() -> None:
    [code] = [code for code in programs("docs/operating.md") if "def set_all" in code]
    expired, slow = "900001900000463", "910060000000000"
    ends = asyncio.run(run("docs/operating.md", code)["set_all"]({expired: PIN, slow: PIN}))
    assert ends[expired].kind == "authentication" and ends[slow] is None


class Story:
    """Calls of the page's own `rotate` for one number, on a clock of its own.

    Vault and server change only by a save and by a request, so they are compared after each of these, and after each call.
    """

    def __init__(self, number: str, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
        self.number, self.sandbox, self.now = number, sandbox, 1_000_000.0
        self.moments: list[tuple[str | None, str]] = []
        self.late: HttpRequest | None = None
        monkeypatch.setattr(time, "time", lambda: self.now)
        [code] = [code for code in programs("docs/operating.md") if "def rotate" in code]
        self.program = run("docs/operating.md", code)
        story = self

        class Vault(dict[str, Any]):
            def __setitem__(self, key: str, value: Any) -> None:
                super().__setitem__(key, value)
                story.look()

        self.vault = Vault()

    def look(self) -> None:
        self.moments.append((self.sandbox.pin(self.number), repr(self.vault)))

    def rotate(self, transport: Callable[[HttpRequest], HttpResponse], token: str = TOKEN) -> str:
        """The outcome of a call."""
        try:
            self.program["rotate"](Client(token, transport=transport, max_retries=0), self.vault, self.number)
        except TwoStepError as error:
            return error.outcome
        finally:
            self.look()
        return "applied"

    def good(self, request: HttpRequest) -> HttpResponse:
        with httpx.Client() as http:
            response = HttpxTransport(http).send(request)
        self.look()
        return response

    def loses_the_answer(self, request: HttpRequest) -> HttpResponse:
        self.good(request)
        raise TransportError("the answer is lost")

    def delays_the_request(self, request: HttpRequest) -> HttpResponse:
        self.late = request
        raise TransportError("no answer in time", timed_out=True)

    def no_pin_was_lost(self) -> None:
        """An assertion inside of a transport would be one more failure of the connection, so it is made here."""
        for held, vault in self.moments:
            assert held is None or repr(held) in vault, f"the server holds {held}, the vault {vault}"

    def bodies(self) -> list[bytes]:
        return [request.body for request in self.sandbox.requests() if request.path.endswith(self.number)]


def test_a_refusal_after_a_lost_answer_loses_no_pin(whatsapp_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    story = Story("106540352242961", whatsapp_sandbox, monkeypatch)
    assert story.rotate(story.good) == "applied"
    before = whatsapp_sandbox.pin(story.number)
    story.now += 3600
    assert story.rotate(story.loses_the_answer) == "unknown"
    after = whatsapp_sandbox.pin(story.number)
    assert after != before, "it was applied"
    assert story.rotate(story.good, token="EAAsandboxExpired") == "rejected"
    assert story.rotate(story.good) == "applied"
    story.no_pin_was_lost()
    assert whatsapp_sandbox.pin(story.number) == after
    assert len(story.bodies()) == 4 and len(set(story.bodies()[1:])) == 1, "the candidate was sent again"
    assert repr(before) not in repr(story.vault), "the success has settled it"


def test_a_request_that_arrives_late_loses_no_pin(whatsapp_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    story = Story("106540352242962", whatsapp_sandbox, monkeypatch)
    assert story.rotate(story.delays_the_request) == "unknown"
    assert story.rotate(story.good) == "applied"
    with pytest.raises(RuntimeError, match="on its way"):
        story.rotate(story.good)  # a new PIN, and the late request would undo it
    assert story.late
    story.good(story.late)
    story.no_pin_was_lost()
    story.now += 3600
    assert story.rotate(story.good) == "applied"
    story.no_pin_was_lost()
    assert len(story.bodies()) == 3 and len(set(story.bodies())) == 2
