"""The exceptions: one class per kind of error, and `TwoStepError` to catch them all."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, ClassVar

    from whatsapp_two_step._types import ErrorKind, Outcome, Reason, VaultState
else:
    from whatsapp_two_step._names import Any, ClassVar, ErrorKind, Mapping, Outcome, Reason, VaultState


class TwoStepError(Exception):
    """Why a PIN was not set, and which PIN holds now.

    The class and `kind` say what went wrong, `outcome` which PIN holds, `hint` what to do next. None of it ever shows a PIN,
    a token or an app secret, also where the server sent one back.

    Raised, it is one of the subclasses. In a test of your own, make one as the client would:

    >>> error = RateLimitedError("Too many calls.", outcome="rejected", retry_after=30.0)
    >>> error.kind, error.outcome, error.retry_after
    ('rate_limited', 'rejected', 30.0)
    >>> match error:
    ...     case TwoStepError("rate_limited", "rejected"):
    ...         print("the old PIN holds; wait")
    the old PIN holds; wait

    It goes through a job queue and comes back whole, by `pickle`, by its `args` or as plain data:

    >>> TwoStepError.from_dict(error.to_dict())
    RateLimitedError('Too many calls.', kind='rate_limited', outcome='rejected')
    """

    kind: ClassVar[ErrorKind] = "unexpected_response"
    """What went wrong, as a code."""
    message: str
    """What went wrong, in one English sentence that is safe to log and to show."""
    outcome: Outcome
    """Which PIN holds now: `not_sent` and `rejected` mean the old one, `unknown` either."""
    hint: str
    """What to do next, in one sentence."""
    http_status: int | None
    """The answer's HTTP status, if one came."""
    graph_code: int | None
    """The Graph error's `code`."""
    graph_subcode: int | None
    """The Graph error's `error_subcode`."""
    graph_type: str | None
    """The Graph error's `type`, such as `OAuthException`."""
    details: str | None
    """The Graph error's `error_data.details`."""
    user_title: str | None
    """The Graph error's `error_user_title`."""
    user_message: str | None
    """The Graph error's `error_user_msg`."""
    trace_id: str | None
    """What Meta's support asks for: `fbtrace_id`, else the header `x-fb-request-id`."""
    retry_after: float | None
    """Seconds to wait before the next call, if the server said."""
    is_retryable: bool
    """Would the same call, later, have a chance?"""
    reason: Reason | None
    """Why the connection failed, or for what the call waited when its time was over: of `connection_failed` and `timed_out`."""
    attempts: int
    """How many requests were made: 0 for bad input."""
    vault_state: VaultState | None
    """What the vault holds now, of a rotation that failed: see `VaultError.vault_state`."""

    __match_args__ = ("kind", "outcome")

    def __init__(
        self,
        message: str = "",
        *fields: Mapping[str, Any],
        outcome: Outcome = "unknown",
        hint: str = "",
        http_status: int | None = None,
        graph_code: int | None = None,
        graph_subcode: int | None = None,
        graph_type: str | None = None,
        details: str | None = None,
        user_title: str | None = None,
        user_message: str | None = None,
        trace_id: str | None = None,
        retry_after: float | None = None,
        is_retryable: bool = False,
        reason: Reason | None = None,
        attempts: int = 0,
        vault_state: VaultState | None = None,
    ) -> None:
        """With its fields by keyword. A mapping of them beside the message is what `args` has, for whoever makes it again."""
        super().__init__(message)
        values: dict[str, Any] = {
            "outcome": outcome,
            "hint": hint,
            "http_status": http_status,
            "graph_code": graph_code,
            "graph_subcode": graph_subcode,
            "graph_type": graph_type,
            "details": details,
            "user_title": user_title,
            "user_message": user_message,
            "trace_id": trace_id,
            "retry_after": retry_after,
            "is_retryable": is_retryable,
            "reason": reason,
            "attempts": attempts,
            "vault_state": vault_state,
        }
        for given in fields:
            values.update((name, given[name]) for name in values.keys() & given.keys())
        # Not through the base: an OSError takes two arguments for a number and its text.
        self.args: tuple[Any, ...] = (message, values)
        vars(self).update(message=message, **values)
        if self.hint:
            vars(self)["__notes__"] = [self.hint]  # shown below a traceback, from Python 3.11 on

    @staticmethod
    def from_dict(fields: Mapping[str, Any]) -> "TwoStepError":
        """An error of the class that its `kind` names, from what `to_dict` gave."""
        return make_error(fields["kind"], fields["message"], fields)

    def to_dict(self) -> dict[str, Any]:
        """Its fields as plain data, for JSON."""
        return {"kind": self.kind, "message": self.message, **{name: getattr(self, name) for name in self.args[1]}}

    def __str__(self) -> str:
        known = (
            ("Graph code", self.graph_code),
            ("subcode", self.graph_subcode),
            ("HTTP", self.http_status),
            ("trace id", self.trace_id),
        )
        said = "".join(f", {name} {value}" for name, value in known if value is not None)
        return f"{self.message} ({self.kind}, outcome {self.outcome}{said})"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.message!r}, kind={self.kind!r}, outcome={self.outcome!r})"


