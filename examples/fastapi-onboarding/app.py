"""An onboarding endpoint: gives a customer's number a PIN of its own, and knows afterwards which PIN holds.

    export WHATSAPP_ACCESS_TOKEN=EAA…
    export WHATSAPP_TWO_STEP_VAULT_KEY=…  # whatsapp_two_step.generate_vault_key(), once; without it, no PIN can be read
    uvicorn app:app
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
from webhooks import router
from whatsapp_two_step import AsyncClient, AsyncRotator, SqliteVault, TwoStepError, VaultError


class State(TypedDict):
    rotator: AsyncRotator


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[State]:
    # One file for the processes of one machine; on many machines, a PostgresVault takes its place.
    vault = SqliteVault(os.environ.get("VAULT", "pins.db"), os.environ["WHATSAPP_TWO_STEP_VAULT_KEY"])
    vault.init()
    # One client for the whole program: it keeps its connections. GRAPH_BASE_URL is the sandbox's in a test.
    async with AsyncClient.from_env(base_url=os.environ.get("GRAPH_BASE_URL"), timeout=20) as client:
        yield {"rotator": AsyncRotator(client, vault)}


app = FastAPI(lifespan=lifespan)
app.include_router(router)


def get_rotator(request: Request) -> AsyncRotator:
    return request.state.rotator


class PinSet(BaseModel):
    phone_number_id: str
    trace_id: str | None


@app.post("/numbers/{phone_number_id}/two-step-pin")
async def set_two_step_pin(phone_number_id: str, rotator: Annotated[AsyncRotator, Depends(get_rotator)]) -> PinSet:
    """Sets a new PIN, which never leaves this service. After a failure, call it again: it sends the same one."""
    rotation = await rotator.rotate(phone_number_id)
    return PinSet(phone_number_id=phone_number_id, trace_id=rotation.trace_id)


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
    return answer(error, status, f"urn:whatsapp-two-step:{error.kind}", error.hint, error.outcome, error.trace_id)


@app.exception_handler(VaultError)
async def vault_problem(_request: Request, error: VaultError) -> JSONResponse:
    """`busy`: an earlier request may still be under way, and would undo a new PIN. `conflict`: somebody else is at it."""
    kind, hint = f"urn:whatsapp-two-step:vault-{error.kind}", "Call again later; it goes on from what the vault has."
    # Confirmed: the server has set the new PIN, and only the vault could not be told.
    outcome = "unknown" if error.vault_state in ("unsettled", "confirmed") else "not_sent"
    return answer(error, 409 if error.kind == "conflict" else 503, kind, hint, outcome, None)


def answer(
    error: TwoStepError | VaultError, status: int, kind: str, hint: str, outcome: str, trace_id: str | None
) -> JSONResponse:
    headers = {} if error.retry_after is None else {"Retry-After": str(math.ceil(error.retry_after))}
    body = {
        "type": kind,
        "title": error.message,  # safe to show: no error has a secret in it
        "status": status,
        "detail": hint,
        "outcome": outcome,
        "vault": error.vault_state,
        "trace_id": trace_id,
    }
    return JSONResponse(body, status, headers, media_type="application/problem+json")
