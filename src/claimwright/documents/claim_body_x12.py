"""One claim between X12 and `Claim`: 2300 with 2310, and the other payers and lines below it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from claimwright.documents.claim import Claim, ClaimKind, Subscriber
from claimwright.documents.claim_codes_x12 import read_codes, read_diagnoses, write_codes
from claimwright.documents.claim_kinds_x12 import ClaimGuide, ClaimReader
from claimwright.documents.claim_lines_x12 import read_line, write_line
from claimwright.documents.claim_payers_x12 import read_other_payer, write_other_payer
from claimwright.documents.claim_providers_x12 import Providers, write_providers
from claimwright.documents.dental_x12 import PREDETERMINATION, read_dental_part, write_dental_part
from claimwright.documents.drafts import maker
from claimwright.documents.institutional_x12 import read_institutional_part, write_institutional_part
from claimwright.documents.parties import NOBODY, Party, Person, Provider
from claimwright.documents.parties_x12 import read_numbers, write_numbers, write_reference
from claimwright.documents.values_x12 import Pool, Unreadable, in_order, last_segment, x12_other, x12_period
from claimwright.money import x12_amount
from claimwright.x12.tree import Loop
from claimwright.x12.writing import Element, OutgoingSegment

make_claim = maker(Claim)
_NO_SUBSCRIBER = Subscriber("", Person())
_BLANKS = [""] * 21
_NUMBERS = frozenset(("G1", "9F", "F8", "D9", "EA"))


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


# Reading.


def read_claim(loop: Loop, level: Level, reader: ClaimReader) -> Claim:
    """2300. Raises `Unreadable`."""
    pool = Pool(loop)
    clm = loop.segments[0]
    pool.take("CLM")
    reader.record = clm[1]
    reader.what = f"claim {clm[1]}"
    if not clm[1]:
        reader.say("010", clm, 1)
        raise Unreadable
    note, paid = pool.take("NTE"), pool.take("AMT", "F5")
    providers = Providers(loop, reader)
    kind = reader.guide.kind
    codes = read_codes(pool) if kind is ClaimKind.INSTITUTIONAL else {"diagnoses": read_diagnoses(pool)}
    diagnoses = codes.pop("diagnoses", ())
    is_institutional, is_dental = kind is ClaimKind.INSTITUTIONAL, kind is ClaimKind.DENTAL
    institutional = read_institutional_part(clm, pool, codes, providers, reader) if is_institutional else None
    dental = read_dental_part(clm, pool, providers, reader) if is_dental else None
    numbers, references = read_numbers(pool, _NUMBERS)
    fields = clm.fields + _BLANKS[len(clm.fields) :]
    facility, _, frequency = (*clm.components(5), "", "", "")[:3]
    causes = clm.components(11)
    return make_claim(
        control_number=clm[1],
        charge_cents=reader.cents(clm, 2),
        place_of_service="" if is_institutional else facility,
        frequency=frequency,
        billing=level.billing,
        pay_to=level.pay_to,
        pay_to_plan=level.pay_to_plan,
        currency=level.currency,
        subscriber=level.subscriber,
        payer=level.payer,
        patient=level.patient,
        provider_signature=fields[6],
        assignment=fields[7],
        benefits_assigned=fields[8],
        release_of_information=fields[9],
        patient_signature=fields[10],
        related_causes=tuple([code for code in causes[:3] if code]),
        accident_state=causes[3] if len(causes) > 3 else "",
        accident_country=causes[4] if len(causes) > 4 else "",
        special_program=fields[12],
        delay_reason=fields[20],
        patient_paid_cents=reader.cents_or_none(paid, 2) if paid else None,
        prior_authorization=numbers.get("G1", ""),
        referral=numbers.get("9F", ""),
        original_reference=numbers.get("F8", ""),
        clearinghouse_number=numbers.get("D9", ""),
        medical_record=numbers.get("EA", ""),
        note=note[2] if note else "",
        note_kind=note[1] if note else "ADD",
        diagnoses=diagnoses,
        institutional=institutional,
        dental=dental,
        dates=reader.dates(pool),
        references=references,
        rendering=providers.take("82"),
        referring=providers.take("DN"),
        supervising=providers.take("DQ"),
        facility=providers.take("77"),
        providers=providers.rest(),
        other_payers=tuple([read_other_payer(other, reader) for other in loop.loops_of("2320")]),
        lines=tuple([read_line(line, at, reader) for at, line in enumerate(loop.loops_of("2400"), 1)]),
        others=reader.others(pool),
        origin=reader.origin(clm, last_segment(loop)),
    )


# Writing.


def write_claim(guide: ClaimGuide, claim: Claim) -> Iterator[OutgoingSegment]:
    """2300 and the loops in it."""
    yield from in_order(_write_itself(guide, claim), guide.claim_order)
    yield from write_providers(guide, _providers(claim), claim.providers, guide.claim_parts)
    for other in claim.other_payers:
        yield from write_other_payer(guide, other)
    for line in claim.lines:
        yield from write_line(guide, line)


def _providers(claim: Claim) -> Iterator[tuple[str, Provider | None]]:
    yield from (("DN", claim.referring), ("82", claim.rendering), ("77", claim.facility), ("DQ", claim.supervising))
    if part := claim.institutional:
        yield from (("71", part.attending), ("72", part.operating), ("ZZ", part.other_operating))
    if claim.dental:
        yield ("DD", claim.dental.assistant_surgeon)


def _write_itself(guide: ClaimGuide, claim: Claim) -> Iterator[OutgoingSegment]:
    yield _write_clm(guide, claim)
    if claim.institutional:
        yield from write_institutional_part(claim.institutional)
    if claim.dental:
        yield from write_dental_part(claim.dental)
    for qualifier, period in claim.dates:
        yield x12_period(qualifier, period)
    if claim.patient_paid_cents is not None:
        yield ("AMT", "F5", x12_amount(claim.patient_paid_cents))
    numbers = (
        ("9F", claim.referral),
        ("G1", claim.prior_authorization),
        ("F8", claim.original_reference),
        ("D9", claim.clearinghouse_number),
        ("EA", claim.medical_record),
    )
    yield from write_numbers(numbers)
    yield from map(write_reference, claim.references)
    if claim.note:
        yield ("NTE", claim.note_kind, claim.note)
    yield from write_codes(guide, claim.diagnoses, claim.institutional)
    yield from map(x12_other, claim.others)


def _write_clm(guide: ClaimGuide, claim: Claim) -> OutgoingSegment:
    causes: Element = ""
    if claim.related_causes:
        codes = (*claim.related_causes, "", "", "")[:3]
        causes = (*codes, claim.accident_state, claim.accident_country)
    reason = PREDETERMINATION if claim.dental and claim.dental.predetermination else ""
    clm: OutgoingSegment = (
        "CLM", claim.control_number, x12_amount(claim.charge_cents), "", "",
        (claim.facility_code, guide.facility, claim.frequency), claim.provider_signature, claim.assignment,
        claim.benefits_assigned, claim.release_of_information, claim.patient_signature, causes,
        claim.special_program, *[""] * 6, reason, claim.delay_reason,
    )  # fmt: skip
    return tuple("" if element in guide.not_in_clm else value for element, value in enumerate(clm))
