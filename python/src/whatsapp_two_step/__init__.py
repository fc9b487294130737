"""Set the two-step verification PIN of a WhatsApp Business phone number.

    from whatsapp_two_step import Client

    with Client(os.environ["WHATSAPP_ACCESS_TOKEN"]) as client:
        response = client.set_two_step_pin("106540352242922", "012345")

`AsyncClient` does the same on an event loop. Whatever goes wrong with a call is a `TwoStepError`: its class and `kind` say what
happened, its `outcome` says which PIN holds now, its `hint` what to do next.

Neither a PIN nor a token or an app secret is ever printed: not by `repr`, an error, its causes, a traceback or a pickle.
"""

import atexit as _atexit

try:
    from whatsapp_two_step import _native
except ImportError as _error:
    if type(globals()["__loader__"]).__name__ == "zipimporter":
        _why = (
            "a native module can't be loaded from a zip archive; install the package beside it, or unpack the archive"
        )
    else:
        _why = "there is none for this Python and platform; install the package with this Python's own pip"
    raise ImportError(f"whatsapp_two_step has a native module: {_why} ({_error})") from _error
from whatsapp_two_step._async_client import AsyncClient
from whatsapp_two_step._client import Client, set_two_step_pin
from whatsapp_two_step._errors import (
    AccountRestrictedError,
    AuthenticationError,
    ConnectionFailedError,
    InvalidConfigurationError,
    InvalidPhoneNumberIdError,
    InvalidPinError,
    InvalidRequestError,
    InvalidWebhookError,
    NotAppliedError,
    NotFoundError,
    NumberNotReadyError,
    PermissionDeniedError,
    PinRejectedError,
    RateLimitedError,
    ServiceUnavailableError,
    TimedOutError,
    TwoStepError,
    UnexpectedResponseError,
)
from whatsapp_two_step._http import HttpRequest, HttpResponse, TransportError
from whatsapp_two_step._native import VERSION as __version__
from whatsapp_two_step._native import Entry, generate_vault_key
from whatsapp_two_step._phone_number import PhoneNumber
from whatsapp_two_step._pin import generate_pin, is_weak_pin
from whatsapp_two_step._response import SetTwoStepPinResponse, Usage
from whatsapp_two_step._webhook import SecurityEvent, security_events

TYPE_CHECKING = False
if TYPE_CHECKING:
    from whatsapp_two_step._rotation import (
        AsyncRotateAll,
        AsyncRotator,
        FleetAccount,
        FleetHold,
        FleetProgress,
        MemoryVault,
        PostgresVault,
        RotateAll,
        Rotation,
        RotationEnd,
        Rotator,
        Secret,
        SqliteVault,
        VaultError,
        VaultFaultError,
        check_async_vault,
        check_vault,
    )
    from whatsapp_two_step._types import (
        AsyncTransport,
        ErrorKind,
        FleetStop,
        HoldReason,
        Outcome,
        PinState,
        Reason,
        Transport,
        VaultState,
    )
    from whatsapp_two_step._vault import AsyncVault, Vault

__all__ = [
    "AccountRestrictedError",
    "AsyncClient",
    "AsyncRotateAll",
    "AsyncRotator",
    "AsyncTransport",
    "AsyncVault",
    "AuthenticationError",
    "Client",
    "ConnectionFailedError",
    "Entry",
    "ErrorKind",
    "FleetAccount",
    "FleetHold",
    "FleetProgress",
    "FleetStop",
    "HoldReason",
    "HttpRequest",
    "HttpResponse",
    "InvalidConfigurationError",
    "InvalidPhoneNumberIdError",
    "InvalidPinError",
    "InvalidRequestError",
    "InvalidWebhookError",
    "MemoryVault",
    "NotAppliedError",
    "NotFoundError",
    "NumberNotReadyError",
    "Outcome",
    "PermissionDeniedError",
    "PhoneNumber",
    "PinRejectedError",
    "PinState",
    "PostgresVault",
    "RateLimitedError",
    "Reason",
    "RotateAll",
    "Rotation",
    "RotationEnd",
    "Rotator",
    "Secret",
    "SecurityEvent",
    "ServiceUnavailableError",
    "SetTwoStepPinResponse",
    "SqliteVault",
    "TimedOutError",
    "Transport",
    "TransportError",
    "TwoStepError",
    "UnexpectedResponseError",
    "Usage",
    "Vault",
    "VaultError",
    "VaultFaultError",
    "VaultState",
    "__version__",
    "check_async_vault",
    "check_vault",
    "generate_pin",
    "generate_vault_key",
    "is_weak_pin",
    "security_events",
    "set_two_step_pin",
]

_FOR_TYPES = (
    "AsyncTransport",
    "AsyncVault",
    "ErrorKind",
    "FleetStop",
    "HoldReason",
    "Outcome",
    "PinState",
    "Reason",
    "Transport",
    "Vault",
    "VaultState",
)


def __getattr__(name: str) -> object:
    if name in _FOR_TYPES:
        from whatsapp_two_step import _types, _vault

        return getattr(_vault if name.endswith("Vault") else _types, name)
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # Rotation: few programs need it, and it takes longer to import than all the rest.
    from whatsapp_two_step import _rotation

    _publish({name: getattr(_rotation, name) for name in _rotation.__all__})
    return globals()[name]


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


# Threads that still wait in the native module when the interpreter ends must not come back into it.
_atexit.register(_native.close)


def _publish(names: dict[str, object]) -> None:
    """Makes them names of this module, so that a traceback has what a user imports."""
    for name, value in names.items():
        if getattr(value, "__module__", "").startswith("whatsapp_two_step."):
            value.__module__ = __name__
        globals()[name] = value


_publish({name: globals()[name] for name in __all__ if name in globals()})
