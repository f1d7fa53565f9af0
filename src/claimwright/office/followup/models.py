"""Tables of work: items and denials."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from claimwright.office.claims.models import Claim
from claimwright.office.core.models import ScopedModel
from claimwright.office.patients.models import Coverage, Patient
from claimwright.office.posting.models import Remittance

CROSSOVER_RULE = "crossover"
"""The rule of items about a crossover that never came; row 11 of the posting table opens those that still wait."""


class WorkItem(ScopedModel):
    """Something a person must do, in one queue. `subject` says what it is about and is unique among open items."""

    class Queue(models.TextChoices):
        ELIGIBILITY = "eligibility", "Coverage"
        SCRUB = "scrub", "Claims stopped by edits"
        REJECTION = "rejection", "Rejections"
        FILING = "filing", "Filing limits"
        DENIAL = "denial", "Denials"
        REMITTANCE = "remittance", "Remittances"
        UNMATCHED = "unmatched", "Unmatched payments"
        UNDERPAID = "underpaid", "Paid differently than agreed"
        RECOUPMENT = "recoupment", "Takebacks and forward balances"
        CREDIT = "credit", "Credit balances"
        PATIENT_REVIEW = "patient_review", "Check before billing the patient"
        NO_RESPONSE = "no_response", "No answer from the payer"
        OTHER = "other", "Other"

    class State(models.TextChoices):
        OPEN = "open", "Open"
        BLOCKED = "blocked", "Waiting"
        DONE = "done", "Done"

    queue = models.CharField(max_length=16, choices=Queue.choices)
    subject = models.CharField(max_length=120)
    claim = models.ForeignKey(Claim, null=True, blank=True, on_delete=models.PROTECT, related_name="work_items")
    patient = models.ForeignKey(Patient, null=True, blank=True, on_delete=models.PROTECT, related_name="work_items")
    coverage = models.ForeignKey(Coverage, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    remittance = models.ForeignKey(
        Remittance, null=True, blank=True, on_delete=models.PROTECT, related_name="work_items"
    )
    title = models.CharField(max_length=160)
    reason = models.CharField(max_length=400)
    next_action = models.CharField(max_length=400, blank=True)
    rule = models.CharField(max_length=20, blank=True)
    money_cents = models.BigIntegerField(default=0)
    due_date = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField()
    touched_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    resolution = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["client", "queue", "subject"],
                condition=~models.Q(state="done"),
                name="one_open_item_per_subject",
            )
        ]
        indexes = [models.Index(fields=["client", "state", "queue", "due_date"])]

    @property
    def waits_for_crossover(self) -> bool:
        """Whether it waits for a payer to whom another one has sent the claim on."""
        return self.queue == self.Queue.NO_RESPONSE and self.rule in (CROSSOVER_RULE, "row 11")


class WorkNote(ScopedModel):
    """What somebody wrote on an item, and when to look again."""

    item = models.ForeignKey(WorkItem, on_delete=models.PROTECT, related_name="notes")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField()
    text = models.CharField(max_length=2000)

    class Meta:
        ordering = ["id"]


class Denial(ScopedModel):
    """A payer's refusal of a claim's lines for one reason: what it is, what to do, by when."""

    class State(models.TextChoices):
        NEW = "new", "New"
        IN_REVIEW = "in_review", "In review"
        CORRECTED = "corrected", "Corrected and resent"
        APPEALED = "appealed", "Appealed"
        OVERTURNED = "overturned", "Overturned"
        PARTLY = "partly", "Partly overturned"
        UPHELD = "upheld", "Upheld"
        WRITTEN_OFF = "written_off", "Written off"
        WITHDRAWN = "withdrawn", "Its posting was undone"

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="denials")
    item = models.OneToOneField(WorkItem, null=True, blank=True, on_delete=models.PROTECT, related_name="denial")
    remittance = models.ForeignKey(Remittance, on_delete=models.PROTECT, related_name="denials")
    level = models.CharField(max_length=1)
    group = models.CharField(max_length=2)
    carc = models.CharField(max_length=5)
    rarcs = models.JSONField(default=list)
    lines = models.JSONField(default=list)
    category = models.CharField(max_length=24, blank=True)
    meaning = models.CharField(max_length=400, blank=True)
    denied_cents = models.BigIntegerField()
    expected_cents = models.BigIntegerField(null=True, blank=True)
    appeal_allowed = models.BooleanField(null=True)
    appeal_due_date = models.DateField(null=True, blank=True)
    resubmit_due_date = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.NEW)
    denied_at = models.DateTimeField()
    offset = models.BigIntegerField(default=0)
    length = models.BigIntegerField(default=0)
    segment_index = models.BigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["client", "state", "appeal_due_date"])]
