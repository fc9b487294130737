"""Rotation: the shared scripts on the value, and whole runs over vaults, transports and the sandbox."""

from __future__ import annotations

import asyncio
import json
import os
import pickle
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from support import ID, OK, TOKEN, vectors
from test_calls import tell as tell_call
from test_secrets import everything

from whatsapp_two_step import (
    AsyncClient,
    AsyncRotator,
    Client,
    Entry,
    HttpRequest,
    HttpResponse,
    InvalidConfigurationError,
    MemoryVault,
    PostgresVault,
    Rotation,
    Rotator,
    Secret,
    SqliteVault,
    TwoStepError,
    VaultError,
    generate_vault_key,
)
from whatsapp_two_step._errors import ClosedClientError
from whatsapp_two_step._native import NativeClient
from whatsapp_two_step.testing import Sandbox

CASES = vectors("rotations")["cases"]
LOSES_ITS_ANSWER = "914010000000000"


def form(entry: Entry) -> dict[str, Any]:
    return {name: value for name, value in json.loads(entry.to_json()).items() if name != "form"}


class Script:
    """The PINs that a run has drawn, by their names in the script."""

    def __init__(self) -> None:
        self.drawn: dict[str, str] = {}

    def named(self, fields: dict[str, Any]) -> dict[str, Any]:
        return {name: self.drawn.get(value, value) for name, value in fields.items()}

    def entry(self, fields: dict[str, Any]) -> Entry:
        return Entry.from_json(json.dumps({"form": 1, **self.named(fields)}))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_scripts(case: dict[str, Any]) -> None:
    settings = case.get("settings", {})
    client = NativeClient(TOKEN, {"timeout": settings.get("timeout", 30), "max_retries": 2}, True)
    margin, draws = settings.get("quiet_margin", 60), case["wish"] == "rotate"
    if margin < 1:
        with pytest.raises(InvalidConfigurationError, match="quiet_margin"):
            client.begin_rotation(ID, margin, draws)
        return
    native = client.begin_rotation(ID, margin, draws)
    script = Script()
    for told in case["steps"]:
        step = native.next()
        native.set_wall(told["at"])
        if step[0] == "load":
            if "fails" in told:
                native.failed(told["fails"], "It failed.")
            elif told["load"] is None:
                native.loaded(None, None)
            else:
                native.loaded(script.entry(told["load"]["entry"]), told["load"]["version"])
        elif step[0] == "save":
            saved = form(step[1])
            if (name := told["save"].get("pending", "")).startswith("drawn"):
                assert saved["pending"] != saved.get("current")
                script.drawn.setdefault(name, saved["pending"])
            assert (saved, step[2]) == (script.named(told["save"]), told["expected"])
            native.failed(told["fails"], "It failed.") if "fails" in told else native.saved(told["version"])
        else:
            assert step[2] == pytest.approx(told["timeout"])
            call, asks = client.begin(step[1], (max(9, step[2]), None, None))
            for look in told.get("window", ()):
                native.set_wall(look["at"])
                if look["open"]:  # one that was closed is known by the call
                    assert call.may_send()
            native.set_wall(told["at"])
            for event in told["meets"]:
                if isinstance(asks, float):
                    asks = call.waited(0)
                assert isinstance(asks, HttpRequest)
                if event.get("withheld"):
                    native.set_wall(10**9)
                    assert not call.may_send()
                    native.set_wall(told["at"])
                    asks = call.expired(0, False)
                else:
                    asks = tell_call(call, 0, event)
            assert asks is None
    compare(native, case["expect"])


def compare(native: Any, expect: dict[str, Any]) -> None:
    try:
        end, rotation = native.next()
    except VaultError as error:
        wait = {} if error.retry_after is None else {"retry_after": error.retry_after}
        assert {"vault_error": error.kind, "vault_state": error.vault_state, **wait} == expect
    except TwoStepError as error:
        state = error.vault_state
        assert {"call_error": error.kind, "outcome": error.outcome, "vault_state": state} == expect
    else:
        fields = {"nothing": True} if rotation is None else rotation.to_dict()
        fields.pop("phone_number_id", None)
        assert (end, {"ok": True, **fields}) == ("done", expect)


