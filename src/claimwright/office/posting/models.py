"""Tables of remittances and patient payments on their way into the ledger."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from claimwright.office.claims.models import Claim
from claimwright.office.core.models import ScopedModel, StoredFile
from claimwright.office.patients.models import Patient, Payer


class Remittance(ScopedModel):
    """One 835 transaction set. `record` is the `claimwright.documents.remittance.Remittance` as JSON without its
    claims, which have rows of their own; `receiving.record_of` puts them together again.

    received ──▶ posted | review (posted, with items for a person) ──▶ undone ──▶ posted | review
        ├──────▶ refused (nothing posted; can be posted when what was wrong is mended) ──▶ posted | review
        └──────▶ duplicate (shown to a person, never posted)

    `identity` is the hash of payer, trace, amount and day; `content` of everything the set says, wherever it stood.
    `plan` says what was decided, without the moves, which stand with their claims (those of no claim under `moves`).
    `cash_seen_at`: when the deposit or check was seen; until then statements wait for `hold_statements_until`.
    """

    class State(models.TextChoices):
        RECEIVED = "received", "Received"
        POSTED = "posted", "Posted"
        REVIEW = "review", "Posted, items to review"
        REFUSED = "refused", "Refused"
        DUPLICATE = "duplicate", "Duplicate"
        UNDONE = "undone", "Undone, can be posted again"

    payer = models.ForeignKey(Payer, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    payer_name = models.CharField(max_length=80, blank=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="remittances")
    offset = models.BigIntegerField(default=0)
    length = models.BigIntegerField(default=0)
    trace_number = models.CharField(max_length=50, blank=True)
    payer_tax_id = models.CharField(max_length=20, blank=True)
    payment_cents = models.BigIntegerField()
    payment_date = models.DateField(null=True, blank=True)
    method = models.CharField(max_length=3, blank=True)
    identity = models.CharField(max_length=64)
    content = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RECEIVED)
    claim_count = models.PositiveIntegerField(default=0)
    record = models.JSONField()
    findings = models.JSONField(default=list)
    plan = models.JSONField(null=True, blank=True)
    received_at = models.DateTimeField()
    posted_at = models.DateTimeField(null=True, blank=True)
    cash_seen_at = models.DateTimeField(null=True, blank=True)
    hold_statements_until = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "identity"],
                condition=models.Q(state__in=["posted", "review"]),
                name="remittance_posted_once",
            )
        ]
        indexes = [
            models.Index(fields=["client", "trace_number"]),
            models.Index(fields=["client", "identity"]),
            models.Index(fields=["client", "content"]),
        ]

    def __str__(self) -> str:
        return f"{self.payer_name} {self.trace_number}"


class RemittanceClaim(ScopedModel):
    """One CLP of a remittance: to which claim it was matched, how surely and why, and what came of it.

    `record` is the `claimwright.documents.remittance.RemittanceClaim` as JSON; `moves` the plan's moves for it, those
    that made a journal entry with its number under `entry`. `outcome` is a `ClaimState` of the plan, empty until
    posted. `reversed_by` is the CLP of status 22 that took the result back.
    """

    remittance = models.ForeignKey(Remittance, on_delete=models.PROTECT, related_name="claims")
    position = models.PositiveIntegerField()
    claim = models.ForeignKey(Claim, null=True, blank=True, on_delete=models.PROTECT, related_name="remittance_claims")
    level = models.CharField(max_length=1, blank=True)
    control_number = models.CharField(max_length=50)
    status = models.CharField(max_length=2)
    payer_claim_number = models.CharField(max_length=50, blank=True)
    charge_cents = models.BigIntegerField()
    paid_cents = models.BigIntegerField()
    outcome = models.CharField(max_length=16, blank=True)
    match_reason = models.CharField(max_length=200, blank=True)
    match_confidence = models.CharField(max_length=8, blank=True)
    record = models.JSONField()
    moves = models.JSONField(default=list)
    reversed_by = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="reversed")
    offset = models.BigIntegerField(default=0)
    length = models.BigIntegerField(default=0)
    segment_index = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["remittance", "position"], name="remittance_claim_once")]
        indexes = [models.Index(fields=["client", "payer_claim_number"])]


class PayerItem(ScopedModel):
    """Money that a payer moved outside of claims and that a later PLB must settle (WO, FB, 72 ...); open until zero."""

    payer = models.ForeignKey(Payer, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=3)
    reference = models.CharField(max_length=50)
    open_cents = models.BigIntegerField()
    opened_by = models.ForeignKey(Remittance, on_delete=models.PROTECT, related_name="opened_items")
    closed_by = models.ForeignKey(
        Remittance, null=True, blank=True, on_delete=models.PROTECT, related_name="closed_items"
    )
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["client", "reference"])]


class PatientPayment(ScopedModel):
    """Money that a patient paid, at the desk or on a statement; `entries` are the journal entries made of it."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="payments")
    cents = models.BigIntegerField()
    method = models.CharField(max_length=12)
    reference = models.CharField(max_length=50, blank=True)
    received_date = models.DateField()
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    posted_at = models.DateTimeField()
    entries = models.JSONField(default=list)
    undone_at = models.DateTimeField(null=True, blank=True)


