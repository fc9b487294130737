"""What a vault raises, and what is known of the vault after a rotation that failed."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from whatsapp_two_step._types import VaultErrorKind, VaultState
else:
    from whatsapp_two_step._names import VaultErrorKind, VaultState


class VaultError(Exception):
    """The vault could not do it, or what it holds of the number forbids it.

    A vault of your own raises it too, `VaultError("conflict")` where somebody else has saved. Any other exception of its `load`
    or `save` becomes one of kind `unreachable`, with that exception as its `__cause__`, unless it may show a PIN: six digits.

    >>> VaultError("conflict", "Somebody else has saved it.").kind
    'conflict'
    """

    kind: VaultErrorKind
    """`conflict`: somebody else has saved. `unreachable`: it can't be read or written now. `unreadable`: a wrong key, or a
    damaged entry. `busy`: a request with an earlier PIN may still be under way."""
    message: str
    """Safe to log; of a rotation, it also says in words what the vault holds now."""
    retry_after: float | None
    """Seconds to wait, of a `busy` one."""
    vault_state: VaultState | None
    """What the vault holds after a rotation: `untouched`, `settled`, `unsettled` (two PINs, of which either may hold), or
    `confirmed` (the new PIN holds, and the vault has it as pending). None of an error that a vault raised by itself."""

    def __init__(
        self,
        kind: VaultErrorKind,
        message: str = "",
        retry_after: float | None = None,
        vault_state: VaultState | None = None,
    ) -> None:
        super().__init__(kind, message, retry_after, vault_state)
        self.kind = kind
        self.message = message
        self.retry_after = retry_after
        self.vault_state = vault_state

    def __str__(self) -> str:
        return f"{self.message} ({self.kind})" if self.message else str(self.kind)


class VaultFaultError(AssertionError):
    """A vault of your own is not as it must be; the message names the rule. From `check_vault` and `check_async_vault`.

    Its `__cause__` is what the vault raised, where that is the fault and shows no PIN.
    """
