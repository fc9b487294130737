"""What the database knows of a number: all but its PINs, which are the vault's."""

from __future__ import annotations

from django.db import models
from whatsapp_two_step import Rotation, TwoStepError, VaultError


class Number(models.Model):
    class State(models.TextChoices):
        PENDING = "pending"  # not tried yet, or to be tried again
        SET = "set"
        FAILED = "failed"  # someone has to look: `kind` and `hint` say at what

    phone_number_id = models.CharField(max_length=32, primary_key=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.PENDING)
    in_doubt = models.BooleanField(default=False)  # either PIN may hold, until a call succeeds
    kind = models.CharField(max_length=32, blank=True)
    hint = models.TextField(blank=True)
    trace_id = models.CharField(max_length=64, blank=True)

    def begins(self) -> None:
        """Before the rotation: should the worker die in it, either PIN may hold."""
        self.in_doubt = True
        self.save()

    def succeeded(self, rotation: Rotation) -> None:
        self.state, self.in_doubt, self.kind, self.hint = self.State.SET, False, "", ""
        self.trace_id = rotation.trace_id or ""
        self.save()

    def failed(self, error: TwoStepError | VaultError, *, is_final: bool) -> None:
        self.state = self.State.FAILED if is_final else self.State.PENDING
        # The vault knows, also of what an earlier task left.
        self.in_doubt = error.vault_state in ("unsettled", "confirmed")
        self.kind, self.hint = error.kind, getattr(error, "hint", "") or str(error)
        self.trace_id = getattr(error, "trace_id", None) or ""
        self.save()
