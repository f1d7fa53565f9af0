"""The 270 and 271 (005010X279A1) between X12 and coverage questions and answers. Loop numbers are the guide's.

A question is about the patient of its level: a subscriber with an EQ or without dependents, or a dependent. Each is
written under a subscriber level of its own; neighbours to one payer, of one provider, share those levels.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import TypeVar

from claimwright.documents.eligibility import (
    Benefit,
    BenefitEntity,
    EligibilityInquiry,
    EligibilityInquiryBatch,
    EligibilityResponse,
    EligibilityResponseBatch,
    Rejection,
    Trace,
)
from claimwright.documents.levels_x12 import (
    Levels,
    name_pool,
    read_dates,
    read_head,
    read_rejections,
    write_birth,
    write_head,
    write_rejections,
    write_unnumbered,
)
from claimwright.documents.other import OtherSegment
from claimwright.documents.parties import NOBODY, Party, Period, Person, Procedure, Provider
from claimwright.documents.parties_x12 import (
    read_party,
    read_person,
    read_procedure,
    read_provider,
    read_reference,
    write_address,
    write_contact,
    write_name,
    write_procedure,
    write_reference,
    write_specialty,
)
from claimwright.documents.values_x12 import (
    Pool,
    Reader,
    in_order,
    last_segment,
    remember,
    x12_number,
    x12_other,
    x12_period,
)
from claimwright.findings import Finding
from claimwright.money import x12_amount
from claimwright.x12.reading import TransactionSet
from claimwright.x12.tree import Loop, Segment
from claimwright.x12.writing import OutgoingSegment, OutgoingSet

VERSION = "005010X279A1"

_SOURCE_ORDER = "NM1 PER AAA"
_RECEIVER_ORDER = "NM1 REF N3 N4 AAA PRV"
_PERSON_ORDER = "NM1 REF N3 N4 AAA PRV DMG INS HI DTP MPI"
_QUESTION_ORDER = "EQ AMT III REF DTP"
_BENEFIT_ORDER = "EB HSD REF DTP AAA MSG III LS"
_ENTITY_ORDER = "NM1 N3 N4 PER PRV"
_REFERRALS = ("9F", "G1")
_ASKED_RELATIONSHIPS = frozenset(("01", "19", "34"))
_OTHER_RELATIONSHIP = "34"
"""The relationships that a 270 knows; any other is the last of them, which a 271 in turn calls G8."""


@dataclass(slots=True)
class _Place:
    """Where a person stands: the level, whoever is above it, and what the level's own segments say."""

    payer: Party
    provider: Provider
    level: Loop
    name_loop: str
    above: Loop | None = None
    traces: list[Segment] = field(default_factory=list)


# Reading the 270.


def read_inquiries(
    transaction_set: TransactionSet, sha256: str = ""
) -> tuple[EligibilityInquiryBatch, tuple[Finding, ...]]:
    """The questions of a 270 set, and what could not be read. `sha256` names the file in the origins.

    A question that names no day is about the day on which the set was made (as the guide has it).
    """
    reader = Reader("ELG", sha256)
    root = transaction_set.root
    reference, created_at = read_head(root, transaction_set, reader)
    bht = root.first("BHT")
    if bht and bht[2] == "01":
        reader.say("014", bht, 2)
    inquiries = tuple(_read_inquiry(place, created_at.date(), reader) for place in _places(root, reader, "2110"))
    batch = EligibilityInquiryBatch(reference, created_at, inquiries)
    remember(batch, transaction_set)
    return batch, tuple(reader.findings)


def _places(root: Loop, reader: Reader, content: str) -> Iterator[_Place]:
    """Every patient of a set, in the order of the file."""
    for source in root.loops_of("2000A"):
        payer = _read_payer(source, reader)
        for receiver in source.loops_of("2000B"):
            provider = _read_receiver(receiver, reader)
            for subscriber in receiver.loops_of("2000C"):
                dependents = list(subscriber.loops_of("2000D"))
                name = subscriber.loop("2100C")
                if not dependents or (name and name.loop(f"{content}C")):
                    yield _Place(payer, provider, subscriber, "2100C")
                for dependent in dependents:
                    yield _Place(payer, provider, dependent, "2100D", above=subscriber)


