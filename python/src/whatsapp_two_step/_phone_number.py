"""A business phone number, as the server tells of it."""

from whatsapp_two_step._response import Plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from whatsapp_two_step._types import PinState
else:
    from whatsapp_two_step._names import PinState

_set = object.__setattr__


class PhoneNumber(Plain):
    """A number of a WhatsApp business account.

    What the server didn't say is None; a value that isn't known here is kept as it came.

    >>> PhoneNumber("106540352242922", pin="not_set").pin
    'not_set'
    """

    __slots__ = __match_args__ = (
        "id",
        "display_phone_number",
        "verified_name",
        "pin",
        "status",
        "code_verification_status",
        "name_status",
        "platform_type",
    )

    id: str
    """The ID that `set_two_step_pin` takes."""
    display_phone_number: str | None
    """The number as people write it."""
    verified_name: str | None
    """The name that users see."""
    pin: PinState
    """Has it a PIN: `set`, `not_set`, or `unknown` where the server didn't say."""
    status: str | None
    """Such as `CONNECTED`."""
    code_verification_status: str | None
    """Was the number's owner checked: `VERIFIED`, `NOT_VERIFIED`, `EXPIRED`. It says nothing about the PIN."""
    name_status: str | None
    """Such as `APPROVED`."""
    platform_type: str | None
    """Such as `CLOUD_API`."""

    def __init__(
        self,
        id: str,  # noqa: A002 - the field's name
        display_phone_number: str | None = None,
        verified_name: str | None = None,
        pin: PinState = "unknown",
        status: str | None = None,
        code_verification_status: str | None = None,
        name_status: str | None = None,
        platform_type: str | None = None,
    ) -> None:
        _set(self, "id", id)
        _set(self, "display_phone_number", display_phone_number)
        _set(self, "verified_name", verified_name)
        _set(self, "pin", pin)
        _set(self, "status", status)
        _set(self, "code_verification_status", code_verification_status)
        _set(self, "name_status", name_status)
        _set(self, "platform_type", platform_type)
