"""Does a vault of the user's keep the rules? They are the core's; this asks the vault for it."""

from __future__ import annotations

import contextvars
import threading

from whatsapp_two_step._native import NativeCheck
from whatsapp_two_step._steps import Told, check
from whatsapp_two_step._vault_error import VaultError, VaultFaultError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from whatsapp_two_step._native import NativeAsk
    from whatsapp_two_step._vault import Vault, Version
else:
    from whatsapp_two_step._names import Vault

# Digits, as an ID has, and no number of anybody's.
NO_NUMBER = "000000000000001"


def check_vault(vault: Vault, phone_number_id: str = NO_NUMBER, *, threads: bool = True) -> None:
    """Does a vault of your own keep what a `Rotator` needs: compare and set, whole entries, new versions? For its tests.

    >>> check_vault(MemoryVault())
    >>> class Forgets(MemoryVault):
    ...     def load(self, phone_number_id):
    ...         return None
    >>> check_vault(Forgets())
    Traceback (most recent call last):
    whatsapp_two_step.VaultFaultError: The vault is not as it must be: load gives nothing after a save.

    What it can't see: whether an entry outlives a crash, and whether two processes can save at once; so try these too.

    Args:
        vault: one for tests.
        phone_number_id: of which the vault has no entry. The check leaves one behind, with PINs of no number. It looks at the
            number with a zero after it too, and leaves nothing there.
        threads: eight threads save at once, as in a program whose threads share the vault. `False` is for a vault that must stay
            on one thread, as a `sqlite3` connection: they save one after the other then, and a race is not seen.

    Raises:
        VaultFaultError: the first thing that is not as it must be.
    """
    check(vault, may_be_async=False)
    checked = Check(phone_number_id)
    while asks := checked.asks():
        if threads and len(asks) > 1:
            _ask_at_once(vault, asks)
        else:
            for ask in asks:
                _ask(vault, ask)


class Check:
    """One check: what to ask the vault next."""

    def __init__(self, phone_number_id: str) -> None:
        self._native = NativeCheck(phone_number_id)
        self._versions: dict[str, Version] = {}
        self._causes: dict[int, Exception] = {}

    def asks(self) -> list[Ask]:
        """All of them at once; none when the vault has passed. Raises when it hasn't."""
        step = self._native.next()
        try:
            if step[0] == "broken":
                raise VaultFaultError(step[1]) from self._causes.get(step[2])
        finally:
            self._causes.clear()  # else exceptions and frames would hold each other
        return [Ask(native, self._versions, self._causes) for native in step[1]] if step[0] == "ask" else []


class Ask(Told):
    """One thing that the vault is asked."""

    def __init__(self, native: NativeAsk, versions: dict[str, Version], causes: dict[int, Exception]) -> None:
        super().__init__(native, versions)
        self._number = native.number
        self._causes = causes
        self.wish = native.wish()

    def failed(self, error: Exception) -> bool:
        """Keeps it for the end, or says there why it isn't shown."""
        is_safe = super().failed(error)
        hidden = VaultError("unreachable", "What the vault raised is not shown: six digits in it may be a PIN.")
        self._causes[self._number] = error if is_safe else hidden
        return is_safe


def _ask(vault: Vault, ask: Ask) -> None:
    try:
        if ask.wish[0] == "load":
            ask.loaded(vault.load(ask.wish[1]))
        else:
            ask.saved(vault.save(ask.wish[1], ask.wish[2], ask.expected(ask.wish[3])))
    except Exception as error:
        ask.failed(error)


def _ask_at_once(vault: Vault, asks: list[Ask]) -> None:
    """Each on a thread of its own, with the caller's context variables. What ends a program ends it here."""
    all_are_there = threading.Event()
    ends: list[BaseException] = []

    def work(ask: Ask, context: contextvars.Context) -> None:
        all_are_there.wait()
        try:
            context.run(_ask, vault, ask)
        except BaseException as error:
            ends.append(error)

    started: list[threading.Thread] = []
    try:
        for ask in asks:
            # A daemon: a vault that never returns holds no interpreter open.
            thread = threading.Thread(target=work, args=(ask, contextvars.copy_context()), daemon=True)
            thread.start()
            started.append(thread)
    finally:
        all_are_there.set()
    for thread in started:
        while thread.is_alive():
            thread.join(1)  # so that Ctrl-C is heard on Windows too
    if ends:
        try:
            raise ends[0]
        finally:
            ends.clear()
