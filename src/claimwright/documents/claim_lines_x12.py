"""The lines of a claim between X12 and `ClaimLine`: 2400 with 2410, 2420, 2430, 2440."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from claimwright.documents.claim import NO_PROCEDURE, ClaimKind, ClaimLine, Drug, LineAdjudication
from claimwright.documents.claim_kinds_x12 import ClaimGuide, ClaimReader
from claimwright.documents.claim_providers_x12 import Providers, write_providers
from claimwright.documents.dental import DentalLine
from claimwright.documents.dental_x12 import read_dental_line, write_teeth
from claimwright.documents.drafts import maker
from claimwright.documents.institutional import RevenueLine
from claimwright.documents.institutional_x12 import read_revenue_line, write_revenue_line
from claimwright.documents.other import OtherSegment
from claimwright.documents.parties import Procedure
from claimwright.documents.parties_x12 import (
    read_adjustments,
    read_amounts,
    read_numbers,
    read_procedure,
    write_adjustments_by_group,
    write_numbers,
    write_procedure,
    write_reference,
)
from claimwright.documents.values_x12 import (
    Pool,
    Unreadable,
    in_order,
    last_segment,
    x12_day,
    x12_number,
    x12_other,
    x12_period,
)
from claimwright.money import x12_amount
from claimwright.x12.tree import Loop, Segment
from claimwright.x12.writing import Element, OutgoingSegment

_FORMS = ("LQ", "FRM")
_ONE = Decimal(1)
_BLANKS = [""] * 16
_OWN_NUMBERS = frozenset(("G1", "9F"))
_NUMBERS = _OWN_NUMBERS | {"6R"}
_POINTERS = {form.format(number): number for number in range(100) for form in ("{}", "{:02}")}
make_line = maker(ClaimLine)

# Reading.


def read_line(loop: Loop, position: int, reader: ClaimReader) -> ClaimLine:
    """2400. Raises `Unreadable`."""
    pool = Pool(loop)
    lx, service = loop.segments[0], pool.take(reader.guide.service)
    pool.take("LX")
    if service is None:
        reader.say("011", lx, 1, service=reader.guide.service)
        raise Unreadable
    said = _SERVICE_READERS[reader.guide.kind](service, pool, reader)
    dates = reader.dates(pool)
    numbers, references = read_numbers(pool, _NUMBERS, _OWN_NUMBERS)
    note = pool.take("NTE")
    providers = Providers(loop, reader)
    return make_line(
        number=_read_line_number(lx, position, reader),
        period=dict(dates).get("472"),
        dates=tuple([named for named in dates if named[0] != "472"]),
        control_number=numbers.get("6R", ""),
        prior_authorization=numbers.get("G1", ""),
        referral=numbers.get("9F", ""),
        references=references,
        note=note[2] if note else "",
        note_kind=note[1] if note else "ADD",
        amounts=read_amounts(pool, reader),
        rendering=providers.take("82"),
        providers=providers.rest(),
        others=reader.others(pool) + _read_forms(loop, reader),
        origin=reader.origin(lx, last_segment(loop)),
        **said,
        **(_read_inner_loops(loop, reader) if loop.loops else {}),
    )


def _read_inner_loops(loop: Loop, reader: ClaimReader) -> dict[str, Any]:
    """2410 and 2430."""
    decisions = [_read_adjudication(decision, reader) for decision in loop.loops_of("2430")]
    return {"drug": _read_drug(loop.loop("2410"), reader), "adjudications": tuple(decisions)}


def _read_professional(sv1: Segment, pool: Pool, reader: ClaimReader) -> dict[str, Any]:
    fields = sv1.fields + _BLANKS[len(sv1.fields) :]
    return {
        "procedure": read_procedure(sv1, 1),
        "charge_cents": reader.cents(sv1, 2),
        "unit": fields[3],
        "quantity": reader.number(sv1, 4),
        "place_of_service": fields[5],
        "pointers": _read_pointers(sv1, 7, reader),
        "emergency": fields[9] == "Y",
        "epsdt": fields[11] == "Y",
        "family_planning": fields[12] == "Y",
        "copay_exempt": fields[15] == "0",
    }


def _read_institutional(sv2: Segment, pool: Pool, reader: ClaimReader) -> dict[str, Any]:
    return {
        "procedure": read_procedure(sv2, 2),
        "charge_cents": reader.cents(sv2, 3),
        "unit": sv2[4],
        "quantity": reader.number(sv2, 5),
        "revenue": read_revenue_line(sv2, reader),
    }


def _read_dental(sv3: Segment, pool: Pool, reader: ClaimReader) -> dict[str, Any]:
    """SV306, how often it was done, is left out for once."""
    return {
        "procedure": read_procedure(sv3, 1),
        "charge_cents": reader.cents(sv3, 2),
        "unit": "UN",
        "quantity": reader.number(sv3, 6) if sv3[6] else _ONE,
        "place_of_service": sv3[3],
        "pointers": _read_pointers(sv3, 11, reader),
        "dental": read_dental_line(sv3, pool),
    }


_SERVICE_READERS = {
    ClaimKind.PROFESSIONAL: _read_professional,
    ClaimKind.INSTITUTIONAL: _read_institutional,
    ClaimKind.DENTAL: _read_dental,
}
"""What the segment of the service says, by fields of `ClaimLine`."""


def _read_line_number(lx: Segment, position: int, reader: ClaimReader) -> int:
    text = lx[1]
    if text.isascii() and text.isdigit() and len(text) <= 6:
        return int(text)
    reader.say("015", lx, 1)
    return position


def _read_pointers(service: Segment, element: int, reader: ClaimReader) -> tuple[int, ...]:
    pointers = []
    for text in service.components(element):
        if text in _POINTERS:
            pointers.append(_POINTERS[text])
        elif text:
            reader.say("013", service, element)
    return tuple(pointers)


def _read_drug(loop: Loop | None, reader: ClaimReader) -> Drug | None:
    """2410."""
    if loop is None:
        return None
    pool = Pool(loop)
    lin, ctp = pool.take("LIN"), pool.take("CTP")
    drug = Drug(
        qualifier=lin[2] if lin else "",
        ndc=lin[3] if lin else "",
        quantity=reader.number_or_none(ctp, 4) if ctp else None,
        unit=ctp.component(5, 1) if ctp else "",
        prescription=pool.value("REF", "XZ"),
        link_number=pool.value("REF", "VY"),
    )
    reader.leave(pool)
    return drug


def _read_adjudication(loop: Loop, reader: ClaimReader) -> LineAdjudication:
    """2430. Raises `Unreadable`."""
    pool = Pool(loop)
    svd = loop.segments[0]
    pool.take("SVD")
    remaining = pool.take("AMT", "EAF")
    bundled_into = reader.number_or_none(svd, 6)
    decision = LineAdjudication(
        payer_id=svd[1],
        paid_cents=reader.cents(svd, 2),
        procedure=read_procedure(svd, 3),
        revenue_code=svd[4],
        quantity=reader.number_or_none(svd, 5),
        bundled_into=int(bundled_into) if bundled_into is not None else None,
        adjustments=read_adjustments(pool.take_all("CAS"), reader),
        adjudication_date=reader.decision_day(pool),
        remaining_cents=reader.cents(remaining, 2) if remaining else None,
    )
    reader.leave(pool)
    return decision


def _read_forms(loop: Loop, reader: ClaimReader) -> tuple[OtherSegment, ...]:
    """2440, as written."""
    if not loop.loops:
        return ()
    return tuple(segment for form in loop.loops_of("2440") for segment in reader.others(Pool(form)))


# Writing.


def write_line(guide: ClaimGuide, line: ClaimLine) -> Iterator[OutgoingSegment]:
    """2400 and the loops in it."""
    forms = [x12_other(segment) for segment in line.others if segment.name in _FORMS]
    yield from in_order(_write_line_itself(guide, line), guide.line_order)
    if line.drug:
        yield from _write_drug(line.drug)
    yield from write_providers(guide, [("82", line.rendering)], line.providers, guide.line_parts)
    for decision in line.adjudications:
        yield from _write_adjudication(decision)
    yield from forms


def _write_line_itself(guide: ClaimGuide, line: ClaimLine) -> Iterator[OutgoingSegment]:
    yield ("LX", str(line.number))
    yield from _SERVICE_WRITERS[guide.kind](line)
    if line.period:
        yield x12_period("472", line.period)
    for qualifier, period in line.dates:
        yield x12_period(qualifier, period)
    yield from write_numbers((("G1", line.prior_authorization), ("6R", line.control_number), ("9F", line.referral)))
    yield from map(write_reference, line.references)
    for amount in line.amounts:
        yield ("AMT", amount.qualifier, x12_amount(amount.amount_cents))
    if line.note:
        yield ("NTE", line.note_kind, line.note)
    yield from (x12_other(segment) for segment in line.others if segment.name not in _FORMS)


def _write_professional(line: ClaimLine) -> Iterator[OutgoingSegment]:
    yield (
        "SV1", _procedure(line.procedure), x12_amount(line.charge_cents), line.unit, x12_number(line.quantity),
        line.place_of_service, "", _pointers(line), "", "Y" if line.emergency else "", "",
        "Y" if line.epsdt else "", "Y" if line.family_planning else "", "", "", "0" if line.copay_exempt else "",
    )  # fmt: skip


def _write_institutional(line: ClaimLine) -> Iterator[OutgoingSegment]:
    code, rate, noncovered = write_revenue_line(line.revenue or RevenueLine(""))
    yield (
        "SV2", code, _procedure(line.procedure), x12_amount(line.charge_cents), line.unit, x12_number(line.quantity),
        rate, noncovered,
    )  # fmt: skip


def _write_dental(line: ClaimLine) -> Iterator[OutgoingSegment]:
    part = line.dental or DentalLine()
    times = "" if line.quantity == _ONE else x12_number(line.quantity)
    yield (
        "SV3", _procedure(line.procedure), x12_amount(line.charge_cents), line.place_of_service, part.oral_cavity,
        part.prosthesis, times, "", "", "", "", _pointers(line),
    )  # fmt: skip
    yield from write_teeth(part)


_SERVICE_WRITERS = {
    ClaimKind.PROFESSIONAL: _write_professional,
    ClaimKind.INSTITUTIONAL: _write_institutional,
    ClaimKind.DENTAL: _write_dental,
}


def _procedure(procedure: Procedure) -> Element:
    """The composite of a service; a line that names no procedure has none."""
    return "" if procedure == NO_PROCEDURE else write_procedure(procedure)


def _pointers(line: ClaimLine) -> Element:
    return tuple(map(str, line.pointers))


def _write_drug(drug: Drug) -> Iterator[OutgoingSegment]:
    """2410."""
    yield ("LIN", "", drug.qualifier, drug.ndc)
    if drug.quantity is not None:
        yield ("CTP", "", "", "", x12_number(drug.quantity), drug.unit)
    yield from write_numbers((("XZ", drug.prescription), ("VY", drug.link_number)))


def _write_adjudication(decision: LineAdjudication) -> Iterator[OutgoingSegment]:
    """2430."""
    bundled_into = "" if decision.bundled_into is None else str(decision.bundled_into)
    yield (
        "SVD", decision.payer_id, x12_amount(decision.paid_cents), _procedure(decision.procedure),
        decision.revenue_code, x12_number(decision.quantity), bundled_into,
    )  # fmt: skip
    yield from write_adjustments_by_group(decision.adjustments)
    if decision.adjudication_date:
        yield ("DTP", "573", "D8", x12_day(decision.adjudication_date))
    if decision.remaining_cents is not None:
        yield ("AMT", "EAF", x12_amount(decision.remaining_cents))
