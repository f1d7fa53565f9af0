"""Tables of the ledger: journal entries, their postings, the seals that close them, and the closings of months.

An entry points at its seal, a seal at its entry. The pointer of the entry is checked when the transaction ends, and a
seal can only be made when the entry's postings sum to zero: so no transaction ends with an entry that does not
balance. After the seal nothing about the entry can change, and no entry comes into a month that is closed (see
`migrations/0002_guards.py`).
"""

from __future__ import annotations

from django.conf import settings
from django.db import models

from claimwright.office.core.models import Client, ScopedModel


class Account(models.TextChoices):
    """The chart of accounts. A debit is positive, a credit negative."""

    RECEIVABLE = "receivable", "Receivable"
    CASH_DUE = "cash_due", "Cash due from remittances"
    BANK = "bank", "Payers' deposits at the bank"
    UNIDENTIFIED = "unidentified", "Deposits without a remittance"
    CASH = "cash", "Cash from patients"
    PRIOR_PAYMENT = "prior_payment", "Paid to the system that a claim came from"
    CHARGES = "charges", "Charges"
    CONTRACTUAL = "contractual", "Contractual adjustments"
    SEQUESTRATION = "sequestration", "Sequestration"
    STATUTORY = "statutory", "Statutory reductions"
    INCENTIVE = "incentive", "Incentives and penalties"
    WITHHOLD = "withhold", "Withholds due from payers"
    AUTO_CLOSE = "auto_close", "Write-offs by the auto-close list"
    PATIENT_PROTECTION = "patient_protection", "Shares that may not be asked of patients"
    SMALL_BALANCE = "small_balance", "Small-balance write-offs"
    WRITE_OFF = "write_off", "Write-offs decided by a person"
    UNAPPLIED = "unapplied", "Unapplied money"
    PATIENT_CREDIT = "patient_credit", "Patients' unapplied payments"
    INTEREST = "interest", "Interest income"
    RECOUPMENT = "recoupment", "Recoupments"
    FORWARD_BALANCE = "forward_balance", "Balances carried forward by payers"
    REFUND = "refund", "Refunds sent"
    ADVANCE = "advance", "Advances of payers"
    TAX_WITHHELD = "tax_withheld", "Tax withheld"
    PAYER_CHARGE = "payer_charge", "Charges by payers"
    PROVIDER_ADJUSTMENT = "provider_adjustment", "Provider adjustments"


class JournalEntry(ScopedModel):
    """One balanced entry. Its number counts the entries of the whole installation without a gap.

    `entry_date` is the day on which the books count it. `effective_date` is set for a late entry only: the day it is
    about, whose month was closed when it came. `patient_id`, `encounter_id`, `remittance_id` are keys of other rooms;
    `row` is the row of the posting decision table; the file and its bytes are where the fact came from.
    """

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+", editable=False, db_index=False)
    id = models.BigIntegerField(primary_key=True)
    kind = models.CharField(max_length=24)
    entry_date = models.DateField()
    effective_date = models.DateField(null=True)
    recorded_at = models.DateTimeField()
    text = models.CharField(max_length=300, blank=True)
    patient_id = models.BigIntegerField(null=True)
    encounter_id = models.BigIntegerField(null=True)
    remittance_id = models.BigIntegerField(null=True)
    row = models.PositiveSmallIntegerField(default=0)
    file_sha256 = models.CharField(max_length=64, blank=True)
    offset = models.BigIntegerField(default=0)
    length = models.BigIntegerField(default=0)
    segment_index = models.BigIntegerField(default=0)
    # Looked for by the constraint's own index.
    reverses = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="reversed_by", db_index=False
    )
    seal = models.OneToOneField("Seal", on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["reverses"], name="entry_reversed_once"),
            models.CheckConstraint(condition=models.Q(seal_id=models.F("id")), name="entry_has_its_own_seal"),
        ]
        indexes = [
            models.Index(fields=["client", "encounter_id"]),
            models.Index(fields=["client", "patient_id"]),
            models.Index(fields=["client", "remittance_id"]),
            models.Index(fields=["client", "entry_date"]),
        ]

    @property
    def is_late(self) -> bool:
        """Whether the day it is about lies in a month that was closed already."""
        return self.effective_date is not None


class Posting(ScopedModel):
    """One side of an entry: `cents` debited (positive) or credited (negative) to an account.

    On `RECEIVABLE`: `owner` is who owes (a payer level as SBR01 writes it, or PATIENT), `charge_id` for which charge
    (None: the encounter as a whole). `payer_id` and `reference` (a trace number, a PLB reference) serve the
    payer-side accounts.
    """

    # The guard "ledger_posting_of_entry" sees to both keys: once a statement where the engine can, not once a row.
    client = models.ForeignKey(
        Client, on_delete=models.PROTECT, related_name="+", editable=False, db_index=False, db_constraint=False
    )
    entry = models.ForeignKey(JournalEntry, on_delete=models.PROTECT, related_name="postings", db_constraint=False)
    account = models.CharField(max_length=20, choices=Account.choices)
    cents = models.BigIntegerField()
    patient_id = models.BigIntegerField(null=True)
    encounter_id = models.BigIntegerField(null=True)
    charge_id = models.BigIntegerField(null=True)
    owner = models.CharField(max_length=8, blank=True)
    payer_id = models.BigIntegerField(null=True)
    reference = models.CharField(max_length=50, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["client", "encounter_id", "account"]),
            models.Index(fields=["client", "patient_id", "account"]),
            # What patients owe is asked every day: it must not be looked for among all that payers ever owed.
            models.Index(fields=["client", "account", "owner"]),
        ]


class Seal(models.Model):
    """Says that an entry is complete and balanced."""

    # A seal needs postings that balance, and these need the entry.
    entry = models.OneToOneField(
        JournalEntry, primary_key=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )


class PeriodClosing(ScopedModel):
    """One closing of a month. Opened again, the row stays, and the next closing of the month is another row.

    closed ──▶ reopened

    Months close in their order, and the first closing closes all before it: so there is one last closed day, and it
    moves by months. `report` is the `rollforward.MonthReport` of that moment as JSON; `last_entry` the newest entry of
    the installation then; `note` why a person closed in spite of what was open.
    """

    first_date = models.DateField()
    last_date = models.DateField()
    closed_at = models.DateTimeField()
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField(max_length=300, blank=True)
    last_entry = models.BigIntegerField()
    report = models.JSONField()
    reopened_at = models.DateTimeField(null=True, blank=True)
    reopened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reopen_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["client", "last_date"], condition=models.Q(reopened_at=None), name="month_closed_once"
            )
        ]
