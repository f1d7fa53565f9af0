"""What the rule language cannot say: functions over a loop's tree, which `look` calls when its facts hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from claimwright.money import x12_amount
from claimwright.x12.rules.amounts import adjusted, cents
from claimwright.x12.tree import Loop, Segment


@dataclass(frozen=True, slots=True)
class Seen:
    """Something wrong: the segment and element, the loop that the segment stands in, the words of the finding."""

    segment: Segment
    element: int
    loop: str
    words: dict[str, object]


def cob_balance(claim: Loop) -> Iterator[Seen]:
    """For each payer who decided before: the claim's charge is what he paid and adjusted, on claim and lines."""
    for other in claim.loops_of("2320"):
        if paid := other.first("AMT", "D"):
            yield from _claim_balance(claim, paid, other)


def _claim_balance(claim: Loop, paid: Segment, other: Loop) -> Iterator[Seen]:
    payer = other.loop("2330B")
    payer_id = payer.value("NM1", 9) if payer else ""
    charge = claim.segments[0][2]
    lines = claim.loops_of("2400")
    decided = [loop for line in lines for loop in line.loops_of("2430") if loop.value("SVD", 1) == payer_id]
    explained = cents(paid[2]) + adjusted(other) + sum(map(adjusted, decided))
    if (decided or other.first("CAS")) and explained != cents(charge):
        words = {"value": charge, "expected": x12_amount(explained), "payer": payer_id}
        yield Seen(paid, 2, "2320", words)


LOOKS: dict[str, Callable[[Loop], Iterator[Seen]]] = {"cob_balance": cob_balance}
"""By the name that a file of rules calls them."""
