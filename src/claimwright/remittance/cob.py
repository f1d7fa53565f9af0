"""The claim to the next payer, built from what the earlier payers decided (billing rules A.4).

The destination's data go in 2000B and 2010BB; each earlier payer gets one 2320 loop with its payment and the
adjustments of the claim as a whole; what it decided about a line goes in 2430. Adjustments are reported at the level at
which they were received, never summarised; the charges stay the original ones; each payer's date is given once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from claimwright.documents.adjustments import Adjustment
from claimwright.documents.claim import Claim, ClaimLine, LineAdjudication, OtherPayer, Subscriber
from claimwright.documents.parties import Party
from claimwright.documents.remittance import RemittanceClaim, RemittanceLine
from claimwright.errors import InputError
from claimwright.findings import Finding, Severity, Where, has_errors
from claimwright.money import format_dollars
from claimwright.remittance.books import KnownLine
from claimwright.remittance.lines import match_lines
from claimwright.remittance.matching import REVERSAL

PAYER_LEVELS = "PSTABCDEFGH"
"""SBR01 in the order of payment: primary, secondary, tertiary, then the fourth to the eleventh."""

BUNDLED = "97"


@dataclass(frozen=True, slots=True)
class PriorResult:
    """What a payer decided at one level. `payer` is the party that 2330B names; its `id` joins SVD01 to it."""

    level: str
    payer: Party
    claim: RemittanceClaim
    payment_date: date | None


def next_payer_claim(claim: Claim, to_level: str, results: Sequence[PriorResult]) -> Claim:
    """The claim to the payer at `to_level`, with the results of every payer before it.

    `claim` is the claim as it was sent to an earlier payer, with `to_level` among its other payers, or as it was sent
    to that payer before; results it already carries need not be given again. Of several results of one level the last
    counts (after a reversal and correction only the correction is sent, X12 RFI 2499). Prior authorization, referral
    and original reference are an earlier payer's and are left out.

    Raises InputError with the findings: COB-001 a line does not balance, -002 the claim does not, -003 no such payer,
    -004 an earlier payer without a result, -005 lines that cannot be matched, -006 a reversal or a negative payment,
    -007 no payment date, -008 a payer without an identifier.
    """
    latest = {result.level: result for result in results if _rank(result.level) < _rank(to_level)}
    findings = [finding for result in latest.values() for finding in _result_findings(claim, result)]
    if has_errors(findings):
        raise _refused(claim, findings)
    built = _addressed(claim, to_level)
    for level in sorted(latest, key=_rank):
        built = _with_result(built, _subscriber_at(claim, level), latest[level])
    built = replace(built, other_payers=tuple(sorted(built.other_payers, key=_rank_of)))
    findings = [*_missing(claim, built, to_level), *cob_findings(built)]
    if has_errors(findings):
        raise _refused(claim, findings)
    return built


def cob_findings(claim: Claim) -> tuple[Finding, ...]:
    """Whether both balances of every earlier payer hold, as clearinghouses check them.

    line   charge = sum(SVD02) + sum(2430 CAS)
    claim  CLM02 = AMT*D + sum(2320 CAS) + sum(2430 CAS), and AMT*D = sum(SVD02) - sum(2320 CAS) where there are lines
    """
    priors = [other for other in claim.other_payers if other.paid_cents is not None]
    return tuple(finding for prior in priors for finding in _balance_of(claim, prior))


def _balance_of(claim: Claim, prior: OtherPayer) -> Iterator[Finding]:
    level, paid_cents = prior.subscriber.payer_level, prior.paid_cents or 0
    whole_cents = sum(adjustment.amount_cents for adjustment in prior.adjustments)
    line_cents = decided_cents = 0
    has_lines = False
    for line in claim.lines:
        own = [one for one in line.adjudications if one.payer_id == prior.payer.id]
        adjusted_cents = sum(adjustment.amount_cents for one in own for adjustment in one.adjustments)
        paid_on_line_cents = sum(one.paid_cents for one in own)
        has_lines = has_lines or bool(own)
        line_cents += adjusted_cents
        decided_cents += paid_on_line_cents
        if own and paid_on_line_cents + adjusted_cents != line.charge_cents:
            said = f"paid {format_dollars(paid_on_line_cents)} and adjusted {format_dollars(adjusted_cents)}"
            message = f"payer {level}, line {line.number}: {said} of {format_dollars(line.charge_cents)}"
            yield _finding(claim, "COB-001", message, f"lines[{line.number}].adjudications")
    if paid_cents + whole_cents + line_cents != claim.charge_cents:
        said = f"paid {format_dollars(paid_cents)} and adjusted {format_dollars(whole_cents + line_cents)}"
        message = f"payer {level}: {said} of {format_dollars(claim.charge_cents)}"
        yield _finding(claim, "COB-002", message, "other_payers")
    elif has_lines and paid_cents != decided_cents - whole_cents:
        message = f"payer {level}: paid {format_dollars(paid_cents)}, its lines say {format_dollars(decided_cents)}"
        yield _finding(claim, "COB-002", message, "other_payers")


def _result_findings(claim: Claim, result: PriorResult) -> Iterator[Finding]:
    """What keeps a result from being reported to another payer at all."""
    decided = result.claim
    if decided.status == REVERSAL or min([decided.paid_cents, *(line.paid_cents for line in decided.lines)]) < 0:
        yield _finding(claim, "COB-006", f"payer {result.level}: a reversal or a negative payment", "results")
    if result.payment_date is None:
        yield _finding(claim, "COB-007", f"payer {result.level}: its payment has no date", "results")
    if not result.payer.id:
        yield _finding(claim, "COB-008", f"payer {result.level}: it has no identifier to join its lines by", "results")
    if result.level not in {claim.subscriber.payer_level, *(one.subscriber.payer_level for one in claim.other_payers)}:
        yield _finding(claim, "COB-003", f"no payer {result.level} is named", "other_payers")


def _missing(claim: Claim, built: Claim, to_level: str) -> Iterator[Finding]:
    """Every payer before the destination must have decided."""
    for other in built.other_payers:
        level = other.subscriber.payer_level
        if _rank(level) < _rank(to_level) and other.paid_cents is None:
            yield _finding(claim, "COB-004", f"the result of payer {level} is not there", "results")


def _addressed(claim: Claim, to_level: str) -> Claim:
    """The claim to another of its payers, as an original; the payer it was addressed to joins the others."""
    if claim.subscriber.payer_level == to_level:
        return claim
    destination = next((other for other in claim.other_payers if other.subscriber.payer_level == to_level), None)
    if destination is None:
        raise _refused(claim, [_finding(claim, "COB-003", f"no payer {to_level} is named", "other_payers")])
    former = OtherPayer(
        claim.subscriber,
        claim.payer,
        benefits_assigned=claim.benefits_assigned,
        release_of_information=claim.release_of_information,
    )
    others = tuple(other for other in claim.other_payers if other is not destination)
    subscriber = destination.subscriber
    return replace(
        claim,
        frequency="1",
        subscriber=subscriber,
        payer=destination.payer,
        patient=None if subscriber.relationship == "18" else claim.patient_person,
        benefits_assigned=destination.benefits_assigned,
        release_of_information=destination.release_of_information,
        other_payers=(former, *others),
        prior_authorization="",
        referral="",
        original_reference="",
        lines=tuple(replace(line, prior_authorization="") for line in claim.lines),
    )


def _subscriber_at(claim: Claim, level: str) -> Subscriber:
    candidates = [claim.subscriber, *(other.subscriber for other in claim.other_payers)]
    return next(subscriber for subscriber in candidates if subscriber.payer_level == level)


def _with_result(claim: Claim, subscriber: Subscriber, result: PriorResult) -> Claim:
    """The claim with one earlier payer's result: 2320 and 2330B, and 2430 on every line it decided."""
    decided = result.claim
    before = next(other for other in claim.other_payers if other.subscriber.payer_level == subscriber.payer_level)
    others_ids = frozenset(other.payer.id for other in _earlier_payers(claim, before))
    result = replace(result, payer=_told_apart(result, others_ids))
    prior = replace(
        before,
        payer=result.payer,
        paid_cents=decided.paid_cents,
        adjustments=decided.adjustments,
        remaining_cents=None if decided.lines else _share_cents(decided.adjustments),
        payer_claim_number=decided.payer_claim_number,
        adjudication_date=None if decided.lines else result.payment_date,
        remarks=decided.remarks,
    )
    others = tuple(prior if other is before else other for other in claim.other_payers)
    claim = replace(claim, other_payers=others)
    own_ids = {result.payer.id, before.payer.id} - others_ids
    return replace(claim, lines=_decided_lines(claim, result, own_ids)) if decided.lines else claim


