"""Rows 5 to 7: which of our claims a CLP is about, which of its payers answered, and how sure that is.

The ladder: our own control number; the payer's number of the claim; member, first day, charge and billing NPI. On every
rung charge, patient and days must agree, and exactly one claim may be left. A control number that we know is never
overruled: when its claim does not agree, no other claim is tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from claimwright.documents.parties import Party
from claimwright.documents.remittance import Remittance, RemittanceClaim
from claimwright.money import format_dollars
from claimwright.remittance.books import Books, KnownClaim, KnownLevel
from claimwright.remittance.plan import Confidence
from claimwright.remittance.standing import Standing

REVERSAL = "22"

_LEVEL_HINTS = {"1": "P", "19": "P", "2": "S", "20": "S", "3": "T", "21": "T"}
"""The payer level that CLP02 names: a hint only, payers differ (X12 RFI 546)."""


class ClaimMatch(NamedTuple):
    """The claim found, or None; `row` 5, 6 or 7; `reason` in plain words."""

    standing: Standing | None
    confidence: Confidence
    row: int
    reason: str


def match_claim(
    claim: RemittanceClaim, remittance: Remittance, books: Books, standing_of: Callable[[KnownClaim], Standing]
) -> ClaimMatch:
    """The claim that a CLP is about. `standing_of` gives the state of a known claim within the plan."""
    refusals: list[str] = []
    named = books.claims_by_control_number(claim.control_number) if claim.control_number else ()
    found = _those_that_agree(named, claim, standing_of, refusals)
    if len(found) == 1:
        return ClaimMatch(found[0], Confidence.EXACT, 5, "our control number; patient, days and charge agree")
    if named:
        return _by_payer_number(found, claim) or _unmatched(
            f"{len(found)} claims have the control number {claim.control_number}" if found else refusals[0]
        )
    numbered = books.claims_by_payer_claim_number(claim.payer_claim_number) if claim.payer_claim_number else ()
    found = _those_that_agree(numbered, claim, standing_of, refusals)
    if len(found) == 1:
        return ClaimMatch(found[0], Confidence.FLAGGED, 6, f"the payer's claim number {claim.payer_claim_number}")
    found = _those_that_agree(_by_service(claim, remittance, books), claim, standing_of, refusals)
    if len(found) == 1:
        return ClaimMatch(found[0], Confidence.FLAGGED, 6, "member, first day of service, charge and billing provider")
    if found:
        return _unmatched(f"{len(found)} claims have this member, first day of service and charge")
    return _unmatched(refusals[0] if refusals else f"no claim has the control number {claim.control_number}")


def _by_payer_number(found: Sequence[Standing], claim: RemittanceClaim) -> ClaimMatch | None:
    """Of several claims with our control number, the only one to which the payer gave the number it writes."""
    number = claim.payer_claim_number
    same = [standing for standing in found if number and number in standing.known.payer_claim_numbers]
    if len(same) != 1:
        return None
    return ClaimMatch(same[0], Confidence.FLAGGED, 6, f"the payer's claim number {number}, of {len(found)} claims")


def level_of(standing: Standing, claim: RemittanceClaim, payer_key: int | None) -> tuple[KnownLevel | None, bool]:
    """Which payer of the claim answered, and whether that is sure. None: this payer is none of the claim's.

    The sender decides; CLP02 decides only between levels that the sender leaves open.
    """
    levels = standing.known.levels
    hint = _LEVEL_HINTS.get(claim.status, "")
    if payer_key is not None:
        own = [level for level in levels if level.payer_key == payer_key]
        if len(own) == 1:
            return own[0], True
        if own:
            return next((level for level in own if level.level == hint), _first_open(own, standing)), True
    open_levels = [level for level in levels if payer_key is None or level.payer_key is None]
    hinted = next((level for level in open_levels if level.level == hint), None)
    if hinted is not None:
        return hinted, False
    return (open_levels[0], False) if len(open_levels) == 1 and not hint else (None, False)


def _first_open(levels: Sequence[KnownLevel], standing: Standing) -> KnownLevel:
    return next((level for level in levels if level.level not in standing.settled), levels[0])


def _by_service(claim: RemittanceClaim, remittance: Remittance, books: Books) -> Sequence[KnownClaim]:
    period = claim.service_period
    member_id = _member_ids(claim)[:1]
    if period is None or not member_id:
        return ()
    return books.claims_by_service(member_id[0], period.start, abs(claim.charge_cents), remittance.payee.npi)


def _those_that_agree(
    candidates: Iterable[KnownClaim],
    claim: RemittanceClaim,
    standing_of: Callable[[KnownClaim], Standing],
    refusals: list[str],
) -> list[Standing]:
    """The candidates with the same charge, patient and days; what the others lack is added to `refusals`."""
    agreeing = []
    for known in candidates:
        standing = standing_of(known)
        refusal = disagreement(standing, claim)
        if refusal:
            refusals.append(f"claim {known.control_number} is known, but {refusal}")
        else:
            agreeing.append(standing)
    return agreeing


def disagreement(standing: Standing, claim: RemittanceClaim) -> str:
    """In what a CLP differs from a claim, in plain words; `''` when they agree."""
    known = standing.known
    charge_cents = abs(claim.charge_cents)
    is_charged = charge_cents == known.charge_cents or (
        claim.status == REVERSAL and any(result.result.charge_cents == charge_cents for result in standing.results)
    )
    if not is_charged:
        return f"its charge is {format_dollars(known.charge_cents)}, not {format_dollars(claim.charge_cents)}"
    if not _is_same_patient(known, claim):
        return "its patient is another"
    period = claim.service_period
    if period and known.period and (period.end < known.period.start or period.start > known.period.end):
        return "its days of service are others"
    return ""


def _is_same_patient(known: KnownClaim, claim: RemittanceClaim) -> bool:
    """By last name (payers cut names short) or by member number; what one side does not say cannot disagree."""
    if known.patient_last_name == claim.patient.last_name:
        return True
    ours, theirs = _letters(known.patient_last_name), _letters(claim.patient.last_name)
    if not ours or not theirs or ours.startswith(theirs) or theirs.startswith(ours):
        return True
    members = {level.member_id for level in known.levels if level.member_id}
    return not members.isdisjoint(_member_ids(claim))


def _member_ids(claim: RemittanceClaim) -> list[str]:
    parties: tuple[Party | None, ...] = (claim.patient, claim.subscriber, claim.corrected_insured)
    return [party.id for party in parties if party is not None and party.id]


def _letters(name: str) -> str:
    return "".join(letter for letter in name.upper() if letter.isalnum())


def _unmatched(reason: str) -> ClaimMatch:
    return ClaimMatch(None, Confidence.NONE, 7, reason)
