"""A claim at a payer: what is paid, what is taken off and why. Records in, records out.

What the claim itself causes comes first (a duplicate, a late claim, a missing authorization, no word of the earlier
payer); then chance, as the policy has it; then the fee schedule, copay, deductible, coinsurance and sequestration.
Every result balances: charge less adjustments is paid, on each line and on the claim.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from claimwright.documents.adjustments import Adjustment
from claimwright.documents.claim import Claim, ClaimLine, LineAdjudication, OtherPayer
from claimwright.documents.parties import Party, Person, Provider
from claimwright.documents.remittance import Amount, RemittanceClaim, RemittanceLine
from claimwright.money import percent_of
from claimwright.simulator.chance import choose, draw
from claimwright.simulator.policy import OtherCoverage, Outcome, Payer, PayerKind

ORIGINAL, REPLACEMENT, VOID = "1", "7", "8"
REVERSAL_STATUS = "22"

_ONCE = frozenset({Outcome.REJECTED, Outcome.MISSING_DATA})
_MISSING = ("M76", "N286", "N290", "M51")
_ALL_OF_IT = Decimal(100)
_UNDERPAID, _CORRECTED = Decimal(85), Decimal(80)
_STATUS = MappingProxyType({"P": "1", "S": "2"})
_FORWARDED = MappingProxyType({"1": "19", "2": "20", "3": "21"})
_MINUTES_PER_UNIT = 15


@dataclass(frozen=True, slots=True)
class Submission:
    """A claim as a payer took it in. `attempt` counts the earlier ones of the same control number at this payer."""

    claim: Claim
    payer_claim_number: str
    received_on: date
    attempt: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """What the payer's books hold about the claim on the day of the decision.

    `original` is the result in force that a replacement, a void or a correction undoes; `is_first_word`: the claim
    replaces one that was dropped before it was decided. `forwards` is the payer and the coverage that gets what is
    left, None when nobody does.
    """

    deductible_left_cents: int = 0
    is_duplicate: bool = False
    was_forwarded: bool = False
    original: RemittanceClaim | None = None
    is_first_word: bool = False
    forwards: tuple[Payer, OtherCoverage] | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What the payer answers: a reversal first where there is one. `deductible_left_cents` is what is left after it."""

    results: tuple[RemittanceClaim, ...]
    deductible_left_cents: int
    outcome: Outcome | None = None

    @property
    def result(self) -> RemittanceClaim | None:
        """The result in force from now on; None after a void."""
        last = self.results[-1]
        return None if last.status == REVERSAL_STATUS else last


class Denial(NamedTuple):
    """Why a line is not paid at all."""

    group: str
    reason: str
    remarks: tuple[str, ...] = ()


NO_EARLIER_PAYER = Denial("CO", "22")
UNKNOWN_ORIGINAL = Denial("CO", "16", ("M47",))
DUPLICATE = Denial("OA", "18")
FORWARDED_ALREADY = Denial("OA", "18", ("N522",))
LATE = Denial("CO", "29")
NOT_NECESSARY = Denial("CO", "50", ("N115",))
BUNDLED = Denial("CO", "97", ("M15",))
NOT_AUTHORIZED = Denial("CO", "197")


def adjudicate(submission: Submission, payer: Payer, standing: Standing, seed: int) -> Decision:
    """Decide one claim. A replacement undoes the original first; a void does nothing else."""
    claim, left = submission.claim, standing.deductible_left_cents
    results: list[RemittanceClaim] = []
    if claim.frequency in (REPLACEMENT, VOID) and standing.original:
        results.append(reverse(standing.original))
        left += deductible_of(standing.original)
        if claim.frequency == VOID:
            return Decision(tuple(results), left)
    outcome = chance_outcome(submission, payer, seed)
    denials = _denials(submission, payer, standing, outcome, seed)
    scale = _UNDERPAID if outcome is Outcome.UNDERPAID else _ALL_OF_IT
    lines, used = _lines(claim, payer, denials, left, scale)
    result = _result(submission, payer, lines)
    if outcome is Outcome.PAID_LATE:
        result = _with_interest(result, payer)
    if standing.forwards and result.status == "1" and result.patient_responsibility_cents:
        result = _forward(result, standing.forwards[0])
    return Decision((*results, result), left - used, outcome)


