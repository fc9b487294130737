"""A vault of one's own that isn't as it must be is found out. The rules themselves are the core's, which has tests of each."""

from __future__ import annotations

import asyncio
import contextvars
import doctest
import json
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from support import ID
from test_rotation import LEAKS, ROW, AsyncMemoryVault, sqlite
from test_secrets import everything

import whatsapp_two_step
from whatsapp_two_step import (
    Entry,
    InvalidConfigurationError,
    InvalidPhoneNumberIdError,
    MemoryVault,
    VaultError,
    VaultFaultError,
    check_async_vault,
    check_vault,
)


def on_threads(vault: Any) -> None:
    check_vault(vault)


def on_one_thread(vault: Any) -> None:
    check_vault(vault, threads=False)


def on_a_loop(vault: Any) -> None:
    asyncio.run(check_async_vault(vault))


def on_a_loop_async(vault: Any) -> None:
    """The same vault with async methods."""

    class Async:
        async def load(self, phone_number_id: str) -> Any:
            await asyncio.sleep(0)
            return vault.load(phone_number_id)

        async def save(self, phone_number_id: str, entry: Entry, expected: Any) -> Any:
            await asyncio.sleep(0)
            return vault.save(phone_number_id, entry, expected)

    asyncio.run(check_async_vault(Async()))


WAYS = [on_threads, on_one_thread, on_a_loop, on_a_loop_async]


class Texts(MemoryVault):
    """Entries as text, by a version that is a text too."""

    def load(self, phone_number_id: str) -> Any:
        stored = super().load(phone_number_id)
        return stored and (Entry.from_json(stored[0].to_json()), f"etag {stored[1]}")

    def save(self, phone_number_id: str, entry: Entry, expected: Any) -> Any:
        return f"etag {super().save(phone_number_id, entry, expected and int(expected.removeprefix('etag ')))}"


class Strict(MemoryVault):
    """As a database is: it knows its own versions' type, and no other."""

    def save(self, phone_number_id: str, entry: Entry, expected: Any) -> int:
        if expected is not None and type(expected) is not int:
            raise TypeError("an integer is required")
        return super().save(phone_number_id, entry, expected)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("make", [MemoryVault, Texts, Strict])
def test_a_vault_that_keeps_the_rules(way: Callable[[Any], None], make: Callable[[], Any]) -> None:
    vault = make()
    way(vault)
    with pytest.raises(VaultFaultError, match="shall have none: give another number"):
        check_vault(vault)
    check_vault(vault, ID)


@pytest.mark.parametrize("way", WAYS)
def test_a_vault_that_ships(way: Callable[[Any], None], tmp_path: Path) -> None:
    vault = sqlite(tmp_path)
    way(vault)
    assert vault.ids() == ["000000000000001"]  # it leaves one behind, and no more


class NeverConflicts(MemoryVault):
    def save(self, phone_number_id: str, entry: Entry, expected: Any) -> int:
        held = self.load(phone_number_id)
        return super().save(phone_number_id, entry, held and held[1])


class TakesOldVersions(MemoryVault):
    def save(self, phone_number_id: str, entry: Entry, expected: Any) -> int:
        held = self.load(phone_number_id)
        return super().save(phone_number_id, entry, held[1] if held and expected is not None else expected)


class ForgetsPending(MemoryVault):
    def save(self, phone_number_id: str, entry: Entry, expected: Any) -> int:
        fields = json.loads(entry.to_json())
        fields.pop("pending", None)
        return super().save(phone_number_id, Entry.from_json(json.dumps(fields)), expected)


class GivesAnOldVersion(MemoryVault):
    def load(self, phone_number_id: str) -> Any:
        stored = super().load(phone_number_id)
        return stored and (stored[0], stored[1] - 1)


class RepeatsVersions(MemoryVault):
    def save(self, phone_number_id: str, entry: Entry, expected: Any) -> int:
        return min(super().save(phone_number_id, entry, expected), 1)


class ManglesTimes(MemoryVault):
    def load(self, phone_number_id: str) -> Any:
        stored = super().load(phone_number_id)
        fields = json.loads(stored[0].to_json()) if stored else {}
        fields.update((name, fields[name] + 1) for name in ("quiet_until", "rotated_at") if name in fields)
        return stored and (Entry.from_json(json.dumps(fields)), stored[1])


class Forgets(MemoryVault):
    def load(self, phone_number_id: str) -> Any:
        return None


class IgnoresTheNumber(MemoryVault):
    def load(self, phone_number_id: str) -> Any:
        return super().load("one")

    def save(self, phone_number_id: str, entry: Entry, expected: Any) -> int:
        return super().save("one", entry, expected)


