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
from whatsapp_two_step._accounts import FleetAccount
from whatsapp_two_step._async_client import AsyncClient
from whatsapp_two_step._async_rotate_all import AsyncRotateAll
from whatsapp_two_step._async_rotator import AsyncRotator
from whatsapp_two_step._check_async_vault import check_async_vault
from whatsapp_two_step._check_vault import check_vault
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
from whatsapp_two_step._fleet import FleetHold, FleetProgress, RotationEnd
from whatsapp_two_step._http import HttpRequest, HttpResponse, TransportError
from whatsapp_two_step._native import VERSION as __version__
from whatsapp_two_step._native import Entry, generate_vault_key
from whatsapp_two_step._phone_number import PhoneNumber
from whatsapp_two_step._pin import generate_pin, is_weak_pin
from whatsapp_two_step._response import SetTwoStepPinResponse, Usage
from whatsapp_two_step._rotate_all import RotateAll
from whatsapp_two_step._rotated import Rotation
from whatsapp_two_step._rotator import Rotator
from whatsapp_two_step._secret import Secret
from whatsapp_two_step._vault_error import VaultError, VaultFaultError
from whatsapp_two_step._vaults import MemoryVault, PostgresVault, SqliteVault
from whatsapp_two_step._webhook import SecurityEvent, security_events

TYPE_CHECKING = False
if TYPE_CHECKING:
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
    if name not in _FOR_TYPES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from whatsapp_two_step import _types, _vault

    return getattr(_vault if name.endswith("Vault") else _types, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


# Threads that still wait in the native module when the interpreter ends must not come back into it.
_atexit.register(_native.close)

# So that a traceback names what a user imports.
for _name in __all__:
    if _name not in _FOR_TYPES and getattr(globals()[_name], "__module__", "").startswith("whatsapp_two_step."):
        globals()[_name].__module__ = __name__
del _name