def _read_payer(source: Loop, reader: Reader) -> Party:
    pool = name_pool(source, "2100A", "payer", reader)
    payer = read_party(pool)
    pool.take_all("AAA")
    reader.leave(pool)
    return payer


def _read_receiver(receiver: Loop, reader: Reader) -> Provider:
    pool = name_pool(receiver, "2100B", "provider", reader)
    provider = read_provider(pool, ("TJ",))
    pool.take_all("AAA")
    reader.leave(pool)
    return provider


def _read_inquiry(place: _Place, made_on: date, reader: Reader) -> EligibilityInquiry:
    subscriber_pool, patient_pool = _person_pools(place, reader)
    pool = patient_pool or subscriber_pool
    ours, further = _read_traces(place, "1", reader)
    group_number = subscriber_pool.value("REF", "6P")
    relationship, _ = _read_relationship(pool, is_dependent=patient_pool is not None)
    asked = _Asked()
    for loop in pool.loop.loops_of(f"2110{place.name_loop[-1]}"):
        _read_question(loop, asked, reader)
    card = pool.take("DTP", "291")
    period = asked.period or (reader.period_or_none(card) if card else None)
    subscriber = read_person(subscriber_pool, None, reader)
    patient = read_person(patient_pool, None, reader) if patient_pool else None
    if patient_pool:
        reader.leave(subscriber_pool)
    inquiry = EligibilityInquiry(
        trace=ours.number,
        payer=place.payer,
        provider=place.provider,
        subscriber=subscriber,
        service_date=period.start if period else made_on,
        service_types=tuple(asked.service_types),
        patient=patient,
        relationship=relationship,
        group_number=group_number,
        service_end_date=period.end if period and period.end != period.start else None,
        procedure=asked.procedure,
        coverage_level=asked.coverage_level,
        trace_origin=ours.origin,
        trace_suffix=ours.suffix,
        further_traces=further,
        others=(*reader.others(pool), *asked.others),
        origin=reader.origin(place.level.segments[0], last_segment(place.level)),
    )
    reader.record = ""
    return inquiry


@dataclass(slots=True)
class _Asked:
    """What the EQ loops of one patient ask together."""

    service_types: list[str] = field(default_factory=list)
    procedure: Procedure | None = None
    coverage_level: str = ""
    period: Period | None = None
    others: list[OtherSegment] = field(default_factory=list)


def _read_question(loop: Loop, asked: _Asked, reader: Reader) -> None:
    pool = Pool(loop)
    for eq in pool.take_all("EQ"):
        asked.service_types += _service_types(eq, 1)
        if eq[2] and asked.procedure is None:
            asked.procedure = read_procedure(eq, 2)
        elif eq[2] or eq[5]:
            reader.say("006", eq, loop=loop.id)
        asked.coverage_level = asked.coverage_level or eq[3]
    dtp = pool.take("DTP", "291") if asked.period is None else None
    if dtp:
        asked.period = reader.period_or_none(dtp)
    asked.others += reader.others(pool)


def _service_types(segment: Segment, element: int) -> tuple[str, ...]:
    """The repetitions; senders who know no repetition separator use that of components, which is understood too."""
    mark = segment.delimiters.component
    return tuple(code for item in segment.repeats(element) for code in item.split(mark) if code)


def _person_pools(place: _Place, reader: Reader) -> tuple[Pool, Pool | None]:
    """The subscriber's name loop, and the patient's when that is somebody else."""
    if place.above is None:
        return name_pool(place.level, "2100C", "subscriber", reader, "IL"), None
    above = name_pool(place.above, "2100C", "subscriber", reader, "IL")
    return above, name_pool(place.level, "2100D", "dependent", reader, "03")


