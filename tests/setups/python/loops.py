"""anyio: on asyncio's loop and uvloop's with its scopes and groups, and on trio by a thread."""

import anyio
import anyio.to_thread
import pins
from whatsapp_two_step import AsyncClient


async def on_asyncio():
    async with AsyncClient.from_env() as client:
        with anyio.move_on_after(0.3) as scope:
            await client.set_two_step_pin(pins.HANGS, "012345")
        async with anyio.create_task_group() as group:
            for _ in range(20):
                group.start_soon(client.set_two_step_pin, pins.SLOW, "012345")
        return scope.cancelled_caught


async def on_trio():
    try:
        async with AsyncClient.from_env() as client:
            await client.set_two_step_pin(pins.ID, "012345")
    except RuntimeError as error:
        return "to_thread.run_sync" in str(error), await anyio.to_thread.run_sync(pins.say)


print(
    anyio.run(on_asyncio),
    anyio.run(on_asyncio, backend_options={"use_uvloop": True}),
    anyio.run(on_trio, backend="trio"),
)
