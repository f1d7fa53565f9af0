"""A claim that the primary payer said it sent on, and whose next payer never answers: after 30 days we file it.

Medicare asks to wait about 15 business days for its crossover; until then a claim of ours would be its duplicate and be
denied (N522). `show_crossovers` opens an item on day 30, `file_next_payer` sends the claim, and may do so sooner when a
person has learned that the other payer does not have it (billing rules, A.5).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Max

from claimwright.errors import ConflictError, InputError
from claimwright.office.claims.lifecycle import move_adjudications
from claimwright.office.claims.models import Adjudication, ClaimEvent, Submission
from claimwright.office.core import audit, clock
from claimwright.office.followup import subjects
from claimwright.office.followup.models import CROSSOVER_RULE, WorkItem
from claimwright.office.followup.worklists import NewItem, close_many, open_many
from claimwright.office.posting.next_payers import bill_level
from claimwright.office.posting.turns import take_turn
from claimwright.workdays import business_days_after

SURELY_BUSINESS_DAYS = 15
"""How long the crossover may take: nothing is filed before."""
LOST_AFTER_DAYS = 30
"""After so many days without a result it is not coming."""

_QUEUE = WorkItem.Queue.NO_RESPONSE
_A = Adjudication.State


def show_crossovers() -> int:
    """Open an item for each claim whose crossover is not coming, close those that were answered or filed; how many.

    An item that is open already is left as it is: somebody may have set its date.
    """
    lost = {item.subject: item for item in _lost()}
    standing = WorkItem.objects.exclude(state=WorkItem.State.DONE).filter(queue=_QUEUE, rule=CROSSOVER_RULE)
    known = set(standing.values_list("subject", flat=True))
    close_many(known - lost.keys(), queues=(_QUEUE,), resolution="It was answered or filed")
    open_many([item for subject, item in lost.items() if subject not in known])
    return len(lost)


def file_next_payer(level: Adjudication, *, because: str = "") -> Submission:
    """Bill the next payer ourselves, with what the earlier ones decided. `because` says why before day 30.

    Raises `ConflictError` when the claim does not wait for a crossover, or the crossover may still be on its way;
    `InputError` when it is filed early without a reason, or cannot be built.
    """
    with transaction.atomic():
        take_turn()
        level.refresh_from_db(from_queryset=Adjudication.objects.all())
        if level.state != _A.FORWARDED:
            raise ConflictError(f"Claim {level.claim.number} does not wait for a crossover any more; reload and look.")
        forwarded = _forwarded_dates([level]).get((level.claim_id, level.level), clock.today())
        _refuse_early(forwarded, because)
        words = because.strip() or f"The crossover of {forwarded:%Y-%m-%d} never came"
        move_adjudications([level], _A.NOT_SUBMITTED, f"Filed by us: {words}"[:400])
        Adjudication.objects.filter(pk=level.pk).update(submitted_by_payer=False)
        submission = bill_level(level)
        waited = [subjects.of_claim(level.claim_id, level.level, subjects.ANSWER)]
        close_many(waited, queues=(_QUEUE,), resolution="We filed the claim with the next payer ourselves")
        audit.record("claim.file_next", f"claim {level.claim_id}", patient_id=level.claim.patient_id, level=level.level)
    return submission


def _refuse_early(forwarded: date, because: str) -> None:
    today = clock.today()
    earliest = business_days_after(forwarded, SURELY_BUSINESS_DAYS)
    if today < earliest:
        raise ConflictError(f"The crossover may still be on its way; filed before {earliest}, it would be a duplicate.")
    if today < forwarded + timedelta(days=LOST_AFTER_DAYS) and not because.strip():
        raise InputError("Say why it is filed before day 30: who said that the next payer does not have it?")


def _lost() -> Iterator[NewItem]:
    waiting = Adjudication.objects.filter(state=_A.FORWARDED, claim__closed_at=None)
    levels = list(waiting.select_related("claim", "payer").order_by("pk"))
    dates = _forwarded_dates(levels)
    for level in levels:
        forwarded = dates.get((level.claim_id, level.level))
        if forwarded is None or clock.today() < forwarded + timedelta(days=LOST_AFTER_DAYS):
            continue
        yield NewItem(
            _QUEUE,
            subjects.of_claim(level.claim_id, level.level, subjects.ANSWER),
            title=f"The crossover of claim {level.claim.number} to {level.payer.name} never came",
            reason=f"It was forwarded on {forwarded:%Y-%m-%d}, and {level.payer.name} has not answered since.",
            next_action="Ask for its status; if the payer does not have it, file it yourselves.",
            rule=CROSSOVER_RULE,
            due_date=clock.today() + timedelta(days=1),
            claim_id=level.claim_id,
            patient_id=level.claim.patient_id,
            money_cents=level.claim.charge_cents,
        )


def _forwarded_dates(levels: list[Adjudication]) -> Mapping[tuple[int, str], date]:
    """The day on which each level was last forwarded."""
    events = ClaimEvent.objects.filter(claim__in={level.claim_id for level in levels}, to_state=_A.FORWARDED)
    rows = events.values_list("claim_id", "level").annotate(last=Max("at")).order_by()
    return {(claim_id, level): at.date() for claim_id, level, at in rows}