def correct(submission: Submission, payer: Payer, standing: Standing) -> Decision:
    """Take a paid claim back and decide it again for less: a reversal and its correction."""
    if standing.original is None:
        raise ValueError("there is nothing to correct")
    left = standing.deductible_left_cents + deductible_of(standing.original)
    lines, used = _lines(submission.claim, payer, _no_authorization(submission.claim, payer), left, _CORRECTED)
    corrected = _result(submission, payer, lines)
    return Decision((reverse(standing.original), corrected), left - used, Outcome.CORRECTED)


def chance_outcome(submission: Submission, payer: Payer, seed: int) -> Outcome | None:
    """What chance does to this claim: stable for (seed, claim number, payer, attempt)."""
    fallen = draw(seed, submission.claim.control_number, payer.id, submission.attempt)
    bound = 0
    for outcome in Outcome:
        bound += payer.chances.get(outcome, 0)
        if fallen < bound:
            return _if_possible(outcome, submission)
    return None


def _if_possible(outcome: Outcome, submission: Submission) -> Outcome | None:
    """Some things happen only once, and some only where nobody else has built on the result."""
    claim = submission.claim
    if outcome in _ONCE and submission.attempt:
        return None
    is_alone = claim.subscriber.payer_level == "P" and not claim.other_payers and claim.frequency == ORIGINAL
    if outcome in (Outcome.CORRECTED, Outcome.UNDERPAID) and not is_alone:
        return None
    return outcome


def reverse(result: RemittanceClaim) -> RemittanceClaim:
    """The reversal of a result: status 22 and every amount negated, in the original groups (X12 RFI 1147)."""
    responsibility = result.patient_responsibility_cents
    return replace(
        result,
        status=REVERSAL_STATUS,
        charge_cents=-result.charge_cents,
        paid_cents=-result.paid_cents,
        patient_responsibility_cents=None if responsibility is None else -responsibility,
        crossover_carrier=None,
        adjustments=_negated(result.adjustments),
        amounts=_negated_amounts(result.amounts),
        lines=tuple(_reversed_line(line) for line in result.lines),
        outpatient=(),
        remarks=(),
    )


def _reversed_line(line: RemittanceLine) -> RemittanceLine:
    return replace(
        line,
        charge_cents=-line.charge_cents,
        paid_cents=-line.paid_cents,
        adjustments=_negated(line.adjustments),
        amounts=_negated_amounts(line.amounts),
    )


def _negated(adjustments: Sequence[Adjustment]) -> tuple[Adjustment, ...]:
    return tuple(replace(adjustment, amount_cents=-adjustment.amount_cents) for adjustment in adjustments)


def _negated_amounts(amounts: Sequence[Amount]) -> tuple[Amount, ...]:
    return tuple(replace(amount, amount_cents=-amount.amount_cents) for amount in amounts)


def deductible_of(result: RemittanceClaim) -> int:
    """The cents that a result took from the deductible."""
    return sum(a.amount_cents for a in result.all_adjustments if (a.group, a.reason) == ("PR", "1"))


def interest_of(result: RemittanceClaim) -> int:
    """The interest that a result carries (AMT I): information here, paid in the PLB."""
    return sum(amount.amount_cents for amount in result.amounts if amount.qualifier == "I")


def is_unprocessable(result: RemittanceClaim) -> bool:
    """Whether the claim was not decided at all, so that the same claim may come again as a new one."""
    return "MA130" in result.remarks


def is_denied(result: RemittanceClaim) -> bool:
    """Whether no line was recognized: nothing paid and nothing left to anybody."""
    return not result.paid_cents and not result.patient_responsibility_cents and bool(result.charge_cents)


# What is denied, and why.


def _denials(
    submission: Submission, payer: Payer, standing: Standing, outcome: Outcome | None, seed: int
) -> dict[int, Denial]:
    """The denied lines by position: all of them for one cause, or some."""
    claim = submission.claim
    whole = _cause_of_claim(submission, payer, standing) or _chance_of_claim(submission, outcome, seed)
    if whole:
        return dict.fromkeys(range(len(claim.lines)), whole)
    denials = _no_authorization(claim, payer)
    denial = _LINE_CHANCES.get(outcome) if outcome else None
    if denial and claim.lines:
        denials.setdefault(choose(seed, len(claim.lines), claim.control_number, payer.id, "line"), denial)
    return denials


