"""What a payer answers when it is asked whether a person is covered: 270 in, 271 out, as records.

Service types and benefit codes are those of EB01 to EB06; 30 is the plan as a whole, 98 a professional visit.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from claimwright.documents.eligibility import (
    Benefit,
    BenefitEntity,
    EligibilityInquiry,
    EligibilityInquiryBatch,
    EligibilityResponse,
    EligibilityResponseBatch,
    Rejection,
)
from claimwright.documents.parties import Period, Provider
from claimwright.simulator.policy import Member, Payer, Policy

_CORRECT_AND_ASK_AGAIN = "C"
_INSURANCE_TYPES = {"medicare": "MB", "medicaid": "MC", "commercial": "C1", "supplement": "SP"}
_PLAN, _VISIT = ("30",), ("98",)
_YEAR, _REMAINING, _VISIT_PERIOD = "23", "29", "27"


def answer(
    batch: EligibilityInquiryBatch, policy: Policy, deductibles: dict[tuple[str, str], int], now: datetime
) -> EligibilityResponseBatch:
    """One response for each inquiry. `deductibles` are the cents left by (payer, member) where anything was used."""
    responses = tuple(_respond(inquiry, policy, deductibles) for inquiry in batch.inquiries)
    return EligibilityResponseBatch(batch.reference, now, responses)


def _respond(
    inquiry: EligibilityInquiry, policy: Policy, deductibles: dict[tuple[str, str], int]
) -> EligibilityResponse:
    payer = policy.payer(inquiry.payer)
    member = policy.member(payer.id, inquiry.subscriber.id)
    reason = refusal(inquiry, payer, member)
    if reason:
        return _response(inquiry, payer, rejections=(Rejection(reason, _CORRECT_AND_ASK_AGAIN, "2100C"),))
    left = deductibles.get((payer.id, inquiry.subscriber.id), starting_deductible(payer, member))
    response = _response(inquiry, payer, benefits=_benefits(inquiry, payer, member, left, policy))
    return replace(response, plan_dates=_plan_dates(member))


def _response(
    inquiry: EligibilityInquiry,
    payer: Payer,
    *,
    benefits: tuple[Benefit, ...] = (),
    rejections: tuple[Rejection, ...] = (),
) -> EligibilityResponse:
    return EligibilityResponse(
        trace=inquiry.trace,
        payer=replace(payer.party, address=None),
        provider=inquiry.provider,
        subscriber=inquiry.subscriber,
        patient=inquiry.patient,
        group_number=inquiry.group_number,
        relationship=inquiry.relationship,
        trace_origin=inquiry.trace_origin,
        further_traces=inquiry.further_traces,
        benefits=benefits,
        rejections=rejections,
    )


def refusal(inquiry: EligibilityInquiry, payer: Payer, member: Member | None) -> str:
    """The AAA03 code for which a question is not answered; `''` when it is."""
    person = inquiry.subscriber
    if not person.id or not payer.has_member_id_form(person.id):
        return "72"
    if payer.knows_everyone:
        return ""
    if member is None:
        return "75"
    if person.birth_date and person.birth_date != member.birth_date:
        return "71"
    if person.last_name and person.last_name.upper() != member.last_name.upper():
        return "73"
    return ""


def starting_deductible(payer: Payer, member: Member | None) -> int:
    """The deductible that was left before the first claim."""
    if member is None or member.deductible_left_cents is None:
        return payer.deductible_cents
    return member.deductible_left_cents


def _benefits(
    inquiry: EligibilityInquiry, payer: Payer, member: Member | None, left_cents: int, policy: Policy
) -> tuple[Benefit, ...]:
    kind = _INSURANCE_TYPES[payer.kind.value]
    if member and not member.is_covered_on(inquiry.service_date):
        return (Benefit("6", "IND", _PLAN, kind, payer.name),)
    benefits = [Benefit("1", "IND", _PLAN, kind, payer.name)]
    if payer.deductible_cents:
        benefits += [
            Benefit("C", "IND", _PLAN, kind, period=_YEAR, amount_cents=payer.deductible_cents, in_network="Y"),
            Benefit("C", "IND", _PLAN, kind, period=_REMAINING, amount_cents=left_cents, in_network="Y"),
        ]
    coinsurance = payer.coinsurance_percent / 100
    benefits.append(Benefit("A", "IND", _PLAN, kind, period=_YEAR, percent=coinsurance, in_network="Y"))
    if payer.copay_cents:
        visit = Benefit("B", "IND", _VISIT, kind, period=_VISIT_PERIOD, amount_cents=payer.copay_cents, in_network="Y")
        benefits.append(visit)
    if member and member.other:
        benefits.append(_other_payer(member, policy))
    return tuple(benefits)


def _plan_dates(member: Member | None) -> tuple[tuple[str, Period], ...]:
    """DTP 346 (plan began) and 347 (plan ended)."""
    if member is None:
        return ()
    ended = (("347", Period.day(member.until)),) if member.until else ()
    return (("346", Period.day(member.since)), *ended)


def _other_payer(member: Member, policy: Policy) -> Benefit:
    """EB R: who else covers the member, as primary (PRP) or secondary payer (SEP)."""
    if member.other is None:
        raise ValueError("the member has no other coverage")
    known = policy.payers.get(member.other.payer_id, policy.default_payer)
    party = Provider(last_name=known.name, id_qualifier="PI", id=member.other.payer_id)
    return Benefit("R", "IND", _PLAN, entities=(BenefitEntity("PRP" if member.other.is_primary else "SEP", party),))
