"""What many rotations are given."""

from whatsapp_two_step._native import invalid_configuration
from whatsapp_two_step._value import Value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, NoReturn
else:
    from whatsapp_two_step._names import Any, Iterable, NoReturn

_set = object.__setattr__


class FleetAccount(Value):
    """The numbers of one business account (WABA), for `rotate_all`. The token is never printed, and given to nobody.

    >>> FleetAccount(["106540352242922"], waba_id="930000000000001", access_token="EAAG_example")
    FleetAccount(1 number, waba_id='930000000000001')
    """

    __slots__ = ("_access_token", "numbers", "waba_id")

    numbers: tuple[str, ...]
    """The phone number IDs, in the order in which they are begun."""
    _access_token: str | None
    waba_id: str | None
    """The account's ID. The server counts calls by it, so that one account can wait while others go on."""

    def __init__(self, numbers: Iterable[str], *, waba_id: str | None = None, access_token: str | None = None) -> None:
        """Nothing is checked before `rotate_all`.

        Args:
            numbers: phone number IDs.
            waba_id: the account that they belong to, if it is known.
            access_token: the account's own, in place of the client's.
        """
        try:
            _set(self, "_access_token", access_token)
            _set(self, "numbers", several(numbers))
            _set(self, "waba_id", waba_id)
        finally:
            del access_token

    def __repr__(self) -> str:
        number = len(self.numbers)
        return f"FleetAccount({number} number{'s' * (number != 1)}, waba_id={self.waba_id!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("FleetAccount may hold a token and can't be pickled")


def several(numbers: Any) -> tuple[Any, ...]:
    """What was given; a text would be its digits, each of them a number."""
    if isinstance(numbers, (str, bytes)) or not hasattr(numbers, "__iter__"):
        wanted = "must be an iterable of phone number IDs, or of FleetAccounts"
        raise invalid_configuration("numbers", f"{wanted}, not {type(numbers).__name__}")
    return tuple(numbers)


def accounts_of(numbers: Any) -> list[FleetAccount]:
    """The accounts that were given, or one of all the numbers."""
    given = several(numbers)
    accounts = [account for account in given if isinstance(account, FleetAccount)]
    if accounts and len(accounts) < len(given):
        raise invalid_configuration("numbers", "must be phone number IDs or FleetAccounts, not both")
    return accounts or [FleetAccount(given)]
