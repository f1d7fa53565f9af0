"""The 278 read: a request for authorizations, or an answer, from the loops of a set. Loop numbers are the guide's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from claimwright.documents.authorization import (
    AuthorizationRequest,
    AuthorizationResponse,
    Decision,
    Delivery,
    OtherReviewer,
    Paperwork,
    PatientEvent,
    Review,
    ReviewDiagnosis,
    ReviewedService,
    ReviewParty,
)
from claimwright.documents.eligibility import Rejection, Trace
from claimwright.documents.levels_x12 import name_pool, read_dates, read_head, read_rejections
from claimwright.documents.other import OtherSegment
from claimwright.documents.parties import NOBODY, Party, Person, Provider
from claimwright.documents.parties_x12 import read_party, read_person, read_procedure, read_provider
from claimwright.documents.values_x12 import Pool, Reader, last_segment, parse_day, remember
from claimwright.findings import Finding
from claimwright.x12.reading import TransactionSet
from claimwright.x12.tree import Loop, Segment

ANSWER = "11"
"""BHT02 of an answer."""
EARLIER, ADMINISTRATIVE = "BB", "NT"
"""REF01 of an earlier authorization's number, and of the administrative one."""
LOINC = "LOI"
"""The qualifier (HI) of information that the payer asks for."""


class ServicePlaces(NamedTuple):
    """Where a service's segment has its values; 0 for those it has not."""

    procedure: int
    charge: int
    unit: int
    quantity: int
    revenue_code: int = 0

    @property
    def typed(self) -> int:
        return max(self)


SERVICES = {"SV1": ServicePlaces(1, 2, 3, 4), "SV2": ServicePlaces(2, 3, 4, 5, 1), "SV3": ServicePlaces(1, 2, 0, 0)}


def read_authorization(
    transaction_set: TransactionSet, sha256: str = ""
) -> tuple[AuthorizationRequest | AuthorizationResponse, tuple[Finding, ...]]:
    """The request or the answer that a 278 set is (BHT02 is 11 in an answer), and what could not be read of it."""
    body = transaction_set.root.loop("-") or transaction_set.root
    bht = body.first("BHT")
    if bht and bht[2] == ANSWER:
        return read_response(transaction_set, sha256)
    return read_request(transaction_set, sha256)


def read_request(transaction_set: TransactionSet, sha256: str = "") -> tuple[AuthorizationRequest, tuple[Finding, ...]]:
    """The request of a 278 set, and what could not be read. `sha256` names the file in the origins."""
    reader = Reader("AUT", sha256)
    body = transaction_set.root.loop("-") or transaction_set.root
    reference, created_at = read_head(body, transaction_set, reader)
    people = _read_people(body, transaction_set, reader)
    events = [_read_event(loop, "1", reader) for loop in people.events]
    for loop in people.events[1:]:
        reader.say("007", loop.segments[0], loop=loop.id)
    if not events:
        reader.say("014", transaction_set.segments[0])
    request = AuthorizationRequest(
        reference=reference,
        created_at=created_at,
        reviewer=people.reviewer,
        requester=people.requester or Provider(),
        subscriber=people.subscriber or Person(),
        event=events[0] if events else PatientEvent(),
        patient=people.patient,
        relationship=people.relationship,
        purpose=body.value("BHT", 2) or "13",
        kind=body.value("BHT", 6),
        requester_role=people.requester_role,
        reviewer_role=people.reviewer_role,
        specialty_role=people.specialty_role,
        others=tuple(people.others),
        origin=reader.origin(transaction_set.segments[0], transaction_set.segments[-1]),
    )
    remember(request, transaction_set)
    return request, tuple(reader.findings)


def read_response(
    transaction_set: TransactionSet, sha256: str = ""
) -> tuple[AuthorizationResponse, tuple[Finding, ...]]:
    """The answer of a 278 set, and what could not be read. `sha256` names the file in the origins."""
    reader = Reader("AUT", sha256)
    body = transaction_set.root.loop("-") or transaction_set.root
    reference, created_at = read_head(body, transaction_set, reader)
    people = _read_people(body, transaction_set, reader)
    response = AuthorizationResponse(
        reference=reference,
        created_at=created_at,
        reviewer=people.reviewer,
        requester=people.requester,
        subscriber=people.subscriber,
        patient=people.patient,
        relationship=people.relationship,
        events=tuple(_read_event(loop, "2", reader) for loop in people.events),
        rejections=tuple(people.rejections),
        kind=body.value("BHT", 6),
        requester_role=people.requester_role,
        reviewer_role=people.reviewer_role,
        specialty_role=people.specialty_role,
        others=tuple(people.others),
        origin=reader.origin(transaction_set.segments[0], transaction_set.segments[-1]),
    )
    remember(response, transaction_set)
    return response, tuple(reader.findings)