def _read_traces(place: _Place, kind: str, reader: Reader) -> tuple[Trace, tuple[Trace, ...]]:
    """Our trace (empty when there is none) and the further ones, of the patient's level, else the subscriber's."""
    pool = Pool(place.level)
    trns = pool.take_all("TRN") or (Pool(place.above).take_all("TRN") if place.above else [])
    pool.take("HL")
    reader.leave(pool)
    traces = [Trace(trn[1], trn[2], trn[3], trn[4]) for trn in trns]
    ours = next((trace for trace in traces if trace.kind == kind and trace.number), None)
    reader.record = ours.number if ours else ""
    if ours is None:
        reader.say("011", place.level.segments[0], loop=place.level.id)
    return ours or Trace(kind, ""), tuple(trace for trace in traces if trace is not ours)


def _read_relationship(pool: Pool, *, is_dependent: bool) -> tuple[str, bool]:
    """INS: the patient's relationship to the subscriber, and whether the payer corrected the patient's data.

    `''` for a dependent of whom nothing is said.
    """
    ins = pool.take("INS")
    if ins is None:
        return ("" if is_dependent else "18"), False
    if ins[17]:
        pool.give_back(ins)
    return ins[2], ins[3] == "001" or ins[4] == "25"


# Writing the 270.


def write_inquiries(batch: EligibilityInquiryBatch) -> OutgoingSet:
    """The 270 set of some questions: the one that was read when it is unchanged, else a new one."""
    return batch.raw or OutgoingSet("270", VERSION, tuple(_write_inquiry_set(batch)))


def _write_inquiry_set(batch: EligibilityInquiryBatch) -> Iterator[OutgoingSegment]:
    yield write_head("0022", "13", batch.reference, batch.created_at)
    levels = Levels()
    for payer, of_payer in groupby(batch.inquiries, key=lambda inquiry: inquiry.payer):
        yield levels.open("20", has_children=True)
        source = levels.count
        yield write_name("PR", payer)
        for provider, inquiries in groupby(of_payer, key=lambda inquiry: inquiry.provider):
            yield levels.open("21", source, has_children=True)
            receiver = levels.count
            yield from in_order(_write_receiver(provider), _RECEIVER_ORDER)
            for inquiry in inquiries:
                yield from _write_inquiry(inquiry, levels, receiver)


def _write_receiver(provider: Provider) -> Iterator[OutgoingSegment]:
    """2100B: who asks."""
    yield write_name("1P", provider)
    if provider.tax_id:
        yield ("REF", "TJ", provider.tax_id)
    yield from map(write_reference, provider.references)
    yield from write_address(provider.address)
    yield from write_specialty("BI", provider.taxonomy)


def _write_inquiry(inquiry: EligibilityInquiry, levels: Levels, receiver: int) -> Iterator[OutgoingSegment]:
    patient = inquiry.patient
    yield levels.open("22", receiver, has_children=patient is not None)
    subscriber = list(_write_person("IL", inquiry.subscriber, inquiry.group_number))
    if patient:
        yield from in_order(subscriber, _PERSON_ORDER)
        yield levels.open("23", levels.count, has_children=False)
    yield from _write_traces("1", inquiry)
    person = list(_write_person("03", patient)) if patient else subscriber
    if patient and inquiry.relationship not in ("", "18"):
        asked = inquiry.relationship if inquiry.relationship in _ASKED_RELATIONSHIPS else _OTHER_RELATIONSHIP
        person.append(("INS", "N", asked))
    person.append(x12_period("291", Period(inquiry.service_date, inquiry.service_end_date or inquiry.service_date)))
    questions = [other for other in inquiry.others if _belongs_to_question(other)]
    person += [x12_other(other) for other in inquiry.others if other not in questions]
    yield from in_order(person, _PERSON_ORDER)
    yield from in_order(_write_question(inquiry, questions), _QUESTION_ORDER)


