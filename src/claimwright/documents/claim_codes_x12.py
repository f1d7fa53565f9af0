"""The codes of a claim (HI) between X12 and records: diagnoses of every kind, procedures, occurrences, values ...

A table: by qualifier, in the guide's order, which field of the record holds the codes and how one is read and written.
A segment that the record could not write again exactly as it is stays among the claim's other segments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from claimwright.documents.claim import ClaimKind
from claimwright.documents.claim_kinds_x12 import ClaimGuide
from claimwright.documents.diagnoses import Diagnosis
from claimwright.documents.drafts import maker
from claimwright.documents.institutional import DatedProcedure, Occurrence, OccurrenceSpan, ValueAmount
from claimwright.documents.parties import Period
from claimwright.documents.values_x12 import Memo, Pool, parse_day, parse_number, x12_day, x12_number
from claimwright.x12.composing import Composer
from claimwright.x12.tree import Segment

Parts = Sequence[str]
make_diagnosis = maker(Diagnosis)
_PER_SEGMENT = 12
_PRINCIPAL = frozenset(("ABK", "BK"))


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes of some qualifiers: the field they fill, how many it takes, how one is read and written.

    `read` gives `None` for what cannot be read; `write` gives the components, absent ones at the end left out.
    """

    field: str
    qualifiers: frozenset[str]
    most: int
    read: Callable[[Parts], Any]
    write: Callable[[Any], Parts]

    @property
    def is_single(self) -> bool:
        return self.most == 1


def _codes(
    field: str, qualifiers: str, most: int, read: Callable[[Parts], Any], write: Callable[[Any], Parts]
) -> Codes:
    return Codes(field, frozenset(qualifiers.split()), most, read, write)


def _read_diagnosis(parts: Parts) -> Diagnosis:
    return make_diagnosis(_at(parts, 2), _at(parts, 1), _at(parts, 9))


def _write_diagnosis(diagnosis: Diagnosis) -> Parts:
    told = ("",) * 6 + (diagnosis.present_on_admission,) if diagnosis.present_on_admission else ()
    return (diagnosis.qualifier, diagnosis.code, *told)


def _read_procedure(parts: Parts) -> DatedProcedure:
    return DatedProcedure(_at(parts, 2), parse_day(_at(parts, 4)), _at(parts, 1))


def _write_procedure(procedure: DatedProcedure) -> Parts:
    return (procedure.qualifier, procedure.code, *_day(procedure.date))


def _read_occurrence(parts: Parts) -> Occurrence:
    return Occurrence(_at(parts, 2), parse_day(_at(parts, 4)))


def _write_occurrence(occurrence: Occurrence) -> Parts:
    return ("BH", occurrence.code, *_day(occurrence.date))


def _read_span(parts: Parts) -> OccurrenceSpan:
    first, _, last = _at(parts, 4).partition("-")
    start, end = parse_day(first), parse_day(last)
    return OccurrenceSpan(_at(parts, 2), Period(start, end) if start and end else None)


def _write_span(span: OccurrenceSpan) -> Parts:
    told = ("RD8", f"{x12_day(span.period.start)}-{x12_day(span.period.end)}") if span.period else ()
    return ("BI", span.code, *told)


def _read_value(parts: Parts) -> ValueAmount | None:
    try:
        return ValueAmount(_at(parts, 2), parse_number(_at(parts, 5)))
    except ValueError:
        return None


def _write_value(value: ValueAmount) -> Parts:
    return ("BE", value.code, "", "", x12_number(value.value))


def _read_code(parts: Parts) -> str:
    return _at(parts, 2)


def _writes_code(qualifier: str) -> Callable[[str], Parts]:
    return lambda code: (qualifier, code)


def _at(parts: Parts, position: int) -> str:
    return parts[position - 1] if position <= len(parts) else ""


def _day(day: Any) -> Parts:
    return ("D8", x12_day(day)) if day else ()


