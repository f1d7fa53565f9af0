"""What a rule would have done to claims whose answers are known.

A claim that the rule stops is *caught* when the payer denied one of the services that the rule is about, *denied
otherwise* when it did so for a reason that is not among the rule's own, a *false alarm* when it paid them all the same,
and *undecided* while it has not answered. Claims are looked at one at a time; of what was stopped only so many are kept
as are to be shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from claimwright.edits.registry import Case
from claimwright.edits.written.matching import CompiledRule
from claimwright.edits.written.rule import WrittenRule
from claimwright.money import format_dollars

LISTED = 200
_TELL_EVERY = 500


@dataclass(frozen=True, slots=True)
class LineAnswer:
    """What the payer made of one service; `reasons` are the CARCs of what it denied."""

    paid_cents: int = 0
    denied_cents: int = 0
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PastClaim:
    """A claim as it was sent, and what the payer answered by line number; `answers` is empty before the answer.

    `key` is the caller's own, to find the claim again.
    """

    case: Case
    answers: Mapping[int, LineAnswer] = field(default_factory=dict)
    key: int = 0


class Verdict(StrEnum):
    """What became of a claim that the rule would have stopped."""

    CAUGHT = "caught"
    DENIED_OTHERWISE = "denied otherwise"
    FALSE_ALARM = "false alarm"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Stop:
    """One claim that the rule would have stopped: `cents` denied, or paid all the same, on the services it is about."""

    key: int
    number: str
    service_date: date | None
    lines: tuple[int, ...]
    verdict: Verdict
    cents: int
    reasons: tuple[str, ...] = ()


@dataclass
class BackTest:
    """What a rule would have done: claims looked at, and of each verdict how many and worth how much.

    `stops` lists the first of them, false alarms and caught ones alike.
    """

    looked_at: int = 0
    counts: Counter[Verdict] = field(default_factory=Counter)
    cents: Counter[Verdict] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    stops: list[Stop] = field(default_factory=list)

    @property
    def stopped(self) -> int:
        return sum(self.counts.values())

    @property
    def gain(self) -> int:
        """Caught claims less false alarms."""
        return self.counts[Verdict.CAUGHT] - self.counts[Verdict.FALSE_ALARM]

    def __str__(self) -> str:
        """In one sentence."""
        caught, alarms = Verdict.CAUGHT, Verdict.FALSE_ALARM
        return (
            f"Of {self.looked_at:,} claims it would have stopped {self.stopped:,}: {self.counts[caught]:,} were denied "
            f"({format_dollars(self.cents[caught])}), {self.counts[alarms]:,} were paid all the same "
            f"({format_dollars(self.cents[alarms])})."
        )

    def to_data(self) -> dict[str, Any]:
        """The result as JSON data, without the list."""
        return {
            "looked_at": self.looked_at,
            "stopped": self.stopped,
            "verdicts": {
                verdict.value: {"claims": self.counts[verdict], "cents": self.cents[verdict]} for verdict in Verdict
            },
            "reasons": dict(self.reasons.most_common()),
        }


def back_test(
    rule: WrittenRule,
    past: Iterable[PastClaim],
    *,
    progress: Callable[[int], None] = lambda _count: None,
    listed: int = LISTED,
) -> BackTest:
    """Ask the rule about claims of the past. `progress` is told how many were looked at, every few hundred."""
    result = BackTest()
    compiled = CompiledRule(rule)
    for claim in past:
        result.looked_at += 1
        if result.looked_at % _TELL_EVERY == 0:
            progress(result.looked_at)
        stop = _stop(compiled, claim)
        if stop is not None:
            result.counts[stop.verdict] += 1
            result.cents[stop.verdict] += stop.cents
            result.reasons.update(stop.reasons)
            if len(result.stops) < listed:
                result.stops.append(stop)
    progress(result.looked_at)
    return result


def stops(rule: WrittenRule, past: Iterable[PastClaim]) -> Iterator[Stop]:
    """Every claim that the rule would have stopped, for whoever wants the whole list."""
    compiled = CompiledRule(rule)
    return (stop for claim in past if (stop := _stop(compiled, claim)) is not None)


def _stop(compiled: CompiledRule, past: PastClaim) -> Stop | None:
    case, rule = past.case, compiled.rule
    if not rule.is_of(case.profile.payer_id, case.profile.name):
        return None
    numbers = tuple(dict.fromkeys(hit.line_number for hit in compiled.hits(case)))
    if not numbers:
        return None
    answers = [past.answers[number] for number in numbers if number in past.answers]
    verdict, cents, reasons = _verdict(rule, answers)
    return Stop(past.key, case.claim.control_number, case.first_service_date, numbers, verdict, cents, reasons)


def _verdict(rule: WrittenRule, answers: Iterable[LineAnswer]) -> tuple[Verdict, int, tuple[str, ...]]:
    known = list(answers)
    denied = [one for one in known if one.denied_cents > 0]
    own = [one for one in denied if not rule.reasons or rule.reasons.meets(one.reasons)]
    for verdict, lines in ((Verdict.CAUGHT, own), (Verdict.DENIED_OTHERWISE, denied)):
        if lines:
            reasons = tuple(dict.fromkeys(reason for one in lines for reason in one.reasons))
            return verdict, sum(one.denied_cents for one in lines), reasons
    if known:
        return Verdict.FALSE_ALARM, sum(one.paid_cents for one in known), ()
    return Verdict.UNDECIDED, 0, ()