def _belongs_to_question(other: OtherSegment) -> bool:
    """AMT, III and a referral's REF stand with the EQ, everything else with the person."""
    return other.name in ("AMT", "III") or (
        other.name == "REF" and other.elements[0] in [(code,) for code in _REFERRALS]
    )


def _write_question(inquiry: EligibilityInquiry, others: Iterable[OtherSegment]) -> Iterator[OutgoingSegment]:
    if inquiry.service_types or inquiry.procedure:
        procedure = write_procedure(inquiry.procedure) if inquiry.procedure else ""
        yield ("EQ", list(inquiry.service_types), procedure, inquiry.coverage_level)
        yield from map(x12_other, others)


def _write_person(part: str, person: Person, group_number: str = "", group_name: str = "") -> Iterator[OutgoingSegment]:
    yield write_name(part, person) if part == "IL" else write_unnumbered(part, person)
    if group_number:
        yield ("REF", "6P", group_number, group_name)
    yield from map(write_reference, person.references)
    yield from write_address(person.address)
    yield from write_birth(person)


_Traced = TypeVar("_Traced", EligibilityInquiry, EligibilityResponse)


def _write_traces(kind: str, record: _Traced) -> Iterator[OutgoingSegment]:
    if record.trace:
        yield ("TRN", kind, record.trace, record.trace_origin, record.trace_suffix)
    for trace in record.further_traces:
        yield ("TRN", trace.kind, trace.number, trace.origin, trace.suffix)


# Reading the 271.


def read_responses(
    transaction_set: TransactionSet, sha256: str = ""
) -> tuple[EligibilityResponseBatch, tuple[Finding, ...]]:
    """The answers of a 271 set, and what could not be read. `sha256` names the file in the origins."""
    reader = Reader("ELG", sha256)
    root = transaction_set.root
    reference, created_at = read_head(root, transaction_set, reader)
    responses = tuple(_read_response(place, reader) for place in _places(root, reader, "2110"))
    batch = EligibilityResponseBatch(reference, created_at, responses, tuple(_read_batch_rejections(root)))
    remember(batch, transaction_set)
    return batch, tuple(reader.findings)


def _read_batch_rejections(root: Loop) -> Iterator[Rejection]:
    """AAA of the payer's and the provider's levels, each with whom it is about."""
    silent = Reader("ELG", "")
    for source in root.loops_of("2000A"):
        payer = read_party(Pool(source.loop("2100A")))
        for loop in (source, source.loop("2100A")):
            yield from read_rejections(loop, payer=payer)
        for receiver in source.loops_of("2000B"):
            name = receiver.loop("2100B")
            if name and name.first("AAA"):
                yield from read_rejections(name, payer=payer, provider=_read_receiver(receiver, silent))


def _read_response(place: _Place, reader: Reader) -> EligibilityResponse:
    subscriber_pool, patient_pool = _person_pools(place, reader)
    pool = patient_pool or subscriber_pool
    ours, further = _read_traces(place, "2", reader)
    group = subscriber_pool.take("REF", "6P")
    relationship, is_corrected = _read_relationship(pool, is_dependent=patient_pool is not None)
    rejections = [*read_rejections(subscriber_pool.loop)]
    dates = read_dates(subscriber_pool, reader)
    if patient_pool:
        rejections += read_rejections(patient_pool.loop)
        dates += read_dates(patient_pool, reader)
    subscriber_pool.take_all("AAA")
    pool.take_all("AAA")
    subscriber = read_person(subscriber_pool, None, reader)
    patient = read_person(patient_pool, None, reader) if patient_pool else None
    if patient_pool:
        reader.leave(subscriber_pool)
    response = EligibilityResponse(
        trace=ours.number,
        payer=place.payer,
        provider=place.provider,
        subscriber=subscriber,
        patient=patient,
        group_number=group[2] if group else "",
        group_name=group[3] if group else "",
        plan_dates=dates,
        benefits=tuple(_read_benefits(pool.loop, f"2110{place.name_loop[-1]}", reader)),
        rejections=tuple(rejections),
        relationship=relationship,
        is_corrected=is_corrected,
        trace_origin=ours.origin,
        trace_suffix=ours.suffix,
        further_traces=further,
        others=reader.others(pool),
        origin=reader.origin(place.level.segments[0], last_segment(place.level)),
    )
    reader.record = ""
    return response


