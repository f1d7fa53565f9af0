"""What the rule language cannot say: functions over a loop's tree, which `look` calls when its facts hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
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
    words: Mapping[str, object]


def cob_balance(claim: Loop) -> Iterator[Seen]:
    """For each payer who decided before: the claim's charge is what he paid and adjusted, on claim and lines."""
    for other in claim.loops_of("2320"):
        if paid := other.first("AMT", "D"):
            yield from _claim_balance(claim, paid, other)


def _claim_balance(claim: Loop, paid: Segment, other: Loop) -> Iterator[Seen]:
    payer_id = _payer_id(other)
    charge = claim.segments[0][2]
    lines = claim.loops_of("2400")
    decided = [loop for line in lines for loop in line.loops_of("2430") if loop.value("SVD", 1) == payer_id]
    explained = cents(paid[2]) + adjusted(other) + sum(map(adjusted, decided))
    if (decided or other.first("CAS")) and explained != cents(charge):
        words = {"value": charge, "expected": x12_amount(explained), "payer": payer_id}
        yield Seen(paid, 2, "2320", words)


def _payer_id(other: Loop) -> str:
    payer = other.loop("2330B")
    return payer.value("NM1", 9) if payer else ""


_ACCEPTED, _REJECTED = "WQ", "U"


def acknowledged_totals(receiver: Loop) -> Iterator[Seen]:
    """The totals of a batch are those of its claims."""
    claims = [claim for provider in receiver.loops_of("2000C") for claim in _acknowledged(provider)]
    for batch in receiver.loops_of("2200B"):
        yield from _totals(batch, "2200B", claims, {"90": _ACCEPTED, "AA": _REJECTED})


def provider_totals(provider: Loop) -> Iterator[Seen]:
    """The totals of a provider are those of his claims."""
    claims = list(_acknowledged(provider))
    for batch in provider.loops_of("2200C"):
        yield from _totals(batch, "2200C", claims, {"QA": _ACCEPTED, "QC": _REJECTED})


def _acknowledged(provider: Loop) -> Iterator[tuple[str, int]]:
    """What became of each claim (STC03), and its charge."""
    for patient in provider.loops_of("2000D"):
        for claim in patient.loops_of("2200D"):
            yield claim.value("STC", 3), cents(claim.value("STC", 4))


def _totals(batch: Loop, loop: str, claims: list[tuple[str, int]], counted: dict[str, str]) -> Iterator[Seen]:
    """Claims that are not listed one by one, or of which it is not clear what became, are not counted again."""
    is_clear = bool(claims) and all(verdict in (_ACCEPTED, _REJECTED) for verdict, _ in claims)
    for segment in batch.segments if is_clear else ():
        if segment.id == "QTY" and segment[1] in counted and segment[2].isdecimal():
            count = sum(verdict == counted[segment[1]] for verdict, _ in claims)
            if int(segment[2]) != count:
                yield Seen(segment, 2, loop, {"value": segment[2], "expected": count, "place": "QTY02"})
        if segment.id == "AMT" and segment[1] in ("YU", "YY"):
            wanted = _ACCEPTED if segment[1] == "YU" else _REJECTED
            charge = sum(charge for verdict, charge in claims if verdict == wanted)
            if cents(segment[2]) != charge:
                yield Seen(segment, 2, loop, {"value": segment[2], "expected": x12_amount(charge), "place": "AMT02"})
        if segment.id == "STC" and segment[4]:
            charge = sum(charge for _, charge in claims)
            if cents(segment[4]) != charge:
                yield Seen(segment, 4, loop, {"value": segment[4], "expected": x12_amount(charge), "place": "STC04"})


LOOKS: dict[str, Callable[[Loop], Iterator[Seen]]] = {
    "cob_balance": cob_balance,
    "acknowledged_totals": acknowledged_totals,
    "provider_totals": provider_totals,
}
"""By the name that a file of rules calls them."""
