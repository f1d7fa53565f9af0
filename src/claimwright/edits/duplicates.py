"""Edits against what was sent before: a claim sent twice costs a denial and an answer to it."""

from __future__ import annotations

from collections.abc import Collection

from claimwright.edits.context import EarlierClaim, provider_npi
from claimwright.edits.registry import Case, E, Hit, Table, W, hit, hit_if, line_field

_SOURCE = "CARC 18; CMS Claims Processing Manual chapter 1, section 120"


def _is_near_an_earlier_one(case: Case) -> bool:
    """Whether any earlier claim has this one's number, or a service on one of its days."""
    if not case.known.earlier_claims:
        return False
    number, days = case.claim.control_number, {line.period.start if line.period else None for line in case.claim.lines}
    return any(
        earlier.control_number == number or any(line.service_date in days for line in earlier.lines)
        for earlier in case.known.earlier_claims
    )


TABLE = Table(_is_near_an_earlier_one)


def _comparable(case: Case) -> list[EarlierClaim]:
    """The earlier claims that an original could repeat: of the same provider, with another number."""
    if case.claim.frequency != "1" or not case.known.earlier_claims:
        return []
    npi, number = provider_npi(case.claim), case.claim.control_number
    return [
        earlier
        for earlier in case.known.earlier_claims
        if earlier.provider_npi == npi and earlier.control_number != number
    ]


def _lines(earlier: EarlierClaim) -> list[tuple[object, ...]]:
    return sorted(
        ((line.service_date, line.code, line.modifiers, line.quantity, line.charge_cents) for line in earlier.lines),
        key=repr,
    )


@TABLE.edit(
    "EDIT-DUP-001",
    E,
    "control_number",
    "Claim {earlier} has the same services of the same provider on the same days.",
    "Look at that claim's state; correct it (frequency 7) instead of sending a second one.",
    _SOURCE,
)
def _claim_repeats_an_earlier_one(case: Case) -> Collection[Hit]:
    candidates = _comparable(case)
    if not candidates:
        return ()
    own = _lines(EarlierClaim.of(case.claim))
    return [hit(earlier=earlier.control_number) for earlier in candidates if _lines(earlier) == own][:1]


@TABLE.edit(
    "EDIT-DUP-002",
    W,
    "lines.N.procedure.code",
    "Claim {earlier} has {code} with the same modifiers on the same day.",
    "Check that it was done twice; a modifier such as 76 or 59 says so where the record supports it.",
    _SOURCE,
)
def _line_repeats_an_earlier_one(case: Case) -> Collection[Hit]:
    candidates = _comparable(case)
    if not candidates:
        return ()
    own = _lines(EarlierClaim.of(case.claim))
    sent = {
        (line.service_date, line.code, line.modifiers): earlier.control_number
        for earlier in candidates
        if _lines(earlier) != own
        for line in earlier.lines
    }
    hits = []
    for line in case.claim.lines:
        day = line.period.start if line.period else None
        number = sent.get((day, line.procedure.code, line.procedure.modifiers))
        if number is not None:
            hits.append(hit(line_field(line, "procedure.code"), earlier=number, code=line.procedure.code))
    return hits


@TABLE.edit(
    "EDIT-DUP-003",
    E,
    "control_number",
    "An earlier claim has the same number and other services.",
    "Give this claim a number of its own; the payer's answers would find the wrong one.",
    "837P implementation guide 005010X222A1, CLM01",
)
def _control_number_is_taken(case: Case) -> Collection[Hit]:
    if case.claim.frequency != "1":
        return ()
    own = EarlierClaim.of(case.claim) if case.known.earlier_claims else None
    return hit_if(
        own
        and any(
            earlier.control_number == own.control_number
            and {line.service_date for line in earlier.lines}.isdisjoint(line.service_date for line in own.lines)
            for earlier in case.known.earlier_claims
        )
    )
