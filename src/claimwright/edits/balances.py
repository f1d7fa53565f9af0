"""Edits of what earlier payers decided (coordination of benefits): every payer's figures balance to the cent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from claimwright.documents.claim import LineAdjudication, OtherPayer
from claimwright.edits.registry import Case, E, Hit, Table, W, hit, hit_if, line_field
from claimwright.money import format_dollars

_GUIDE = "837P implementation guide 005010X222A1"
_ORDER = "PSTABCDEFGH"


def _is_coordinated(case: Case) -> bool:
    """Whether another payer is named, expected, or has decided a line."""
    claim = case.claim
    return case.is_decided or bool(claim.other_payers) or claim.subscriber.payer_level != "P"


TABLE = Table(_is_coordinated)


def _adjusted(record: OtherPayer | LineAdjudication) -> int:
    return sum(adjustment.amount_cents for adjustment in record.adjustments)


def _decisions_of(case: Case, payer_id: str) -> list[LineAdjudication]:
    return [found for line in case.claim.lines for found in line.adjudications if found.payer_id == payer_id]


@TABLE.edit(
    "EDIT-COB-001",
    E,
    "other_payers",
    "This claim goes to payer level {level}, and no payer before it is named with its decision.",
    "Build the claim from the earlier payer's remittance.",
    f"{_GUIDE}, loop 2320 (denied as CARC 22 or RARC MA04)",
)
def _earlier_payer_is_missing(case: Case) -> Collection[Hit]:
    level = case.claim.subscriber.payer_level
    if level not in ("S", "T"):
        return ()
    decided = any(
        other.subscriber.payer_level in _ORDER[: _ORDER.index(level)]
        and (other.paid_cents is not None or other.noncovered_cents is not None or other.adjustments)
        for other in case.claim.other_payers
    )
    return hit_if(not decided, level=level)


@TABLE.edit(
    "EDIT-COB-002",
    E,
    "lines.N.adjudications",
    "Payer {payer} decided {explained} of this line, its charge is {charge}.",
    "Copy paid amount and adjustments from the payer's remittance; paid plus adjustments is the charge.",
    f"{_GUIDE}, loop 2430 balancing",
)
def _line_decision_does_not_balance(case: Case) -> Collection[Hit]:
    return [
        hit(
            line_field(line, "adjudications"),
            payer=found.payer_id,
            explained=format_dollars(found.paid_cents + _adjusted(found)),
            charge=format_dollars(line.charge_cents),
        )
        for line in case.claim.lines
        for found in line.adjudications
        if found.paid_cents + _adjusted(found) != line.charge_cents
    ]


@TABLE.edit(
    "EDIT-COB-003",
    E,
    "other_payers.N",
    "Payer {payer} decided {explained} of the claim, its charge is {charge}.",
    "Paid plus adjustments of claim and lines is the charge; copy them from the payer's remittance.",
    f"{_GUIDE}, loop 2320 balancing",
)
def _claim_decision_does_not_balance(case: Case) -> Collection[Hit]:
    hits = []
    for position, other in enumerate(case.claim.other_payers, 1):
        decisions = _decisions_of(case, other.payer.id)
        if other.paid_cents is None or not (decisions or other.adjustments):
            continue
        explained = other.paid_cents + _adjusted(other) + sum(_adjusted(found) for found in decisions)
        if explained != case.claim.charge_cents:
            values = {"explained": format_dollars(explained), "charge": format_dollars(case.claim.charge_cents)}
            hits.append(hit(f"other_payers.{position}", payer=other.payer.id, **values))
    return hits


@TABLE.edit(
    "EDIT-COB-004",
    E,
    "other_payers.N.paid_cents",
    "Payer {payer} paid {paid} for the claim, its lines and claim adjustments come to {explained}.",
    "The paid amount is the sum of the lines' payments less the adjustments of the claim as a whole.",
    f"{_GUIDE}, loop 2320 AMT D",
)
def _paid_is_not_the_sum_of_lines(case: Case) -> Collection[Hit]:
    hits = []
    for position, other in enumerate(case.claim.other_payers, 1):
        decisions = _decisions_of(case, other.payer.id)
        if other.paid_cents is None or not decisions:
            continue
        explained = sum(found.paid_cents for found in decisions) - _adjusted(other)
        if explained != other.paid_cents:
            values = {"paid": format_dollars(other.paid_cents), "explained": format_dollars(explained)}
            hits.append(hit(f"other_payers.{position}.paid_cents", payer=other.payer.id, **values))
    return hits


@TABLE.edit(
    "EDIT-COB-005",
    E,
    "other_payers.N.subscriber.payer_level",
    "Payer level {level} is given twice.",
    "Every payer of a claim has a level of its own.",
    f"{_GUIDE}, SBR01",
)
def _payer_level_is_repeated(case: Case) -> Collection[Hit]:
    if not case.claim.other_payers:
        return ()
    own = case.claim.subscriber.payer_level
    counts = Counter(other.subscriber.payer_level for other in case.claim.other_payers)
    counts[own] += 1
    return [
        hit(f"other_payers.{position}.subscriber.payer_level", level=other.subscriber.payer_level)
        for position, other in enumerate(case.claim.other_payers, 1)
        if counts[other.subscriber.payer_level] > 1 and other.subscriber.payer_level != "U"
    ][:1]


@TABLE.edit(
    "EDIT-COB-006",
    E,
    "other_payers.N.adjudication_date",
    "The day of payer {payer}'s decision is missing, or given for the claim and its lines.",
    "Give it once: with the lines where the payer decided by line, else with the claim.",
    f"{_GUIDE}, DTP 573 in loop 2330B or 2430",
)
def _decision_date_is_not_given_once(case: Case) -> Collection[Hit]:
    hits = []
    for position, other in enumerate(case.claim.other_payers, 1):
        if other.paid_cents is None and not other.adjustments:
            continue
        decisions = _decisions_of(case, other.payer.id)
        dated_lines = [found for found in decisions if found.adjudication_date is not None]
        of_claim = other.adjudication_date is not None
        if (of_claim and dated_lines) or (not of_claim and len(dated_lines) < max(len(decisions), 1)):
            hits.append(hit(f"other_payers.{position}.adjudication_date", payer=other.payer.id))
    return hits


@TABLE.edit(
    "EDIT-COB-007",
    E,
    "lines.N.adjudications",
    "Payer {payer} is said to have paid less than nothing for this line.",
    "Send what the payer decided last, after reversal and correction.",
    f"{_GUIDE}, SVD02; X12 interpretation 2499",
)
def _line_payment_is_negative(case: Case) -> Collection[Hit]:
    return [
        hit(line_field(line, "adjudications"), payer=found.payer_id)
        for line in case.claim.lines
        for found in line.adjudications
        if found.paid_cents < 0
    ]


@TABLE.edit(
    "EDIT-COB-008",
    E,
    "lines.N.adjudications",
    "The line has a decision of payer {payer}, whom the claim does not name.",
    "Use the same identifier for the payer in both places.",
    f"{_GUIDE}, SVD01 and loop 2330B NM109",
)
def _deciding_payer_is_unknown(case: Case) -> Collection[Hit]:
    named = {other.payer.id for other in case.claim.other_payers}
    return [
        hit(line_field(line, "adjudications"), payer=found.payer_id)
        for line in case.claim.lines
        for found in line.adjudications
        if found.payer_id not in named
    ]


@TABLE.edit(
    "EDIT-COB-009",
    E,
    "other_payers.N.remaining_cents",
    "What the patient still owes is given for the claim and for its lines.",
    "Give it with the lines where it is known by line, else with the claim.",
    f"{_GUIDE}, AMT EAF in loop 2320 or 2430; X12 interpretation 1353",
)
def _remaining_is_given_twice(case: Case) -> Collection[Hit]:
    return [
        hit(f"other_payers.{position}.remaining_cents")
        for position, other in enumerate(case.claim.other_payers, 1)
        if other.remaining_cents is not None
        and any(found.remaining_cents is not None for found in _decisions_of(case, other.payer.id))
    ]


@TABLE.edit(
    "EDIT-COB-010",
    W,
    "subscriber.payer_level",
    "The claim goes to its first payer, and payer {payer} has decided already.",
    "Check the order of the payers.",
    f"{_GUIDE}, SBR01",
)
def _first_payer_is_not_first(case: Case) -> Collection[Hit]:
    if case.claim.subscriber.payer_level != "P":
        return ()
    return [hit(payer=other.payer.id) for other in case.claim.other_payers if other.paid_cents is not None][:1]