def rotate(client: Any, vault: Any, id_: str = ID, *, quiet_margin: float = 60) -> Rotation:
    return Rotator(client, vault, quiet_margin=quiet_margin).rotate(id_)


def rotate_async(client: Any, vault: Any, id_: str = ID, *, quiet_margin: float = 60) -> Rotation:
    async def main() -> Rotation:
        async with AsyncClient(TOKEN, base_url=client.url, max_retries=0, timeout=2) as async_client:
            return await AsyncRotator(async_client, vault, quiet_margin=quiet_margin).rotate(id_)

    return asyncio.run(main())


class ClientAt(Client):
    def __init__(self, url: str) -> None:
        super().__init__(TOKEN, base_url=url, max_retries=0, timeout=2)
        self.url = url


class AsyncMemoryVault:
    def __init__(self) -> None:
        self.inner = MemoryVault()

    async def load(self, phone_number_id: str) -> Any:
        await asyncio.sleep(0)
        return self.inner.load(phone_number_id)

    async def save(self, phone_number_id: str, entry: Entry, expected: Any) -> Any:
        await asyncio.sleep(0)
        return self.inner.save(phone_number_id, entry, expected)


def sqlite(tmp_path: Path) -> SqliteVault:
    vault = SqliteVault(tmp_path / "pins.db", generate_vault_key())
    vault.init()
    return vault


@pytest.mark.parametrize("way", [rotate, rotate_async])
@pytest.mark.parametrize("kind", ["memory", "sqlite", "async"])
def test_a_lost_answer_is_settled(sandbox: Sandbox, tmp_path: Path, way: Callable[..., Rotation], kind: str) -> None:
    if kind == "async" and way is rotate:
        pytest.skip("an async vault is for AsyncRotator")
    vault: Any = {"memory": MemoryVault, "async": AsyncMemoryVault}.get(kind, lambda: sqlite(tmp_path))()
    client = ClientAt(sandbox.base_url)
    with pytest.raises(TwoStepError) as error:
        way(client, vault, LOSES_ITS_ANSWER)
    assert (error.value.outcome, error.value.vault_state) == ("unknown", "unsettled")
    assert "two PINs" in str(error.value) and TwoStepError.from_dict(error.value.to_dict()).vault_state == "unsettled"
    plain = vault.inner if kind == "async" else vault
    held = Rotator(client, plain).may_hold(LOSES_ITS_ANSWER)
    assert [secret.get_secret_value() for secret in held] == [sandbox.pin(LOSES_ITS_ANSWER)]
    first = way(client, vault)
    assert not first.resumed and Rotator(client, plain).may_hold(ID) == [Secret(sandbox.pin(ID) or "")]
    again = way(client, vault)  # its first PIN was confirmed by one attempt, so it needn't wait
    assert not again.resumed and Rotator(client, plain).settle(ID) is None
    assert again == Rotation.from_dict(again.to_dict())


def test_a_refused_token_leaves_the_vault_settled(sandbox: Sandbox) -> None:
    vault = MemoryVault()
    with pytest.raises(TwoStepError) as error:
        rotate(Client("EAAsandboxExpired", base_url=sandbox.base_url), vault)
    assert (error.value.kind, error.value.vault_state) == ("authentication", "settled")


def test_two_at_once_lose_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    vault, client = sqlite(tmp_path), ClientAt(sandbox.base_url)
    ends: list[str] = []

    def work() -> None:
        for _ in range(5):
            try:
                rotate(client, vault, quiet_margin=1)
                ends.append("ok")
            except VaultError as error:
                ends.append(error.kind)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(ends) <= {"ok", "conflict", "busy"} and "ok" in ends
    assert sandbox.pin(ID) in [secret.get_secret_value() for secret in Rotator(client, vault).may_hold(ID)]
    assert vault.ids() == [ID]