class ConflictsOtherwise(MemoryVault):
    def save(self, phone_number_id: str, entry: Entry, expected: Any) -> int:
        try:
            return super().save(phone_number_id, entry, expected)
        except VaultError as error:
            raise KeyError("there is one") from error


BROKEN: list[tuple[Callable[[], Any], str]] = [
    (NeverConflicts, "save of a new entry where there is one must be a conflict, and is done"),
    (TakesOldVersions, "save of an old version must be a conflict, and is done"),
    (ForgetsPending, "load gives another entry than was saved"),
    (GivesAnOldVersion, "load gives another version than save did"),
    (RepeatsVersions, "save gives a version that it has given before"),
    (ManglesTimes, "load gives another entry than was saved"),
    (Forgets, "load gives nothing after a save"),
    (IgnoresTheNumber, "load gives the entry of another number"),
    (ConflictsOtherwise, "save of a new entry where there is one must be a conflict"),
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("make", "rule"), BROKEN)
def test_each_fault_is_named(way: Callable[[Any], None], make: Callable[[], Any], rule: str) -> None:
    with pytest.raises(VaultFaultError) as error:
        way(make())
    assert str(error.value) == f"The vault is not as it must be: {rule}."
    assert isinstance(error.value, AssertionError)
    assert isinstance(error.value.__cause__, KeyError) == (make is ConflictsOtherwise)


class Races(MemoryVault):
    """It looks, lets others look, and then writes."""

    def save(self, phone_number_id: str, entry: Entry, expected: Any) -> int:
        held = self.load(phone_number_id)
        if expected != (held and held[1]):
            raise VaultError("conflict")
        time.sleep(0.01)
        held = self.load(phone_number_id)
        return super().save(phone_number_id, entry, held and held[1])


class RacesAsync(AsyncMemoryVault):
    async def save(self, phone_number_id: str, entry: Entry, expected: Any) -> Any:
        held = await self.load(phone_number_id)
        if expected != (held and held[1]):
            raise VaultError("conflict")
        await asyncio.sleep(0.01)
        held = await self.load(phone_number_id)
        return self.inner.save(phone_number_id, entry, held and held[1])


@pytest.mark.parametrize(("way", "make"), [(on_threads, Races), (on_a_loop, Races), (on_a_loop, RacesAsync)])
def test_a_race_is_seen(way: Callable[[Any], None], make: Callable[[], Any]) -> None:
    with pytest.raises(VaultFaultError, match="two savers of one version have both saved"):
        way(make())


def test_a_race_is_not_seen_on_one_thread() -> None:
    check_vault(Races(), threads=False)


class OneThread:
    """A table of one's own, over a connection that stays on its thread."""

    def __init__(self) -> None:
        self.rows = sqlite3.connect(":memory:", isolation_level=None)
        self.rows.execute("CREATE TABLE pins (id TEXT PRIMARY KEY, entry TEXT, version INTEGER)")
        self.close = self.rows.close

    def load(self, phone_number_id: str) -> tuple[Entry, int] | None:
        row = self.rows.execute("SELECT entry, version FROM pins WHERE id = ?", [phone_number_id]).fetchone()
        return row and (Entry.from_json(row[0]), row[1])

    def save(self, phone_number_id: str, entry: Entry, expected: int | None) -> int:
        new = [entry.to_json(), (expected or 0) + 1, phone_number_id]
        if expected is None:
            done = self.rows.execute("INSERT OR IGNORE INTO pins (entry, version, id) VALUES (?, ?, ?)", new)
        else:
            update = "UPDATE pins SET entry = ?, version = ? WHERE id = ? AND version = ?"
            done = self.rows.execute(update, [*new, expected])
        if done.rowcount == 0:
            raise VaultError("conflict")
        return (expected or 0) + 1


def test_a_vault_that_stays_on_its_thread() -> None:
    with closing(OneThread()) as vault:
        check_vault(vault, threads=False)
    with closing(OneThread()) as vault, pytest.raises(VaultFaultError, match="must be a conflict") as error:
        check_vault(vault)
    assert str(error.value).startswith("The vault is not as it must be: save at the same time as another")
    assert isinstance(error.value.__cause__, sqlite3.ProgrammingError)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("method", ["load", "save"])
