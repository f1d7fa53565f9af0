"""What some days did to the books: every account from opening to closing, and what moved receivables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, Sum

from claimwright.office.ledger.balances import account_totals
from claimwright.office.ledger.models import Account, JournalEntry, Posting

MONEY_ACCOUNTS = frozenset(
    {
        Account.CASH_DUE,
        Account.BANK,
        Account.UNIDENTIFIED,
        Account.CASH,
        Account.PRIOR_PAYMENT,
        Account.UNAPPLIED,
        Account.PATIENT_CREDIT,
        Account.INTEREST,
        Account.RECOUPMENT,
        Account.FORWARD_BALANCE,
        Account.REFUND,
        Account.ADVANCE,
        Account.TAX_WITHHELD,
        Account.PAYER_CHARGE,
        Account.PROVIDER_ADJUSTMENT,
    }
)
"""What stands against a receivable when it is paid; all but these, charges and receivables are adjustments."""


@dataclass(frozen=True, slots=True)
class AccountMonth:
    """One account, in cents, debit positive; `credit_cents` is what was credited, without its sign."""

    account: Account
    opening_cents: int
    debit_cents: int
    credit_cents: int
    closing_cents: int


@dataclass(frozen=True, slots=True)
class RollForward:
    """Receivables, in cents: `opening + charges - payments - adjustments = closing`.

    The moves are read from the other sides of the entries that touch receivables, the balances from receivables
    themselves: so the equation is a proof and no definition.
    """

    opening_cents: int
    charges_cents: int
    payments_cents: int
    adjustments_cents: int
    closing_cents: int

    @property
    def difference_cents(self) -> int:
        moved = self.charges_cents - self.payments_cents - self.adjustments_cents
        return self.opening_cents + moved - self.closing_cents


@dataclass(frozen=True, slots=True)
class MonthReport:
    """The closing report: accounts in the order of the chart, receivables, how many entries, how many of them late."""

    first_date: date
    last_date: date
    accounts: tuple[AccountMonth, ...]
    receivable: RollForward
    entries: int
    late_entries: int

    @property
    def is_balanced(self) -> bool:
        """Whether all accounts sum to zero, each closes where its moves lead, and receivables are explained."""
        closes = all(
            row.opening_cents + row.debit_cents - row.credit_cents == row.closing_cents for row in self.accounts
        )
        is_zero = sum(row.closing_cents for row in self.accounts) == 0
        return closes and is_zero and self.receivable.difference_cents == 0

    def to_plain(self) -> dict[str, Any]:
        """The report as JSON data."""
        rolled = self.receivable
        return {
            "first_date": self.first_date.isoformat(),
            "last_date": self.last_date.isoformat(),
            "entries": self.entries,
            "late_entries": self.late_entries,
            "receivable": {
                "opening_cents": rolled.opening_cents,
                "charges_cents": rolled.charges_cents,
                "payments_cents": rolled.payments_cents,
                "adjustments_cents": rolled.adjustments_cents,
                "closing_cents": rolled.closing_cents,
            },
            "accounts": [
                {
                    "account": row.account.value,
                    "opening_cents": row.opening_cents,
                    "debit_cents": row.debit_cents,
                    "credit_cents": row.credit_cents,
                    "closing_cents": row.closing_cents,
                }
                for row in self.accounts
            ],
        }


def report_days(first_date: date, last_date: date) -> MonthReport:
    """The report over the entries dated from the first to the last day, both included."""
    opening = account_totals(at=first_date - timedelta(days=1))
    closing = account_totals(at=last_date)
    entries = JournalEntry.objects.filter(entry_date__range=(first_date, last_date))
    sides = Posting.objects.filter(entry__entry_date__range=(first_date, last_date))
    moved = sides.values_list("account").annotate(
        debit=Sum("cents", filter=Q(cents__gt=0), default=0), credit=Sum("cents", filter=Q(cents__lt=0), default=0)
    )
    moves = {account: (debit, -credit) for account, debit, credit in moved.order_by()}
    return MonthReport(
        first_date,
        last_date,
        accounts=tuple(
            AccountMonth(account, opening.get(account, 0), *moves.get(account, (0, 0)), closing.get(account, 0))
            for account in Account
            if account in opening or account in closing or account in moves
        ),
        receivable=_roll(opening, closing, first_date, last_date),
        entries=entries.count(),
        late_entries=entries.exclude(effective_date=None).count(),
    )


def _roll(opening: dict[str, int], closing: dict[str, int], first_date: date, last_date: date) -> RollForward:
    receivable = Posting.objects.filter(entry=OuterRef("entry"), account=Account.RECEIVABLE)
    others = Posting.objects.filter(Exists(receivable), entry__entry_date__range=(first_date, last_date))
    rows = others.exclude(account=Account.RECEIVABLE).values_list("account").annotate(total=Sum("cents")).order_by()
    moved = {Account(account): total for account, total in rows}
    payments = sum(total for account, total in moved.items() if account in MONEY_ACCOUNTS)
    charges = moved.get(Account.CHARGES, 0)
    return RollForward(
        opening_cents=opening.get(Account.RECEIVABLE, 0),
        charges_cents=-charges,
        payments_cents=payments,
        adjustments_cents=sum(moved.values()) - payments - charges,
        closing_cents=closing.get(Account.RECEIVABLE, 0),
    )
