"""Tables of what was sent and received."""

from __future__ import annotations

from django.db import models

from claimwright.office.claims.models import Claim
from claimwright.office.core.models import ScopedModel, StoredFile
from claimwright.office.patients.models import Coverage


class Connection(ScopedModel):
    """A route to a clearinghouse or payer over SFTP. The host key is pinned: another one is refused.

    `sender_id` and `receiver_id` go into the envelope and name submitter and receiver (NM109 of 1000A, 1000B);
    `contact_name` and `contact_phone` are whom the receiver calls about a file. `usage` T is test, P production.
    """

    name = models.CharField(max_length=60)
    host = models.CharField(max_length=120)
    port = models.PositiveIntegerField(default=22)
    username = models.CharField(max_length=60)
    password = models.CharField(max_length=120, blank=True)
    host_key = models.TextField()
    upload_folder = models.CharField(max_length=120, default="inbound")
    download_folder = models.CharField(max_length=120, default="outbound")
    sender_qualifier = models.CharField(max_length=2, default="ZZ")
    sender_id = models.CharField(max_length=15)
    receiver_qualifier = models.CharField(max_length=2, default="ZZ")
    receiver_id = models.CharField(max_length=15)
    receiver_name = models.CharField(max_length=60, blank=True)
    contact_name = models.CharField(max_length=60, blank=True)
    contact_phone = models.CharField(max_length=20, blank=True)
    usage = models.CharField(max_length=1, default="T")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "name"], name="connection_name_once")]


class Transmission(ScopedModel):
    """One file. `kind` is its message: out 837P, 270, 276; in TA1, 999, 277CA, 271, 277, 835, or mixed.

    out: built ──▶ sent ──▶ accepted | partly_accepted | rejected        in: received ──▶ processed | quarantined
    """

    class Direction(models.TextChoices):
        OUT = "out", "Sent"
        IN = "in", "Received"

    class State(models.TextChoices):
        BUILT = "built", "Built"
        SENT = "sent", "Sent"
        ACCEPTED = "accepted", "Accepted"
        PARTLY_ACCEPTED = "partly_accepted", "Partly accepted"
        REJECTED = "rejected", "Rejected"
        RECEIVED = "received", "Received"
        PROCESSED = "processed", "Processed"
        QUARANTINED = "quarantined", "Set aside"

    connection = models.ForeignKey(Connection, null=True, blank=True, on_delete=models.PROTECT)
    direction = models.CharField(max_length=3, choices=Direction.choices)
    kind = models.CharField(max_length=8)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="transmissions")
    file_name = models.CharField(max_length=120)
    interchange_control = models.CharField(max_length=9, blank=True)
    group_control = models.CharField(max_length=9, blank=True)
    state = models.CharField(max_length=16, choices=State.choices)
    item_count = models.PositiveIntegerField(default=0)
    total_cents = models.BigIntegerField(default=0)
    findings = models.JSONField(default=list)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["client", "direction", "kind", "interchange_control"]),
            models.Index(fields=["client", "direction", "state"]),
        ]


class EligibilityCheck(ScopedModel):
    """One coverage question and its answer: `response` is the `EligibilityResponse` record as JSON."""

    class State(models.TextChoices):
        ASKED = "asked", "Asked"
        ACTIVE = "active", "Active"
        INACTIVE = "inactive", "Not active"
        REJECTED = "rejected", "Rejected"

    coverage = models.ForeignKey(Coverage, on_delete=models.PROTECT, related_name="checks")
    service_date = models.DateField()
    trace = models.CharField(max_length=50)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    member_id = models.CharField(max_length=80, blank=True)
    rejection_codes = models.JSONField(default=list)
    response = models.JSONField(null=True, blank=True)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    question = models.ForeignKey(Transmission, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answer = models.ForeignKey(Transmission, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "trace"], name="eligibility_trace_once")]


class StatusCheck(ScopedModel):
    """One claim-status question and its answer (category and code of the first STC)."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="status_checks")
    level = models.CharField(max_length=1)
    trace = models.CharField(max_length=50)
    asked_at = models.DateTimeField()
    category = models.CharField(max_length=3, blank=True)
    code = models.CharField(max_length=4, blank=True)
    response = models.JSONField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    question = models.ForeignKey(Transmission, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answer = models.ForeignKey(Transmission, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "trace"], name="status_trace_once")]