@dataclass(slots=True)
class _People:
    """Everybody above the events of a set, and the events' loops."""

    reviewer: Party = NOBODY
    requester: Provider | None = None
    subscriber: Person | None = None
    patient: Person | None = None
    relationship: str = "18"
    reviewer_role: str = "X3"
    requester_role: str = "1P"
    specialty_role: str = "PE"
    rejections: list[Rejection] = field(default_factory=list)
    events: list[Loop] = field(default_factory=list)
    others: list[OtherSegment] = field(default_factory=list)


def _read_people(body: Loop, transaction_set: TransactionSet, reader: Reader) -> _People:
    people = _People()
    umo = _only(body, "2000A", reader)
    if umo is None:
        reader.say("010", transaction_set.segments[0], what="reviewer")
        return people
    people.rejections += read_rejections(umo)
    pool = _named(umo, "2010A", "reviewer", people, reader)
    people.reviewer_role = pool.loop.value("NM1", 1) or "X3"
    people.reviewer = read_party(pool)
    reader.leave(pool)
    requester = _only(umo, "2000B", reader)
    if requester:
        _read_requester(requester, people, reader)
    return people


def _only(above: Loop, loop_id: str, reader: Reader) -> Loop | None:
    """The loop of that name; a second one has no place in a record."""
    found = list(above.loops_of(loop_id))
    for loop in found[1:]:
        reader.say("007", loop.segments[0], loop=loop_id)
    return found[0] if found else None


def _named(level: Loop, loop_id: str, what: str, people: _People, reader: Reader) -> Pool:
    """The segments that name somebody; the rejections among them go to the people's."""
    pool = name_pool(level, loop_id, what, reader)
    people.rejections += read_rejections(pool.loop)
    pool.take_all("AAA")
    return pool


def _read_requester(level: Loop, people: _People, reader: Reader) -> None:
    pool = _named(level, "2010B", "requester", people, reader)
    people.requester_role = pool.loop.value("NM1", 1) or "1P"
    people.specialty_role = pool.loop.value("PRV", 1) or "PE"
    people.requester = read_provider(pool)
    reader.leave(pool)
    subscriber = _only(level, "2000C", reader)
    if subscriber is None:
        return
    pool = _named(subscriber, "2010C", "subscriber", people, reader)
    dependent = _only(subscriber, "2000D", reader)
    _read_relationship(pool, people)
    people.subscriber = read_person(pool, None, reader)
    if dependent:
        reader.leave(pool)
        pool = _named(dependent, "2010D", "dependent", people, reader)
        people.relationship = ""
        _read_relationship(pool, people)
        people.patient = read_person(pool, None, reader)
    people.others += reader.others(pool)
    for one in (subscriber, dependent):
        people.events += one.loops_of("2000E") if one else ()


def _read_relationship(pool: Pool, people: _People) -> None:
    """INS; one that says more than the relationship is kept as it is."""
    ins = pool.take("INS")
    if ins:
        people.relationship = ins[2]
        if any(ins.fields[3:]):
            pool.give_back(ins)


def _read_event(loop: Loop, kind: str, reader: Reader) -> PatientEvent:
    pool = Pool(loop)
    pool.take("HL")
    pool.take_all("AAA")
    ours, further = _read_traces(pool, kind, reader)
    diagnoses, requested = _read_diagnoses(pool, reader)
    is_answer = kind == "2"
    event = PatientEvent(
        trace=ours.number,
        review=_read_review(pool),
        decision=_read_decision(pool),
        earlier_authorization=pool.value("REF", EARLIER),
        administrative_number=pool.value("REF", ADMINISTRATIVE),
        dates=read_dates(pool, reader),
        diagnoses=diagnoses,
        information_requested=requested,
        delivery=_read_delivery(pool, reader),
        paperwork=_read_paperwork(pool),
        message=_read_message(pool),
        providers=_read_parties(loop, "2010EA", reader),
        transport=_read_parties(loop, "2010EC" if is_answer else "2010EB", reader),
        other_reviewers=() if is_answer else tuple(_read_reviewers(loop, reader)),
        contact=_read_contact(loop, "2010EB", reader) if is_answer else None,
        services=tuple(_read_service(inner, kind, reader) for inner in loop.loops_of("2000F")),
        rejections=tuple(read_rejections(loop)),
        trace_origin=ours.origin,
        trace_suffix=ours.suffix,
        further_traces=further,
        others=reader.others(pool),
        origin=reader.origin(loop.segments[0], last_segment(loop)),
    )
    reader.record = ""
    return event


