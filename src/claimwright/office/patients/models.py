"""Tables of people, providers, payers and coverages."""

from __future__ import annotations

from django.db import models

from claimwright.office.core.models import ScopedModel


class PostalAddress(models.Model):
    """The columns of an address, shared by everyone who has one."""

    line1 = models.CharField(max_length=80, blank=True)
    line2 = models.CharField(max_length=80, blank=True)
    city = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=2, blank=True)
    postal_code = models.CharField(max_length=15, blank=True)
    phone = models.CharField(max_length=20, blank=True)

    class Meta:
        abstract = True


class Provider(ScopedModel, PostalAddress):
    """Somebody who bills (`is_billing`), gives care (`is_rendering`), or both; `tax_id_qualifier` EI or SY."""

    last_name = models.CharField(max_length=80)
    first_name = models.CharField(max_length=40, blank=True)
    is_person = models.BooleanField(default=False)
    npi = models.CharField(max_length=10, blank=True)
    tax_id = models.CharField(max_length=20, blank=True)
    tax_id_qualifier = models.CharField(max_length=2, default="EI")
    taxonomy = models.CharField(max_length=10, blank=True)
    is_billing = models.BooleanField(default=False)
    is_rendering = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=["client", "npi"]), models.Index(fields=["client", "tax_id"])]

    def __str__(self) -> str:
        return f"{self.last_name}, {self.first_name}" if self.first_name else self.last_name


class Payer(ScopedModel, PostalAddress):
    """An insurer, and how it works: filing limit, appeal window, what it requires (`rules`, see `edits`)."""

    class Kind(models.TextChoices):
        MEDICARE = "medicare", "Medicare"
        MEDICAID = "medicaid", "Medicaid"
        COMMERCIAL = "commercial", "Commercial"
        SUPPLEMENT = "supplement", "Supplement"
        OTHER = "other", "Other"

    name = models.CharField(max_length=80)
    payer_id = models.CharField(max_length=80)
    tax_id = models.CharField(max_length=20, blank=True)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.OTHER)
    filing_code = models.CharField(max_length=2, blank=True)
    filing_limit_days = models.PositiveIntegerField(null=True, blank=True)
    appeal_days = models.PositiveIntegerField(null=True, blank=True)
    response_days = models.PositiveIntegerField(default=30)
    supports_replacement = models.BooleanField(default=True)
    forwards_claims = models.BooleanField(default=False)
    protects_patient = models.BooleanField(default=False)
    rules = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "payer_id", "name"], name="payer_once")]

    def __str__(self) -> str:
        return self.name


class Contract(ScopedModel):
    """What a payer agreed to allow, from a day on: the terms as `claimwright.pricing` reads them."""

    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="contracts")
    name = models.CharField(max_length=80)
    effective_date = models.DateField()
    end_date = models.DateField(null=True, blank=True)
    terms = models.JSONField()


class Patient(ScopedModel, PostalAddress):
    """A person who received care. `account_number` is the practice's own; the guarantor is who gets the bill."""

    account_number = models.CharField(max_length=30)
    last_name = models.CharField(max_length=80)
    first_name = models.CharField(max_length=40, blank=True)
    middle_name = models.CharField(max_length=40, blank=True)
    suffix = models.CharField(max_length=10, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    sex = models.CharField(max_length=1, blank=True)
    guarantor = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="dependents")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "account_number"], name="patient_account_once")]
        indexes = [models.Index(fields=["client", "last_name", "first_name"])]

    def __str__(self) -> str:
        return f"{self.last_name}, {self.first_name}"


class Coverage(ScopedModel):
    """One policy of a patient; `rank` 1 pays first. The subscriber's columns are filled when he is not the patient.

    `state`, `verified_at` and `answered_member_id` are what the payer last answered (271).
    """

    class State(models.TextChoices):
        UNVERIFIED = "unverified", "Not verified"
        ACTIVE = "active", "Active"
        INACTIVE = "inactive", "Not active"
        REJECTED = "rejected", "Payer could not find it"

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="coverages")
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT, related_name="coverages")
    rank = models.PositiveSmallIntegerField(default=1)
    member_id = models.CharField(max_length=80, blank=True)
    relationship = models.CharField(max_length=2, default="18")
    group_number = models.CharField(max_length=50, blank=True)
    group_name = models.CharField(max_length=60, blank=True)
    insurance_type = models.CharField(max_length=3, blank=True)
    plan_name = models.CharField(max_length=60, blank=True)
    subscriber_last_name = models.CharField(max_length=80, blank=True)
    subscriber_first_name = models.CharField(max_length=40, blank=True)
    subscriber_birth_date = models.DateField(null=True, blank=True)
    subscriber_sex = models.CharField(max_length=1, blank=True)
    effective_date = models.DateField(null=True, blank=True)
    end_date = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.UNVERIFIED)
    verified_at = models.DateTimeField(null=True, blank=True)
    answered_member_id = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["rank"]
        constraints = [models.UniqueConstraint(fields=["patient", "payer", "member_id"], name="coverage_once")]
        indexes = [models.Index(fields=["client", "member_id"])]

    def __str__(self) -> str:
        return f"{self.payer} {self.member_id}"


class Authorization(ScopedModel):
    """A payer's consent to named services in a period: the number goes on the claim."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="authorizations")
    payer = models.ForeignKey(Payer, on_delete=models.PROTECT)
    number = models.CharField(max_length=50)
    codes = models.JSONField(default=list)
    effective_date = models.DateField()
    end_date = models.DateField(null=True, blank=True)
