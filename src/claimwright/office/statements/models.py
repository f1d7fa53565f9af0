"""Tables of statements."""

from __future__ import annotations

from django.db import models

from claimwright.office.core.models import ScopedModel, StoredFile
from claimwright.office.patients.models import Patient


class Statement(ScopedModel):
    """One statement to a guarantor: what it asked for, and the PDF that was made."""

    number = models.CharField(max_length=30)
    guarantor = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="statements")
    statement_date = models.DateField()
    due_date = models.DateField()
    amount_cents = models.BigIntegerField()
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["client", "number"], name="statement_number_once")]
