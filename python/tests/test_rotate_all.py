"""Many rotations at once, blocking and on an event loop: over vaults of one's own and built-in ones, and the sandbox."""

from __future__ import annotations

import asyncio
import json
import os
import pickle
import signal
import threading
import time
import urllib.request
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from support import OK, TOKEN
from test_rotation import AsyncMemoryVault, sqlite
from test_secrets import everything

from whatsapp_two_step import (
    AsyncClient,
    AsyncRotateAll,
    AsyncRotator,
    Client,
    FleetAccount,
    FleetHold,
    FleetProgress,
    HttpRequest,
    HttpResponse,
    InvalidConfigurationError,
    InvalidPhoneNumberIdError,
    MemoryVault,
    RotateAll,
    RotationEnd,
    Rotator,
    TwoStepError,
    VaultError,
)
from whatsapp_two_step import Entry as Entry_
from whatsapp_two_step.testing import Sandbox

NUMBERS = [str(106540352242922 + number) for number in range(300)]
REJECTED = "901330050000000"
WABA = "930000000000001"

# What a loop did with the ends.
Ends = list[RotationEnd]
Seen = Callable[[RotationEnd, Any], bool | None]


class OwnVault:
    """A table of texts."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[str, str]] = {}
        self.lock = threading.Lock()

    def load(self, phone_number_id: str) -> tuple[Entry_, str] | None:
        row = self.rows.get(phone_number_id)
        return None if row is None else (Entry_.from_json(row[0]), row[1])

    def save(self, phone_number_id: str, entry: Entry_, expected: str | None) -> str:
        with self.lock:
            if self.rows.get(phone_number_id, (None, None))[1] != expected:
                raise VaultError("conflict", "Somebody else has saved it.")
            self.rows[phone_number_id] = entry.to_json(), f"v{int((expected or 'v0')[1:]) + 1}"
            return self.rows[phone_number_id][1]


class Way:
    """Runs `rotate_all`, and calls `seen` with each end; what that gives may end the loop."""

    def __init__(self, *, on_a_loop: bool) -> None:
        self.on_a_loop = on_a_loop

    def __call__(
        self,
        url: str,
        vault: Any,
        numbers: Any,
        seen: Seen | None = None,
        *,
        token: str = TOKEN,
        quiet_margin: float = 60,
        client: dict[str, Any] | None = None,
        **options: Any,
    ) -> tuple[Ends, Any]:
        settings: dict[str, Any] = {"base_url": url, "max_retries": 0, "timeout": 5, **(client or {})}
        got: Ends = []
        if self.on_a_loop:
            return asyncio.run(self.run(settings, vault, numbers, seen, token, quiet_margin, options))
        with Client(token, **settings) as client_:
            with Rotator(client_, vault, quiet_margin=quiet_margin).rotate_all(numbers, **options) as ends:
                for end in ends:
                    got.append(end)
                    if seen is not None and seen(end, ends):
                        break
            return got, ends

    async def run(
        self, settings: Any, vault: Any, numbers: Any, seen: Any, token: str, margin: float, options: Any
    ) -> Any:
        got: Ends = []
        async with AsyncClient(token, **settings) as client:
            rotator = AsyncRotator(client, vault, quiet_margin=margin)
            async with rotator.rotate_all(numbers, **options) as ends:
                async for end in ends:
                    got.append(end)
                    if seen is not None and seen(end, ends):
                        break
            assert len(asyncio.all_tasks()) == 1
            return got, ends


@pytest.fixture(params=[False, True], ids=["blocking", "on a loop"])
def way(request: pytest.FixtureRequest) -> Way:
    return Way(on_a_loop=request.param)


def changes(sandbox: Sandbox) -> dict[str, int]:
    with urllib.request.urlopen(f"{sandbox.base_url}/_sandbox/pin_changes") as answer:
        found: dict[str, int] = json.load(answer)
    return found


def assert_settled(sandbox: Sandbox, vault: Any, numbers: list[str]) -> None:
    for id_ in numbers:
        stored = (vault.inner if isinstance(vault, AsyncMemoryVault) else vault).load(id_)
        assert stored is not None and stored[0].is_settled and stored[0]._may_hold() == [sandbox.pin(id_)]


@pytest.mark.parametrize("kind", ["own", "sqlite", "async"])
def test_a_fleet_of_which_one_number_fails(sandbox: Sandbox, tmp_path: Path, way: Way, kind: str) -> None:
    if kind == "async" and not way.on_a_loop:
        pytest.skip("an async vault is for AsyncRotator")
    vault: Any = {"own": OwnVault, "async": AsyncMemoryVault}.get(kind, lambda: sqlite(tmp_path))()
    most = 0

    def seen(_: RotationEnd, ends: Any) -> None:
        nonlocal most
        progress = ends.progress()
        most = max(most, progress.in_flight)
        done = progress.rotated + progress.alone + progress.failed
        assert done + progress.in_flight + progress.left == progress.total == 301

    numbers = [*NUMBERS[:150], REJECTED, *NUMBERS[150:]]
    ends, it = way(sandbox.base_url, vault, numbers, seen, concurrency=8)
    assert sorted(end.phone_number_id for end in ends) == sorted(numbers)
    [failed] = [end for end in ends if end.error is not None]
    assert isinstance(failed.error, TwoStepError) and failed.rotation is None
    assert (failed.phone_number_id, failed.error.kind, failed.error.vault_state) == (
        REJECTED,
        "pin_rejected",
        "settled",
    )
    assert all(
        end.rotation is not None and end.rotation.phone_number_id == end.phone_number_id
        for end in ends
        if end is not failed
    )
    assert it.progress() == FleetProgress(total=301, rotated=300, failed=1)
    assert 1 < most <= 8
    assert_settled(sandbox, vault, NUMBERS)
    # Given the same time again, all that is settled is left alone, and nothing is sent.
    requests = sandbox.stats().requests
    again, it = way(sandbox.base_url, vault, iter(NUMBERS), since=it.since)
    assert [end.rotation for end in again] == [end.error for end in again] == [None] * 300
    assert (it.progress().alone, sandbox.stats().requests) == (300, requests)


def test_since_is_a_time(sandbox: Sandbox, way: Way) -> None:
    vault = MemoryVault()
    noon = datetime(2020, 1, 1, 12, tzinfo=timezone.utc)
    _, it = way(sandbox.base_url, vault, NUMBERS[:2], since=noon)
    assert it.since == noon.timestamp() and it.progress().rotated == 2
    _, it = way(sandbox.base_url, vault, NUMBERS[:2])
    assert abs(it.since - time.time()) < 5


def test_a_refused_token_ends_it(sandbox: Sandbox, way: Way) -> None:
    ends, it = way(sandbox.base_url, MemoryVault(), NUMBERS, token="EAAsandboxExpired")
    assert [getattr(end.error, "kind", None) for end in ends] == ["authentication"]
    progress = it.progress()
    assert (progress.stopped, progress.failed, progress.left) == ("token", 1, 299)


def test_accounts_with_tokens_of_their_own(sandbox: Sandbox, way: Way) -> None:
    accounts = [
        FleetAccount(NUMBERS[:20], waba_id=WABA),
        FleetAccount(NUMBERS[20:40], waba_id="930000000000002", access_token="EAAsandboxExpired"),
        FleetAccount(NUMBERS[40:60], waba_id="930000000000003", access_token="EAAG_of_a_customer"),
        FleetAccount(NUMBERS[60:80], waba_id="930000000000004", access_token="EAAG_of_a_customer"),
    ]
    ends, it = way(sandbox.base_url, MemoryVault(), accounts)
    progress = it.progress()
    assert (progress.rotated, progress.failed, progress.left, progress.stopped) == (60, 1, 19, None)
    assert {(end.phone_number_id, end.waba_id) for end in ends if end.error is None} == {
        (id_, account.waba_id) for account in accounts for id_ in account.numbers if account is not accounts[1]
    }
    sent = {request.path.rpartition("/")[2]: request.header("authorization") for request in sandbox.requests()}
    assert sent[NUMBERS[0]] == f"Bearer {TOKEN}" and sent[NUMBERS[70]] == "Bearer EAAG_of_a_customer"
    for shown in (repr(accounts), str(accounts[1]), f"{ends}{it}"):
        assert "EAAG_of" not in shown and "EAAsandbox" not in shown
    with pytest.raises(TypeError, match="pickled"):
        pickle.dumps(accounts[0])


def test_leaving_the_loop_begins_no_other(sandbox: Sandbox, tmp_path: Path, way: Way) -> None:
    vault, number = sqlite(tmp_path), 0

    def seen(*_: object) -> bool:
        nonlocal number
        number += 1
        return number == 100

    ends, it = way(sandbox.base_url, vault, NUMBERS, seen)
    progress = it.progress()
    assert len(ends) == 100 and 100 <= progress.rotated < 150 and progress.left == 300 - progress.rotated
    assert (progress.in_flight, progress.failed, progress.stopped) == (0, 0, "asked")
    assert_settled(sandbox, vault, vault.ids())
    assert len(changes(sandbox)) == progress.rotated
    # To go on is to begin again.
    _, again = way(sandbox.base_url, vault, NUMBERS, since=it.since)
    assert (again.progress().alone, again.progress().rotated) == (progress.rotated, progress.left)
    assert set(changes(sandbox).values()) == {1}


def test_a_stop_gives_those_under_way(sandbox: Sandbox, way: Way) -> None:
    def seen(_: RotationEnd, ends: Any) -> None:
        if ends.progress().rotated >= 20:
            ends.stop()

    ends, it = way(sandbox.base_url, MemoryVault(), NUMBERS, seen)
    progress = it.progress()
    assert len(ends) == progress.rotated < 100 and (progress.stopped, progress.in_flight) == ("asked", 0)


def test_a_loop_that_is_left_for_good(sandbox: Sandbox) -> None:
    """Nobody closes it: those under way end, and nothing else is begun."""
    client = Client(TOKEN, base_url=sandbox.base_url)
    ends = Rotator(client, MemoryVault()).rotate_all(NUMBERS, concurrency=4)
    for number, _ in enumerate(ends, 1):
        if number == 20:
            break
    until = time.monotonic() + 10
    while ends.progress().in_flight > 0 and time.monotonic() < until:
        time.sleep(0.01)
    before = ends.progress()
    assert before.in_flight == 0 and before.left > 200 and before.stopped is None
    time.sleep(0.1)
    assert ends.progress() == before and sandbox.stats().requests == before.rotated
    assert sum(1 for _ in ends) == 280  # whoever comes back to it goes on
    assert ends.progress().rotated == 300


def test_the_canary(sandbox: Sandbox, way: Way) -> None:
    ends, it = way(sandbox.base_url, MemoryVault(), [*NUMBERS[:2], REJECTED, *NUMBERS[2:]], canary=3)
    assert (len(ends), it.progress().stopped, it.progress().left) == (3, "canary", 298)

    def seen(_: RotationEnd, ends: Any) -> None:
        progress = ends.progress()
        assert progress.rotated >= 5 or progress.rotated + progress.in_flight <= 5

    slow = [f"91006{number:010}" for number in range(5)]
    _, it = way(sandbox.base_url, MemoryVault(), [*slow, *NUMBERS[10:60]], seen, canary=5)
    assert (it.progress().rotated, it.progress().stopped) == (55, None)


def test_max_failures(sandbox: Sandbox, way: Way) -> None:
    bad = [f"90133005{number:07}" for number in range(10)]
    ends, it = way(sandbox.base_url, MemoryVault(), [*bad, *NUMBERS], max_failures=3, concurrency=1)
    assert (len(ends), it.progress().stopped, it.progress().failed) == (3, "max_failures", 3)


def test_two_at_once_over_one_vault(sandbox: Sandbox, tmp_path: Path, way: Way) -> None:
    vault, since = sqlite(tmp_path), time.time()
    got: list[Any] = []

    def work(numbers: list[str]) -> None:
        got.append(way(sandbox.base_url, vault, numbers, quiet_margin=1, since=since)[1].progress())

    threads = [threading.Thread(target=work, args=[numbers]) for numbers in (NUMBERS, NUMBERS[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 2 and [progress.failed for progress in got] == [0, 0]
    assert sum(progress.rotated for progress in got) == 300 == sum(progress.alone for progress in got)
    assert all(progress.rotated > 10 for progress in got), "both work"
    assert changes(sandbox) == dict.fromkeys(NUMBERS, 1)
    assert_settled(sandbox, vault, NUMBERS)


def test_a_vault_that_is_away_is_waited_for(sandbox: Sandbox, way: Way) -> None:
    class Away(MemoryVault):
        def load(self, phone_number_id: str) -> Any:
            if time.monotonic() < until:
                raise OSError("no route to host")
            return super().load(phone_number_id)

    until = time.monotonic() + 1.5
    holds: list[FleetHold] = []
    watched: list[Any] = []
    make = RotateAll._begin if not way.on_a_loop else AsyncRotateAll._begin

    def begin(self: Any) -> Any:
        wait = make(self)
        watched.append(wait)
        holds.extend(self.progress().holds)
        return wait

    cls: Any = AsyncRotateAll if way.on_a_loop else RotateAll
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cls, "_begin", begin)
        _, it = way(sandbox.base_url, Away(), NUMBERS[:20])
    assert it.progress() == FleetProgress(total=20, rotated=20)
    assert {(hold.reason, hold.waba_id) for hold in holds} == {("vault", None)} and holds[0].numbers == 20


def test_what_a_vault_raises_is_an_end(way: Way) -> None:
    class Broken(MemoryVault):
        def save(self, phone_number_id: str, entry: Entry_, expected: int | None) -> int:
            if phone_number_id == NUMBERS[1]:
                pins.append(json.loads(entry.to_json())["pending"])
                raise ValueError(entry.to_json())
            if phone_number_id == NUMBERS[2]:
                raise OSError("no space left")
            return super().save(phone_number_id, entry, expected)

    async def send_async(_: HttpRequest) -> HttpResponse:
        return OK

    pins: list[str] = []
    send = send_async if way.on_a_loop else lambda _: OK
    ends, it = way("https://graph.facebook.com", Broken(), NUMBERS[:10], client={"transport": send})
    errors = {end.phone_number_id: end.error for end in ends if end.error is not None}
    assert errors.keys() == {NUMBERS[1], NUMBERS[2]} and (it.progress().rotated, it.progress().unsettled) == (8, 2)
    quiet, said = errors[NUMBERS[1]], errors[NUMBERS[2]]
    assert isinstance(quiet, VaultError) and (quiet.kind, quiet.vault_state) == ("unreachable", "unsettled")
    assert quiet.__cause__ is None and pins[0] not in everything(quiet)
    assert isinstance(said.__cause__, OSError) and "no space left" in str(said.__cause__)
    again: list[RotationEnd] = pickle.loads(pickle.dumps(ends))
    assert str(again) == str(ends) and again[0] == ends[0]


def test_what_a_transport_raises_is_the_cause(way: Way) -> None:
    boom = OSError("boom")

    def send(_: HttpRequest) -> HttpResponse:
        raise boom

    async def send_async(_: HttpRequest) -> HttpResponse:
        raise boom

    transport = send_async if way.on_a_loop else send
    [end], _ = way("https://graph.facebook.com", MemoryVault(), NUMBERS[:1], client={"transport": transport})
    assert end.error is not None and end.error.kind == "connection_failed" and end.error.__cause__ is boom


class MeantForAll(BaseException):
    """Such as SystemExit."""


def test_what_is_meant_for_the_whole_program_leaves_the_loop(sandbox: Sandbox, way: Way) -> None:
    class Ends(MemoryVault):
        def load(self, phone_number_id: str) -> Any:
            if phone_number_id == NUMBERS[7]:
                raise MeantForAll
            return super().load(phone_number_id)

    if way.on_a_loop:
        pytest.skip("asyncio's own way: a task doesn't hold it")
    with pytest.raises(MeantForAll):
        way(sandbox.base_url, Ends(), NUMBERS)
    assert sandbox.stats().requests < 100


def test_a_client_that_is_closed_ends_it(sandbox: Sandbox, way: Way) -> None:
    def seen(_: RotationEnd, ends: Any) -> None:
        if ends.progress().rotated >= 10:
            ends._clients[None]._native.close()

    ends, it = way(sandbox.base_url, MemoryVault(), NUMBERS, seen, concurrency=2)
    assert it.progress().stopped == "settings" and len(ends) < 20


@pytest.mark.skipif(os.name == "nt", reason="no such timer")
def test_ctrl_c_loses_nothing(sandbox: Sandbox) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    vault, got, interrupts = OwnVault(), [], 0
    try:
        with Client(TOKEN, base_url=sandbox.base_url) as client:
            ends = Rotator(client, vault).rotate_all(NUMBERS)
            while ends.progress().rotated < 300:
                try:
                    signal.setitimer(signal.ITIMER_REAL, 0.002 + 0.0001 * (interrupts % 30))
                    while True:
                        got.append(next(ends))
                except StopIteration:
                    break
                except KeyboardInterrupt:
                    interrupts += 1
            signal.setitimer(signal.ITIMER_REAL, 0)
            got += ends
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert interrupts > 3 and ends.progress() == FleetProgress(total=300, rotated=300)
    # One that was on its way out of `next` is lost to the loop, but not to the vault.
    assert len(got) >= 300 - interrupts
    assert_settled(sandbox, vault, NUMBERS)


def test_cancelling_is_as_safe_as_a_crash(sandbox: Sandbox) -> None:
    vault = AsyncMemoryVault()

    async def main() -> AsyncRotateAll:
        async with AsyncClient(TOKEN, base_url=sandbox.base_url) as client:
            ends = AsyncRotator(client, vault, quiet_margin=1).rotate_all([*NUMBERS, "910060000000000"])

            async def consume() -> None:
                async for _ in ends:
                    if len(changes(sandbox)) > 30:
                        task.cancel()

            task = asyncio.create_task(consume())
            with pytest.raises(asyncio.CancelledError):
                await task
            assert len(asyncio.all_tasks()) == 1
            assert [end async for end in ends] == []
            return ends

    progress = asyncio.run(main()).progress()
    assert progress.in_flight == 0 and progress.stopped == "asked" and progress.left > 200
    for id_ in changes(sandbox):
        stored = vault.inner.load(id_)
        assert stored is not None and sandbox.pin(id_) in stored[0]._may_hold()


def test_one_waits_at_a_time(sandbox: Sandbox) -> None:
    async def main() -> None:
        async with AsyncClient(TOKEN, base_url=sandbox.base_url) as client:
            ends = AsyncRotator(client, MemoryVault()).rotate_all(NUMBERS[:3])
            got = await asyncio.gather(ends.__anext__(), ends.__anext__(), return_exceptions=True)
            assert isinstance(got[0], RotationEnd) and isinstance(got[1], RuntimeError)
            await ends.aclose()

    asyncio.run(main())


def test_what_cant_be_used_is_said_at_once(way: Way) -> None:
    client: Any = AsyncClient(TOKEN) if way.on_a_loop else Client(TOKEN)
    rotator: Any = (AsyncRotator if way.on_a_loop else Rotator)(client, MemoryVault())
    account = FleetAccount(NUMBERS, waba_id=WABA)
    for numbers, said in [
        ("106540352242922", "numbers must be an iterable of phone number IDs"),
        (account, "numbers must be an iterable"),
        (7, "numbers must be an iterable"),
        ([account, "1"], "not both"),
        ([FleetAccount(["1"], waba_id="x")], "waba_id is not an account"),
        ([FleetAccount(["1"], access_token="EAA x")], "access_token"),
    ]:
        with pytest.raises(TwoStepError, match=said) as error:
            rotator.rotate_all(numbers)
        assert error.value.outcome == "not_sent" and "EAA x" not in everything(error.value)
    for numbers in (["+1 555"], [7], [FleetAccount(["1", None])]):  # type: ignore[list-item]
        with pytest.raises(InvalidPhoneNumberIdError):
            rotator.rotate_all(numbers)
    for option in (
        {"concurrency": 0},
        {"canary": 0},
        {"max_failures": True},
        {"concurrency": 1.5},
        {"since": "now"},
        {"since": -1},
        {"since": float("nan")},
    ):
        with pytest.raises(InvalidConfigurationError, match=next(iter(option))):
            rotator.rotate_all(["1"], **option)
    client._native.close()
    with pytest.raises(InvalidConfigurationError, match="closed"):
        rotator.rotate_all(["1"])


def test_progress_is_plain_data() -> None:
    progress = FleetProgress(total=3, holds=[FleetHold("limit", WABA, 12.5, 3)], stopped="asked")
    plain = json.loads(json.dumps(progress.to_dict()))
    assert FleetProgress.from_dict(plain) == progress and plain["holds"][0]["wait"] == 12.5


def test_ten_thousand_numbers_make_no_ten_thousand_threads_or_tasks(sandbox: Sandbox, way: Way) -> None:
    numbers, most = [str(106540352242922 + number) for number in range(2_000)], 0

    def seen(_: RotationEnd, ends: Any) -> bool:
        nonlocal most
        running = len(asyncio.all_tasks()) if way.on_a_loop else threading.active_count()
        most = max(most, running)
        return ends.progress().rotated > 500

    way(sandbox.base_url, MemoryVault(), numbers, seen)
    assert most < 40