def _read_benefits(name: Loop, loop_id: str, reader: Reader) -> Iterator[Benefit]:
    for loop in name.loops_of(loop_id):
        pool = Pool(loop)
        eb = pool.take("EB")
        if eb is None:
            reader.leave(pool)
            continue
        pool.take_all("LS"), pool.take_all("LE")
        rejections = tuple(read_rejections(loop))
        pool.take_all("AAA")
        more = [other for inner in loop.loops_of(f"2115{loop_id[-1]}") for other in reader.others(Pool(inner))]
        yield Benefit(
            information=eb[1],
            level=eb[2],
            service_types=_service_types(eb, 3),
            insurance_type=eb[4],
            plan=eb[5],
            period=eb[6],
            amount_cents=reader.cents_or_none(eb, 7),
            percent=reader.number_or_none(eb, 8),
            quantity_qualifier=eb[9],
            quantity=reader.number_or_none(eb, 10),
            authorization_required=eb[11],
            in_network=eb[12],
            procedure=read_procedure(eb, 13) if eb[13] else None,
            pointers=_read_pointers(eb, reader),
            dates=read_dates(pool, reader),
            messages=tuple(msg[1] for msg in pool.take_all("MSG")),
            entities=tuple(_read_entities(loop, f"2120{loop_id[-1]}", reader)),
            references=tuple(read_reference(ref) for ref in pool.take_all("REF")),
            rejections=rejections,
            others=(*reader.others(pool), *more),
            origin=reader.origin(eb, last_segment(loop)),
        )


def _read_pointers(eb: Segment, reader: Reader) -> tuple[int, ...]:
    parts = [part for part in eb.components(14) if part]
    if all(part.isascii() and part.isdigit() and len(part) < 3 for part in parts):
        return tuple(map(int, parts))
    reader.say("015", eb, 14)
    return ()


def _read_entities(loop: Loop, loop_id: str, reader: Reader) -> Iterator[BenefitEntity]:
    for inner in loop.loops_of(loop_id):
        pool = Pool(inner)
        nm1 = inner.segments[0]
        yield BenefitEntity(nm1[1], read_provider(pool), nm1[10])
        reader.leave(pool)


# Writing the 271.


def write_responses(batch: EligibilityResponseBatch) -> OutgoingSet:
    """The 271 set of some answers: the one that was read when it is unchanged, else a new one."""
    return batch.raw or OutgoingSet("271", VERSION, tuple(_write_response_set(batch)))


def _write_response_set(batch: EligibilityResponseBatch) -> Iterator[OutgoingSegment]:
    yield write_head("0022", "11", batch.reference, batch.created_at)
    levels = Levels()
    for payer, of_payer in _payers(batch):
        yield from _write_source(payer, of_payer, batch.rejections, levels)


def _payers(batch: EligibilityResponseBatch) -> Iterator[tuple[Party, list[EligibilityResponse]]]:
    """Neighbours to one payer together, then the payers who did nothing but reject."""
    seen: list[Party] = []
    for payer, responses in groupby(batch.responses, key=lambda response: response.payer):
        seen.append(payer)
        yield payer, list(responses)
    for rejection in batch.rejections:
        payer = rejection.payer or (seen[0] if seen else NOBODY)
        if payer not in seen:
            seen.append(payer)
            yield payer, []


