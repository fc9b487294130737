"""The pytest plugin: one fixture. Installed with the package, so it imports nothing before the fixture is used."""

from __future__ import annotations

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from whatsapp_two_step.testing import Sandbox


@pytest.fixture(scope="session")
def _whatsapp_sandbox_of_the_session() -> Iterator[Sandbox]:
    from whatsapp_two_step.testing import Sandbox

    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def whatsapp_sandbox(_whatsapp_sandbox_of_the_session: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """A `whatsapp_two_step.testing.Sandbox` that is as new. Meanwhile no client reaches another machine."""
    monkeypatch.setenv("WHATSAPP_TWO_STEP_LOOPBACK_ONLY", "1")
    _whatsapp_sandbox_of_the_session.reset()
    return _whatsapp_sandbox_of_the_session
