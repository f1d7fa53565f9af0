"""The three equations of an 835, exact to the cent (billing rules B.1).

    line          SVC02 - sum(CAS of the line)                = SVC03
    claim         CLP03 - sum(CAS of the claim and its lines) = CLP04, and CLP03 = sum(SVC02) where there are lines
    transaction   sum(CLP04) - sum(PLB)                       = BPR02

AMT, QTY, MIA, MOA and CLP05 are in none of them (X12 RFI 2123, 2202, 1705, 1324, 2184, 427).
"""

from __future__ import annotations

from collections.abc import Iterator

from claimwright.documents.remittance import Remittance, RemittanceClaim
from claimwright.findings import Finding, Severity, Where
from claimwright.money import format_dollars
from claimwright.origin import Origin

_ASK = "Ask the payer for a corrected 835; nothing of this remittance is posted."


def balance_findings(remittance: Remittance) -> tuple[Finding, ...]:
    """What does not balance: errors for the equations, a warning where CLP05 is not the sum of group PR.

    Codes: REM-BAL-001 line, -002 claim, -003 line charges of a claim, -004 transaction, -005 CLP05.
    """
    found = [finding for claim in remittance.claims if not _is_balanced(claim) for finding in _claim_findings(claim)]
    paid = sum(claim.paid_cents for claim in remittance.claims)
    moved = sum(adjustment.amount_cents for adjustment in remittance.provider_adjustments)
    if paid - moved != remittance.payment_cents:
        where = _where(remittance.origin, "", "BPR", 2, f"remittance {remittance.trace_number}", "payment_cents")
        said = f"claims {format_dollars(paid)} less provider adjustments {format_dollars(moved)}"
        found.append(
            _error("REM-BAL-004", f"The payment is {format_dollars(remittance.payment_cents)}, {said}.", where)
        )
    return tuple(found)


def _is_balanced(claim: RemittanceClaim) -> bool:
    """Whether there is nothing to find: every line, the claim, its line charges and CLP05, in one pass."""
    adjusted = charged = share = 0
    for adjustment in claim.adjustments:
        adjusted += adjustment.amount_cents
        if adjustment.group == "PR":
            share += adjustment.amount_cents
    for line in claim.lines:
        own = 0
        for adjustment in line.adjustments:
            own += adjustment.amount_cents
            if adjustment.group == "PR":
                share += adjustment.amount_cents
        if line.charge_cents - own != line.paid_cents:
            return False
        adjusted += own
        charged += line.charge_cents
    is_whole = claim.charge_cents - adjusted == claim.paid_cents and (charged == claim.charge_cents or not claim.lines)
    return is_whole and claim.patient_responsibility_cents in (None, share)


def _claim_findings(claim: RemittanceClaim) -> Iterator[Finding]:
    adjusted, charged = sum(adjustment.amount_cents for adjustment in claim.adjustments), 0
    for number, line in enumerate(claim.lines, 1):
        own = sum(adjustment.amount_cents for adjustment in line.adjustments)
        adjusted += own
        charged += line.charge_cents
        if line.charge_cents - own != line.paid_cents:
            where = _where(line.origin, "2110", "SVC", 3, claim.control_number, f"lines[{number}].paid_cents")
            said = _sum_says(line.charge_cents, own, line.paid_cents)
            yield _error("REM-BAL-001", f"Line {number} of claim {claim.control_number}: {said}", where)
    if claim.charge_cents - adjusted != claim.paid_cents:
        where = _where(claim.origin, "2100", "CLP", 4, claim.control_number, "paid_cents")
        said = _sum_says(claim.charge_cents, adjusted, claim.paid_cents)
        yield _error("REM-BAL-002", f"Claim {claim.control_number}: {said}", where)
    if claim.lines and charged != claim.charge_cents:
        where = _where(claim.origin, "2100", "CLP", 3, claim.control_number, "charge_cents")
        said = f"the charge is {format_dollars(claim.charge_cents)}, its lines sum to {format_dollars(charged)}."
        yield _error("REM-BAL-003", f"Claim {claim.control_number}: {said}", where)
    yield from _patient_share_finding(claim)


def _patient_share_finding(claim: RemittanceClaim) -> Iterator[Finding]:
    """CLP05 should be the sum of group PR; payers differ, so it is a warning (billing rules B.1)."""
    if claim.patient_responsibility_cents is None:
        return
    share = sum(adjustment.amount_cents for adjustment in claim.all_adjustments if adjustment.group == "PR")
    if share != claim.patient_responsibility_cents:
        where = _where(claim.origin, "2100", "CLP", 5, claim.control_number, "patient_responsibility_cents")
        said = f"the patient's share is said to be {format_dollars(claim.patient_responsibility_cents)}"
        message = f"Claim {claim.control_number}: {said}, its adjustments say {format_dollars(share)}."
        yield Finding("REM-BAL-005", Severity.WARNING, message, "The adjustments are what is posted.", where)


def _sum_says(charge_cents: int, adjusted_cents: int, paid_cents: int) -> str:
    left = format_dollars(charge_cents - adjusted_cents)
    charge, adjusted = format_dollars(charge_cents), format_dollars(adjusted_cents)
    return f"{charge} less adjustments of {adjusted} is {left}, but {format_dollars(paid_cents)} was paid."


def _where(origin: Origin, loop: str, segment: str, element: int, record: str, field: str) -> Where:
    return Where(
        loop=loop or None,
        segment=segment,
        index=origin.index or None,
        element=element,
        offset=origin.offset if origin.index else None,
        record=record,
        field=field,
    )


def _error(code: str, message: str, where: Where) -> Finding:
    return Finding(code, Severity.ERROR, message, _ASK, where)
