"""What a posting plan leaves to a person, as work items; and those that the next remittance settles by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import timedelta
from types import MappingProxyType

from django.db.models import QuerySet

from claimwright.money import format_dollars
from claimwright.office.claims.models import Claim
from claimwright.office.core import clock
from claimwright.office.followup import subjects
from claimwright.office.followup.models import WorkItem
from claimwright.office.followup.worklists import NewItem, close_many, close_open, open_many
from claimwright.office.posting.decisions import waiting_money
from claimwright.office.posting.models import PayerItem, Remittance, RemittanceClaim
from claimwright.office.posting.payer_items import unsettled_items
from claimwright.remittance.plan import RESULT_STATES, ClaimState, Plan, Queue, ReviewItem, Tickler
from claimwright.remittance.table import ROWS

_TO = WorkItem.Queue

QUEUES = MappingProxyType(
    {
        **dict.fromkeys(
            (
                Queue.OUT_OF_BALANCE,
                Queue.NOT_OURS,
                Queue.DUPLICATE_REMITTANCE,
                Queue.UNUSUAL_PAYMENT,
                Queue.CASH_NOT_SEEN,
                Queue.CODES,
            ),
            _TO.REMITTANCE,
        ),
        **dict.fromkeys((Queue.UNMATCHED_CLAIM, Queue.LINE_MISMATCH, Queue.COB_ORDER), _TO.UNMATCHED),
        **dict.fromkeys((Queue.REVERSAL, Queue.TAKEBACK_OR_DOUBLE, Queue.PROVIDER_ADJUSTMENT), _TO.RECOUPMENT),
        **dict.fromkeys((Queue.PATIENT_DENIAL, Queue.PATIENT_PROTECTED, Queue.PATIENT_WAS_PAID), _TO.PATIENT_REVIEW),
        **dict.fromkeys((Queue.UNDERPAID, Queue.OVERPAID, Queue.UNPRICED), _TO.UNDERPAID),
        **dict.fromkeys((Queue.FULL_CHARGE_REDUCTION, Queue.DENIAL), _TO.DENIAL),
        Queue.CREDIT_BALANCE: _TO.CREDIT,
        Queue.FORWARDED: _TO.OTHER,
    }
)
"""Which worklist shows what the rules leave to a person."""

_TITLES = MappingProxyType(
    {
        Queue.OUT_OF_BALANCE: "Remittance does not balance",
        Queue.NOT_OURS: "Remittance is not for this practice",
        Queue.DUPLICATE_REMITTANCE: "Remittance came before",
        Queue.UNUSUAL_PAYMENT: "Unusual payment",
        Queue.CASH_NOT_SEEN: "Money was not seen at the bank",
        Queue.UNMATCHED_CLAIM: "Payment without a claim",
        Queue.LINE_MISMATCH: "Payer's lines do not fit",
        Queue.REVERSAL: "Reversal that does not fit",
        Queue.TAKEBACK_OR_DOUBLE: "Taken back, or paid twice?",
        Queue.FORWARDED: "Forwarded to another payer",
        Queue.CODES: "Codes that no rule knows",
        Queue.PATIENT_DENIAL: "Look before billing the patient",
        Queue.PATIENT_PROTECTED: "Share that may not be asked of the patient",
        Queue.PATIENT_WAS_PAID: "The payer paid the patient",
        Queue.UNDERPAID: "Paid less than agreed",
        Queue.OVERPAID: "Paid more than agreed",
        Queue.UNPRICED: "Large reduction without a contract rate",
        Queue.FULL_CHARGE_REDUCTION: "Whole charge reduced",
        Queue.DENIAL: "Denied",
        Queue.COB_ORDER: "Later payer answered first",
        Queue.CREDIT_BALANCE: "Credit balance",
        Queue.PROVIDER_ADJUSTMENT: "Provider adjustment to explain",
    }
)

REVIEW_WITHIN_DAYS = 7
_FOUND_QUEUES = (Queue.UNMATCHED_CLAIM, Queue.LINE_MISMATCH, Queue.COB_ORDER, Queue.REVERSAL, Queue.TAKEBACK_OR_DOUBLE)
"""Whose items are about money that waits unapplied."""
_RESULT_QUEUES = frozenset(Queue) - frozenset(_FOUND_QUEUES)
"""Whose items are about a result that was posted; a payer that takes the result back takes them with it."""
_PAYER_ITEM = "payer item "
_ANSWERED_QUEUES = (_TO.NO_RESPONSE, _TO.RECOUPMENT, _TO.OTHER)


def open_reviews(remittance: Remittance, reviews: Sequence[ReviewItem]) -> None:
    """One item per claim (or remittance) and queue, over all its lines, with the money at stake."""
    grouped: dict[tuple[Queue, str], list[ReviewItem]] = defaultdict(list)
    for review in reviews:
        grouped[review.queue, _subject(remittance, review)].append(review)
    numbers = _claim_numbers({review.claim_key for review in reviews if review.claim_key is not None})
    open_many([_item(remittance, subject, group, numbers) for (_, subject), group in grouped.items()])


def open_ticklers(remittance: Remittance, ticklers: Sequence[Tickler]) -> None:
    """Items that wait for a day: a pending line, a crossover, a reversal whose correction is to come."""
    numbers = _claim_numbers({tickler.claim_key for tickler in ticklers})
    open_many(
        [
            NewItem(
                queue=_TO.NO_RESPONSE,
                subject=subjects.of_claim(tickler.claim_key, tickler.level, subjects.ANSWER),
                title=f"Claim {numbers[tickler.claim_key][0]} waits for its payer",
                reason=tickler.reason,
                next_action=f"Look on {tickler.due_date:%Y-%m-%d}; ask the payer if no answer came.",
                rule=f"row {tickler.row}",
                due_date=tickler.due_date,
                is_waiting=True,
                claim_id=tickler.claim_key,
                patient_id=numbers[tickler.claim_key][1],
                remittance_id=remittance.pk,
            )
            for tickler in ticklers
        ]
    )


def show_unsettled_items() -> int:
    """Show payers' items that no remittance has settled for too long to a person, and close what is settled; how many
    there are.

    An item that is open already is left as it is: somebody may have set its date.
    """
    unsettled = {f"{_PAYER_ITEM}{item.pk}": item for item in unsettled_items(clock.today())}
    standing = WorkItem.objects.exclude(state=WorkItem.State.DONE).filter(queue=_TO.RECOUPMENT)
    known = set(standing.filter(subject__startswith=_PAYER_ITEM).values_list("subject", flat=True))
    close_many(known - unsettled.keys(), queues=(_TO.RECOUPMENT,), resolution="A later remittance settled it")
    open_many([_unsettled(subject, item) for subject, item in unsettled.items() if subject not in known])
    return len(unsettled)


def _unsettled(subject: str, item: PayerItem) -> NewItem:
    return NewItem(
        queue=_TO.RECOUPMENT,
        subject=subject,
        title=f"{item.payer or 'A payer'}: {format_dollars(item.open_cents)} of {item.code} is not settled",
        reason=f"Opened by trace {item.opened_by.trace_number} under {item.reference or 'no reference'}.",
        next_action="Ask the payer which remittance settles it.",
        rule="row 35",
        money_cents=item.open_cents,
        due_date=clock.today() + timedelta(days=REVIEW_WITHIN_DAYS),
        remittance_id=item.opened_by_id,
    )


def close_answered(remittance: Remittance, plan: Plan) -> int:
    """Close what waited for a payer's result that has now been posted; how many items were closed."""
    answered = {
        (outcome.claim_key, outcome.level)
        for outcome in plan.outcomes
        if outcome.claim_key is not None and outcome.state in RESULT_STATES
    }
    waited = (
        subjects.of_claim(key, level, what)
        for key, level in answered
        for what in ("", subjects.ANSWER, subjects.STATUS)
    )
    about = RemittanceClaim.objects.filter(remittance=remittance).values("claim")
    waiting = WorkItem.objects.filter(claim__in=about, queue__in=_ANSWERED_QUEUES)
    words = f"Answered by {remittance.payer_name}, trace {remittance.trace_number}"
    return _close(waiting, waited, words)