def _read_service(loop: Loop, kind: str, reader: Reader) -> ReviewedService:
    pool = Pool(loop)
    pool.take("HL")
    pool.take_all("AAA")
    ours, further = _read_traces(pool, kind, reader)
    name, service = next(((one, segment) for one in SERVICES if (segment := pool.take(one))), ("", None))
    at = SERVICES.get(name, ServicePlaces(0, 0, 0, 0))
    hi = loop.first("HI")
    diagnoses, requested = _read_diagnoses(pool, reader)
    if hi and diagnoses:
        reader.say("006", hi, loop=loop.id)
    return ReviewedService(
        trace=ours.number,
        review=_read_review(pool),
        kind=name,
        procedure=read_procedure(service, at.procedure) if service and service[at.procedure] else None,
        revenue_code=service[at.revenue_code] if service and at.revenue_code else "",
        charge_cents=reader.cents_or_none(service, at.charge) if service else None,
        unit=service[at.unit] if service and at.unit else "",
        quantity=reader.number_or_none(service, at.quantity) if service and at.quantity else None,
        decision=_read_decision(pool),
        earlier_authorization=pool.value("REF", EARLIER),
        administrative_number=pool.value("REF", ADMINISTRATIVE),
        dates=read_dates(pool, reader),
        information_requested=requested,
        delivery=_read_delivery(pool, reader),
        paperwork=_read_paperwork(pool),
        message=_read_message(pool),
        providers=_read_parties(loop, "2010FA" if kind == "2" else "2010F", reader),
        contact=_read_contact(loop, "2010FB", reader),
        rejections=tuple(read_rejections(loop)),
        trace_origin=ours.origin,
        trace_suffix=ours.suffix,
        further_traces=further,
        details=_details(service, at.typed) if service else (),
        others=reader.others(pool),
        origin=reader.origin(loop.segments[0], last_segment(loop)),
    )


def _details(segment: Segment, typed: int) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(segment.components(element)) for element in range(typed + 1, len(segment) + 1))


def _read_traces(pool: Pool, kind: str, reader: Reader) -> tuple[Trace, tuple[Trace, ...]]:
    """Our trace (empty when there is none) and the further ones."""
    traces = [Trace(trn[1], trn[2], trn[3], trn[4]) for trn in pool.take_all("TRN")]
    ours = next((trace for trace in traces if trace.kind == kind and trace.number), None)
    if ours and not reader.record:
        reader.record = ours.number
    return ours or Trace(kind, ""), tuple(trace for trace in traces if trace is not ours)


def _read_review(pool: Pool) -> Review | None:
    um = pool.take("UM")
    if um is None:
        return None
    place, qualifier = um.component(4, 1), um.component(4, 2)
    causes = tuple(um.components(5))
    return Review(um[1], um[2], um[3], place, qualifier, causes, um[6], um[7], um[8], um[9], um[10])


def _read_decision(pool: Pool) -> Decision | None:
    hcr = pool.take("HCR")
    return Decision(hcr[1], hcr[2], tuple(hcr.repeats(3)), hcr[4]) if hcr else None


def _read_diagnoses(pool: Pool, reader: Reader) -> tuple[tuple[ReviewDiagnosis, ...], tuple[str, ...]]:
    """The diagnoses of HI, and the LOINC codes of what more is asked for."""
    diagnoses, requested = [], []
    for hi in pool.take_all("HI"):
        for element in range(1, len(hi) + 1):
            qualifier, code, _, text = (*hi.components(element), "", "", "", "")[:4]
            known_on = parse_day(text)
            if text and known_on is None:
                reader.say("005", hi, element)
            if qualifier == LOINC:
                requested.append(code)
            elif code:
                diagnoses.append(ReviewDiagnosis(code, qualifier, known_on))
    return tuple(diagnoses), tuple(requested)


def _read_delivery(pool: Pool, reader: Reader) -> Delivery | None:
    hsd = pool.take("HSD")
    if hsd is None:
        return None
    quantity, frequency = reader.number_or_none(hsd, 2), reader.number_or_none(hsd, 4)
    return Delivery(hsd[1], quantity, hsd[3], frequency, hsd[5], hsd[6], hsd[7], hsd[8])


def _read_paperwork(pool: Pool) -> tuple[Paperwork, ...]:
    return tuple(Paperwork(pwk[1], pwk[2], pwk[6], pwk[7]) for pwk in pool.take_all("PWK"))


def _read_message(pool: Pool) -> str:
    msg = pool.take("MSG")
    return msg[1] if msg else ""


def _read_parties(loop: Loop, loop_id: str, reader: Reader) -> tuple[ReviewParty, ...]:
    return tuple(_read_party(inner, reader) for inner in loop.loops_of(loop_id))


def _read_party(loop: Loop, reader: Reader) -> ReviewParty:
    pool = Pool(loop)
    pool.take_all("AAA")
    role, specialty = loop.segments[0][1], loop.value("PRV", 1) or "PE"
    party = read_provider(pool)
    return ReviewParty(role, party, specialty, tuple(read_rejections(loop)), reader.others(pool))


def _read_contact(loop: Loop, loop_id: str, reader: Reader) -> ReviewParty | None:
    contact = _only(loop, loop_id, reader)
    return _read_party(contact, reader) if contact else None


def _read_reviewers(loop: Loop, reader: Reader) -> Iterator[OtherReviewer]:
    for inner in loop.loops_of("2010EC"):
        pool = Pool(inner)
        nm1, ref, dtp = pool.take("NM1"), pool.take("REF"), pool.take("DTP")
        denied = reader.period_or_none(dtp) if dtp else None
        if nm1:
            yield OtherReviewer(nm1[1], nm1[3], ref[2] if ref else "", denied.start if denied else None)
        reader.leave(pool)
