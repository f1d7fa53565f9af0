"""Filing limits: a claim that no payer has confirmed escalates 30, 15 and 7 days before its last day.

What proves timely filing is the payer's own acceptance (277CA, A2); a 999 or the clearinghouse's word does not. At each
step the item is woken, even when somebody had put it off, and says so in a note (billing rules, A.2 row 28 and A.6).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from claimwright.codesets.deadlines import Deadline
from claimwright.office.claims.lifecycle import DECIDED
from claimwright.office.claims.models import Adjudication
from claimwright.office.core import clock
from claimwright.office.followup import subjects
from claimwright.office.followup.models import WorkItem
from claimwright.office.followup.payer_terms import terms_of
from claimwright.office.followup.worklists import NewItem, close_many, open_many, write_note
from claimwright.remittance.cob import PAYER_LEVELS

STEPS_DAYS = (7, 15, 30)
"""How many days before the last one an item escalates, the most pressing first."""

_QUEUE = WorkItem.Queue.FILING
_WHAT = "filing limit"
_A = Adjudication.State
_UNPROVED = (_A.NOT_SUBMITTED, _A.IN_PROCESS, _A.NO_RESPONSE, _A.FORWARDED)


@dataclass(frozen=True, slots=True)
class _Threat:
    """A level whose last day comes near, and the step that it has reached: 30, 15, 7 or 0 (the day has passed)."""

    level: Adjudication
    limit: Deadline
    step: int

    @property
    def subject(self) -> str:
        return subjects.of_claim(self.level.claim_id, self.level.level, _WHAT)

    @property
    def rule(self) -> str:
        return f"{_WHAT} {self.step}"


def show_filing_limits() -> int:
    """Open an item for each claim whose limit comes near, escalate those that reached a further step, close those that
    were confirmed or decided; how many are near."""
    threats = {threat.subject: threat for threat in _threats(clock.today())}
    standing = WorkItem.objects.exclude(state=WorkItem.State.DONE).filter(queue=_QUEUE)
    known = dict(standing.values_list("subject", "rule"))
    close_many(known.keys() - threats.keys(), queues=(_QUEUE,), resolution="The payer has it")
    reached = [threat for subject, threat in threats.items() if known.get(subject) != threat.rule]
    items = open_many([_item(threat) for threat in reached])
    for threat in reached:
        if threat.subject in known:
            write_note(items[_QUEUE.value, threat.subject], f"Escalated: {_left(threat)}")
    return len(threats)


def _threats(today: date) -> Iterator[_Threat]:
    open_levels = Adjudication.objects.filter(
        state__in=_UNPROVED, accepted_at=None, decided_elsewhere=False, claim__closed_at=None
    )
    levels = list(open_levels.select_related("claim", "payer").order_by("pk"))
    decisions = _decisions({level.claim_id for level in levels if level.level != PAYER_LEVELS[0]})
    for level in levels:
        limit = _limit(level, decisions.get(level.claim_id, {}))
        if limit is None or level.claim.created_at.date() > limit.due_date:  # it came to the office too late already
            continue
        left_days = (limit.due_date - today).days
        step = 0 if left_days < 0 else next((step for step in STEPS_DAYS if left_days <= step), None)
        if step is not None:
            yield _Threat(level, limit, step)


def _decisions(claim_ids: Collection[int]) -> Mapping[int, Mapping[str, date]]:
    """The days on which payers decided these claims, by level."""
    decided = Adjudication.objects.filter(claim__in=claim_ids, state__in=DECIDED).exclude(adjudicated_at=None)
    days: dict[int, dict[str, date]] = defaultdict(dict)
    for claim_id, level, at in decided.values_list("claim_id", "level", "adjudicated_at"):
        if at is not None:
            days[claim_id][level] = at.date()
    return days


def _limit(level: Adjudication, decisions: Mapping[str, date]) -> Deadline | None:
    """The last day of a level whose turn it is; None when it is not, or no limit is known."""
    service_date = level.claim.service_date
    if service_date is None or level.claim.current_level != level.level:
        return None
    terms = terms_of(level.payer)
    if level.level == PAYER_LEVELS[0]:
        return terms.filing_due(service_date)
    earlier = [day for name, day in decisions.items() if PAYER_LEVELS.find(name) < PAYER_LEVELS.find(level.level)]
    return terms.secondary_due(service_date, max(earlier)) if earlier else None


def _item(threat: _Threat) -> NewItem:
    level, limit = threat.level, threat.limit
    claim = level.claim
    sure = "" if limit.is_confirmed else " Confirm it with the payer."
    return NewItem(
        _QUEUE,
        threat.subject,
        title=f"Claim {claim.number} to {level.payer.name}: {_left(threat)}",
        reason=f"The last day is {limit.due_date}: {limit.because}.{sure} Nothing proves that the payer has the claim.",
        next_action=_NEXT[_A(level.state)] if threat.step else _TOO_LATE,
        rule=threat.rule,
        money_cents=claim.charge_cents,
        due_date=_due_date(threat),
        claim_id=claim.pk,
        patient_id=claim.patient_id,
    )


def _due_date(threat: _Threat) -> date:
    """The day of the next step; at the last one today."""
    later = max((step for step in STEPS_DAYS if step < threat.step), default=None)
    return clock.today() if later is None else threat.limit.due_date - timedelta(days=later)


def _left(threat: _Threat) -> str:
    days = (threat.limit.due_date - clock.today()).days
    if days < 0:
        return "the filing limit has passed"
    return f"{days} day{'' if days == 1 else 's'} left to file"


_NEXT = {
    _A.NOT_SUBMITTED: "Send it today, or mend what stops it.",
    _A.IN_PROCESS: "Ask for its status, and have the payer confirm that it has the claim.",
    _A.NO_RESPONSE: "Ask for its status, and have the payer confirm that it has the claim.",
    _A.FORWARDED: "Ask the payer whether the crossover came; if it did not, file it yourselves.",
}
_TOO_LATE = "Look for proof that it was filed in time, and send it with the appeal."