def test_the_window_is_looked_at_before_a_transport_is_handed_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[HttpRequest] = []

    def send(request: HttpRequest) -> HttpResponse:
        sent.append(request)
        return OK

    class Slow(MemoryVault):
        """Takes longer to save than the call may."""

        def save(self, phone_number_id: str, entry: Entry, expected: int | None) -> int:
            version = super().save(phone_number_id, entry, expected)
            time.sleep(0.15)
            return version

    with pytest.raises(VaultError, match="longer to save than the whole call may") as error:
        rotate(Client(TOKEN, transport=send, timeout=0.1), Slow())
    assert not sent and error.value.vault_state in ("settled", "unsettled")


def in_itself(text: str) -> Exception:
    return OSError(text)


def in_a_deep_cause(text: str) -> Exception:
    middle, outer = OSError("middle"), VaultError("unreachable", "down")
    middle.__context__ = OSError(text)
    outer.__cause__ = middle
    return outer


def in_a_note(text: str) -> Exception:
    error = OSError("down")
    error.__notes__ = [text]
    return error


def in_its_message(text: str) -> Exception:
    return VaultError("unreadable", f"bad row: {text}")


def beside_an_odd_kind(text: str) -> Exception:
    error = OSError(text)
    error.kind = 5  # type: ignore[attr-defined]
    return error


def in_an_odd_message(text: str) -> Exception:
    return VaultError(7, OSError(text))  # type: ignore[arg-type]


LEAKS = [in_itself, in_a_deep_cause, in_a_note, in_its_message, beside_an_odd_kind, in_an_odd_message]
ROW = '{"form":1,"current":"735194"}'


@pytest.mark.parametrize("on_a_loop", [False, True])
@pytest.mark.parametrize("method", ["load", "save"])
@pytest.mark.parametrize("leak", LEAKS)
def test_what_a_vault_raises_shows_no_pin(leak: Callable[[str], Exception], method: str, on_a_loop: bool) -> None:
    pins: list[str] = ["735194"]

    class Broken(MemoryVault):
        def load(self, phone_number_id: str) -> Any:
            if method == "load":
                raise leak(ROW)
            return super().load(phone_number_id)

        def save(self, phone_number_id: str, entry: Entry, expected: int | None) -> int:
            pins.append(json.loads(entry.to_json())["pending"])
            raise leak(entry.to_json())

    with pytest.raises(VaultError) as error:
        if on_a_loop:

            async def send(request: HttpRequest) -> HttpResponse:
                return OK

            asyncio.run(AsyncRotator(AsyncClient(TOKEN, transport=send), Broken()).rotate(ID))
        else:
            rotate(Client(TOKEN, transport=lambda _: OK), Broken())
    assert error.value.vault_state == ("untouched" if method == "load" else "unsettled")
    assert error.value.__cause__ is None and error.value.message.startswith("The vault failed.")
    shown = everything(error.value)
    assert not [pin for pin in pins if pin in shown]


class QuietError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("none of your business")


@pytest.mark.parametrize(
    "raised", [OSError("no space left"), VaultError("unreachable", "down"), QuietError(), OSError("\ud800")]
)
def test_what_a_vault_raises(raised: Exception) -> None:
    class Broken(MemoryVault):
        def save(self, phone_number_id: str, entry: Entry, expected: int | None) -> int:
            raise raised

    with pytest.raises(VaultError, match="two PINs, of which either may hold") as error:
        rotate(Client(TOKEN, transport=lambda _: OK), Broken())
    assert (error.value.kind, error.value.vault_state) == ("unreachable", "unsettled")
    assert error.value.__cause__ is (None if isinstance(raised, VaultError) else raised)
    again = pickle.loads(pickle.dumps(error.value))
    assert (str(again), again.vault_state) == (str(error.value), "unsettled")


