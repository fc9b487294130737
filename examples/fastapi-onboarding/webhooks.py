"""Hears of PINs that somebody changed: the endpoint for the webhook field `security`."""

from __future__ import annotations

import logging
import os
from collections import OrderedDict

from fastapi import APIRouter, HTTPException, Request, Response
from whatsapp_two_step import InvalidWebhookError, SecurityEvent, security_events

router = APIRouter()
log = logging.getLogger("onboarding")

KEPT = 10_000


class Seen:
    """Drops what came before. A delivery has no ID, so an event is known by all that it says.

    Meta sends a delivery again if it got no answer. Several workers need a table with a unique key in its place.
    """

    def __init__(self) -> None:
        self._events: OrderedDict[SecurityEvent, None] = OrderedDict()

    def is_new(self, event: SecurityEvent) -> bool:
        is_new = event not in self._events
        self._events[event] = None
        if len(self._events) > KEPT:
            self._events.popitem(last=False)
        return is_new


seen = Seen()


@router.post("/webhooks")
async def webhook(request: Request) -> Response:
    """Answers 200 to each delivery with a good signature, also of other fields, so that it doesn't come again."""
    body = await request.body()  # the bytes as they came: a model would parse them first
    try:
        events = security_events(body, request.headers.get("x-hub-signature-256"), os.environ["WHATSAPP_APP_SECRET"])
    except InvalidWebhookError as error:
        log.warning("a webhook was refused: %s", error)
        raise HTTPException(401) from None
    for event in filter(seen.is_new, events):
        # Somebody in WhatsApp Manager: the vault's PIN may not be the one that holds. Set a new one, or ask them.
        log.warning("%s: the PIN of %s in %s", event.event, event.display_phone_number, event.waba_id)
    return Response()
