"""Tables of encounters and charges."""

from __future__ import annotations

from django.db import models

from claimwright.office.core.models import ScopedModel
from claimwright.office.patients.models import Patient, Provider


class Encounter(ScopedModel):
    """One visit. `diagnoses` are ICD-10-CM codes without dots, the principal one first.

    open ──release──▶ released
      └────hold────▶ held ──release──▶ released
    """

    class State(models.TextChoices):
        OPEN = "open", "Open"
        HELD = "held", "Held"
        RELEASED = "released", "Released"

    number = models.CharField(max_length=30)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="encounters")
    billing = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+")
    rendering = models.ForeignKey(Provider, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    referring = models.ForeignKey(Provider, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    service_date = models.DateField()
    place_of_service = models.CharField(max_length=2, default="11")
    diagnoses = models.JSONField(default=list)
    authorization_number = models.CharField(max_length=50, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    entered_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "number"], name="encounter_once")]


class Charge(ScopedModel):
    """One line of an encounter. `modifiers` and `pointers` are lists; `quantity_thousandths` 1000 is one unit."""

    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="charges")
    number = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=48)
    modifiers = models.JSONField(default=list)
    description = models.CharField(max_length=80, blank=True)
    quantity_thousandths = models.BigIntegerField(default=1000)
    unit = models.CharField(max_length=2, default="UN")
    charge_cents = models.BigIntegerField()
    pointers = models.JSONField(default=list)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["encounter", "number"], name="charge_once")]