def _write_source(
    payer: Party, responses: list[EligibilityResponse], rejections: Iterable[Rejection], levels: Levels
) -> Iterator[OutgoingSegment]:
    """2000A with everything below it."""
    own = [rejection for rejection in rejections if rejection.payer is None or rejection.payer == payer]
    providers = [(provider, list(group)) for provider, group in groupby(responses, key=lambda answer: answer.provider)]
    answered = [provider for provider, _ in providers]
    for rejection in own:
        if rejection.level == "2100B" and rejection.provider and rejection.provider not in answered:
            answered.append(rejection.provider)
            providers.append((rejection.provider, []))
    yield levels.open("20", has_children=bool(providers))
    source = levels.count
    yield from write_rejections(own, "2000A")
    yield write_name("PR", payer)
    yield from map(write_contact, payer.contacts)
    yield from write_rejections(own, "2100A")
    for provider, group in providers:
        yield levels.open("21", source, has_children=bool(group))
        receiver = levels.count
        of_provider = [rejection for rejection in own if rejection.provider in (None, provider)]
        yield from in_order([*_write_receiver(provider), *write_rejections(of_provider, "2100B")], _RECEIVER_ORDER)
        for response in group:
            yield from _write_response(response, levels, receiver)


def _write_response(response: EligibilityResponse, levels: Levels, receiver: int) -> Iterator[OutgoingSegment]:
    patient = response.patient
    yield levels.open("22", receiver, has_children=patient is not None)
    subscriber = list(_write_person("IL", response.subscriber, response.group_number, response.group_name))
    if patient:
        subscriber += write_rejections(response.rejections, "2100C")
        yield from in_order(subscriber, _PERSON_ORDER)
        yield levels.open("23", levels.count, has_children=False)
        person = [*_write_person("03", patient), *write_rejections(response.rejections, "2100D")]
    else:
        person = [*subscriber, *write_rejections(response.rejections, "2100C")]
    yield from _write_traces("2", response)
    correction = ("001", "25") if response.is_corrected else ()
    if patient and (response.relationship or correction):
        relationship = "G8" if response.relationship == _OTHER_RELATIONSHIP else response.relationship
        person.append(("INS", "N", relationship, *correction))
    elif correction:
        person.append(("INS", "Y", "18", *correction))
    person += [x12_period(*named) for named in response.plan_dates]
    person += map(x12_other, response.others)
    yield from in_order(person, _PERSON_ORDER)
    for benefit in response.benefits:
        yield from _write_benefit(benefit)


def _write_benefit(benefit: Benefit) -> Iterator[OutgoingSegment]:
    yield from in_order(_write_benefit_itself(benefit), _BENEFIT_ORDER)
    if benefit.entities:
        yield ("LS", "2120")
        for entity in benefit.entities:
            yield from in_order(_write_entity(entity), _ENTITY_ORDER)
        yield ("LE", "2120")


def _write_benefit_itself(benefit: Benefit) -> Iterator[OutgoingSegment]:
    amount = x12_amount(benefit.amount_cents) if benefit.amount_cents is not None else ""
    yield (
        "EB", benefit.information, benefit.level, list(benefit.service_types), benefit.insurance_type, benefit.plan,
        benefit.period, amount, x12_number(benefit.percent), benefit.quantity_qualifier, x12_number(benefit.quantity),
        benefit.authorization_required, benefit.in_network,
        write_procedure(benefit.procedure) if benefit.procedure else "", tuple(map(str, benefit.pointers)),
    )  # fmt: skip
    yield from map(write_reference, benefit.references)
    for named in benefit.dates:
        yield x12_period(*named)
    for rejection in benefit.rejections:
        yield from write_rejections((rejection,), rejection.level)
    for message in benefit.messages:
        yield ("MSG", message)
    yield from map(x12_other, benefit.others)


def _write_entity(entity: BenefitEntity) -> Iterator[OutgoingSegment]:
    party = entity.party
    name = write_name(entity.role, party)
    yield (*name, *[""] * (10 - len(name)), entity.relationship) if entity.relationship else name
    yield from write_address(party.address)
    yield from map(write_contact, party.contacts)
    yield from write_specialty("PE", party.taxonomy)