_LINE_CHANCES = MappingProxyType(
    {
        Outcome.NOT_NECESSARY: NOT_NECESSARY,
        Outcome.BUNDLED: BUNDLED,
        Outcome.NOT_AUTHORIZED: NOT_AUTHORIZED,
    }
)


def _cause_of_claim(submission: Submission, payer: Payer, standing: Standing) -> Denial | None:
    claim = submission.claim
    if claim.frequency in (REPLACEMENT, VOID) and standing.original is None and not standing.is_first_word:
        return UNKNOWN_ORIGINAL
    if standing.was_forwarded:
        return FORWARDED_ALREADY
    if standing.is_duplicate:
        return DUPLICATE
    if payer.filing_days is not None and _age_days(submission) > payer.filing_days:
        return LATE
    if claim.subscriber.payer_level != "P" and not _earlier_payers(claim):
        return NO_EARLIER_PAYER
    return None


def _chance_of_claim(submission: Submission, outcome: Outcome | None, seed: int) -> Denial | None:
    if outcome is Outcome.MISSING_DATA:
        remark = _MISSING[choose(seed, len(_MISSING), submission.claim.control_number, "remark")]
        return Denial("CO", "16", (remark,))
    if outcome is Outcome.DUPLICATE:
        return DUPLICATE
    return LATE if outcome is Outcome.LATE else None


def _no_authorization(claim: Claim, payer: Payer) -> dict[int, Denial]:
    """Lines that need an authorization and have none. A later payer leaves that to the first."""
    if claim.prior_authorization or claim.subscriber.payer_level != "P":
        return {}
    return {
        position: NOT_AUTHORIZED
        for position, line in enumerate(claim.lines)
        if line.procedure.code in payer.authorization_codes and not line.prior_authorization
    }


def _age_days(submission: Submission) -> int:
    ends = [line.period.end for line in submission.claim.lines if line.period]
    return (submission.received_on - max(ends)).days if ends else 0


def _earlier_payers(claim: Claim) -> list[OtherPayer]:
    """The other payers that have decided already."""
    decided = {adjudication.payer_id for line in claim.lines for adjudication in line.adjudications}
    return [
        other
        for other in claim.other_payers
        if other.paid_cents is not None or other.adjustments or other.payer.id in decided
    ]


# What is paid.


class _Purse:
    """What is left of copay and deductible while the lines of one claim are priced in their order."""

    def __init__(self, payer: Payer, deductible_left_cents: int) -> None:
        self.payer = payer
        self.copay_cents = payer.copay_cents
        self.deductible_cents = max(deductible_left_cents, 0)

    def shares(self, line: ClaimLine, allowed_cents: int) -> list[tuple[str, int]]:
        """The patient's shares of an allowed amount, by reason: a copay for a visit, else deductible, coinsurance."""
        if self.payer.copay_cents and line.procedure.code.startswith(self.payer.visit_codes):
            copay = min(self.copay_cents, allowed_cents)
            self.copay_cents -= copay
            return [("3", copay)]
        deductible = min(self.deductible_cents, allowed_cents)
        self.deductible_cents -= deductible
        return [("1", deductible), ("2", percent_of(allowed_cents - deductible, self.payer.coinsurance_percent))]


def _lines(
    claim: Claim, payer: Payer, denials: dict[int, Denial], left_cents: int, scale: Decimal
) -> tuple[list[RemittanceLine], int]:
    """The decided lines, and what they took from the deductible."""
    purse = _Purse(payer, left_cents)
    before = purse.deductible_cents
    earlier = _earlier_shares(claim) if claim.subscriber.payer_level != "P" else None
    lines = []
    for position, line in enumerate(claim.lines):
        denial = denials.get(position)
        if denial:
            lines.append(_denied_line(line, denial))
        elif earlier is not None:
            lines.append(_later_line(line, payer, earlier[position]))
        else:
            lines.append(_first_line(line, payer, purse, scale))
    return lines, before - purse.deductible_cents


def allowed_cents(line: ClaimLine, payer: Payer, scale: Decimal = _ALL_OF_IT) -> int:
    """The most a payer recognizes for a line: its fee for the units, never above the charge."""
    fee = payer.fees.get(line.procedure.code)
    if fee is None:
        allowed = percent_of(line.charge_cents, payer.percent_of_charge)
    else:
        units = line.quantity / _MINUTES_PER_UNIT if line.unit == "MJ" else line.quantity
        allowed = percent_of(fee, units * 100)
    return min(percent_of(allowed, scale), line.charge_cents)


