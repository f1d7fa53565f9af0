"""Edits of how often: what this provider billed for this patient before. What others billed is not known here."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from types import MappingProxyType

from claimwright.documents.claim import ClaimLine
from claimwright.edits.context import EarlierLine, provider_npi
from claimwright.edits.families import NEW_PATIENT_VISITS, VISITS
from claimwright.edits.registry import Case, Hit, Table, W, hit, line_field

_NEW_AFTER_YEARS = 3
_ONCE = frozenset(("G0402", "G0438"))
_WELLNESS_BEFORE = MappingProxyType({"G0438": ("G0402",), "G0439": ("G0438", "G0439")})
"""Yearly visits, with those after which eleven full months must pass."""
_COUNTED = NEW_PATIENT_VISITS | _ONCE | _WELLNESS_BEFORE.keys()


def _is_asked(case: Case) -> bool:
    """Whether a code is counted over months, or an earlier claim has a visit on one of this claim's days."""
    earlier = case.known.earlier_claims
    if not earlier or not _COUNTED.isdisjoint(case.codes):
        return bool(earlier)
    return any(line.code in VISITS and line.service_date in case.coded_days for one in earlier for line in one.lines)


TABLE = Table(_is_asked)


def _earlier(case: Case) -> Iterator[tuple[str, EarlierLine]]:
    """The services of this provider on earlier claims, with the numbers of those claims."""
    npi, number = provider_npi(case.claim), case.claim.control_number
    for claim in case.known.earlier_claims:
        if claim.provider_npi == npi and claim.control_number != number:
            for line in claim.lines:
                yield claim.control_number, line


def _lines(case: Case) -> Iterator[tuple[ClaimLine, date]]:
    return ((line, day) for day, lines in case.coded_days.items() for line in lines)


def _years_before(day: date, years: int) -> date:
    """The same day so many years earlier; the 1 March for a 29 February."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 3, 1)


@TABLE.edit(
    "EDIT-FRQ-001",
    W,
    "lines.N.procedure.code",
    "{value} is for new patients, and this provider saw the patient on {day} (claim {earlier}).",
    "Use the code for established patients: less than three years have passed.",
    "CMS Claims Processing Manual chapter 12, section 30.6.7; CPT, new and established patient",
)
def _patient_is_not_new(case: Case) -> Collection[Hit]:
    hits = []
    for line, day in _lines(case):
        if line.procedure.code not in NEW_PATIENT_VISITS:
            continue
        since = _years_before(day, _NEW_AFTER_YEARS)
        seen = [
            (one.service_date, number)
            for number, one in _earlier(case)
            if one.service_date is not None and since < one.service_date < day and one.code in VISITS
        ]
        if seen:
            last, number = max(seen)
            field = line_field(line, "procedure.code")
            hits.append(hit(field, value=line.procedure.code, day=last, earlier=number))
    return hits


@TABLE.edit(
    "EDIT-FRQ-002",
    W,
    "lines.N.procedure.code",
    "{value} is the second visit of that day with this provider; {other} is on claim {earlier}.",
    "Bill one visit that covers both, or show that they were for unrelated problems (25).",
    "CMS Claims Processing Manual chapter 12, section 30.6.5",
)
def _second_visit_of_the_day(case: Case) -> Collection[Hit]:
    hits = []
    for line, day in _lines(case):
        if line.procedure.code not in VISITS or {"25", "27", "76"} & set(line.procedure.modifiers):
            continue
        for number, one in _earlier(case):
            if one.service_date == day and one.code in VISITS and one.code != line.procedure.code:
                field = line_field(line, "procedure.code")
                hits.append(hit(field, value=line.procedure.code, other=one.code, earlier=number))
                break
    return hits


@TABLE.edit(
    "EDIT-FRQ-003",
    W,
    "lines.N.procedure.code",
    "Medicare pays {value} once in a lifetime; claim {earlier} had it on {day}.",
    "Use G0439 for a later yearly visit.",
    "42 CFR 410.15 and 410.16",
)
def _lifetime_service_is_repeated(case: Case) -> Collection[Hit]:
    hits = []
    for line, day in _lines(case):
        if line.procedure.code not in _ONCE:
            continue
        for number, one in _earlier(case):
            if one.code == line.procedure.code and one.service_date is not None and one.service_date < day:
                field = line_field(line, "procedure.code")
                hits.append(hit(field, value=one.code, day=one.service_date, earlier=number))
                break
    return hits


@TABLE.edit(
    "EDIT-FRQ-004",
    W,
    "lines.N.procedure.code",
    "{value} may be billed from {due}; {other} was on {day} (claim {earlier}).",
    "Eleven full months must pass after the month of the last one.",
    "42 CFR 410.15; CMS Claims Processing Manual chapter 18, section 140",
    since=date(2011, 1, 1),
)
def _yearly_visit_is_early(case: Case) -> Collection[Hit]:
    hits = []
    for line, day in _lines(case):
        others = _WELLNESS_BEFORE.get(line.procedure.code, ())
        for number, one in _earlier(case) if others else ():
            done = one.service_date
            if done is not None and one.code in others and done < day < date(done.year + 1, done.month, 1):
                values = {"due": date(done.year + 1, done.month, 1), "other": one.code, "day": done, "earlier": number}
                hits.append(hit(line_field(line, "procedure.code"), value=line.procedure.code, **values))
                break
    return hits
