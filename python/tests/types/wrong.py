"""Mistakes that a type checker finds: each line that ends in `# wrong` is an error, and no other is. Not run."""

from __future__ import annotations

import httpx

from whatsapp_two_step import (
    AsyncClient,
    Client,
    FleetAccount,
    HttpRequest,
    HttpResponse,
    MemoryVault,
    RateLimitedError,
    Rotator,
    SetTwoStepPinResponse,
    check_async_vault,
    check_vault,
)


async def async_function(request: HttpRequest) -> HttpResponse:
    return HttpResponse(200)


def program(client: Client, async_client: AsyncClient, response: SetTwoStepPinResponse) -> None:
    client.set_two_step_pin("1", 12345)  # wrong
    client.set_two_step_pin(1, "012345")  # wrong
    client.set_two_step_pin("1")  # wrong
    Client(None)  # wrong
    Client("token", "https://x")  # wrong
    Client("token", timeout="10")  # wrong
    Client("token", tiemout=10)  # wrong
    Client.from_env(max_retries="2")  # wrong
    Client("token", transport=async_function)  # wrong
    Client("token", transport=httpx.Client())  # wrong
    AsyncClient("token", transport=lambda request: HttpResponse(200))  # wrong
    RateLimitedError("m", outcome="perhaps")  # wrong
    print(response.trace)  # wrong
    print(response.usage.highest_percentage)  # wrong
    Rotator(client, MemoryVault()).rotate_all([1])  # wrong
    Rotator(client, MemoryVault()).rotate_all(["1"], 1)  # wrong
    FleetAccount(["1"], "2")  # wrong
    check_vault({})  # wrong
    check_vault(MemoryVault(), 1)  # wrong
    check_vault(MemoryVault(), "1", False)  # wrong
    check_async_vault(1)  # wrong