def close_found(remittance: Remittance, plan: Plan) -> int:
    """Close the items of payments that waited for their claim and are posted now; how many were closed."""
    found = (
        subjects.of_remittance(remittance.pk, outcome.position, queue.value)
        for outcome in plan.outcomes
        if outcome.state is not ClaimState.REVIEW
        for queue in _FOUND_QUEUES
    )
    waiting = WorkItem.objects.filter(remittance=remittance)
    return _close(waiting, found, "Its claim was found and it is posted")


def close_explained(remittance: Remittance, reference: str, words: str) -> int:
    """Close the items of money under this reference of which nothing waits any more; how many were closed.

    The item about a remittance's provider adjustments goes when nothing waits of any of them.
    """
    waiting = waiting_money(remittance.pk)
    if reference in waiting:
        return 0
    positions = remittance.claims.filter(control_number=reference).values_list("position", flat=True)
    done = {subjects.of_remittance(remittance.pk, at, queue.value) for at in positions for queue in _FOUND_QUEUES}
    adjustments = remittance.record.get("provider_adjustments", [])
    if not waiting.keys() & {one["reference"][:50] or remittance.trace_number[:50] for one in adjustments}:
        done.add(subjects.of_remittance(remittance.pk, what=Queue.PROVIDER_ADJUSTMENT.value))
    return _close(WorkItem.objects.filter(remittance=remittance), done, words)