def _earlier_payers(claim: Claim, payer: OtherPayer) -> Iterator[OtherPayer]:
    """The payers before that one."""
    return (other for other in claim.other_payers if _rank_of(other) < _rank_of(payer))


def _told_apart(result: PriorResult, others_ids: Collection[str]) -> Party:
    """The payer under an identifier that no earlier one has.

    Of an insurer with two policies of the patient SVD01 would not say which result is which; the identifier of 2330B
    has no other use than to join them, so the level is added to it.
    """
    payer = result.payer
    return replace(payer, id=f"{payer.id}{result.level}") if payer.id in others_ids else payer


def _decided_lines(claim: Claim, result: PriorResult, own_ids: Collection[str]) -> tuple[ClaimLine, ...]:
    """The claim's lines, each with what the payer decided about it, and without what it had said before."""
    match = match_lines([_known(line) for line in claim.lines], result.claim)
    if match.problem:
        message = f"payer {result.level}: {match.problem}"
        raise _refused(claim, [_finding(claim, "COB-005", message, "results")])
    lines = []
    for line in claim.lines:
        parts = [
            part for part, known in zip(result.claim.lines, match.lines, strict=True) if known.number == line.number
        ]
        kept = tuple(one for one in line.adjudications if one.payer_id not in own_ids)
        added = tuple(_adjudication(claim, line, part, result) for part in parts)
        lines.append(replace(line, adjudications=kept + added))
    return tuple(lines)


