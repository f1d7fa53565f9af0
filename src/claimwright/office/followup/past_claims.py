"""Claims of the past with what their payers made of them: what rules are tried on, and what they are proposed from.

A past claim is what was sent to one payer first, and the answers to it, up to the day it was sent again; so a claim
that was denied, corrected and paid is a denied one, as it was sent. Claims that came with another system's answers
count as they stand. Read in runs, so that no more than one run is in memory.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from claimwright.edits.registry import Case
from claimwright.edits.written import LineAnswer, PastClaim, WrittenRule
from claimwright.office.claims.building import record_of
from claimwright.office.claims.lifecycle import REJECTED, UNSENT
from claimwright.office.claims.models import Adjudication, ClaimLine, Submission
from claimwright.office.claims.scrubbing import ScrubBooks
from claimwright.office.core import clock
from claimwright.office.followup.models import Denial
from claimwright.office.patients.models import Payer
from claimwright.office.posting.models import RemittanceClaim
from claimwright.remittance.plan import ClaimState, MoveKind

_RUN = 500
_DECIDED = (ClaimState.PAID, ClaimState.PARTIAL, ClaimState.DENIED, ClaimState.ZERO_PATIENT)
_NOT_WITH_THE_PAYER = UNSENT | REJECTED

Level = tuple[int, str]
"""A claim's key and a payer level."""


def past_claims_of(rule: WrittenRule) -> Iterator[PastClaim]:
    """The claims that a rule has an opinion on: to its payers, with a service of its codes."""
    payers = [payer for payer in Payer.objects.all() if rule.is_of(payer.payer_id, payer.name)]
    rows = Adjudication.objects.filter(payer__in=payers)
    if rule.when.codes:
        known = ClaimLine.objects.order_by("code").values_list("code", flat=True).distinct()
        rows = _with_codes(rows, [code for code in known if code in rule.when.codes])
    return _past(rows.order_by("pk"), rule.look_back_days)


def newest_claims(payer: Payer, code: str, *, most: int, look_back_days: int) -> list[PastClaim]:
    """The newest claims to a payer with a service of this code, at most so many, oldest first."""
    keys = _with_codes(Adjudication.objects.filter(payer=payer), [code]).order_by("-pk").values_list("pk", flat=True)
    rows = Adjudication.objects.filter(pk__in=list(keys[:most])).order_by("pk")
    return list(_past(rows, look_back_days))


def _with_codes(rows: QuerySet[Adjudication], codes: Collection[str]) -> QuerySet[Adjudication]:
    return rows.filter(claim__in=ClaimLine.objects.filter(code__in=codes).values("claim"))


def _past(rows: QuerySet[Adjudication], look_back_days: int) -> Iterator[PastClaim]:
    last = 0
    while run := list(rows.filter(pk__gt=last).select_related("claim")[:_RUN]):
        last = run[-1].pk
        yield from _run(run, look_back_days)


@dataclass
class _Answers:
    """What was answered about one level, by line number, as it is gathered."""

    paid: dict[int, int] = field(default_factory=dict)
    denied: dict[int, int] = field(default_factory=dict)
    reasons: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))

    def by_line(self) -> dict[int, LineAnswer]:
        numbers = sorted(self.paid.keys() | self.denied.keys())
        return {
            number: LineAnswer(
                self.paid.get(number, 0), self.denied.get(number, 0), tuple(dict.fromkeys(self.reasons[number]))
            )
            for number in numbers
        }