_BY_FIELD = (
    _codes("admitting_diagnosis", "ABJ BJ", 1, _read_diagnosis, _write_diagnosis),
    _codes("reasons_for_visit", "APR PR", 3, _read_diagnosis, _write_diagnosis),
    _codes("external_causes", "ABN BN", 12, _read_diagnosis, _write_diagnosis),
    _codes("drg", "DR", 1, _read_code, _writes_code("DR")),
    _codes("diagnoses", "ABK BK ABF BF", 25, _read_diagnosis, _write_diagnosis),
    _codes("principal_procedure", "BBR BR CAH", 1, _read_procedure, _write_procedure),
    _codes("procedures", "BBQ BQ", 24, _read_procedure, _write_procedure),
    _codes("occurrence_spans", "BI", 24, _read_span, _write_span),
    _codes("occurrences", "BH", 24, _read_occurrence, _write_occurrence),
    _codes("values", "BE", 24, _read_value, _write_value),
    _codes("conditions", "BG", 24, _read_code, _writes_code("BG")),
    _codes("treatments", "TC", 24, _read_code, _writes_code("TC")),
)
"""The codes of an institutional claim in the guide's order, except that the principal diagnosis stands before them."""


@lru_cache(maxsize=8)
def diagnoses(component: str) -> Memo[Diagnosis]:
    """The diagnoses that composites name, by their texts."""
    return Memo(lambda text: _read_diagnosis(text.split(component)))


def read_codes(pool: Pool) -> dict[str, Any]:
    """The codes of an institutional claim, by the field of `Claim` (`diagnoses`) or `InstitutionalPart` they fill.

    Each composite goes by its own qualifier, for the older guide mixes them in one segment.
    """
    found: dict[str, Any] = {}
    for hi in pool.take_all("HI"):
        told = [(_kind_of(parts), parts) for parts in _composites(hi)]
        read = [(codes, codes.read(parts)) for codes, parts in told if codes and _keeps_all_of(codes, parts)]
        singles = [codes.field for codes, _ in read if codes.is_single]
        if len(read) < len(told) or len(set(singles) - found.keys()) < len(singles):
            pool.give_back(hi)
            continue
        for codes, value in read:
            found[codes.field] = value if codes.is_single else (*found.get(codes.field, ()), value)
    return found


def _kind_of(parts: Parts) -> Codes | None:
    return next((codes for codes in _BY_FIELD if parts[0] in codes.qualifiers), None)


def _keeps_all_of(codes: Codes, parts: Parts) -> bool:
    """True when the record would write the same code and qualifier again and fill the same places."""
    value = codes.read(parts)
    written = codes.write(value) if value is not None else ()
    return tuple(written[:2]) == tuple(parts[:2]) and list(map(bool, written)) == list(map(bool, parts))


def _composites(hi: Segment) -> Iterator[Parts]:
    """The composites of an HI, what is empty at their ends left out."""
    for element in range(1, len(hi) + 1):
        parts = hi.components(element)
        while parts and not parts[-1]:
            parts.pop()
        if parts:
            yield parts


def write_codes(out: Composer, guide: ClaimGuide, diagnoses: Sequence[Diagnosis], part: object = None) -> None:
    """The HIs of a claim, in the guide's order; `part` is the `InstitutionalPart` of a claim that has one."""
    if guide.kind is not ClaimKind.INSTITUTIONAL:
        _write(out, [_write_diagnosis(one) for one in diagnoses], _PER_SEGMENT)
        return
    _write(out, [_write_diagnosis(one) for one in diagnoses if one.qualifier in _PRINCIPAL], 1)
    others = [one for one in diagnoses if one.qualifier not in _PRINCIPAL]
    for codes in _BY_FIELD:
        value = others if codes.field == "diagnoses" else getattr(part, codes.field)
        values = ([value] if value else []) if codes.is_single else value
        _write(out, [codes.write(one) for one in values], min(codes.most, _PER_SEGMENT))


def _write(out: Composer, composites: list[Parts], per_segment: int) -> None:
    for start in range(0, len(composites), per_segment):
        out.add("HI", *[out.composite(*parts) for parts in composites[start : start + per_segment]])
