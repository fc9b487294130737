"""Drives one run of a rotation, over a client and a vault: from its first step to its end."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from whatsapp_two_step._steps import Steps


def run(client: Any, vault: Any, phone_number_id: str, steps: Steps) -> Any:
    """What it came to, or nothing where a fleet has that; raises at a bad end."""
    while (step := steps.next())[0] != "done":
        if step[0] == "call":
            steps.called(client._rotates(phone_number_id, step[1], step[2]))
            continue
        try:
            if step[0] == "load":
                steps.loaded(vault.load(phone_number_id))
            else:
                steps.saved(vault.save(phone_number_id, step[1], steps.expected(step[2])))
        except Exception as error:
            steps.failed(error)
    return step[1]


async def run_async(client: Any, vault: Any, phone_number_id: str, steps: Steps) -> Any:
    """The same on an event loop."""
    while (step := steps.next())[0] != "done":
        if step[0] == "call":
            steps.called(await client._rotates(phone_number_id, step[1], step[2]))
            continue
        try:
            if step[0] == "load":
                steps.loaded(await called(vault.load, phone_number_id))
            else:
                save = (phone_number_id, step[1], steps.expected(step[2]))
                steps.saved(await called(vault.save, *save))
        except Exception as error:
            steps.failed(error)
    return step[1]


async def called(method: Callable[..., Any], *given: Any) -> Any:
    """A method that isn't async may block, so it has a thread; what it gives may have to be awaited all the same."""
    from inspect import iscoroutinefunction

    if iscoroutinefunction(method):
        return await method(*given)
    import asyncio

    answer = await asyncio.to_thread(method, *given)
    try:
        return await answer if hasattr(answer, "__await__") else answer
    finally:
        del answer
