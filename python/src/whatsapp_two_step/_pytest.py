"""The pytest plugin: one fixture. Installed with the package, so it imports nothing before the fixture is used."""

from __future__ import annotations

import pytest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from whatsapp_two_step.testing import Sandbox


@pytest.fixture(scope="session")
def whatsapp_sandbox() -> Iterator[Sandbox]:
    """A `whatsapp_two_step.testing.Sandbox` that runs for the whole session."""
    from whatsapp_two_step.testing import Sandbox

    with Sandbox() as sandbox:
        yield sandbox
