"""The proof that no dollar is missing: every figure found in two ways that share nothing but the journal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Case, F, Q, Sum, When

from claimwright.office.charges.models import Charge, Encounter
from claimwright.office.ledger.models import Account, Posting
from claimwright.office.posting.models import PatientPayment, Remittance

WRITE_OFF_ACCOUNTS = (
    Account.SEQUESTRATION,
    Account.STATUTORY,
    Account.INCENTIVE,
    Account.WITHHOLD,
    Account.AUTO_CLOSE,
    Account.PATIENT_PROTECTION,
    Account.SMALL_BALANCE,
    Account.WRITE_OFF,
)
"""What lowers a receivable without money, besides the contractual adjustments."""

PAYER_ACCOUNTS = (
    Account.UNAPPLIED,
    Account.INTEREST,
    Account.RECOUPMENT,
    Account.FORWARD_BALANCE,
    Account.REFUND,
    Account.ADVANCE,
    Account.TAX_WITHHELD,
    Account.PAYER_CHARGE,
    Account.PROVIDER_ADJUSTMENT,
)
"""Where payers' money stands that is no payment of a claim."""

REMITTED_ACCOUNTS = (Account.CASH_DUE, Account.BANK, Account.UNIDENTIFIED)
"""Together what remittances say was paid: still due, or at the bank less what no remittance explains yet."""

INSURANCE_KINDS = ("payment",)
PATIENT_KINDS = ("patient_payment", "credit_applied", "credit_released")
_NO_ADJUSTMENTS = frozenset({"charge", "transfer", *INSURANCE_KINDS, *PATIENT_KINDS})


_IS_MIRROR = "reversal"
_KIND = Case(
    When(~Q(entry__kind=_IS_MIRROR), then=F("entry__kind")),
    When(~Q(entry__reverses__kind=_IS_MIRROR), then=F("entry__reverses__kind")),
    default=F("entry__reverses__reverses__kind"),
)
"""The kind of an entry; of a mirror the kind of what it mirrors, also when that was a mirror itself."""


@dataclass(frozen=True, slots=True)
class Proof:
    """One figure found in two independent ways, in cents."""

    name: str
    first_cents: int
    second_cents: int

    @property
    def difference_cents(self) -> int:
        return self.first_cents - self.second_cents


def receivable_by_kind() -> Mapping[str, int]:
    """What each kind of entry did to receivables, in cents; a reversal counts with the kind of what it reverses."""
    rows = (
        Posting.objects.filter(account=Account.RECEIVABLE)
        .annotate(kind=_KIND)
        .values_list("kind")
        .annotate(total=Sum("cents"))
        .order_by()
    )
    return defaultdict(int, dict(rows))


def prove(totals: Mapping[str, int], receivable: Mapping[str, int], open_cents: int) -> tuple[Proof, ...]:
    """Every proof: within the journal, and against the documents. `totals` are the accounts' (debit positive),
    `receivable` what `receivable_by_kind` gives, `open_cents` the sum over all owners."""
    return (*_within_journal(totals, receivable, open_cents), *_against_documents(totals))


def _within_journal(totals: Mapping[str, int], receivable: Mapping[str, int], open_cents: int) -> tuple[Proof, ...]:
    """The accounts on one side, the receivable entries that should have made them on the other."""

    def total(*accounts: Account) -> int:
        return sum(totals.get(account, 0) for account in accounts)

    charges = -total(Account.CHARGES)
    insurance = total(*REMITTED_ACCOUNTS, *PAYER_ACCOUNTS)
    patients = total(Account.CASH, Account.PATIENT_CREDIT)
    adjusted = total(Account.CONTRACTUAL, *WRITE_OFF_ACCOUNTS, Account.PRIOR_PAYMENT)
    from_insurance = -sum(receivable[kind] for kind in INSURANCE_KINDS)
    from_patients = -sum(receivable[kind] for kind in PATIENT_KINDS)
    by_adjustments = -sum(cents for kind, cents in receivable.items() if kind not in _NO_ADJUSTMENTS)
    accounted = from_insurance + from_patients + by_adjustments + open_cents
    return (
        Proof("charges, and payments with adjustments and what is open", charges, accounted),
        Proof("charges: the account, and the entries", charges, receivable["charge"]),
        Proof("insurance payments: the accounts, and the entries", insurance, from_insurance),
        Proof("patient payments: the accounts, and the entries", patients, from_patients),
        Proof("adjustments and earlier payments: the accounts, and the entries", adjusted, by_adjustments),
        Proof("transfers between owners, and nothing", receivable["transfer"], 0),
        Proof("what is open: the account, and the owners", total(Account.RECEIVABLE), open_cents),
    )


def _against_documents(totals: Mapping[str, int]) -> tuple[Proof, ...]:
    """What the documents say on one side, the account on the other."""
    posted = Remittance.objects.filter(state__in=(Remittance.State.POSTED, Remittance.State.REVIEW))
    released = Charge.objects.filter(encounter__state=Encounter.State.RELEASED)
    taken = PatientPayment.objects.filter(undone_at=None)
    remitted_cents = posted.aggregate(total=Sum("payment_cents"))["total"] or 0
    charged_cents = released.aggregate(total=Sum("charge_cents"))["total"] or 0
    taken_cents = taken.aggregate(total=Sum("cents"))["total"] or 0
    remitted = sum(totals.get(account, 0) for account in REMITTED_ACCOUNTS)
    return (
        Proof("what payers say they paid (BPR02), and cash due or at the bank", remitted_cents, remitted),
        Proof("released charges, and the charges account", charged_cents, -totals.get(Account.CHARGES, 0)),
        Proof("what patients paid, and the cash account", taken_cents, totals.get(Account.CASH, 0)),
    )
