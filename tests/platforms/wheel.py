"""What a user does with the wheel, on another platform: a PIN, also on a loop, a refusal, a rotation over SQLite; on the wheel's own sandbox."""

import asyncio
import platform
import tempfile

from whatsapp_two_step import AsyncClient, Client, Rotator, SqliteVault, TwoStepError, generate_vault_key
from whatsapp_two_step.testing import Sandbox

NUMBER = "106540352242922"


async def on_a_loop(url: str) -> None:
    async with AsyncClient("EAAsandbox", base_url=url, timeout=30) as client:
        await asyncio.gather(*(client.set_two_step_pin(NUMBER, "012345") for _ in range(8)))


with Sandbox() as sandbox, Client("EAAsandbox", base_url=sandbox.base_url, timeout=30) as client:
    client.set_two_step_pin(NUMBER, "048213")
    asyncio.run(on_a_loop(sandbox.base_url))
    try:
        Client("EAAsandboxExpired", base_url=sandbox.base_url, timeout=30).set_two_step_pin(NUMBER, "735194")
        raise SystemExit("an expired token was taken")
    except TwoStepError as error:
        assert error.outcome == "rejected", error
    with tempfile.TemporaryDirectory() as folder:
        vault = SqliteVault(f"{folder}/pins.db", generate_vault_key())
        vault.init()
        Rotator(client, vault).rotate(NUMBER)
print("the wheel: set, asyncio, refusal, rotation; Python", platform.python_version(), "on", platform.machine(), *platform.libc_ver())
