"""Names that the tests share."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from whatsapp_two_step import Client, HttpRequest, HttpResponse

TOKEN = "EAAG_secret_token_123"
PIN = "735194"
ID = "106540352242922"
OK = HttpResponse(200, b'{"success":true}')
VECTORS = Path(os.environ.get("VECTORS", Path(__file__).parents[2] / "tests" / "vectors"))


Send = Callable[[HttpRequest], HttpResponse]


def blocking(send: Send, **settings: Any) -> Any:
    """A call over a transport of one's own."""
    return Client(TOKEN, transport=send, **settings).set_two_step_pin(ID, PIN)


def raises(error: BaseException) -> Send:
    """A transport that fails so."""

    def send(request: HttpRequest) -> HttpResponse:
        raise error

    return send


def vectors(name: str) -> dict[str, Any]:
    """A file of the vectors that all languages share."""
    return json.loads((VECTORS / f"{name}.json").read_text("utf-8"))
