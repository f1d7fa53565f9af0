"""The lines of a claim between X12 and `ClaimLine`: 2400 with 2410, 2420, 2430, 2440."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from claimwright.documents.claim import NO_PROCEDURE, ClaimKind, ClaimLine, Drug, LineAdjudication
from claimwright.documents.claim_kinds_x12 import ClaimGuide, ClaimReader
from claimwright.documents.claim_providers_x12 import write_providers
from claimwright.documents.dental import DentalLine
from claimwright.documents.dental_x12 import read_dental_line, write_teeth
from claimwright.documents.drafts import maker
from claimwright.documents.institutional import RevenueLine
from claimwright.documents.institutional_x12 import read_revenue_line, write_revenue_line
from claimwright.documents.parties import Procedure
from claimwright.documents.parties_x12 import (
    read_adjustments,
    read_procedure,
    write_adjustments_by_group,
    write_numbers,
    write_procedure,
    write_reference,
)
from claimwright.documents.values_x12 import (
    Pool,
    x12_day,
    x12_number,
    x12_other,
    x12_period,
)
from claimwright.money import x12_amount
from claimwright.x12.composing import Composer
from claimwright.x12.tree import Loop, Segment
from claimwright.x12.writing import Element, OutgoingSegment

make_adjudication = maker(LineAdjudication)

_FORMS = ("LQ", "FRM")
_ONE = Decimal(1)
POINTERS = {form.format(number): number for number in range(100) for form in ("{}", "{:02}")}
"""Positions of diagnoses as lines write them."""

# Reading.


def read_service(kind: ClaimKind, service: Segment, pool: Pool, reader: ClaimReader) -> dict[str, Any]:
    """What the service of an institutional or dental line says, by fields of `ClaimLine`. Raises `Unreadable`."""
    return (_read_institutional if kind is ClaimKind.INSTITUTIONAL else _read_dental)(service, pool, reader)


def read_inner_loops(loops: Sequence[Loop], reader: ClaimReader) -> dict[str, Any]:
    """2410, 2430 and 2440, by fields of `ClaimLine`. Raises `Unreadable`."""
    drug = next((loop for loop in loops if loop.id == "2410"), None)
    return {
        "drug": _read_drug(drug, reader),
        "adjudications": tuple([_read_adjudication(loop, reader) for loop in loops if loop.id == "2430"]),
        "others": [kept for loop in loops if loop.id == "2440" for kept in reader.others(Pool(loop))],
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


def _read_pointers(service: Segment, element: int, reader: ClaimReader) -> tuple[int, ...]:
    pointers = []
    for text in service.components(element):
        if text in POINTERS:
            pointers.append(POINTERS[text])
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
    svd, *further = loop.segments
    cas = [segment for segment in further if segment.fields[0] == "CAS"]
    pool = Pool(Loop(loop.id, [segment for segment in further if segment.fields[0] != "CAS"]))
    remaining = pool.take("AMT", "EAF")
    bundled_into = reader.number_or_none(svd, 6)
    decision = make_adjudication(
        payer_id=svd[1],
        paid_cents=reader.cents(svd, 2),
        procedure=read_procedure(svd, 3),
        revenue_code=svd[4],
        quantity=reader.number_or_none(svd, 5),
        bundled_into=int(bundled_into) if bundled_into is not None else None,
        adjustments=read_adjustments(cas, reader),
        adjudication_date=reader.decision_day(pool),
        remaining_cents=reader.cents(remaining, 2) if remaining else None,
    )
    reader.leave(pool)
    return decision


# Writing.


def write_line(out: Composer, guide: ClaimGuide, line: ClaimLine) -> None:
    """2400 and the loops in it."""
    start = len(out.said)
    _write_line_itself(out, guide, line)
    if line.others:
        out.add_all(x12_other(segment) for segment in line.others if segment.name not in _FORMS)
        out.sort(start, guide.line_order)
    if line.drug:
        out.add_all(_write_drug(line.drug))
    if line.rendering or line.providers:
        write_providers(out, guide, [("82", line.rendering)], line.providers, guide.line_parts)
    for decision in line.adjudications:
        _write_adjudication(out, decision)
    if line.others:
        out.add_all(x12_other(segment) for segment in line.others if segment.name in _FORMS)


def _write_line_itself(out: Composer, guide: ClaimGuide, line: ClaimLine) -> None:
    out.add("LX", str(line.number))
    _SERVICE_WRITERS[guide.kind](out, line)
    if line.period:
        out.add(*x12_period("472", line.period))
    for qualifier, period in line.dates:
        out.add(*x12_period(qualifier, period))
    if line.prior_authorization:
        out.add("REF", "G1", line.prior_authorization)
    if line.control_number:
        out.add("REF", "6R", line.control_number)
    if line.referral:
        out.add("REF", "9F", line.referral)
    if line.references:
        out.add_all(map(write_reference, line.references))
    for amount in line.amounts:
        out.add("AMT", amount.qualifier, x12_amount(amount.amount_cents))
    if line.note:
        out.add("NTE", line.note_kind, line.note)


def _write_professional(out: Composer, line: ClaimLine) -> None:
    out.add(
        "SV1", _procedure(out, line.procedure), x12_amount(line.charge_cents), line.unit, x12_number(line.quantity),
        line.place_of_service, "", _pointers(out, line), *_flags(line),
    )  # fmt: skip


def _flags(line: ClaimLine) -> tuple[str, ...]:
    """SV108 to 115, which most lines go without."""
    if not (line.emergency or line.epsdt or line.family_planning or line.copay_exempt):
        return ()
    emergency, epsdt, planning = ("Y" if said else "" for said in (line.emergency, line.epsdt, line.family_planning))
    return ("", emergency, "", epsdt, planning, "", "", "0" if line.copay_exempt else "")


def _write_institutional(out: Composer, line: ClaimLine) -> None:
    code, rate, noncovered = write_revenue_line(line.revenue or RevenueLine(""))
    out.add(
        "SV2", code, _procedure(out, line.procedure), x12_amount(line.charge_cents), line.unit,
        x12_number(line.quantity), rate, noncovered,
    )  # fmt: skip


def _write_dental(out: Composer, line: ClaimLine) -> None:
    part = line.dental or DentalLine()
    times = "" if line.quantity == _ONE else x12_number(line.quantity)
    out.add(
        "SV3", _procedure(out, line.procedure), x12_amount(line.charge_cents), line.place_of_service,
        out.composite(*part.oral_cavity), part.prosthesis, times, "", "", "", "", _pointers(out, line),
    )  # fmt: skip
    out.add_all(write_teeth(part))


_SERVICE_WRITERS = {
    ClaimKind.PROFESSIONAL: _write_professional,
    ClaimKind.INSTITUTIONAL: _write_institutional,
    ClaimKind.DENTAL: _write_dental,
}


def _procedure(out: Composer, procedure: Procedure) -> Element:
    """The composite of a service; a line that names no procedure has none."""
    if procedure.description or procedure.code_to:
        return out.composite(*write_procedure(procedure))
    if procedure.code or procedure != NO_PROCEDURE:
        return out.composite(procedure.qualifier, procedure.code, *procedure.modifiers[:4])
    return ""


def _pointers(out: Composer, line: ClaimLine) -> Element:
    return out.composite(*map(str, line.pointers))


def _write_drug(drug: Drug) -> Iterator[OutgoingSegment]:
    """2410."""
    yield ("LIN", "", drug.qualifier, drug.ndc)
    if drug.quantity is not None:
        yield ("CTP", "", "", "", x12_number(drug.quantity), drug.unit)
    yield from write_numbers((("XZ", drug.prescription), ("VY", drug.link_number)))


def _write_adjudication(out: Composer, decision: LineAdjudication) -> None:
    """2430."""
    bundled_into = "" if decision.bundled_into is None else str(decision.bundled_into)
    out.add(
        "SVD", decision.payer_id, x12_amount(decision.paid_cents), _procedure(out, decision.procedure),
        decision.revenue_code, x12_number(decision.quantity), bundled_into,
    )  # fmt: skip
    if decision.adjustments:
        out.add_all(write_adjustments_by_group(decision.adjustments))
    if decision.adjudication_date:
        out.add("DTP", "573", "D8", x12_day(decision.adjudication_date))
    if decision.remaining_cents is not None:
        out.add("AMT", "EAF", x12_amount(decision.remaining_cents))
