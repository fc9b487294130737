"""Names that the tests share."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

TOKEN = "EAAG_secret_token_123"
PIN = "735194"
ID = "106540352242922"
VECTORS = Path(os.environ.get("VECTORS", Path(__file__).parents[2] / "tests" / "vectors"))


def vectors(name: str) -> dict[str, Any]:
    """A file of the vectors that all languages share."""
    return json.loads((VECTORS / f"{name}.json").read_text("utf-8"))