def test_what_a_vault_gives_by_mistake_stays_in_no_frame() -> None:
    class Text(MemoryVault):
        def load(self, phone_number_id: str) -> Any:
            return ROW, 1

    class Row(MemoryVault):
        def save(self, phone_number_id: str, entry: Entry, expected: int | None) -> Any:
            return {"row": "735194"}

    client = Client(TOKEN, transport=lambda _: OK)
    for call in (lambda: rotate(client, Text()), lambda: rotate(client, Row())):
        with pytest.raises(VaultError, match="TypeError") as error:
            call()
        assert "735194" not in everything(error.value)
    with pytest.raises(TypeError, match="must give") as mistake:
        Rotator(client, Text()).may_hold(ID)
    assert "735194" not in everything(mistake.value)


def test_a_vault_of_the_other_kind() -> None:
    client = Client(TOKEN, transport=lambda _: OK)
    with pytest.raises(InvalidConfigurationError, match="vault is async; that is for AsyncRotator"):
        Rotator(client, AsyncMemoryVault())  # type: ignore[arg-type]
    for rotator in (Rotator, AsyncRotator):
        with pytest.raises(InvalidConfigurationError, match="vault must have the methods load and save"):
            rotator(client, {})  # type: ignore[arg-type]

    class Decorated(AsyncMemoryVault):
        """Whose methods don't show that they are async."""

        def load(self, phone_number_id: str) -> Any:
            return super().load(phone_number_id)

        def save(self, phone_number_id: str, entry: Entry, expected: Any) -> Any:
            return super().save(phone_number_id, entry, expected)

    with pytest.raises(VaultError, match="TypeError") as error:
        rotate(client, Decorated())
    assert "that is for AsyncRotator" in str(error.value.__cause__)

    async def main() -> Rotation:
        async def send(request: HttpRequest) -> HttpResponse:
            return OK

        rotator = AsyncRotator(AsyncClient(TOKEN, transport=send), Decorated())
        rotation = await rotator.rotate(ID)
        assert len(await rotator.may_hold(ID)) == 1
        return rotation

    assert asyncio.run(main()).attempts == 1


class ClosesIt(MemoryVault):
    """Closes the client after the first save, so that no call can begin."""

    client: Any

    def save(self, phone_number_id: str, entry: Entry, expected: int | None) -> int:
        version = super().save(phone_number_id, entry, expected)
        self.client._native.close()
        return version


@pytest.mark.parametrize("way", ["built in", "a transport", "a loop", "a transport on a loop"])
def test_a_call_that_cant_begin_leaves_the_vault_settled(sandbox: Sandbox, way: str) -> None:
    async def send(request: HttpRequest) -> HttpResponse:
        return OK

    vault = ClosesIt()
    transport: Any = None if "transport" not in way else send if "loop" in way else lambda _: OK
    cls: Any = AsyncClient if "loop" in way else Client
    vault.client = cls(TOKEN, base_url=sandbox.base_url, transport=transport)

    async def main() -> None:
        await AsyncRotator(vault.client, vault).rotate(ID)

    with pytest.raises(InvalidConfigurationError, match="is closed") as error:
        asyncio.run(main()) if "loop" in way else Rotator(vault.client, vault).rotate(ID)
    assert (error.value.outcome, error.value.vault_state) == ("not_sent", "settled")
    assert sandbox.pin(ID) is None and Rotator(Client(TOKEN), vault).may_hold(ID) == []


@pytest.mark.parametrize("on_a_loop", [False, True])
def test_what_the_transport_raised_is_the_cause(on_a_loop: bool, caplog: pytest.LogCaptureFixture) -> None:
    boom = OSError("boom")

    def send(request: HttpRequest) -> HttpResponse:
        raise boom

    async def send_async(request: HttpRequest) -> HttpResponse:
        raise boom

    async def main() -> None:
        await AsyncRotator(AsyncClient(TOKEN, transport=send_async, max_retries=0), MemoryVault()).rotate(ID)

    with caplog.at_level("WARNING", "whatsapp_two_step"), pytest.raises(TwoStepError) as error:
        asyncio.run(main()) if on_a_loop else rotate(Client(TOKEN, transport=send, max_retries=0), MemoryVault())
    assert error.value.__cause__ is boom
    (record,) = caplog.records
    assert "either PIN may hold" in record.getMessage() and vars(record)["vault_state"] == "unsettled"


