"""What the database knows of a number: all but its PINs, which are the vault's."""

from __future__ import annotations

from django.db import models
from whatsapp_two_step import SetTwoStepPinResponse, TwoStepError


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
        """Before the call: should the worker die in it, either PIN may hold."""
        self.was_in_doubt, self.in_doubt = self.in_doubt, True
        self.save()

    def succeeded(self, response: SetTwoStepPinResponse) -> None:
        self.state, self.in_doubt, self.kind, self.hint = self.State.SET, False, "", ""
        self.trace_id = response.trace_id or ""
        self.save()

    def failed(self, error: TwoStepError, *, is_final: bool) -> None:
        self.state = self.State.FAILED if is_final else self.State.PENDING
        # A refusal says nothing of an earlier call.
        self.in_doubt = self.was_in_doubt or error.outcome == "unknown"
        self.kind, self.hint, self.trace_id = error.kind, error.hint, error.trace_id or ""
        self.save()
