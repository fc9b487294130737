"""Every Python example of the pages runs, against the sandbox in place of Meta's server."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import TOKEN

from whatsapp_two_step._client import ClientBase
from whatsapp_two_step.testing import Sandbox

ROOT = Path(__file__).parents[2]
PAGES = ["README.md", "python/README.md", "docs/operating.md", "docs/migration.md"]


def examples() -> Iterator[object]:
    for page in PAGES:
        found = re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)
        assert found, page
        for number, code in enumerate(found, 1):
            yield pytest.param(page, code, id=f"{page}-{number}")


@pytest.mark.parametrize(("page", "code"), list(examples()))
def test_examples(page: str, code: str, whatsapp_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHATSAPP_ACCESS_TOKEN", TOKEN)
    open_one = ClientBase._open

    def open_here(client: ClientBase, token: str | None, transport: object, settings: dict[str, object]) -> None:
        """With the sandbox as the default of where to."""
        here = settings.get("base_url") or whatsapp_sandbox.base_url
        open_one(client, token, transport, {**settings, "base_url": here})

    monkeypatch.setattr(ClientBase, "_open", open_here)
    before = len(whatsapp_sandbox.requests())
    names: dict[str, object] = {"__name__": "example"}
    exec(compile(code, page, "exec"), names)
    for name, test in names.items():
        if name.startswith("test_") and inspect.isfunction(test):
            test(**dict.fromkeys(inspect.signature(test).parameters, whatsapp_sandbox))
    assert "import Sandbox" in code or "transport=" in code or len(whatsapp_sandbox.requests()) > before