def test_a_postgres_vault_is_no_program() -> None:
    for url in ("exec:/bin/false", "sqlite:x", "host=db", ""):
        with pytest.raises(InvalidConfigurationError, match="PostgreSQL"):
            PostgresVault(url, generate_vault_key())


def test_ctrl_c_ends_the_wait_for_a_vault(run: Run) -> None:
    run(
        """
import os, signal, socket, sys, threading, time
if os.name == "nt": sys.exit()
from whatsapp_two_step import PostgresVault, generate_vault_key
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job would have it ignored
with socket.create_server(("127.0.0.1", 0)) as silent:
    vault = PostgresVault(f"postgres://me@127.0.0.1:{silent.getsockname()[1]}/db", generate_vault_key())
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
    start = time.monotonic()
    try: vault.load(ID)
    except KeyboardInterrupt: assert time.monotonic() - start < 3
    else: raise AssertionError
"""
    )


def test_swapped_arguments_stay_in_no_frame(tmp_path: Path) -> None:
    key = generate_vault_key()
    with pytest.raises(InvalidConfigurationError) as error:
        SqliteVault(key, str(tmp_path))
    assert key not in everything(error.value)


def test_vaults_that_answer_with_something_else() -> None:
    class Odd(MemoryVault):
        def save(self, phone_number_id: str, entry: Entry, expected: int | None) -> Any:
            return None

    with pytest.raises(VaultError, match="TypeError"):
        rotate(Client(TOKEN, transport=lambda _: OK), Odd())


def test_bad_settings() -> None:
    client = Client(TOKEN, transport=lambda _: OK)
    for margin in (0, 0.5, "x", 10**6):
        with pytest.raises(InvalidConfigurationError, match="quiet_margin"):
            Rotator(client, MemoryVault(), quiet_margin=margin).rotate(ID)  # type: ignore[arg-type]
    with pytest.raises(TwoStepError, match="phone number ID"):
        rotate(client, MemoryVault(), "+1 555")
    client.close()
    with pytest.raises(ClosedClientError):
        rotate(client, MemoryVault())


def test_keys_and_files(tmp_path: Path) -> None:
    vault = sqlite(tmp_path)
    assert os.name == "nt" or (tmp_path / "pins.db").stat().st_mode & 0o777 == 0o600
    entry = Entry.from_json('{"form":1,"current":"735194"}')
    version = vault.save(ID, entry, None)
    with pytest.raises(VaultError) as conflict:
        vault.save(ID, entry, None)
    assert conflict.value.kind == "conflict"
    with pytest.raises(VaultError) as unreadable:
        SqliteVault(tmp_path / "pins.db", generate_vault_key()).load(ID)
    assert unreadable.value.kind == "unreadable"
    assert vault.save(ID, entry, version) != version
    with pytest.raises(InvalidConfigurationError, match="key"):
        SqliteVault(tmp_path / "pins.db", "735194")
    assert b"735194" not in (tmp_path / "pins.db").read_bytes()
    for shown in (repr(entry), repr(vault), repr(vars(vault)), repr(Secret("735194"))):
        assert "735194" not in shown
    for thing in (entry, vault, Secret("735194")):
        with pytest.raises(TypeError, match="pickled"):
            pickle.dumps(thing)
    with pytest.raises(VaultError, match="damaged"):
        Entry.from_json("{}")


def test_a_forked_child_has_a_vault_too(run: Run, tmp_path: Path) -> None:
    run(
        f"""
import os, sys, warnings
if not hasattr(os, "fork"): sys.exit()
warnings.simplefilter("ignore")
from whatsapp_two_step import Client, Rotator, SqliteVault, generate_vault_key
vault = SqliteVault({str(tmp_path / "pins.db")!r}, generate_vault_key())
vault.init()
client = Client("EAAx", base_url=URL)
Rotator(client, vault).rotate(ID)
child = os.fork()
if child == 0:
    Rotator(client, vault).rotate(ID)
    os._exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
Rotator(client, vault).rotate(ID)
"""
    )
