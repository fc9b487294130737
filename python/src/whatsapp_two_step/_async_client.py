"""The client for event loops."""

from __future__ import annotations

from whatsapp_two_step._client import ClientBase

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from types import TracebackType

    from typing_extensions import Self, Unpack

    from whatsapp_two_step._loop import Line
    from whatsapp_two_step._response import SetTwoStepPinResponse
    from whatsapp_two_step._types import AsyncTransportLike, Certificates, Seconds, Settings


def _import_running() -> tuple[Line, asyncio.AbstractEventLoop]:
    """In the first call, since that imports asyncio, which whoever calls here has already."""
    global _running
    from whatsapp_two_step._loop import running

    _running = running
    return running()


_running = _import_running


class AsyncClient(ClientBase):
    """Sets PINs from coroutines, on asyncio's loop or uvloop's.

    One client serves a whole program: it keeps its connections, and may be used from several loops in several threads at
    once. Nothing blocks the loop. Cancelling the task closes the call's request.

    >>> async def main():
    ...     async with AsyncClient("EAAG_example", base_url=sandbox.base_url) as client:
    ...         return await client.set_two_step_pin("106540352242922", "012345")
    >>> asyncio.run(main()).attempts
    1
    """

    _may_be_async = True

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
        transport: AsyncTransportLike | None = None,
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
    def from_env(cls, *, transport: AsyncTransportLike | None = None, **settings: Unpack[Settings]) -> Self:
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

    async def set_two_step_pin(self, phone_number_id: str, pin: str) -> SetTwoStepPinResponse:
        """Sets the number's two-step verification PIN. Setting the same PIN again is safe.

        Args:
            phone_number_id: the ID that Meta gave the number, not the number itself.
            pin: six digits, as a string, so that `012345` keeps its zero.

        Raises:
            TwoStepError: its class says what happened, its `outcome` which PIN holds now.
        """
        if self._send is not None:
            from whatsapp_two_step._drive_async import drive

            try:
                call, step = self._native.begin(phone_number_id, pin)
            finally:
                del pin
            return await drive(self._send, call, step)
        line, loop = _running()
        try:
            key, future = line.start(loop, self._native, phone_number_id, pin)
        finally:
            del pin
        try:
            outcome = await future
        finally:
            line.end(key)
            del future
        if isinstance(outcome, BaseException):
            try:
                raise outcome
            finally:
                del outcome  # else exception and frame would hold each other
        return outcome

    async def aclose(self) -> None:
        """Closes the connections. Calls that are under way end as they would."""
        self._native.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()
