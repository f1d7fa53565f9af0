"""What the ledger says about the charges that a patient owes: charged, paid, adjusted, owed, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from django.db.models import Min, QuerySet, Sum
from django.db.models.functions import Coalesce

from claimwright.office.ledger.models import Account, Posting
from claimwright.remittance.plan import PATIENT

_REASONS = MappingProxyType(
    {
        "PR-1": "deductible",
        "PR-2": "coinsurance",
        "PR-3": "copay",
        "PR-66": "blood deductible",
        "PR-247": "deductible",
        "PR-248": "coinsurance",
        "PR-96": "not covered",
        "PR-204": "not covered by your plan",
        "PR-119": "benefit used up",
        "PR-27": "coverage had ended",
        "PR-31": "the insurer does not know the patient",
        "PR-100": "the insurer paid you",
    }
)
PAID_BY_PATIENT = frozenset({"patient_payment", "credit_applied", "credit_released"})


@dataclass(slots=True)
class ChargeAccount:
    """One charge (key None: the encounter as a whole) as the ledger has it. Amounts in cents, payments positive.

    `charge = insurance_paid + adjusted + patient_paid + owed + payers_owe`. `since_date` is the first day on which
    something of it became the patient's.
    """

    charge_cents: int = 0
    insurance_paid_cents: int = 0
    adjusted_cents: int = 0
    patient_paid_cents: int = 0
    owed_cents: int = 0
    payers_owe_cents: int = 0
    reasons: list[str] = field(default_factory=list)
    since_date: date | None = None

    @property
    def why(self) -> str:
        """Why the patient owes it, in plain words."""
        return " and ".join(dict.fromkeys(_REASONS.get(reason, "your share") for reason in self.reasons))

    def add(self, other: ChargeAccount) -> None:
        """Make one account of two."""
        self.charge_cents += other.charge_cents
        self.insurance_paid_cents += other.insurance_paid_cents
        self.adjusted_cents += other.adjusted_cents
        self.patient_paid_cents += other.patient_paid_cents
        self.owed_cents += other.owed_cents
        self.payers_owe_cents += other.payers_owe_cents
        self.reasons += other.reasons
        days = [day for day in (self.since_date, other.since_date) if day]
        self.since_date = min(days) if days else None


Accounts = Mapping[int, Mapping[int | None, ChargeAccount]]


def charge_accounts(encounter_ids: Collection[int]) -> Accounts:
    """The accounts of these encounters by charge. Where something stands on an encounter as a whole, it is one
    account, under None: its lines alone would not add up."""
    accounts: dict[int, dict[int | None, ChargeAccount]] = defaultdict(lambda: defaultdict(ChargeAccount))
    receivable = Posting.objects.filter(account=Account.RECEIVABLE, encounter_id__in=encounter_ids)
    rows = (
        receivable.annotate(kind=Coalesce("entry__reverses__kind", "entry__kind"))
        .values_list("encounter_id", "charge_id", "kind", "owner")
        .annotate(total=Sum("cents"))
        .order_by()
    )
    for encounter_id, charge_id, kind, owner, cents in rows:
        _book(accounts[encounter_id or 0][charge_id], kind, owner, cents)
    _add_reasons(accounts, receivable.filter(owner=PATIENT, cents__gt=0))
    return {key: _whole(charges) if None in charges else charges for key, charges in accounts.items()}


def _book(account: ChargeAccount, kind: str, owner: str, cents: int) -> None:
    if owner == PATIENT:
        account.owed_cents += cents
    else:
        account.payers_owe_cents += cents
    if kind == "charge":
        account.charge_cents += cents
    elif kind == "payment":
        account.insurance_paid_cents -= cents
    elif kind in PAID_BY_PATIENT:
        account.patient_paid_cents -= cents
    elif kind != "transfer":
        account.adjusted_cents -= cents


def _add_reasons(accounts: Mapping[int, Mapping[int | None, ChargeAccount]], receivable: QuerySet[Posting]) -> None:
    standing = receivable.filter(entry__reversed_by=None)
    rows = standing.values_list("encounter_id", "charge_id", "reference").annotate(first=Min("entry__entry_date"))
    for encounter_id, charge_id, reference, first in rows.order_by("first", "reference"):
        account = accounts[encounter_id or 0][charge_id]
        account.since_date = min(account.since_date or first, first)
        if reference:
            account.reasons.append(reference)


def _whole(charges: Mapping[int | None, ChargeAccount]) -> dict[int | None, ChargeAccount]:
    total = ChargeAccount()
    for account in charges.values():
        total.add(account)
    return {None: total}
