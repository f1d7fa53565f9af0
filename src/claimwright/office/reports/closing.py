"""Closing a month: what speaks against it, what it would be closed with, and the closing itself.

    preview_closing(period)           what it would be closed with, and findings: errors forbid it, warnings are work
    close_month(period, because="")   the closing; `because` says why a person closes in spite of warnings

Codes: CLS-001 to 009 forbid, CLS-1nn warn, and those of `checking` where something does not hold at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Count, QuerySet, Sum

from claimwright.errors import InputError
from claimwright.findings import Finding, Severity, Where
from claimwright.money import format_dollars
from claimwright.office.charges.models import Encounter
from claimwright.office.ledger.models import PeriodClosing
from claimwright.office.ledger.periods import Period, close_period, hold_journal, why_not_closable
from claimwright.office.ledger.rollforward import MonthReport, report_days
from claimwright.office.posting.deposits import unbanked_remittances
from claimwright.office.posting.models import Deposit, Remittance
from claimwright.office.posting.turns import take_turn
from claimwright.office.reports.checking import check_books

_UNPOSTED = (Remittance.State.RECEIVED, Remittance.State.REFUSED, Remittance.State.UNDONE)


@dataclass(frozen=True, slots=True)
class ClosingPreview:
    """What a month would be closed with, and what speaks against it."""

    period: Period
    report: MonthReport
    findings: tuple[Finding, ...]

    @property
    def is_forbidden(self) -> bool:
        return any(finding.severity is Severity.ERROR for finding in self.findings)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity is Severity.WARNING)


def preview_closing(period: Period) -> ClosingPreview:
    """Look at a month without changing anything."""
    report = report_days(period.first_date, period.last_date)
    return ClosingPreview(period, report, (*_forbidding(period, report), *open_work(period)))


def close_month(period: Period, *, because: str = "") -> PeriodClosing:
    """Close a month. `because` says why it is closed in spite of open work, and is kept with the closing.

    Raises `InputError` with the findings when something forbids it, or when work is open and no reason is given.
    """
    with transaction.atomic():
        take_turn()
        hold_journal()
        preview = preview_closing(period)
        if preview.is_forbidden:
            raise InputError(f"{period} cannot be closed.", preview.findings)
        if preview.warnings and not because.strip():
            raise InputError(f"Work of {period} is still open: finish it, or say why to close now.", preview.findings)
        return close_period(period, note=because.strip() if preview.warnings else "")


def _forbidding(period: Period, report: MonthReport) -> Iterator[Finding]:
    why_not = why_not_closable(period)
    if why_not:
        yield _finding("CLS-001", why_not, "Close the months in their order, each after its last day.", period)
    if not report.is_balanced:
        yield _finding("CLS-002", "The accounts of the month do not balance.", "Run `claimwright check`.", period)
    yield from check_books()


def open_work(period: Period) -> Iterator[Finding]:
    """What is open about days up to the month's last one: a finding for each kind, with its number and its money."""
    for kind in _KINDS:
        found = kind.rows(period.last_date).aggregate(count=Count("pk", distinct=True), cents=Sum(kind.cents_field))
        if found["count"]:
            noun = kind.noun if found["count"] == 1 else f"{kind.noun}s"
            said = f"{found['count']} {noun} {kind.what}: {format_dollars(found['cents'] or 0)}."
            yield Finding(kind.code, Severity.WARNING, said, kind.hint, Where(record=f"period {period}"))


def _waiting_deposits(last: date) -> QuerySet[Deposit]:
    return Deposit.objects.filter(state__in=(Deposit.State.OPEN, Deposit.State.PROPOSED), deposit_date__lte=last)


def _unposted_remittances(last: date) -> QuerySet[Remittance]:
    return Remittance.objects.filter(state__in=_UNPOSTED, received_at__date__lte=last)


def _remittances_in_review(last: date) -> QuerySet[Remittance]:
    return Remittance.objects.filter(state=Remittance.State.REVIEW, received_at__date__lte=last)


def _unbanked_remittances(last: date) -> QuerySet[Remittance]:
    """A practice that never told what is at the bank is not asked for it."""
    unseen = unbanked_remittances().filter(payment_date__lte=last, cash_seen_at=None)
    return unseen if Deposit.objects.exists() else unseen.none()


def _unreleased_visits(last: date) -> QuerySet[Encounter]:
    return Encounter.objects.filter(service_date__lte=last).exclude(state=Encounter.State.RELEASED)


class _OpenWork(NamedTuple):
    """A kind of work that speaks against closing, and where its money stands."""

    code: str
    noun: str
    what: str
    hint: str
    cents_field: str
    rows: Callable[[date], QuerySet[Any]]


_KINDS = (
    _OpenWork(
        "CLS-101",
        "deposit",
        "at the bank without a remittance",
        "Match each, or set it aside with a note.",
        "cents",
        _waiting_deposits,
    ),
    _OpenWork(
        "CLS-102",
        "remittance",
        "received and not posted",
        "Mend what is wrong and post it, or ask the payer for it again.",
        "payment_cents",
        _unposted_remittances,
    ),
    _OpenWork(
        "CLS-103",
        "remittance",
        "posted with items left to review",
        "Settle the items of the worklist.",
        "payment_cents",
        _remittances_in_review,
    ),
    _OpenWork(
        "CLS-104",
        "remittance",
        "posted whose money is not at the bank",
        "Look for the deposit, or ask the payer to trace the payment.",
        "payment_cents",
        _unbanked_remittances,
    ),
    _OpenWork(
        "CLS-105",
        "visit",
        "not released, with charges that are not in the books",
        "Release the visits, or they will be charges of a later month.",
        "charges__charge_cents",
        _unreleased_visits,
    ),
)


def _finding(code: str, message: str, hint: str, period: Period) -> Finding:
    return Finding(code, Severity.ERROR, message, hint, Where(record=f"period {period}"))