def _first_line(line: ClaimLine, payer: Payer, purse: _Purse, scale: Decimal) -> RemittanceLine:
    allowed = allowed_cents(line, payer, scale)
    if not allowed and line.charge_cents:
        return _denied_line(line, BUNDLED)
    shares = [(reason, cents) for reason, cents in purse.shares(line, allowed) if cents]
    paid = allowed - sum(cents for _, cents in shares)
    cut = percent_of(paid, payer.sequestration_percent)
    adjustments = [Adjustment("CO", "45", line.charge_cents - allowed), Adjustment("CO", "253", cut)]
    adjustments += [Adjustment("PR", reason, cents) for reason, cents in shares]
    return _line(line, paid - cut, adjustments, allowed=allowed)


def _later_line(line: ClaimLine, payer: Payer, left: Sequence[tuple[str, int]]) -> RemittanceLine:
    """A line at a later payer: OA-23 for what the earlier ones did, then this one's part of what they left."""
    remainder = sum(cents for _, cents in left)
    paid = _later_payment(line, payer, remainder)
    cut = percent_of(paid, payer.sequestration_percent)
    adjustments = [Adjustment("OA", "23", line.charge_cents - remainder), Adjustment("CO", "253", cut)]
    if payer.kind is PayerKind.MEDICAID:
        adjustments.append(Adjustment("CO", "45", remainder - paid))
    else:
        adjustments += [Adjustment("PR", reason, cents) for reason, cents in _first_cents(left, remainder - paid)]
    return _line(line, paid - cut, adjustments, allowed=remainder)


def _later_payment(line: ClaimLine, payer: Payer, remainder_cents: int) -> int:
    if payer.kind is PayerKind.SUPPLEMENT:
        return remainder_cents
    allowed = allowed_cents(line, payer)
    if payer.kind is PayerKind.MEDICAID:
        own = allowed - sum(adjudication.paid_cents for adjudication in line.adjudications)
    else:
        own = allowed - percent_of(allowed, payer.coinsurance_percent)
    return min(remainder_cents, max(own, 0))


def _earlier_shares(claim: Claim) -> list[list[tuple[str, int]]]:
    """What the earlier payers left to the patient on each line, by reason, from 2430 or else from 2320.

    With several earlier payers the last one's word counts, which is the smallest.
    """
    claim_level = min((_shares(other.adjustments) for other in _earlier_payers(claim)), key=_total, default=[])
    shares = []
    for line in claim.lines:
        if line.adjudications:
            share = min((_shares(adjudication.adjustments) for adjudication in line.adjudications), key=_total)
            shares.append(list(_first_cents(share, line.charge_cents)))
        else:
            taken = list(_first_cents(claim_level, line.charge_cents))
            claim_level = list(_without(claim_level, taken))
            shares.append(taken)
    return shares


def _shares(adjustments: Sequence[Adjustment]) -> list[tuple[str, int]]:
    return [(a.reason, a.amount_cents) for a in adjustments if a.group == "PR" and a.amount_cents > 0]


def _total(shares: Sequence[tuple[str, int]]) -> int:
    return sum(cents for _, cents in shares)


def _first_cents(shares: Sequence[tuple[str, int]], cents: int) -> Iterator[tuple[str, int]]:
    """The first `cents` of some shares, in their order."""
    for reason, amount in shares:
        taken = min(amount, cents)
        if taken > 0:
            cents -= taken
            yield reason, taken


def _without(shares: Sequence[tuple[str, int]], taken: Sequence[tuple[str, int]]) -> Iterator[tuple[str, int]]:
    """What is left of shares after their first ones were taken."""
    for position, (reason, amount) in enumerate(shares):
        rest = amount - (taken[position][1] if position < len(taken) else 0)
        yield reason, rest


def _denied_line(line: ClaimLine, denial: Denial) -> RemittanceLine:
    return _line(line, 0, [Adjustment(denial.group, denial.reason, line.charge_cents)], remarks=denial.remarks)


