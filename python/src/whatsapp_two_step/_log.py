"""The logger `whatsapp_two_step`: each attempt's end at DEBUG, and at WARNING a call that leaves a doubt. It has no secrets."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    import logging
    from collections.abc import Callable

    from whatsapp_two_step._errors import TwoStepError

_logger: logging.Logger | None = None
_DEBUG = 10
_WORDS = {"phone_number_id": "phone number ID", "waba_id": "WABA ID"}


def _found() -> logging.Logger | None:
    """The logger, once somebody has imported `logging`: before that nobody listens, and its import takes longer than ours."""
    global _logger
    if _logger is None and (logging := sys.modules.get("logging")) is not None:
        _logger = logging.getLogger("whatsapp_two_step")
        _logger.addHandler(logging.NullHandler())  # a program without handlers gets no line on standard error
    return _logger


def watcher(name: str, id_: str) -> Callable[..., None] | None:
    """What hears of each attempt's end, if anybody listens."""
    logger = _found()
    if logger is None or not logger.isEnabledFor(_DEBUG):
        return None

    def log(
        number: int,
        kind: str | None,
        outcome: str | None,
        http_status: int | None,
        graph_code: int | None,
        trace_id: str | None,
        took: float,
        wait: float | None,
    ) -> None:
        fields = {
            name: id_,
            "attempt": number,
            "kind": kind,
            "outcome": outcome,
            "http_status": http_status,
            "graph_code": graph_code,
            "trace_id": trace_id,
            "took": took,
            "wait": wait,
        }
        said = [kind or "success"]
        known = (("outcome", outcome), ("HTTP", http_status), ("Graph code", graph_code), ("trace id", trace_id))
        said += [f"{name} {value}" for name, value in known if value is not None]
        said += [f"{took:.3f} s", *([] if wait is None else [f"the next in {wait:.3f} s"])]
        text = ", ".join(said)
        logger.debug("%s %s, attempt %d: %s", _WORDS[name], id_, number, text, extra=fields)

    return log


def ended(phone_number_id: str, error: TwoStepError) -> None:
    """A call has failed."""
    logger = _found() if error.outcome == "unknown" else None
    if logger is not None:
        fields = {"phone_number_id": phone_number_id, **error.to_dict()}
        del fields["message"]  # a record has one of its own
        logger.warning("phone number ID %s, either PIN may hold: %s", phone_number_id, str(error), extra=fields)
