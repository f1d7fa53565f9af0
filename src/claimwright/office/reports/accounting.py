"""Where every dollar charged went, and the proof that none is missing.

    charges = insurance payments + patient payments + earlier payments + contractual + other write-offs + open

Earlier payments are those that were received before a claim of another system came here.
The proof is made twice, by ways that share nothing but the journal. `Accounting.proofs` compares, figure by figure, the
accounts with the receivable entries that should have made them, and the accounts with the documents: what payers' 835s
say they paid, what was charged, what patients gave. `unexplained_cents` is the sum of all differences, each without its
sign, so that two mistakes cannot hide each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Sum

from claimwright.office.claims.models import Claim
from claimwright.office.claims.status_word import status_words
from claimwright.office.core.models import Client, StoredFile
from claimwright.office.core.scope import client_scope
from claimwright.office.exchange.models import Transmission
from claimwright.office.followup.models import Denial
from claimwright.office.ledger.balances import account_totals
from claimwright.office.ledger.models import Account, Posting
from claimwright.office.posting.models import Remittance
from claimwright.office.reports.owners import Owner, owner_at, owners_of
from claimwright.office.reports.proofs import (
    INSURANCE_KINDS,
    PATIENT_KINDS,
    PAYER_ACCOUNTS,
    WRITE_OFF_ACCOUNTS,
    Proof,
    prove,
    receivable_by_kind,
)
from claimwright.office.statements.models import Statement
from claimwright.remittance.plan import PATIENT


@dataclass(frozen=True, slots=True)
class OpenBalance:
    """What one owner owes, in cents (negative: a credit)."""

    owner: Owner
    cents: int


@dataclass(frozen=True, slots=True)
class Accounting:
    """Where the charges of a practice went. Amounts in cents; payments and adjustments are positive.

    `write_offs` and `payer_accounts` are by name of account; the latter as the payer would see it: positive is money
    that we hold or have earned, negative is money that was withheld or lent. `files` are those that came and went.
    """

    client: str
    charges_cents: int
    insurance_payments_cents: int
    patient_payments_cents: int
    earlier_payments_cents: int
    contractual_cents: int
    write_offs: Mapping[str, int]
    open: tuple[OpenBalance, ...]
    payer_accounts: Mapping[str, int]
    patient_credit_cents: int
    proofs: tuple[Proof, ...]
    claims: Mapping[str, int]
    remittances: Mapping[str, int]
    denials: Mapping[str, int]
    statements: int
    statements_cents: int
    files: tuple[tuple[str, str, int], ...]

    @property
    def payments_cents(self) -> int:
        return self.insurance_payments_cents + self.patient_payments_cents + self.earlier_payments_cents

    @property
    def adjustments_cents(self) -> int:
        return self.contractual_cents + sum(self.write_offs.values())

    @property
    def open_cents(self) -> int:
        return sum(balance.cents for balance in self.open)

    @property
    def unexplained_cents(self) -> int:
        """Nothing, or a defect: all differences of the proofs, without their signs."""
        return sum(abs(proof.difference_cents) for proof in self.proofs)

    def to_plain(self) -> dict[str, Any]:
        """The accounting as JSON data."""
        return {
            "client": self.client,
            "charges_cents": self.charges_cents,
            "payments_cents": self.payments_cents,
            "insurance_payments_cents": self.insurance_payments_cents,
            "patient_payments_cents": self.patient_payments_cents,
            "earlier_payments_cents": self.earlier_payments_cents,
            "adjustments_cents": self.adjustments_cents,
            "contractual_cents": self.contractual_cents,
            "write_offs": dict(self.write_offs),
            "open_cents": self.open_cents,
            "open": [
                {"level": one.owner.level, "kind": one.owner.kind, "name": one.owner.name, "cents": one.cents}
                for one in self.open
            ],
            "payer_accounts": dict(self.payer_accounts),
            "patient_credit_cents": self.patient_credit_cents,
            "unexplained_cents": self.unexplained_cents,
            "proofs": [
                {"name": proof.name, "first_cents": proof.first_cents, "second_cents": proof.second_cents}
                for proof in self.proofs
            ],
            "claims": dict(self.claims),
            "remittances": dict(self.remittances),
            "denials": dict(self.denials),
            "statements": {"count": self.statements, "cents": self.statements_cents},
            "files": [{"name": name, "kind": kind, "bytes": size} for name, kind, size in self.files],
        }


def account_for(client: Client) -> Accounting:
    """The accounting of a practice as it stands now."""
    with client_scope(client):
        totals = account_totals()
        receivable = receivable_by_kind()
        balances = _open_balances()
        stated = Statement.objects.aggregate(count=Count("pk"), cents=Sum("amount_cents"))
        return Accounting(
            client=client.name,
            charges_cents=-totals.get(Account.CHARGES, 0),
            insurance_payments_cents=-sum(receivable[kind] for kind in INSURANCE_KINDS),
            patient_payments_cents=-sum(receivable[kind] for kind in PATIENT_KINDS),
            earlier_payments_cents=totals.get(Account.PRIOR_PAYMENT, 0),
            contractual_cents=totals.get(Account.CONTRACTUAL, 0),
            write_offs=_named(totals, WRITE_OFF_ACCOUNTS, 1),
            open=balances,
            payer_accounts=_named(totals, PAYER_ACCOUNTS, -1),
            patient_credit_cents=-totals.get(Account.PATIENT_CREDIT, 0),
            proofs=prove(totals, receivable, sum(balance.cents for balance in balances)),
            claims=_claim_counts(),
            remittances=_counts(Remittance.objects.values_list("state").annotate(count=Count("pk"))),
            denials=_counts(Denial.objects.values_list("state").annotate(count=Count("pk"))),
            statements=stated["count"],
            statements_cents=stated["cents"] or 0,
            files=_files(),
        )


def _named(totals: Mapping[str, int], accounts: tuple[Account, ...], sign: int) -> dict[str, int]:
    return {account.value: sign * totals[account] for account in accounts if totals.get(account)}


def _open_balances() -> tuple[OpenBalance, ...]:
    rows = (
        Posting.objects.filter(account=Account.RECEIVABLE)
        .values_list("encounter_id", "owner")
        .annotate(total=Sum("cents"))
        .order_by()
    )
    owed = {(encounter or 0, level): total for encounter, level, total in rows if total}
    owners = owners_of({encounter for encounter, level in owed if level != PATIENT})
    open_cents: Counter[Owner] = Counter()
    for (encounter, level), total in owed.items():
        open_cents[owner_at(owners, encounter, level)] += total
    balances = [OpenBalance(owner, cents) for owner, cents in open_cents.items() if cents]
    return tuple(sorted(balances, key=lambda balance: (balance.owner.is_patient, balance.owner)))


def _claim_counts() -> dict[str, int]:
    """How many claims stand under each word that a user sees."""
    words = status_words(list(Claim.objects.defer("record")))
    return dict(sorted(Counter(word.word for word in words.values()).items()))


def _counts(rows: Any) -> dict[str, int]:
    return dict(sorted(rows.order_by()))


def _files() -> tuple[tuple[str, str, int], ...]:
    """Every stored file: name, kind of message (empty for a statement), size in bytes."""
    kinds = dict(Transmission.objects.values_list("file_id", "kind"))
    remitted = set(Remittance.objects.values_list("file_id", flat=True))
    rows = StoredFile.objects.order_by("pk").values_list("pk", "name", "size_bytes")
    return tuple((name, kinds.get(key) or ("835" if key in remitted else ""), size) for key, name, size in rows)