def show_money_that_waits(
    remittance: Remittance, row: RemittanceClaim | None, *, cents: int, reason: str, reference: str = ""
) -> None:
    """Open an item for money of a posted remittance that waits again: of one of its claims, or under a reference."""
    row = row or remittance.claims.filter(control_number=reference).first()
    queue = Queue.UNMATCHED_CLAIM if row else Queue.PROVIDER_ADJUSTMENT
    about = f"claim {row.control_number}" if row else f"reference {reference or 'none'}"
    name = f"{remittance.payer_name or 'payer'}, {remittance.trace_number}".strip(", ")
    item = NewItem(
        queue=QUEUES[queue],
        subject=subjects.of_remittance(remittance.pk, row.position if row else None, queue.value),
        title=f"{format_dollars(cents)} waits unapplied: {name}",
        reason=f"{about.capitalize()}. {reason}",
        next_action="Post it again to the right claim, or say what the money was.",
        rule="row 38",
        money_cents=abs(cents),
        due_date=clock.today() + timedelta(days=REVIEW_WITHIN_DAYS),
        remittance_id=remittance.pk,
    )
    open_many([item])


def close_taken_back(remittance: Remittance, plan: Plan) -> int:
    """Close the items about results that the remittance takes back: they are no question any more; how many."""
    keys = [one.reverses for one in plan.outcomes if one.reverses is not None and one.reverses > 0]
    if not keys:
        return 0
    rows = RemittanceClaim.objects.filter(pk__in=keys).values_list("claim_id", "remittance_id", "position")
    about = {subjects.of_remittance(key, at, queue.value) for _, key, at in rows for queue in _RESULT_QUEUES}
    items = WorkItem.objects.filter(claim__in={claim_id for claim_id, _, _ in rows})
    return _close(items, about, f"Taken back by {remittance.payer_name}, trace {remittance.trace_number}")


def _close(items: QuerySet[WorkItem], wanted: Iterable[str], resolution: str) -> int:
    """Close those open items whose subject is wanted. Most postings find none, and then nobody asks what is wanted."""
    standing = list(items.exclude(state=WorkItem.State.DONE).values_list("pk", "subject"))
    subjects_wanted = frozenset(wanted) if standing else frozenset()
    keys = [key for key, subject in standing if subject in subjects_wanted]
    return close_open(WorkItem.objects.filter(pk__in=keys), resolution=resolution) if keys else 0


def _subject(remittance: Remittance, review: ReviewItem) -> str:
    return subjects.of_remittance(remittance.pk, review.position, review.queue.value)


def _item(
    remittance: Remittance, subject: str, group: Sequence[ReviewItem], numbers: dict[int, tuple[str, int]]
) -> NewItem:
    first = group[0]
    number, patient_id = numbers.get(first.claim_key or 0, ("", None))
    about = (
        f"claim {number}" if number else f"{remittance.payer_name or 'payer'}, {remittance.trace_number}".strip(", ")
    )
    return NewItem(
        queue=QUEUES[first.queue],
        subject=subject,
        title=f"{_TITLES[first.queue]}: {about}",
        reason="; ".join(dict.fromkeys(review.reason for review in group)),
        next_action=f"By the rules: {ROWS[first.row].action}." if first.row in ROWS else "",
        rule=f"row {first.row}",
        money_cents=sum(abs(review.cents) for review in group),
        due_date=clock.today() + timedelta(days=REVIEW_WITHIN_DAYS),
        claim_id=first.claim_key,
        patient_id=patient_id,
        remittance_id=remittance.pk,
    )


def _claim_numbers(keys: set[int]) -> dict[int, tuple[str, int]]:
    rows = Claim.objects.filter(pk__in=keys).values_list("pk", "number", "patient_id")
    return {key: (number, patient_id) for key, number, patient_id in rows}
