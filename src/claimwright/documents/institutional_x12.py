"""What only the 837I says, between X12 and `InstitutionalPart` and `RevenueLine`: DTP, CL1, codes, providers; SV2."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from claimwright.documents.claim_kinds_x12 import ClaimReader
from claimwright.documents.claim_providers_x12 import Providers
from claimwright.documents.institutional import InstitutionalPart, RevenueLine
from claimwright.documents.parties import Period
from claimwright.documents.values_x12 import Pool, parse_day, x12_day, x12_number, x12_period
from claimwright.money import x12_amount
from claimwright.x12.elements import is_time
from claimwright.x12.tree import Segment
from claimwright.x12.writing import OutgoingSegment

_ADMISSION, _DISCHARGE, _STATEMENT = "435", "096", "434"
_DAY_LENGTH, _TIME_LENGTH = 8, 4


def read_institutional_part(
    clm: Segment, pool: Pool, codes: Mapping[str, Any], providers: Providers, reader: ClaimReader
) -> InstitutionalPart:
    """What a 2300 says beyond a `Claim`; what is taken is gone from the pool and from `providers`.

    `codes` are those of the claim by field, as `claim_codes_x12.read_codes` gives them, without its diagnoses.
    """
    admission_date, admission_time = _read_admission(pool, reader)
    cl1, due = pool.take("CL1"), pool.take("AMT", "F3")
    if cl1 and cl1[4]:
        reader.say("006", cl1)
    return InstitutionalPart(
        facility_type=clm.component(5, 1),
        statement=_read_statement(pool, reader),
        admission_date=admission_date,
        admission_time=admission_time,
        discharge_time=_read_discharge(pool),
        admission_type=cl1[1] if cl1 else "",
        admission_source=cl1[2] if cl1 else "",
        patient_status=cl1[3] if cl1 else "",
        patient_due_cents=reader.cents_or_none(due, 2) if due else None,
        attending=providers.take("71"),
        operating=providers.take("72"),
        other_operating=providers.take("ZZ"),
        **codes,
    )


def _read_statement(pool: Pool, reader: ClaimReader) -> Period | None:
    dtp = pool.take("DTP", _STATEMENT)
    period = reader.period_or_none(dtp) if dtp else None
    if dtp and not period:
        pool.give_back(dtp)
    return period


def _read_admission(pool: Pool, reader: ClaimReader) -> tuple[date | None, str]:
    """A day (D8), or a day with hour and minute (DT); any other form stays in the pool."""
    dtp = pool.take("DTP", _ADMISSION)
    if dtp is None:
        return None, ""
    day, time = parse_day(dtp[3][:_DAY_LENGTH]), dtp[3][_DAY_LENGTH:]
    if day and (not time if dtp[2] == "D8" else dtp[2] == "DT" and _is_hour(time)):
        return day, time
    reader.say("005", dtp, 3)
    pool.give_back(dtp)
    return None, ""


def _read_discharge(pool: Pool) -> str:
    dtp = pool.take("DTP", _DISCHARGE)
    if dtp and dtp[2] == "TM" and _is_hour(dtp[3]):
        return dtp[3]
    if dtp:
        pool.give_back(dtp)
    return ""


def _is_hour(text: str) -> bool:
    return len(text) == _TIME_LENGTH and is_time(text)


def write_institutional_part(part: InstitutionalPart) -> Iterator[OutgoingSegment]:
    """The segments of a 2300 that only an institutional claim has, but for its codes."""
    if part.discharge_time:
        yield ("DTP", _DISCHARGE, "TM", part.discharge_time)
    if part.statement:
        yield x12_period(_STATEMENT, part.statement)
    if part.admission_date:
        form = "DT" if part.admission_time else "D8"
        yield ("DTP", _ADMISSION, form, x12_day(part.admission_date) + part.admission_time)
    if part.admission_type or part.admission_source or part.patient_status:
        yield ("CL1", part.admission_type, part.admission_source, part.patient_status)
    if part.patient_due_cents is not None:
        yield ("AMT", "F3", x12_amount(part.patient_due_cents))


def read_revenue_line(sv2: Segment, reader: ClaimReader) -> RevenueLine:
    """What a line says beyond a `ClaimLine`."""
    return RevenueLine(sv2[1], reader.cents_or_none(sv2, 7), reader.number_or_none(sv2, 6))


def write_revenue_line(part: RevenueLine) -> tuple[str, str, str]:
    """SV201, SV206 and SV207."""
    noncovered = "" if part.noncovered_cents is None else x12_amount(part.noncovered_cents)
    return part.code, x12_number(part.unit_rate), noncovered
