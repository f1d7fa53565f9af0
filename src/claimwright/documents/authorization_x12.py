"""The 278 (005010X217) between X12 and requests for authorizations and their answers. Loop numbers are the guide's.

A set is one request or one answer: one reviewer, requester, subscriber and, for a dependent, patient. This module
writes it; `authorization_reading_x12` reads it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from claimwright.documents.authorization import (
    AuthorizationRequest,
    AuthorizationResponse,
    OtherReviewer,
    PatientEvent,
    Review,
    ReviewDiagnosis,
    ReviewedService,
    ReviewParty,
)
from claimwright.documents.authorization_reading_x12 import ADMINISTRATIVE, ANSWER, EARLIER, LOINC, SERVICES
from claimwright.documents.authorization_reading_x12 import read_authorization as read_authorization
from claimwright.documents.authorization_reading_x12 import read_request as read_request
from claimwright.documents.authorization_reading_x12 import read_response as read_response
from claimwright.documents.eligibility import Rejection
from claimwright.documents.levels_x12 import Levels, write_birth, write_head, write_rejections
from claimwright.documents.parties import Person, Provider
from claimwright.documents.parties_x12 import (
    write_address,
    write_contact,
    write_name,
    write_procedure,
    write_reference,
    write_specialty,
)
from claimwright.documents.values_x12 import in_order, x12_day, x12_number, x12_other, x12_period
from claimwright.money import x12_amount
from claimwright.x12.writing import Element, OutgoingSegment, OutgoingSet

VERSION = "005010X217"

Authorization = AuthorizationRequest | AuthorizationResponse

_REVIEWER_ORDER = "NM1 PER AAA"
_REQUESTER_ORDER = "NM1 REF N3 N4 PER AAA PRV"
_PERSON_ORDER = "NM1 REF N3 N4 AAA DMG INS"
_EVENT_ORDER = "TRN AAA UM HCR REF DTP HI HSD CRC CL1 CR1 CR2 CR5 CR6 PWK MSG"
_SERVICE_ORDER = "TRN AAA UM HCR REF DTP HI SV1 SV2 SV3 TOO HSD PWK MSG"


def write_authorization(record: Authorization) -> OutgoingSet:
    """The 278 set of a request or an answer: the one that was read when it is unchanged, else a new one."""
    return record.raw or OutgoingSet("278", VERSION, tuple(_write_set(record)))


def write_request(request: AuthorizationRequest) -> OutgoingSet:
    """The 278 set of a request: the one that was read when it is unchanged, else a new one."""
    return write_authorization(request)


def write_response(response: AuthorizationResponse) -> OutgoingSet:
    """The 278 set of an answer: the one that was read when it is unchanged, else a new one."""
    return write_authorization(response)


class _Tongue(NamedTuple):
    """What request and answer write differently: the trace that is ours, and the loops of who is named beside it."""

    trace: str
    says: tuple[Rejection, ...]
    events: tuple[PatientEvent, ...]
    is_answer: bool


def _tongue(record: Authorization) -> _Tongue:
    if isinstance(record, AuthorizationResponse):
        return _Tongue("2", record.rejections, record.events, is_answer=True)
    return _Tongue("1", (), (record.event,), is_answer=False)


def _write_set(record: Authorization) -> Iterator[OutgoingSegment]:
    tongue = _tongue(record)
    purpose = record.purpose if isinstance(record, AuthorizationRequest) else ANSWER
    yield write_head("0007", purpose, record.reference, record.created_at, record.kind)
    levels = Levels()
    yield levels.open("20", has_children=record.requester is not None)
    yield from write_rejections(tongue.says, "2000A")
    reviewer = [write_name(record.reviewer_role, record.reviewer), *write_rejections(tongue.says, "2010A")]
    if tongue.is_answer:
        reviewer += map(write_contact, record.reviewer.contacts)
    yield from in_order(reviewer, _REVIEWER_ORDER)
    if record.requester is None:
        return
    yield levels.open("21", levels.count, has_children=record.subscriber is not None)
    yield from in_order(_write_requester(record, record.requester, tongue), _REQUESTER_ORDER)
    if record.subscriber is None:
        return
    yield levels.open("22", levels.count, has_children=bool(tongue.events or record.patient))
    yield from _write_patient(record, record.subscriber, tongue, levels)
    patient = levels.count
    for event in tongue.events:
        yield from _write_event(event, levels, patient, tongue)


def _write_requester(record: Authorization, requester: Provider, tongue: _Tongue) -> Iterator[OutgoingSegment]:
    yield write_name(record.requester_role, requester)
    yield from map(write_reference, requester.references)
    yield from write_specialty(record.specialty_role, requester.taxonomy)
    yield from write_rejections(tongue.says, "2010B")
    if not tongue.is_answer:
        yield from write_address(requester.address)
        yield from map(write_contact, requester.contacts[:1])


def _write_patient(
    record: Authorization, subscriber: Person, tongue: _Tongue, levels: Levels
) -> Iterator[OutgoingSegment]:
    """2010C, then 2000D for a dependent. What is kept of INS says the relationship, too."""
    person = [*_write_person("IL", subscriber), *write_rejections(tongue.says, "2010C")]
    relationship = () if any(other.name == "INS" for other in record.others) else (record.relationship,)
    if record.patient:
        yield from in_order(person, _PERSON_ORDER)
        yield levels.open("23", levels.count, has_children=bool(tongue.events))
        person = [*_write_person("QC", record.patient), *write_rejections(tongue.says, "2010D")]
        person += [("INS", "N", code) for code in relationship if code not in ("", "18")]
    yield from in_order([*person, *map(x12_other, record.others)], _PERSON_ORDER)


def _write_person(part: str, person: Person) -> Iterator[OutgoingSegment]:
    yield write_name(part, person)
    yield from map(write_reference, person.references)
    yield from write_address(person.address)
    yield from write_birth(person)


def _write_event(event: PatientEvent, levels: Levels, parent: int, tongue: _Tongue) -> Iterator[OutgoingSegment]:
    yield levels.open("EV", parent, has_children=bool(event.services))
    number = levels.count
    diagnoses = [_write_diagnosis(one) for one in event.diagnoses]
    segments = [*_write_reviewed(event, "2000E", tongue), *_write_information(event, diagnoses)]
    yield from in_order(segments, _EVENT_ORDER)
    for provider in event.providers:
        yield from _write_party(provider)
    contact = [event.contact] if event.contact and tongue.is_answer else []
    for party in (*contact, *event.transport):
        yield from _write_party(party)
    for reviewer in () if tongue.is_answer else event.other_reviewers:
        yield from _write_reviewer(reviewer)
    for service in event.services:
        yield levels.open("SS", number, has_children=False)
        segments = [
            *_write_reviewed(service, "2000F", tongue),
            *_write_information(service, []),
            *_write_service(service),
        ]
        yield from in_order(segments, _SERVICE_ORDER)
        for party in (*service.providers, *([service.contact] if service.contact else [])):
            yield from _write_party(party)


def _write_reviewed(reviewed: PatientEvent | ReviewedService, level: str, tongue: _Tongue) -> Iterator[OutgoingSegment]:
    """What event and service say alike."""
    if reviewed.trace:
        yield ("TRN", tongue.trace, reviewed.trace, reviewed.trace_origin, reviewed.trace_suffix)
    for trace in reviewed.further_traces:
        yield ("TRN", trace.kind, trace.number, trace.origin, trace.suffix)
    yield from write_rejections(reviewed.rejections, level)
    if reviewed.review:
        yield _write_review(reviewed.review)
    if decision := reviewed.decision:
        yield ("HCR", decision.action, decision.certification_number, list(decision.reasons), decision.second_opinion)
    for qualifier, number in (
        (EARLIER, reviewed.earlier_authorization),
        (ADMINISTRATIVE, reviewed.administrative_number),
    ):
        if number:
            yield ("REF", qualifier, number)
    for named in reviewed.dates:
        yield x12_period(*named)
    if one := reviewed.delivery:
        yield (
            "HSD", one.unit, x12_number(one.quantity), one.frequency_unit, x12_number(one.frequency), one.period_unit,
            one.periods, one.pattern, one.time,
        )  # fmt: skip
    for pwk in reviewed.paperwork:
        control = ("AC", pwk.control_number) if pwk.control_number else ("", "")
        yield ("PWK", pwk.report_type, pwk.transmission, "", "", *control, pwk.description)
    if reviewed.message:
        yield ("MSG", reviewed.message)
    yield from map(x12_other, reviewed.others)


def _write_review(review: Review) -> OutgoingSegment:
    place: Element = (review.place, review.place_qualifier) if review.place else ""
    return (
        "UM", review.category, review.certification, review.service_type, place, review.related_causes,
        review.level_of_service, review.condition, review.prognosis, review.release, review.delay_reason,
    )  # fmt: skip


def _write_diagnosis(diagnosis: ReviewDiagnosis) -> tuple[str, ...]:
    known_on = ("D8", x12_day(diagnosis.known_on)) if diagnosis.known_on else ()
    return (diagnosis.qualifier, diagnosis.code, *known_on)


def _write_information(
    reviewed: PatientEvent | ReviewedService, diagnoses: list[tuple[str, ...]]
) -> Iterator[OutgoingSegment]:
    """The HI of diagnoses and of what more is asked for."""
    codes = [*diagnoses, *((LOINC, code) for code in reviewed.information_requested)]
    if codes:
        yield ("HI", *codes)


def _write_service(service: ReviewedService) -> Iterator[OutgoingSegment]:
    if service.kind not in SERVICES:
        return
    at = SERVICES[service.kind]
    elements: list[Element] = [""] * (at.typed + 1)
    elements[0] = service.kind
    if service.procedure:
        elements[at.procedure] = write_procedure(service.procedure)
    if service.charge_cents is not None:
        elements[at.charge] = x12_amount(service.charge_cents)
    for place, text in (
        (at.revenue_code, service.revenue_code),
        (at.unit, service.unit),
        (at.quantity, x12_number(service.quantity)),
    ):
        if place:
            elements[place] = text
    yield (*elements, *(parts if len(parts) > 1 else "".join(parts) for parts in service.details))


def _write_party(named: ReviewParty) -> list[OutgoingSegment]:
    party = named.party
    segments = [
        write_name(named.role, party),
        *map(write_reference, party.references),
        *write_address(party.address),
        *map(write_contact, party.contacts),
        *write_specialty(named.specialty_role, party.taxonomy),
        *map(x12_other, named.others),
    ]
    for rejection in named.rejections:
        segments += write_rejections((rejection,), rejection.level)
    return in_order(segments, _REQUESTER_ORDER)


def _write_reviewer(reviewer: OtherReviewer) -> Iterator[OutgoingSegment]:
    yield ("NM1", reviewer.role, "2", reviewer.name)
    if reviewer.reason:
        yield ("REF", "ZZ", reviewer.reason)
    if reviewer.denied_on:
        yield ("DTP", "598", "D8", x12_day(reviewer.denied_on))
