"""Tables of claims: the record, its lines, what each payer decided, each submission, findings and events; and the rules
that the practice writes itself."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from claimwright.office.charges.models import Charge, Encounter
from claimwright.office.core.models import ScopedModel, StoredFile
from claimwright.office.patients.models import Coverage, Patient, Payer, Provider


class Claim(ScopedModel):
    """A claim: `record` is the whole `claimwright.documents.claim.Claim` as JSON, the columns are its index.

    `number` is CLM01, the practice's own control number. The states are described in `lifecycle`. `source_file` is the
    file in which another system handed the claim over, `offset` and `length` its bytes there.
    """

    number = models.CharField(max_length=38)
    encounter = models.ForeignKey(Encounter, null=True, blank=True, on_delete=models.PROTECT, related_name="claims")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="claims")
    billing = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+")
    rendering = models.ForeignKey(Provider, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    charge_cents = models.BigIntegerField()
    service_date = models.DateField(null=True, blank=True)
    service_end_date = models.DateField(null=True, blank=True)
    record = models.JSONField()
    version = models.PositiveIntegerField(default=1)
    current_level = models.CharField(max_length=1, default="P")
    held_reason = models.CharField(max_length=200, blank=True)
    source_file = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    offset = models.BigIntegerField(null=True, blank=True)
    length = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "number"], name="claim_number_once"),
            models.UniqueConstraint(fields=["encounter"], name="one_claim_per_encounter"),
        ]
        indexes = [models.Index(fields=["client", "patient"]), models.Index(fields=["client", "service_date"])]

    def __str__(self) -> str:
        return self.number


class ClaimLine(ScopedModel):
    """One service of a claim, as the ledger and the postings know it; `control_number` is REF 6R.

    The numbers that are given here are unique in the practice; those of claims from other systems in their claim.
    """

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="lines")
    charge = models.OneToOneField(Charge, on_delete=models.PROTECT, related_name="claim_line")
    number = models.PositiveSmallIntegerField()
    control_number = models.CharField(max_length=50)
    code = models.CharField(max_length=48)
    modifiers = models.JSONField(default=list)
    description = models.CharField(max_length=80, blank=True)
    quantity_thousandths = models.BigIntegerField(default=1000)
    charge_cents = models.BigIntegerField()
    service_date = models.DateField(null=True, blank=True)
    expected_cents = models.BigIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["claim", "number"], name="claim_line_once"),
            models.UniqueConstraint(fields=["claim", "control_number"], name="line_control_number_once"),
        ]
        indexes = [models.Index(fields=["client", "control_number"])]


class Adjudication(ScopedModel):
    """What one payer made of a claim; one row per payer level (P, S, T, then A to H), made when the claim is made.

    `decided_elsewhere`: the result was posted in the system that the claim came from, so none is waited for here.
    """

    class State(models.TextChoices):
        NOT_SUBMITTED = "not_submitted", "Not submitted"
        IN_PROCESS = "in_process", "In process"
        PENDED = "pended", "Pended by the payer"
        INFO_REQUESTED = "info_requested", "Information requested"
        PAID = "paid", "Paid"
        PARTIAL = "partial", "Partly paid"
        ZERO_PATIENT = "zero_patient", "All to the patient"
        DENIED = "denied", "Denied"
        REVERSED = "reversed", "Reversed"
        FORWARDED = "forwarded", "Forwarded by another payer"
        VOID = "void", "Void"
        NO_RESPONSE = "no_response", "No response"

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="adjudications")
    level = models.CharField(max_length=1)
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="+")
    coverage = models.ForeignKey(Coverage, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=16, choices=State.choices, default=State.NOT_SUBMITTED)
    payer_claim_number = models.CharField(max_length=50, blank=True)
    submitted_by_payer = models.BooleanField(default=False)
    decided_elsewhere = models.BooleanField(default=False)
    accepted_at = models.DateTimeField(null=True, blank=True)
    adjudicated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["claim", "level"], name="adjudication_level_once")]
        indexes = [models.Index(fields=["client", "state"]), models.Index(fields=["client", "payer_claim_number"])]


class Submission(ScopedModel):
    """One attempt to send a claim to one payer level. Control numbers are filled when it is batched into a file.

    `record` is what is sent, frozen when it is batched; `offset` and `length` are its bytes in `file`, from CLM on.
    `reference` is BHT03 of its set, `clearinghouse_number` what the 277CA gave back as REF D9.
    """

    class State(models.TextChoices):
        BUILT = "built", "Built"
        SCRUB_FAILED = "scrub_failed", "Stopped by edits"
        READY = "ready", "Ready to send"
        BATCHED = "batched", "In a batch"
        SENT = "sent", "Sent"
        TA1_REJECTED = "ta1_rejected", "File rejected (TA1)"
        F999_REJECTED = "f999_rejected", "Set rejected (999)"
        F999_ACCEPTED = "f999_accepted", "Set accepted (999)"
        CH_REJECTED = "ch_rejected", "Rejected by the clearinghouse"
        CH_ACCEPTED = "ch_accepted", "Accepted by the clearinghouse"
        PAYER_REJECTED = "payer_rejected", "Rejected by the payer"
        PAYER_ACCEPTED = "payer_accepted", "Accepted by the payer"

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="submissions")
    level = models.CharField(max_length=1)
    attempt = models.PositiveSmallIntegerField()
    frequency = models.CharField(max_length=1, default="1")
    state = models.CharField(max_length=16, choices=State.choices, default=State.BUILT)
    record = models.JSONField()
    file = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    interchange_control = models.CharField(max_length=9, blank=True)
    group_control = models.CharField(max_length=9, blank=True)
    set_control = models.CharField(max_length=9, blank=True)
    reference = models.CharField(max_length=30, blank=True)
    clearinghouse_number = models.CharField(max_length=50, blank=True)
    offset = models.BigIntegerField(null=True, blank=True)
    length = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["claim", "level", "attempt"], name="submission_attempt_once")]
        indexes = [models.Index(fields=["client", "state"]), models.Index(fields=["client", "interchange_control"])]


class ClaimFinding(ScopedModel):
    """A finding about a claim, of an edit or of an answer (`source`: edit, TA1, 999, 277CA); open until
    `resolved_at`."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="findings")
    submission = models.ForeignKey(Submission, null=True, blank=True, on_delete=models.PROTECT, related_name="findings")
    source = models.CharField(max_length=12, default="edit")
    code = models.CharField(max_length=60)
    severity = models.CharField(max_length=8)
    message = models.CharField(max_length=400)
    hint = models.CharField(max_length=400, blank=True)
    field = models.CharField(max_length=120, blank=True)
    found_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolution = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["client", "claim", "resolved_at"])]


