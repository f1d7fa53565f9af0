"""Tables of statements."""

from __future__ import annotations

from django.db import models

from claimwright.office.charges.models import Encounter
from claimwright.office.core.models import ScopedModel, StoredFile
from claimwright.office.patients.models import Patient


class Statement(ScopedModel):
    """One statement to a guarantor: what it asked for, the PDF that was made, and whether it still stands.

    open ──▶ paid ──▶ open (a payment was undone)
      └────▶ superseded (a later statement asks, or what it billed has changed; `state_reason` says which) ──▶ paid

    A guarantor has one open statement at most: nothing is asked for twice. `superseded_by` is the statement that asks
    instead; superseded without one, a corrected statement is due, unless nothing is owed any more. `last_entry` is the
    newest journal entry that its amounts take in.
    """

    class State(models.TextChoices):
        OPEN = "open", "Open"
        SUPERSEDED = "superseded", "Superseded"
        PAID = "paid", "Paid"

    number = models.CharField(max_length=30)
    guarantor = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="statements")
    statement_date = models.DateField()
    due_date = models.DateField()
    amount_cents = models.BigIntegerField()
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    last_entry = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    state_reason = models.CharField(max_length=300, blank=True)
    state_at = models.DateTimeField(null=True, blank=True)
    superseded_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="supersedes"
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["client", "number"], name="statement_number_once"),
            models.UniqueConstraint(
                fields=["guarantor"], condition=models.Q(state="open"), name="one_open_statement_per_guarantor"
            ),
        ]
        indexes = [models.Index(fields=["client", "state"])]

    def __str__(self) -> str:
        return self.number

    @property
    def awaits_correction(self) -> bool:
        """Whether what it billed has changed and no statement has said so yet."""
        return self.state == self.State.SUPERSEDED and self.superseded_by_id is None


class StatementVisit(ScopedModel):
    """A visit that a statement billed, and how much of it."""

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="visits")
    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="+")
    owed_cents = models.BigIntegerField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["statement", "encounter"], name="statement_visit_once")]
