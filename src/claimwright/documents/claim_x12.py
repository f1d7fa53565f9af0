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
from functools import partial
from itertools import count
from typing import Generic, TypeVar

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
from claimwright.x12.composing import Composer, compose
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
        return OutgoingSet("837", guide.version, compose(lambda out: _write_set(out, guide, batch)))


def _write_set(out: Composer, guide: ClaimGuide, batch: ClaimBatch) -> None:
    at = batch.created_at
    out.add("BHT", "0019", batch.purpose, batch.reference, x12_day(at.date()), x12_time(at), batch.kind)
    out.add_all(write_party("41", batch.submitter, guide.said_of))
    out.add_all(write_party("40", batch.receiver, guide.said_of))
    _write_levels(out, guide, batch.claims)


_Billing = tuple[Provider, Party | None, Party | None, str]
_Policy = tuple[Subscriber, Party]
_Patient = tuple[Person | None, str]
Key = TypeVar("Key")


class _Groups(Generic[Key]):
    """Claims by what they share, in the order in which each first comes.

    To compare records field by field, or to hash them, takes long: only those with the same `mark` are compared.
    """

    def __init__(self) -> None:
        self.all: list[tuple[Key, list[Claim]]] = []
        self._by_mark: dict[object, list[tuple[Key, list[Claim]]]] = {}

    def add(self, mark: object, key: Key, claim: Claim) -> None:
        """Put a claim to those of the same key."""
        alike = self._by_mark.setdefault(mark, [])
        for known, members in alike:
            if known == key:
                members.append(claim)
                return
        alike.append((key, [claim]))
        self.all.append(alike[-1])


def _by_billing(claims: Iterable[Claim]) -> list[tuple[_Billing, list[Claim]]]:
    groups = _Groups[_Billing]()
    for claim in claims:
        key = (claim.billing, claim.pay_to, claim.pay_to_plan, claim.currency)
        groups.add(claim.billing.id, key, claim)
    return groups.all


def _by_policy(claims: Iterable[Claim]) -> list[tuple[_Policy, list[Claim]]]:
    """Policies of patients that are none of their subscribers go without the relationship, which is the patient's."""
    groups = _Groups[_Policy]()
    for claim in claims:
        subscriber, person = claim.subscriber, claim.subscriber.person
        if claim.patient:
            subscriber = replace(subscriber, relationship="")
        groups.add((person.id, person.last_name, person.first_name), (subscriber, claim.payer), claim)
    return groups.all


def _by_patient(claims: Iterable[Claim]) -> list[tuple[_Patient, list[Claim]]]:
    groups = _Groups[_Patient]()
    for claim in claims:
        relationship = claim.subscriber.relationship
        groups.add(relationship, (claim.patient, relationship), claim)
    return groups.all


def _write_levels(out: Composer, guide: ClaimGuide, claims: Iterable[Claim]) -> None:
    """2000A, 2000B, 2000C, numbered 1, 2, 3 ... through the set."""
    number = count(1)
    for billing, of_provider in _by_billing(claims):
        billing_number = str(next(number))
        out.add("HL", billing_number, "", "20", "1")
        out.add_all(_write_billing(guide, *billing))
        for (subscriber, payer), of_policy in _by_policy(of_provider):
            subscriber_number = str(next(number))
            patients = _by_patient(of_policy)
            has_patients = patients[0][0][0] is not None
            out.add("HL", subscriber_number, billing_number, "22", "1" if has_patients else "0")
            _write_policy(out, guide, subscriber, payer, has_patients=has_patients)
            for (patient, relationship), members in patients:
                if patient:
                    out.add("HL", str(next(number)), subscriber_number, "23", "0")
                    out.add(*_write_pat(guide, patient, relationship))
                    write_person(out, "QC", patient, contacts=guide.tells_more)
                for claim in members:
                    write_claim(out, guide, claim)


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
    out: Composer, guide: ClaimGuide, subscriber: Subscriber, payer: Party, *, has_patients: bool
) -> None:
    write_sbr(out, guide, subscriber)
    person = subscriber.person
    says_more = person.death_date or person.weight_pounds is not None or person.is_pregnant
    if guide.tells_more and says_more and not has_patients:
        out.add(*_write_pat(guide, person, ""))
    write_person(out, "IL", person, contacts=guide.tells_more)
    out.again("PR", payer, partial(write_party, "PR", payer, guide.said_of))


def _write_pat(guide: ClaimGuide, person: Person, relationship: str) -> OutgoingSegment:
    if not guide.tells_more:
        return ("PAT", relationship)
    died = ("D8", x12_day(person.death_date)) if person.death_date else ("", "")
    weighs = ("01", x12_number(person.weight_pounds)) if person.weight_pounds is not None else ("", "")
    return ("PAT", relationship, "", "", "", *died, *weighs, "Y" if person.is_pregnant else "")