class ClaimEvent(ScopedModel):
    """One thing that happened to a claim: the timeline. Never changed; `file` and the bytes are where it came from."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(max_length=24)
    level = models.CharField(max_length=1, blank=True)
    from_state = models.CharField(max_length=16, blank=True)
    to_state = models.CharField(max_length=16, blank=True)
    text = models.CharField(max_length=400)
    file = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    offset = models.BigIntegerField(null=True, blank=True)
    length = models.BigIntegerField(null=True, blank=True)
    segment_index = models.BigIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["id"]


class OwnRule(ScopedModel):
    """A rule that the practice wrote: `data` is a `claimwright.edits.written.WrittenRule` as JSON.

    proposed ──accept──▶ on ◀──▶ off        Only a person switches one on, and only when it passes its own tests.
        └────decline──▶ declined

    `origin` says of which denials a proposed rule is made. `back_test` is what it would have done to the claims known
    at `tested_at`, for version `tested_version`; the list of these claims is not kept.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", "Proposed"
        OFF = "off", "Off"
        ON = "on", "On"
        DECLINED = "declined", "Declined"

    slug = models.CharField(max_length=48)
    name = models.CharField(max_length=400)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OFF)
    version = models.PositiveIntegerField(default=1)
    data = models.JSONField()
    origin = models.JSONField(default=dict)
    back_test = models.JSONField(null=True, blank=True)
    tested_at = models.DateTimeField(null=True, blank=True)
    tested_version = models.PositiveIntegerField(null=True, blank=True)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["slug"]
        constraints = [models.UniqueConstraint(fields=["client", "slug"], name="own_rule_once")]

    def __str__(self) -> str:
        return self.name


class OwnRuleVersion(ScopedModel):
    """One change of a rule, never changed itself: how the rule was from then on, who did what and when."""

    rule = models.ForeignKey(OwnRule, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=8)
    data = models.JSONField()
    what = models.CharField(max_length=60)
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["rule", "number"], name="own_rule_version_once")]
