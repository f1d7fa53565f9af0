"""Money and its explanation come apart: a deposit without a remittance, a remittance without its deposit.

After four business days each is work; the work closes itself when the other half comes (billing rules, part B.6).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from claimwright.deposits.matching import CHASE_AFTER_BUSINESS_DAYS
from claimwright.money import format_dollars
from claimwright.office.core import clock
from claimwright.office.followup.models import WorkItem
from claimwright.office.followup.worklists import NewItem, close_many, open_many
from claimwright.office.posting.deposits import unbanked_remittances
from claimwright.office.posting.models import Deposit
from claimwright.workdays import business_days_after

_QUEUE = WorkItem.Queue.REMITTANCE
_RULE = "halves"


def show_halves() -> int:
    """Open an item for each half that waits too long, close those whose other half came; how many wait."""
    late = {item.subject: item for item in (*_deposits(), *_remittances())}
    standing = WorkItem.objects.exclude(state=WorkItem.State.DONE).filter(queue=_QUEUE, rule=_RULE)
    known = set(standing.values_list("subject", flat=True))
    close_many(known - late.keys(), queues=(_QUEUE,), resolution="The other half came")
    open_many([item for subject, item in late.items() if subject not in known])
    return len(late)


def _is_late(day: date) -> bool:
    return business_days_after(day, CHASE_AFTER_BUSINESS_DAYS) <= clock.today()


def _deposits() -> Iterator[NewItem]:
    for deposit in Deposit.objects.filter(state__in=(Deposit.State.OPEN, Deposit.State.PROPOSED)):
        if not _is_late(deposit.deposit_date):
            continue
        name = deposit.company_name or deposit.reference or "somebody"
        yield NewItem(
            _QUEUE,
            f"deposit {deposit.pk}",
            title=f"{format_dollars(deposit.cents)} from {name} has no remittance",
            reason=f"It is at the bank since {deposit.deposit_date:%Y-%m-%d}; no 835 explains it.",
            next_action="Ask the payer for the remittance, match it by hand, or set the deposit aside with a note.",
            rule=_RULE,
            money_cents=deposit.cents,
            due_date=clock.today() + timedelta(days=1),
        )


def _remittances() -> Iterator[NewItem]:
    """A practice that never told what is at the bank is not asked for it."""
    if not Deposit.objects.exists():
        return
    first = Deposit.objects.order_by("deposit_date").values_list("deposit_date", flat=True)[0]
    for remittance in unbanked_remittances():
        day = remittance.payment_date or remittance.received_at.date()
        if remittance.cash_seen_at is not None or day < first or not _is_late(day):
            continue
        yield NewItem(
            _QUEUE,
            f"remittance {remittance.pk} deposit",
            title=f"{format_dollars(remittance.payment_cents)} of {remittance.payer_name} is not at the bank",
            reason=f"Trace {remittance.trace_number or 'none'}, paid {day:%Y-%m-%d}; no deposit pays it.",
            next_action="Look for the deposit, then ask the payer to trace the payment.",
            rule=_RULE,
            money_cents=remittance.payment_cents,
            remittance_id=remittance.pk,
            due_date=clock.today() + timedelta(days=1),
        )
