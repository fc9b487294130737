"""The client that blocks."""

from __future__ import annotations

import select

from whatsapp_two_step._client_base import FROM_ENV, ClientBase, without_parameters
from whatsapp_two_step._errors import TwoStepError
from whatsapp_two_step._log import ended, watcher
from whatsapp_two_step._native import NativeOperation, NativePages
from whatsapp_two_step._phone_number import PhoneNumber
from whatsapp_two_step._response import SetTwoStepPinResponse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from typing_extensions import Self, Unpack

    from whatsapp_two_step._native import _Options
    from whatsapp_two_step._types import Certificates, Seconds, Settings, TransportLike
else:
    from whatsapp_two_step._names import Any, Certificates, Iterator, Seconds, Self, Settings, TransportLike, Unpack


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
        max_in_flight: int | None = None,
        allow_http: bool | None = None,
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
            max_in_flight: how many calls may be under way at once; more wait their turn, within their own timeout. Default 256.
            allow_http: plain `http` also to a host name without a dot, or a private address. Token and PIN go there in the clear.
            proxy: the URL of one. Default: `HTTPS_PROXY` and `NO_PROXY`.
            root_certificates: PEM as text or bytes, or the path of such a file; added to the platform's and Mozilla's.
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
                    "max_in_flight": max_in_flight,
                    "allow_http": allow_http,
                    "proxy": proxy,
                    "root_certificates": root_certificates,
                },
            )
        finally:
            del access_token, app_secret, proxy

    @classmethod
    @without_parameters
    def from_env(cls, *, transport: TransportLike | None = None, **settings: Unpack[Settings]) -> Self:
        """A client with the token of `WHATSAPP_ACCESS_TOKEN`.

        Where they are set, also with the app secret of `WHATSAPP_APP_SECRET`, the base URL of `WHATSAPP_BASE_URL`, and the
        version of `WHATSAPP_API_VERSION`.

        Takes what the class takes by keyword; that wins. At run time its signature shows none of it.

        Raises:
            InvalidConfigurationError: if the first is missing, or one of them is unusable.
        """
        client = cls.__new__(cls)
        try:
            client._open(FROM_ENV, transport, settings)
        finally:
            del settings
        return client

    def set_two_step_pin(
        self, phone_number_id: str, pin: str, *, timeout: Seconds | None = None, max_retries: int | None = None
    ) -> SetTwoStepPinResponse:
        """Sets the number's two-step verification PIN. Setting the same PIN again is safe.

        Args:
            phone_number_id: the ID that Meta gave the number, not the number itself.
            pin: six digits, as a string, so that `012345` keeps its zero.
            timeout: this call's own; else the client's (30).
            max_retries: this call's own; else the client's (2).

        Raises:
            TwoStepError: its class says what happened, its `outcome` which PIN holds now.
        """
        try:
            operation = NativeOperation.set_two_step_pin(phone_number_id, pin)
            options = (timeout, max_retries, watcher("phone_number_id", phone_number_id))
            response: SetTwoStepPinResponse = self._call(operation, options)
            return response
        except TwoStepError as error:
            ended(phone_number_id, error)
            raise
        finally:
            del phone_number_id, pin  # both: they may be swapped

    def phone_numbers(
        self, waba_id: str, *, timeout: Seconds | None = None, max_retries: int | None = None
    ) -> Iterator[PhoneNumber]:
        """Reads an account's numbers, page after page as they are asked for: which of them have a PIN?

        >>> with Client("EAAG_example", base_url=sandbox.base_url) as client:
        ...     without = [number.id for number in client.phone_numbers("930000000000001") if number.pin == "not_set"]
        >>> len(without)
        4

        Args:
            waba_id: the ID of the WhatsApp business account.
            timeout: for each page; else the client's (30).
            max_retries: for each page; else the client's (2).

        Raises:
            TwoStepError: its `outcome` is `not_sent`, as no PIN was. The iterator ends then.
        """
        pages = NativePages(waba_id)  # checked now, and not when the first number is asked for
        return self._numbers(pages, (timeout, max_retries, watcher("waba_id", waba_id)))

    def _numbers(self, pages: NativePages, options: _Options) -> Iterator[PhoneNumber]:
        while (page := pages.next()) is not None:
            yield from self._call(page, options)

    def _rotates(self, phone_number_id: str, operation: NativeOperation, timeout: float) -> Any:
        return self._call(operation, (timeout, None, watcher("phone_number_id", phone_number_id)))

    def _call(self, operation: NativeOperation, options: _Options) -> Any:
        if self._send is not None:
            from whatsapp_two_step._drive import drive

            call, step = self._native.begin(operation, options)
            return drive(self._send, self._turns, call, step)
        # gevent's or eventlet's, in the place of Python's own: a call that blocks would hold up all green threads.
        if select.select.__module__ != "select":
            from whatsapp_two_step import _green

            return _green.call(self._native, operation, options)
        return self._native.call(operation, options)

    def close(self) -> None:
        """Closes the connections. Calls that are under way end as they would."""
        self._native.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
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
        del phone_number_id, pin, access_token, settings