def _known(line: ClaimLine) -> KnownLine:
    procedure = line.procedure
    start = line.period.start if line.period else None
    number = line.number
    return KnownLine(number, number, line.control_number, procedure.code, procedure.modifiers, line.charge_cents, start)


def _adjudication(claim: Claim, line: ClaimLine, part: RemittanceLine, result: PriorResult) -> LineAdjudication:
    return LineAdjudication(
        payer_id=result.payer.id,
        paid_cents=part.paid_cents,
        procedure=part.procedure,
        quantity=line.quantity if part.quantity is None else part.quantity,
        adjustments=part.adjustments,
        adjudication_date=result.payment_date,
        remaining_cents=_share_cents(part.adjustments),
        bundled_into=_absorbing_line(claim, line, part),
    )


def _absorbing_line(claim: Claim, line: ClaimLine, part: RemittanceLine) -> int | None:
    """The number of the line into which this one was bundled: CARC 97 and that line's code (billing rules B.5)."""
    if (
        all(adjustment.reason != BUNDLED for adjustment in part.adjustments)
        or part.procedure.code == line.procedure.code
    ):
        return None
    absorbing = [other.number for other in claim.lines if other.procedure.code == part.procedure.code]
    return absorbing[0] if len(absorbing) == 1 else None


def _share_cents(adjustments: Sequence[Adjustment]) -> int | None:
    """What is left to be paid after this payer, as the provider sees it (AMT*EAF): the sum of group PR, if any."""
    return sum(adjustment.amount_cents for adjustment in adjustments if adjustment.group == "PR") or None


def _rank(level: str) -> int:
    """The place in the order of payment; an unknown level comes last."""
    place = PAYER_LEVELS.find(level)
    return place if place >= 0 else len(PAYER_LEVELS)


def _rank_of(other: OtherPayer) -> int:
    return _rank(other.subscriber.payer_level)


def _finding(claim: Claim, code: str, message: str, field: str) -> Finding:
    text = f"Claim {claim.control_number}: {message}."
    hint = "Mend the earlier payer's result, or send this claim by hand."
    return Finding(code, Severity.ERROR, text, hint, Where(record=claim.control_number, field=field))


def _refused(claim: Claim, findings: Sequence[Finding]) -> InputError:
    return InputError(f"the next payer's claim of {claim.control_number} cannot be built", findings)
