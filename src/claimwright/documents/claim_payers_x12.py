"""The other payers of a claim between X12 and `OtherPayer`: 2320 with 2330A to I; and SBR, which every payer has."""

from __future__ import annotations

from claimwright.documents.claim import OtherPayer, Subscriber
from claimwright.documents.claim_kinds_x12 import ClaimGuide, ClaimReader
from claimwright.documents.claim_providers_x12 import read_providers
from claimwright.documents.drafts import maker
from claimwright.documents.parties import Person
from claimwright.documents.parties_x12 import (
    read_adjustments,
    read_party,
    read_person,
    write_address,
    write_adjustments_by_group,
    write_name,
    write_numbers,
    write_reference,
)
from claimwright.documents.values_x12 import Pool, x12_day, x12_other
from claimwright.money import x12_amount
from claimwright.x12.composing import Composer
from claimwright.x12.tree import Loop, Segment

make_other_payer = maker(OtherPayer)
make_subscriber = maker(Subscriber)

_ORDER = "SBR CAS AMT DMG OI MIA MOA"
_PROVIDER_AT_PAYER = frozenset(("G2", "LU"))
"""Numbers of the billing provider: they stand with the payer of the claim (2010BB), not with another payer (2330B)."""


def read_subscriber(sbr: Segment | None, person: Person) -> Subscriber:
    """Who holds the policy, and how the claim stands with its payer."""
    if sbr is None:
        return Subscriber("", person, "")
    return make_subscriber(sbr[1], person, sbr[2], sbr[3], sbr[4], sbr[5], sbr[9])


def with_relationship(subscriber: Subscriber, relationship: str) -> Subscriber:
    """The same policy, of which the patient is something else to the subscriber."""
    return make_subscriber(
        subscriber.payer_level, subscriber.person, relationship, subscriber.group_number, subscriber.group_name,
        subscriber.insurance_type, subscriber.filing_code,
    )  # fmt: skip


def read_other_payer(loop: Loop, reader: ClaimReader) -> OtherPayer:
    """2320 with 2330A to I. Raises `Unreadable`."""
    own = Pool(loop)
    sbr, oi, mia, moa = own.take("SBR"), own.take("OI"), own.take("MIA"), own.take("MOA")
    amounts = {qualifier: own.take("AMT", qualifier) for qualifier in ("D", "EAF", "A8")}
    cents = {name: reader.cents(amt, 2) if amt else None for name, amt in amounts.items()}
    subscriber = reader.named_pool(loop.loop("2330A"), "subscriber of another payer", loop)
    payer = reader.named_pool(loop.loop("2330B"), "other payer", loop)
    decided_on = reader.decision_day(payer)
    other = make_other_payer(
        subscriber=read_subscriber(sbr, read_person(subscriber, None, reader)),
        payer_claim_number=payer.value("REF", "F8"),
        payer=read_party(payer),
        paid_cents=cents["D"],
        remaining_cents=cents["EAF"],
        noncovered_cents=cents["A8"],
        adjustments=read_adjustments(own.take_all("CAS"), reader),
        adjudication_date=decided_on,
        benefits_assigned=oi[3] if oi else "",
        patient_signature=oi[4] if oi else "",
        release_of_information=oi[6] if oi else "",
        inpatient=tuple(mia.fields[1:]) if mia else (),
        outpatient=tuple(moa.fields[1:]) if moa else (),
        providers=read_providers(loop, reader),
        others=reader.others(own),
    )
    reader.leave(subscriber)
    reader.leave(payer)
    return other


def write_sbr(out: Composer, guide: ClaimGuide, subscriber: Subscriber) -> None:
    """SBR."""
    insurance_type = subscriber.insurance_type if guide.has_insurance_type else ""
    out.add(
        "SBR", subscriber.payer_level, subscriber.relationship, subscriber.group_number, subscriber.group_name,
        insurance_type, "", "", "", subscriber.filing_code,
    )  # fmt: skip


def write_other_payer(out: Composer, guide: ClaimGuide, other: OtherPayer) -> None:
    """2320 with 2330A to I."""
    start = len(out.said)
    _write_itself(out, guide, other)
    if other.others:
        out.sort(start, _ORDER)
    person, payer = other.subscriber.person, other.payer
    out.add(*write_name("IL", person))
    out.add_all(write_address(person.address))
    out.add_all(map(write_reference, person.references))
    out.add(*write_name("PR", payer))
    out.add_all(write_address(payer.address))
    if other.adjudication_date:
        out.add("DTP", "573", "D8", x12_day(other.adjudication_date))
    out.add_all(write_reference(one) for one in payer.references if one.qualifier not in _PROVIDER_AT_PAYER)
    out.add_all(write_numbers([("F8", other.payer_claim_number)]))
    for part, provider in other.providers:
        out.add("NM1", part, "1" if provider.is_person else "2")
        out.add_all(map(write_reference, provider.references))


def _write_itself(out: Composer, guide: ClaimGuide, other: OtherPayer) -> None:
    write_sbr(out, guide, other.subscriber)
    out.add_all(write_adjustments_by_group(other.adjustments))
    for qualifier, cents in (("D", other.paid_cents), ("A8", other.noncovered_cents), ("EAF", other.remaining_cents)):
        if cents is not None:
            out.add("AMT", qualifier, x12_amount(cents))
    signature = other.patient_signature if guide.tells_more else ""
    out.add("OI", "", "", other.benefits_assigned, signature, "", other.release_of_information)
    if other.inpatient:
        out.add("MIA", *other.inpatient)
    if other.outpatient:
        out.add("MOA", *other.outpatient)
    out.add_all(map(x12_other, other.others))