class Deposit(ScopedModel):
    """One movement at the practice's bank, from a file of the bank or entered by hand (a check).

    open ──▶ matched (posted = banked) ──▶ open (undone)
      ├────▶ proposed (a person confirms or declines)
      └────▶ set aside (no payment of a remittance; `note` says what it was) ──▶ open (taken up again)

    `identity` is the hash of everything the bank says about it and of its place among equal ones on that day, so that
    the same statement read twice makes nothing twice. `entries` are the journal entries that hold it as unidentified.
    """

    class State(models.TextChoices):
        OPEN = "open", "No remittance yet"
        PROPOSED = "proposed", "Match to confirm"
        MATCHED = "matched", "Posted = banked"
        SET_ASIDE = "set_aside", "Not a remittance"

    file = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="deposits")
    offset = models.BigIntegerField(default=0)
    length = models.BigIntegerField(default=0)
    line = models.BigIntegerField(default=0)
    cents = models.BigIntegerField()
    deposit_date = models.DateField()
    kind = models.CharField(max_length=5)
    trace_number = models.CharField(max_length=50, blank=True)
    company_id = models.CharField(max_length=20, blank=True)
    company_name = models.CharField(max_length=80, blank=True)
    reference = models.CharField(max_length=50, blank=True)
    account = models.CharField(max_length=40, blank=True)
    text = models.TextField(blank=True)
    identity = models.CharField(max_length=64)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    note = models.CharField(max_length=200, blank=True)
    taken_at = models.DateTimeField()
    entries = models.JSONField(default=list)

    class Meta:
        ordering = ["deposit_date", "id"]
        constraints = [models.UniqueConstraint(fields=["client", "identity"], name="deposit_taken_once")]
        indexes = [models.Index(fields=["client", "state", "deposit_date"])]


class DepositShare(ScopedModel):
    """The part of a deposit that pays one remittance; a remittance is paid by one deposit, all of it.

    `sureness` and `reason` say how the match was found. `entries` are the journal entries that moved the money from
    unidentified to the remittance, none while a match is only proposed. Undone shares stay, with `undone_at`.
    """

    deposit = models.ForeignKey(Deposit, on_delete=models.PROTECT, related_name="shares")
    remittance = models.ForeignKey(Remittance, on_delete=models.PROTECT, related_name="deposit_shares")
    cents = models.BigIntegerField()
    sureness = models.CharField(max_length=8)
    reason = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    entries = models.JSONField(default=list)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["remittance"], condition=models.Q(undone_at=None), name="remittance_banked_once"
            )
        ]
