"""The client that blocks."""

from __future__ import annotations

from whatsapp_two_step._native import NativeClient, invalid_configuration

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any

    from typing_extensions import Self, Unpack

    from whatsapp_two_step._response import SetTwoStepPinResponse
    from whatsapp_two_step._types import Certificates, Seconds, Settings, TransportLike


class ClientBase:
    """What both clients have: settings, and a name."""

    # Secrets are deleted from each frame before an exception can leave it: a traceback may be shown with its locals.

    _native: NativeClient
    _send: Any = None  # the function of a transport of the user's
    _may_be_async = False

    def _open(self, access_token: str | None, transport: Any, settings: Any) -> None:
        try:
            if transport is not None:
                self._send = _send_function(transport, self._may_be_async)
            self._native = NativeClient(access_token, settings, transport is not None)
        finally:
            del access_token, settings

    def __repr__(self) -> str:
        native: NativeClient | None = getattr(self, "_native", None)  # a traceback may show one that was refused
        place = None if native is None else native.describe()
        shown = "closed" if place is None else f"base_url={place[0]!r}, api_version={place[1]!r}"
        return f"{type(self).__name__}({shown})"

    def __reduce__(self) -> Any:
        raise TypeError(f"{type(self).__name__} holds secrets and connections and can't be pickled")


class Client(ClientBase):
    """Sets PINs, and blocks until it is done.

    One client serves a whole program: it keeps its connections, and may be used from many threads at once, and in forked
    children. Other Python threads run while it waits, and Ctrl-C interrupts it.

    >>> with Client("EAAG_example", base_url=sandbox.base_url) as client:
    ...     response = client.set_two_step_pin("106540352242922", "012345")
    >>> response.attempts
    1
    """

    def __init__(
        self,
        access_token: str,
        *,
        base_url: str | None = None,
        api_version: str | None = None,
        app_secret: str | None = None,
        timeout: Seconds | None = None,
        connect_timeout: Seconds | None = None,
        max_retries: int | None = None,
        proxy: str | None = None,
        root_certificates: Certificates | None = None,
        transport: TransportLike | None = None,
    ) -> None:
        """Checks the settings; no I/O.

        Args:
            access_token: with the permissions `whatsapp_business_management` and `whatsapp_business_messaging`.
            base_url: where the Graph API is. Default `https://graph.facebook.com`.
            api_version: default `v24.0`.
            app_secret: adds `appsecret_proof` to each request.
            timeout: seconds for the whole call, every attempt and every wait between them. Default 30.
            connect_timeout: seconds for connecting, TCP and TLS, in one attempt. Default 10.
            max_retries: how many times a call is repeated at most. Default 2; 0 turns retries off.
            proxy: the URL of one. Default: `HTTPS_PROXY` and `NO_PROXY`.
            root_certificates: PEM, or the path of such a file; added to the platform's and Mozilla's.
            transport: another HTTP stack than the built-in one, or a stand-in for one in a test.

        Raises:
            InvalidConfigurationError: with the setting's name.
        """
        try:
            self._open(
                access_token,
                transport,
                {
                    "base_url": base_url,
                    "api_version": api_version,
                    "app_secret": app_secret,
                    "timeout": timeout,
                    "connect_timeout": connect_timeout,
                    "max_retries": max_retries,
                    "proxy": proxy,
                    "root_certificates": root_certificates,
                },
            )
        finally:
            del access_token, app_secret, proxy

    @classmethod
    def from_env(cls, *, transport: TransportLike | None = None, **settings: Unpack[Settings]) -> Self:
        """A client with the token of `WHATSAPP_ACCESS_TOKEN` and, where it is set, the app secret of `WHATSAPP_APP_SECRET`.

        Raises:
            InvalidConfigurationError: if the first is missing, or one of them is unusable.
        """
        client = cls.__new__(cls)
        try:
            client._open(None, transport, settings)
        finally:
            del settings
        return client

    def set_two_step_pin(self, phone_number_id: str, pin: str) -> SetTwoStepPinResponse:
        """Sets the number's two-step verification PIN. Setting the same PIN again is safe.

        Args:
            phone_number_id: the ID that Meta gave the number, not the number itself.
            pin: six digits, as a string, so that `012345` keeps its zero.

        Raises:
            TwoStepError: its class says what happened, its `outcome` which PIN holds now.
        """
        try:
            if self._send is None:
                return self._native.call(phone_number_id, pin)
            from whatsapp_two_step._drive import drive

            call, step = self._native.begin(phone_number_id, pin)
        finally:
            del pin
        return drive(self._send, call, step)

    def close(self) -> None:
        """Closes the connections. Calls that are under way end as they would."""
        self._native.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def set_two_step_pin(
    phone_number_id: str,
    pin: str,
    *,
    access_token: str,
    transport: TransportLike | None = None,
    **settings: Unpack[Settings],
) -> SetTwoStepPinResponse:
    """Sets one number's PIN: for scripts. A program that does it often keeps a `Client`, which keeps its connections.

    >>> set_two_step_pin(
    ...     "106540352242922", "012345", access_token="EAAG_example", base_url=sandbox.base_url
    ... ).attempts
    1
    """
    try:
        with Client(access_token, transport=transport, **settings) as client:
            return client.set_two_step_pin(phone_number_id, pin)
    finally:
        del pin, access_token, settings


def _send_function(transport: Any, may_be_async: bool) -> Any:
    """The function that sends."""
    send = getattr(transport, "send", transport)
    # A client of httpx or requests has a `send`, but for requests of its own.
    if not callable(send) or type(transport).__module__.partition(".")[0] in ("httpx", "requests"):
        wanted = "must be a function or have a method send; whatsapp_two_step.transports wraps httpx and requests"
        raise invalid_configuration("transport", f"{wanted}; it is {type(transport).__name__}")
    if not may_be_async:
        from inspect import iscoroutinefunction

        if iscoroutinefunction(send) or iscoroutinefunction(type(send).__call__):
            raise invalid_configuration("transport", "is async; that is for AsyncClient")
    return send
