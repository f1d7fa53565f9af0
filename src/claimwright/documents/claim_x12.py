"""The 837 in its three kinds (005010X222A1, X223A2, X224A2) between X12 and `ClaimBatch`.

This module has the set and its levels; `claim_body_x12` a claim, `claim_lines_x12` its lines, `claim_payers_x12` its
other payers, `claim_codes_x12` its codes, `claim_kinds_x12` what tells the three guides apart. Loop numbers in the
names are the guides'.

Reading goes by what a segment says of itself (NM101, qualifiers) and not by the letter of its loop, so files of the
older guides (004010X098A1, X096A1, X097A1) are read too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import count

from claimwright.documents.claim import Claim, ClaimBatch, Subscriber
from claimwright.documents.claim_body_x12 import write_claim
from claimwright.documents.claim_kinds_x12 import GUIDES, PROFESSIONAL, ClaimGuide, guide_of
from claimwright.documents.claim_payers_x12 import write_sbr
from claimwright.documents.claim_reading_x12 import STEPS, ClaimSetReader
from claimwright.documents.parties import Party, Person, Provider
from claimwright.documents.parties_x12 import write_party, write_person, write_specialty
from claimwright.documents.rows_x12 import collector_paused, feed_set
from claimwright.documents.values_x12 import remember, x12_day, x12_number, x12_time
from claimwright.findings import Finding
from claimwright.x12.reading import TransactionSet
from claimwright.x12.writing import OutgoingSegment, OutgoingSet

# Reading.


def read_claims(transaction_set: TransactionSet, sha256: str = "") -> tuple[ClaimBatch, tuple[Finding, ...]]:
    """The claims of an 837 set, and what could not be read.

    A claim without a number, with an unreadable amount or a line that is not a service of the set's kind is left out
    with an error that names its place; an unreadable day or supplemental value is left out with a warning. `sha256`
    names the file in the origins.
    """
    guide = guide_of(transaction_set.guide.version if transaction_set.guide else transaction_set.version)
    group = transaction_set.group
    reader = ClaimSetReader(guide or PROFESSIONAL, sha256, group.interchange.delimiters, group.gs)
    feed_set(reader, STEPS, transaction_set)
    batch = replace(reader.head(transaction_set.opening), claims=tuple(reader.claims))
    remember(batch, transaction_set)
    return batch, tuple(reader.findings)


# Writing.


def write_claims(batch: ClaimBatch) -> OutgoingSet:
    """The 837 set of a batch: the one that was read when it is unchanged, else a new one.

    Claims of the same billing provider stand together, and within them those of the same subscriber, payer and patient,
    in the order in which each first comes. What the guide of their kind has no place for is not written. Raises
    `ValueError` when the claims are of several kinds.
    """
    if batch.raw:
        return batch.raw
    guide = GUIDES[batch.claim_kind]
    with collector_paused():
        return OutgoingSet("837", guide.version, tuple(_write_set(guide, batch)))


def _write_set(guide: ClaimGuide, batch: ClaimBatch) -> Iterator[OutgoingSegment]:
    at = batch.created_at
    yield ("BHT", "0019", batch.purpose, batch.reference, x12_day(at.date()), x12_time(at), batch.kind)
    yield from write_party("41", batch.submitter, guide.said_of)
    yield from write_party("40", batch.receiver, guide.said_of)
    yield from _write_levels(guide, batch.claims)


_Billing = tuple[Provider, Party | None, Party | None, str]
_Policy = tuple[Subscriber, Party]
_Patient = tuple[Person | None, str]


def _group(claims: Iterable[Claim]) -> dict[_Billing, dict[_Policy, dict[_Patient, list[Claim]]]]:
    """The claims by billing provider, by subscriber and payer, by patient and what that is to the subscriber.

    Policies of patients that are none of their subscribers go without the relationship, which stands with the patient.
    """
    tree: dict[_Billing, dict[_Policy, dict[_Patient, list[Claim]]]] = {}
    before: Claim | None = None
    policies: dict[_Policy, dict[_Patient, list[Claim]]] = {}
    for claim in claims:
        if before is None or not _is_billed_alike(claim, before):
            billing = (claim.billing, claim.pay_to, claim.pay_to_plan, claim.currency)
            policies = tree.setdefault(billing, {})
        subscriber, before = claim.subscriber, claim
        if claim.patient:
            subscriber = replace(subscriber, relationship="")
        patient = (claim.patient, claim.subscriber.relationship)
        policies.setdefault((subscriber, claim.payer), {}).setdefault(patient, []).append(claim)
    return tree


def _is_billed_alike(claim: Claim, other: Claim) -> bool:
    """True where it is sure without comparing field by field."""
    return (
        claim.billing is other.billing
        and claim.pay_to is other.pay_to
        and claim.pay_to_plan is other.pay_to_plan
        and claim.currency == other.currency
    )


def _write_levels(guide: ClaimGuide, claims: Iterable[Claim]) -> Iterator[OutgoingSegment]:
    """2000A, 2000B, 2000C, numbered 1, 2, 3 ... through the set."""
    number = count(1)
    for billing, policies in _group(claims).items():
        billing_number = str(next(number))
        yield ("HL", billing_number, "", "20", "1")
        yield from _write_billing(guide, *billing)
        for (subscriber, payer), patients in policies.items():
            subscriber_number = str(next(number))
            has_patients = next(iter(patients))[0] is not None
            yield ("HL", subscriber_number, billing_number, "22", "1" if has_patients else "0")
            yield from _write_policy(guide, subscriber, payer, has_patients=has_patients)
            for (patient, relationship), members in patients.items():
                if patient:
                    yield ("HL", str(next(number)), subscriber_number, "23", "0")
                    yield _write_pat(guide, patient, relationship)
                    yield from write_person("QC", patient, contacts=guide.tells_more)
                for claim in members:
                    yield from write_claim(guide, claim)


def _write_billing(
    guide: ClaimGuide, billing: Provider, pay_to: Party | None, pay_to_plan: Party | None, currency: str
) -> Iterator[OutgoingSegment]:
    yield from write_specialty("BI", billing.taxonomy)
    if currency:
        yield ("CUR", "85", currency)
    yield from write_party("85", billing, guide.said_of)
    if pay_to:
        yield from write_party("87", pay_to, guide.said_of)
    if pay_to_plan:
        yield from write_party("PE", pay_to_plan, guide.said_of)


def _write_policy(
    guide: ClaimGuide, subscriber: Subscriber, payer: Party, *, has_patients: bool
) -> Iterator[OutgoingSegment]:
    yield write_sbr(guide, subscriber)
    person = subscriber.person
    says_more = person.death_date or person.weight_pounds is not None or person.is_pregnant
    if guide.tells_more and says_more and not has_patients:
        yield _write_pat(guide, person, "")
    yield from write_person("IL", person, contacts=guide.tells_more)
    yield from write_party("PR", payer, guide.said_of)


def _write_pat(guide: ClaimGuide, person: Person, relationship: str) -> OutgoingSegment:
    if not guide.tells_more:
        return ("PAT", relationship)
    died = ("D8", x12_day(person.death_date)) if person.death_date else ("", "")
    weighs = ("01", x12_number(person.weight_pounds)) if person.weight_pounds is not None else ("", "")
    return ("PAT", relationship, "", "", "", *died, *weighs, "Y" if person.is_pregnant else "")