@pytest.mark.parametrize("leak", LEAKS)
def test_what_a_vault_raises_shows_no_pin(
    leak: Callable[[str], Exception], method: str, way: Callable[[Any], None]
) -> None:
    class Broken(MemoryVault):
        def load(self, phone_number_id: str) -> Any:
            if method == "load":
                raise leak(ROW)
            return super().load(phone_number_id)

        def save(self, phone_number_id: str, entry: Entry, expected: Any) -> int:
            raise leak(entry.to_json())

    with pytest.raises(VaultFaultError) as error:
        way(Broken())
    what = "load of a number without an entry" if method == "load" else "save of the version that the vault holds"
    assert str(error.value) == f"The vault is not as it must be: {what} fails."
    assert "six digits in it may be a PIN" in str(error.value.__cause__)
    assert not [pin for pin in ("735194", "012345") if pin in everything(error.value)]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("raised", [OSError("no space left"), VaultError("unreadable", "A wrong key.")])
def test_what_a_vault_raises_is_the_cause(way: Callable[[Any], None], raised: Exception) -> None:
    class Full(MemoryVault):
        def save(self, phone_number_id: str, entry: Entry, expected: Any) -> int:
            raise raised

    with pytest.raises(VaultFaultError, match="save of the version that the vault holds fails") as error:
        way(Full())
    assert error.value.__cause__ is raised


def test_what_a_vault_gives_by_mistake_stays_in_no_frame() -> None:
    class Text(MemoryVault):
        def load(self, phone_number_id: str) -> Any:
            return ROW, 1

    class Row(MemoryVault):
        def save(self, phone_number_id: str, entry: Entry, expected: Any) -> Any:
            return {"row": "735194"}

    for way in WAYS:
        for make in (Text, Row):
            with pytest.raises(VaultFaultError, match=r" fails\.$") as error:
                way(make())
            assert isinstance(error.value.__cause__, TypeError)
            assert "735194" not in everything(error.value)


class Ends(BaseException):
    """As pytest's own, Ctrl-C, or an exit."""


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("save", [0, 20])
def test_what_ends_a_program_is_no_fault(way: Callable[[Any], None], save: int) -> None:
    class Ending(MemoryVault):
        saves = 0

        def save(self, phone_number_id: str, entry: Entry, expected: Any) -> int:
            self.saves += 1
            if self.saves > save:
                raise Ends
            return super().save(phone_number_id, entry, expected)

    with pytest.raises(Ends):
        way(Ending())
    assert not [thread for thread in threading.enumerate() if "work" in thread.name]


def test_the_vault_runs_in_the_callers_context() -> None:
    tenant: contextvars.ContextVar[str] = contextvars.ContextVar("tenant")
    tenant.set("mine")
    seen = set()

    class Tenants(MemoryVault):
        def save(self, phone_number_id: str, entry: Entry, expected: Any) -> int:
            seen.add(tenant.get("none"))
            return super().save(phone_number_id, entry, expected)

    for way in (on_threads, on_one_thread, on_a_loop):
        way(Tenants())
    assert seen == {"mine"}


def test_a_check_that_is_cancelled_leaves_no_task() -> None:
    async def main() -> None:
        class Hangs(AsyncMemoryVault):
            saves = 0

            async def save(self, phone_number_id: str, entry: Entry, expected: Any) -> Any:
                self.saves += 1
                if self.saves > 20:
                    await asyncio.sleep(60)
                return self.inner.save(phone_number_id, entry, expected)

        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(check_async_vault(Hangs()), 0.2)
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(main())


def test_savers_that_are_left_behind_are_cancelled() -> None:
    async def main() -> None:
        class Ending(AsyncMemoryVault):
            saves = 0

            async def save(self, phone_number_id: str, entry: Entry, expected: Any) -> Any:
                self.saves += 1
                if self.saves == 21:  # the first of the second eight
                    raise Ends
                if self.saves > 21:
                    await asyncio.sleep(60)
                return self.inner.save(phone_number_id, entry, expected)

        with pytest.raises(Ends):
            await check_async_vault(Ending())
        await asyncio.sleep(0.01)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(main())


def test_bad_arguments() -> None:
    with pytest.raises(InvalidConfigurationError, match="vault is async; that is for AsyncRotator and check_async"):
        check_vault(AsyncMemoryVault())  # type: ignore[arg-type]
    for way in (on_threads, on_a_loop):
        with pytest.raises(InvalidConfigurationError, match="vault must have the methods load and save"):
            way({})
    with pytest.raises(InvalidPhoneNumberIdError):
        check_vault(MemoryVault(), "+1 555")
    with pytest.raises(InvalidPhoneNumberIdError):
        asyncio.run(check_async_vault(MemoryVault(), 1))  # type: ignore[arg-type]


@pytest.mark.parametrize("function", [check_vault, check_async_vault])
def test_the_examples(function: Any) -> None:
    names = {**vars(whatsapp_two_step), "asyncio": asyncio}
    (test,) = doctest.DocTestFinder().find(function, function.__name__, module=False, globs=names)
    result = doctest.DocTestRunner(verbose=False).run(test)
    assert result.failed == 0 and result.attempted
