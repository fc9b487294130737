"""The security webhook: somebody changed a PIN, or asked for a reset."""

from whatsapp_two_step import _native
from whatsapp_two_step._response import Plain

_set = object.__setattr__


class SecurityEvent(Plain):
    """Something happened to the PIN of a number, as the webhook's field `security` tells it."""

    __slots__ = __match_args__ = ("event", "waba_id", "display_phone_number", "requester", "time")

    event: str
    """`PIN_CHANGED`, `PIN_RESET_REQUEST`, `PIN_RESET_SUCCESS`, or another, as Meta spells it."""
    waba_id: str | None
    """The WhatsApp business account."""
    display_phone_number: str | None
    """The number as people write it. The event has no phone number ID."""
    requester: str | None
    """Who asked for a reset: a user's ID."""
    time: int | None
    """When: seconds since 1970, in UTC."""

    def __init__(
        self,
        event: str,
        waba_id: str | None = None,
        display_phone_number: str | None = None,
        requester: str | None = None,
        time: int | None = None,
    ) -> None:
        _set(self, "event", event)
        _set(self, "waba_id", waba_id)
        _set(self, "display_phone_number", display_phone_number)
        _set(self, "requester", requester)
        _set(self, "time", time)


def security_events(body: bytes, signature: str | None, app_secret: str) -> list[SecurityEvent]:
    """Checks a webhook delivery's signature, then gives the events of its field `security`. Other fields are passed over.

    A delivery has no ID, and Meta sends it again if it got no answer: drop what you have seen.

    >>> import hashlib, hmac
    >>> body = b'''{"object":"whatsapp_business_account","entry":[{"id":"102290129340398","time":1748811473,
    ...     "changes":[{"field":"security","value":{"display_phone_number":"15550783881","event":"PIN_CHANGED"}}]}]}'''
    >>> signature = "sha256=" + hmac.new(b"app_secret", body, hashlib.sha256).hexdigest()  # as Meta makes it
    >>> security_events(body, signature, "app_secret")[0].event
    'PIN_CHANGED'

    Args:
        body: the request's body as it came, byte for byte.
        signature: its header `X-Hub-Signature-256`, None where it has none.
        app_secret: the app's.

    Raises:
        InvalidWebhookError: if the signature is missing or wrong, or the body is no webhook's.
    """
    try:
        events = _native.security_events(body, signature, app_secret)
    finally:
        del app_secret, signature  # both: they may be swapped
    return [
        SecurityEvent(event, waba_id, number, requester, time) for waba_id, number, event, requester, time in events
    ]
