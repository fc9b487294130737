"""An onboarding endpoint: gives a customer's number a PIN of its own, and knows afterwards which PIN holds.

    WHATSAPP_ACCESS_TOKEN=EAA… uvicorn app:app
    curl -X POST http://127.0.0.1:8000/numbers/106540352242922/two-step-pin

Who may call it is left to the authentication that your other endpoints have.
"""

from __future__ import annotations

import math
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, TypedDict

from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from vault import MemoryVault, TooSoonError, Vault
from webhooks import router
from whatsapp_two_step import AsyncClient, TwoStepError


class State(TypedDict):
    client: AsyncClient
    vault: Vault


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[State]:
    # One client for the whole program: it keeps its connections. GRAPH_BASE_URL is the sandbox's in a test.
    # The vault's QUIET counts on this timeout.
    async with AsyncClient.from_env(base_url=os.environ.get("GRAPH_BASE_URL"), timeout=20) as client:
        yield {"client": client, "vault": MemoryVault()}


app = FastAPI(lifespan=lifespan)
app.include_router(router)


def get_client(request: Request) -> AsyncClient:
    return request.state.client


def get_vault(request: Request) -> Vault:
    return request.state.vault


class PinSet(BaseModel):
    phone_number_id: str
    trace_id: str | None


@app.post("/numbers/{phone_number_id}/two-step-pin")
async def set_two_step_pin(
    phone_number_id: str,
    client: Annotated[AsyncClient, Depends(get_client)],
    vault: Annotated[Vault, Depends(get_vault)],
) -> PinSet:
    """Sets a new PIN, which never leaves this service. After a failure, call it again: it sends the same candidate."""
    pin = await vault.candidate(phone_number_id)
    response = await client.set_two_step_pin(phone_number_id, pin.get_secret_value())
    await vault.confirm(phone_number_id, pin)
    return PinSet(phone_number_id=phone_number_id, trace_id=response.trace_id)


# What our caller can do something about. The rest is between us and Meta (a token, a setting): 500.
STATUS = {
    "invalid_phone_number_id": 422,
    "not_found": 404,
    "number_not_ready": 409,
    "pin_rejected": 409,
    "not_applied": 409,
    "account_restricted": 403,
    "rate_limited": 503,
    "service_unavailable": 503,
    "connection_failed": 503,
    "timed_out": 504,
}


@app.exception_handler(TwoStepError)
async def problem(_request: Request, error: TwoStepError) -> JSONResponse:
    """RFC 9457. `outcome` speaks of this call: after one with `unknown`, either PIN may hold until a call succeeds."""
    status = 502 if error.outcome == "unknown" else STATUS.get(error.kind, 500)
    headers = {} if error.retry_after is None else {"Retry-After": str(math.ceil(error.retry_after))}
    body = {
        "type": f"urn:whatsapp-two-step:{error.kind}",
        "title": error.message,  # safe to show: no error has a secret in it
        "status": status,
        "detail": error.hint,
        "outcome": error.outcome,
        "trace_id": error.trace_id,
    }
    return JSONResponse(body, status, headers, media_type="application/problem+json")


@app.exception_handler(TooSoonError)
async def too_soon(_request: Request, error: TooSoonError) -> JSONResponse:
    body = {
        "type": "urn:whatsapp-two-step:too_soon",
        "title": str(error),
        "status": 503,
        "detail": "Call again after the wait.",
        "outcome": "not_sent",
    }
    headers = {"Retry-After": str(math.ceil(error.retry_after))}
    return JSONResponse(body, 503, headers, media_type="application/problem+json")