class InvalidPinError(TwoStepError, ValueError):
    """The PIN isn't a string of six digits. Raised before anything is sent."""

    kind: ClassVar[ErrorKind] = "invalid_pin"


class InvalidPhoneNumberIdError(TwoStepError, ValueError):
    """The phone number ID isn't a string of 1 to 32 digits. Raised before anything is sent."""

    kind: ClassVar[ErrorKind] = "invalid_phone_number_id"


class InvalidConfigurationError(TwoStepError, ValueError):
    """A setting is wrong; the message names it. Raised before anything is sent."""

    kind: ClassVar[ErrorKind] = "invalid_configuration"


class AuthenticationError(TwoStepError):
    """The token, or the proof made with the app secret, was refused."""

    kind: ClassVar[ErrorKind] = "authentication"


class PermissionDeniedError(TwoStepError):
    """The token lacks a permission."""

    kind: ClassVar[ErrorKind] = "permission_denied"


class NotFoundError(TwoStepError):
    """There is no such phone number for this token."""

    kind: ClassVar[ErrorKind] = "not_found"


class InvalidRequestError(TwoStepError):
    """The server found fault with the request."""

    kind: ClassVar[ErrorKind] = "invalid_request"


class PinRejectedError(TwoStepError):
    """The server refused the PIN."""

    kind: ClassVar[ErrorKind] = "pin_rejected"


class NumberNotReadyError(TwoStepError):
    """The number isn't registered or verified as it must be."""

    kind: ClassVar[ErrorKind] = "number_not_ready"


class AccountRestrictedError(TwoStepError):
    """The business account is locked or blocked."""

    kind: ClassVar[ErrorKind] = "account_restricted"


class RateLimitedError(TwoStepError):
    """Too many calls; `retry_after` says how long to wait, if the server said."""

    kind: ClassVar[ErrorKind] = "rate_limited"


class ServiceUnavailableError(TwoStepError):
    """A fault on the server's side."""

    kind: ClassVar[ErrorKind] = "service_unavailable"


class NotAppliedError(TwoStepError):
    """The server answered `"success": false`."""

    kind: ClassVar[ErrorKind] = "not_applied"


class ConnectionFailedError(TwoStepError, ConnectionError):
    """DNS, refused, TLS, reset or closed early; with a transport of your own, anything it raised: see `__cause__`."""

    kind: ClassVar[ErrorKind] = "connection_failed"


class TimedOutError(TwoStepError, TimeoutError):
    """The connection or the whole call took too long."""

    kind: ClassVar[ErrorKind] = "timed_out"


class InvalidWebhookError(TwoStepError, ValueError):
    """A webhook's signature or body is wrong. Never from a call."""

    kind: ClassVar[ErrorKind] = "invalid_webhook"


class UnexpectedResponseError(TwoStepError):
    """An answer that no Graph API gives: HTML, a redirect, a body too large."""

    kind: ClassVar[ErrorKind] = "unexpected_response"


_CLASSES: dict[str, type[TwoStepError]] = {error.kind: error for error in TwoStepError.__subclasses__()}


class ClosedClientError(InvalidConfigurationError, RuntimeError):
    """The client is closed."""


_CLASSES["closed"] = ClosedClientError


def make_error(kind: str, message: str, fields: Mapping[str, Any]) -> TwoStepError:
    """What the native module calls. A kind of a later version's is an error of no class of its own."""
    return _CLASSES.get(kind, TwoStepError)(message, fields)