def _run(levels: Sequence[Adjudication], look_back_days: int) -> Iterator[PastClaim]:
    first, again_at = _attempts(levels)
    claim_ids = {level.claim_id for level in levels}
    numbers: dict[int, dict[int, int]] = defaultdict(dict)
    for claim_id, charge_id, number in ClaimLine.objects.filter(claim__in=claim_ids).values_list(
        "claim_id", "charge_id", "number"
    ):
        numbers[claim_id][charge_id] = number
    answers: dict[Level, _Answers] = defaultdict(_Answers)
    _gather_results(claim_ids, numbers, again_at, answers)
    _gather_denials(claim_ids, numbers, again_at, answers)
    sent = [_as_sent(level, first) for level in levels if _key(level) in first or _key(level) in answers]
    books = ScrubBooks(sent, look_back_days=look_back_days)
    for row in sent:
        case = Case(record_of(row), books.profile(row), books.context(row), clock.today())
        yield PastClaim(case, answers[row.claim_id, row.level].by_line(), row.claim_id)


def _key(level: Adjudication) -> Level:
    return level.claim_id, level.level


def _attempts(levels: Sequence[Adjudication]) -> tuple[dict[Level, Submission], dict[Level, datetime]]:
    """The first attempt of each level that its payer got, and when the next one was made."""
    first: dict[Level, Submission] = {}
    again_at: dict[Level, datetime] = {}
    rows = Submission.objects.filter(claim__in=[level.claim_id for level in levels]).select_related("claim")
    for row in rows.exclude(state__in=_NOT_WITH_THE_PAYER).order_by("pk"):
        key = (row.claim_id, row.level)
        if key in first:
            again_at.setdefault(key, row.created_at)
        first.setdefault(key, row)
    return first, again_at


def _as_sent(level: Adjudication, first: Mapping[Level, Submission]) -> Submission:
    """What was sent; of a claim that another system sent, the claim as it stands."""
    known = first.get(_key(level))
    return known or Submission(claim=level.claim, level=level.level, record=level.claim.record)


def _gather_results(
    claim_ids: Collection[int],
    numbers: Mapping[int, Mapping[int, int]],
    again_at: Mapping[Level, datetime],
    answers: Mapping[Level, _Answers],
) -> None:
    """What was paid: every line of a decided result is answered, with its payments."""
    rows = RemittanceClaim.objects.filter(claim__in=claim_ids, outcome__in=_DECIDED)
    for claim_id, level, moves, at in rows.values_list("claim_id", "level", "moves", "remittance__posted_at"):
        if claim_id is None or _is_later(at, again_at.get((claim_id, level))):
            continue
        paid = answers[claim_id, level].paid
        for number in numbers[claim_id].values():
            paid.setdefault(number, 0)
        for move in moves:
            line = _line_of(move, numbers[claim_id], level)
            if line is not None:
                paid[line] += move["cents"]


def _line_of(move: Mapping[str, Any], numbers: Mapping[int, int], level: str) -> int | None:
    """The line that a move of the plan pays, None for a move of another kind, line or level."""
    is_payment = move["kind"] == MoveKind.PAYMENT and move.get("level", level) == level
    return numbers.get(move.get("line_key") or 0) if is_payment else None


def _gather_denials(
    claim_ids: Collection[int],
    numbers: Mapping[int, Mapping[int, int]],
    again_at: Mapping[Level, datetime],
    answers: Mapping[Level, _Answers],
) -> None:
    """What was denied, whatever became of it later; a denial of the claim as a whole is one of every line, worth what
    was denied on its first."""
    rows = Denial.objects.filter(claim__in=claim_ids).exclude(state=Denial.State.WITHDRAWN)
    for claim_id, level, lines, at in rows.values_list("claim_id", "level", "lines", "denied_at"):
        if _is_later(at, again_at.get((claim_id, level))):
            continue
        told = answers[claim_id, level]
        for line in lines:
            named = numbers[claim_id].get(line["charge"] or 0)
            for number in [named] if named is not None else sorted(numbers[claim_id].values()):
                is_first = named is not None or number == min(numbers[claim_id].values())
                told.denied[number] = told.denied.get(number, 0) + (line["cents"] if is_first else 0)
                told.reasons[number].append(line["carc"])


def _is_later(at: datetime | None, limit: datetime | None) -> bool:
    return at is not None and limit is not None and at >= limit
