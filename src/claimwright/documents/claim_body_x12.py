"""One claim between X12 and `Claim`: 2300 with 2310, and the other payers and lines below it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from claimwright.documents.claim import Claim, ClaimKind, Subscriber
from claimwright.documents.claim_codes_x12 import write_codes
from claimwright.documents.claim_kinds_x12 import ClaimGuide
from claimwright.documents.claim_lines_x12 import write_line
from claimwright.documents.claim_payers_x12 import write_other_payer
from claimwright.documents.claim_providers_x12 import write_providers
from claimwright.documents.dental_x12 import PREDETERMINATION, write_dental_part
from claimwright.documents.drafts import maker
from claimwright.documents.institutional_x12 import write_institutional_part
from claimwright.documents.parties import NOBODY, Party, Person, Provider
from claimwright.documents.parties_x12 import write_reference
from claimwright.documents.values_x12 import x12_other, x12_period
from claimwright.money import x12_amount
from claimwright.x12.composing import Composer
from claimwright.x12.writing import Element, OutgoingSegment

_NO_SUBSCRIBER = Subscriber("", Person())


@dataclass(frozen=True, slots=True)
class Level:
    """What the levels above a claim say that is the same for all claims below: 2000A, 2000B, 2000C."""

    billing: Provider
    pay_to: Party | None
    pay_to_plan: Party | None
    currency: str
    subscriber: Subscriber = _NO_SUBSCRIBER
    payer: Party = NOBODY
    patient: Person | None = None


make_level = maker(Level)
NO_LEVEL = Level(Provider(), None, None, "")
"""The level of a claim that stands below none."""


def write_claim(out: Composer, guide: ClaimGuide, claim: Claim) -> None:
    """2300 and the loops in it."""
    start = len(out.said)
    _write_itself(out, guide, claim)
    if claim.others or guide.kind is not ClaimKind.PROFESSIONAL:  # Else it is in order as it is.
        out.sort(start, guide.claim_order)
    write_providers(out, guide, _providers(claim), claim.providers, guide.claim_parts)
    for other in claim.other_payers:
        write_other_payer(out, guide, other)
    for line in claim.lines:
        write_line(out, guide, line)


def _providers(claim: Claim) -> Iterator[tuple[str, Provider | None]]:
    yield from (("DN", claim.referring), ("82", claim.rendering), ("77", claim.facility), ("DQ", claim.supervising))
    if part := claim.institutional:
        yield from (("71", part.attending), ("72", part.operating), ("ZZ", part.other_operating))
    if claim.dental:
        yield ("DD", claim.dental.assistant_surgeon)


def _write_itself(out: Composer, guide: ClaimGuide, claim: Claim) -> None:
    _write_clm(out, guide, claim)
    if claim.institutional:
        out.add_all(write_institutional_part(claim.institutional))
    if claim.dental:
        out.add_all(write_dental_part(claim.dental))
    for qualifier, period in claim.dates:
        out.add(*x12_period(qualifier, period))
    if claim.patient_paid_cents is not None:
        out.add("AMT", "F5", x12_amount(claim.patient_paid_cents))
    for qualifier, number in (
        ("9F", claim.referral),
        ("G1", claim.prior_authorization),
        ("F8", claim.original_reference),
        ("D9", claim.clearinghouse_number),
        ("EA", claim.medical_record),
    ):
        if number:
            out.add("REF", qualifier, number)
    if claim.references:
        out.add_all(map(write_reference, claim.references))
    if claim.note:
        out.add("NTE", claim.note_kind, claim.note)
    write_codes(out, guide, claim.diagnoses, claim.institutional)
    if claim.others:
        out.add_all(map(x12_other, claim.others))


def _write_clm(out: Composer, guide: ClaimGuide, claim: Claim) -> None:
    causes: Element = ""
    if claim.related_causes:
        codes = (*claim.related_causes, "", "", "")[:3]
        causes = out.composite(*codes, claim.accident_state, claim.accident_country)
    reason = PREDETERMINATION if claim.dental and claim.dental.predetermination else ""
    clm: OutgoingSegment = (
        "CLM", claim.control_number, x12_amount(claim.charge_cents), "", "",
        out.composite(claim.facility_code, guide.facility, claim.frequency), claim.provider_signature, claim.assignment,
        claim.benefits_assigned, claim.release_of_information, claim.patient_signature, causes,
        claim.special_program, "", "", "", "", "", "", reason, claim.delay_reason,
    )  # fmt: skip
    if guide.not_in_clm:
        clm = tuple("" if element in guide.not_in_clm else value for element, value in enumerate(clm))
    out.add(*clm)
