"""What a transport says beside its words, for type checkers. Apart from `_types`, which names the transport's own types."""

from __future__ import annotations

from typing import Literal

Reason = Literal[
    "dns",
    "refused",
    "unreachable",
    "tls",
    "proxy",
    "reset",
    "closed",
    "no_descriptors",
    "connecting",
    "waiting",
    "other",
]
"""Why a connection failed, or for what a call waited when its time was over."""

Unprocessed = Literal["connection_ended", "stream_refused"]
"""How a server says that it processed none of a request."""