def _line(
    line: ClaimLine,
    paid_cents: int,
    adjustments: Sequence[Adjustment],
    *,
    allowed: int = 0,
    remarks: tuple[str, ...] = (),
) -> RemittanceLine:
    return RemittanceLine(
        procedure=replace(line.procedure, description="", code_to=""),
        charge_cents=line.charge_cents,
        paid_cents=paid_cents,
        adjustments=tuple(adjustment for adjustment in adjustments if adjustment.amount_cents),
        quantity=line.quantity,
        period=line.period,
        control_number=line.control_number,
        remarks=remarks,
        amounts=(Amount("B6", allowed),) if allowed else (),
    )


def _result(submission: Submission, payer: Payer, lines: Sequence[RemittanceLine]) -> RemittanceClaim:
    claim = submission.claim
    responsibility = sum(a.amount_cents for line in lines for a in line.adjustments if a.group == "PR")
    allowed = sum(amount.amount_cents for line in lines for amount in line.amounts)
    reasons = {str(adjustment) for line in lines for adjustment in line.adjustments}
    rendering = claim.rendering if claim.rendering and claim.rendering.npi else None
    return RemittanceClaim(
        control_number=claim.control_number,
        status=_STATUS.get(claim.subscriber.payer_level, "3"),
        charge_cents=claim.charge_cents,
        paid_cents=sum(line.paid_cents for line in lines),
        patient_responsibility_cents=responsibility,
        filing_code=payer.filing_code,
        payer_claim_number=submission.payer_claim_number,
        facility_code=claim.place_of_service,
        frequency=claim.frequency,
        patient=_named(claim.patient_person, claim.subscriber.member_id),
        subscriber=None if claim.is_patient_subscriber else _named(claim.subscriber.person, claim.subscriber.member_id),
        rendering=_provider(rendering) if rendering else None,
        remarks=("MA130",) if reasons == {"CO-16"} else ("MA01",) if payer.kind is PayerKind.MEDICARE else (),
        lines=tuple(lines),
        dates=(("050", submission.received_on),),
        amounts=(Amount("AU", allowed),) if allowed else (),
    )


def _named(person: Person, member_id: str) -> Party:
    return Party(
        person.last_name,
        person.first_name,
        person.middle_name,
        person.suffix,
        is_person=True,
        id_qualifier="MI" if member_id else "",
        id=member_id,
    )


def _provider(provider: Provider) -> Provider:
    names = (provider.last_name, provider.first_name, provider.middle_name, provider.suffix)
    return Provider(*names, is_person=provider.is_person, id_qualifier="XX", id=provider.npi)


def _with_interest(result: RemittanceClaim, payer: Payer) -> RemittanceClaim:
    interest = percent_of(result.paid_cents, payer.interest_percent * payer.days_late / 365)
    return replace(result, amounts=(*result.amounts, Amount("I", interest))) if interest else result


# What goes on to the supplement.


def _forward(result: RemittanceClaim, supplement: Payer) -> RemittanceClaim:
    carrier = Party(last_name=supplement.name, id_qualifier="PI", id=supplement.id)
    remarks = (*result.remarks, "MA18")
    return replace(result, status=_FORWARDED[result.status], crossover_carrier=carrier, outpatient=(), remarks=remarks)


def forwarded_claim(
    claim: Claim, result: RemittanceClaim, payer: Payer, forwards: tuple[Payer, OtherCoverage], paid_on: date
) -> Claim:
    """The claim that Medicare sends on to the supplement: the provider's own, with what Medicare decided."""
    supplement, coverage = forwards
    person = replace(claim.subscriber.person, id=coverage.member_id)
    first = OtherPayer(
        claim.subscriber,
        payer.party,
        paid_cents=result.paid_cents,
        payer_claim_number=result.payer_claim_number,
    )
    lines = (
        replace(line, adjudications=(_adjudication(decided, payer, paid_on),))
        for line, decided in zip(claim.lines, result.lines, strict=True)
    )
    subscriber = replace(claim.subscriber, payer_level="S", person=person, insurance_type="", filing_code="CI")
    return replace(
        claim, subscriber=subscriber, payer=supplement.party, other_payers=(first,), lines=tuple(lines), frequency="1"
    )


def _adjudication(line: RemittanceLine, payer: Payer, paid_on: date) -> LineAdjudication:
    quantity = line.quantity or Decimal(1)
    return LineAdjudication(payer.id, line.paid_cents, line.procedure, quantity, line.adjustments, paid_on)
