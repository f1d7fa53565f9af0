"""Looking up codes while charges are typed and claims are mended: what is found for words, and all that is known of one
code on a day of service.

The index is built once for each pair of releases and kept in this process; what the practice used before is counted
from its charges and weighs in the order.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from threading import Lock
from types import MappingProxyType

from django.db.models import Count, Max

from claimwright.codesets.hcpcs import Hcpcs, HcpcsCode
from claimwright.codesets.icd10cm import Icd10cm, Validity
from claimwright.codesets.ncci import UnitLimit
from claimwright.codesets.searching import CodeSearch, Found
from claimwright.office.charges.models import Charge, Encounter
from claimwright.office.core import codesets
from claimwright.office.core.scope import required_client_id

DIAGNOSES, PROCEDURES = "icd10cm", "hcpcs"

COVERAGE = MappingProxyType(
    {
        "C": "Medicare's contractor decides",
        "D": "Special rules of Medicare apply",
        "I": "Not payable by Medicare",
        "M": "Not covered by Medicare",
        "S": "Not covered by Medicare's law",
    }
)
"""What CMS's coverage indicators say, in our words."""

_DIAGNOSIS, _SUPPLY = re.compile(r"[A-Z]\d"), re.compile(r"[A-V]\d{4}")
_INDEXES_MAX = 3
_ENCOUNTERS_COUNTED = 20_000
_PARTNERS_SHOWN = 60
_COMPLETIONS_SHOWN = 40
_COUNT_AGAIN_AFTER = 50
"""What was used is counted again when the charges have grown by one part in so many."""


@dataclass(frozen=True, slots=True)
class NamedCode:
    """A code or heading with its meaning."""

    code: str
    description: str


@dataclass(frozen=True, slots=True)
class Notes:
    """The notes of one kind that hold for a code, each with the code, section or chapter at which it stands."""

    kind: str
    notes: tuple[NamedCode, ...]


@dataclass(frozen=True, slots=True)
class PairEdit:
    """Another code with which this one has an NCCI edit."""

    code: str
    indicator: str
    rationale: str


@dataclass(frozen=True)
class CodeCard:
    """All that is known of a code on a day. Empty fields: nothing of that kind is loaded, or there is none.

    Where ICD-10-CM is not loaded for the day but for a later one, that one is told, and `release_date` is after
    the day.

    `state` is valid, incomplete (a heading), ended or unknown; `missing` the titles of code sets that would know more
    and are not loaded for that day; `includes` and `part_of` the pair edits with the code in column 1 and 2.
    """

    code: str
    system: str
    description: str
    state: str
    day: date
    ancestors: tuple[NamedCode, ...] = ()
    notes: tuple[Notes, ...] = ()
    completions: tuple[NamedCode, ...] = ()
    seventh_characters: Mapping[str, str] = dataclasses.field(default_factory=dict)
    meant: str = ""
    hcpcs: HcpcsCode | None = None
    coverage: str = ""
    includes: tuple[PairEdit, ...] = ()
    includes_count: int = 0
    part_of: tuple[PairEdit, ...] = ()
    part_of_count: int = 0
    unit_limit: UnitLimit | None = None
    primaries: tuple[str, ...] = ()
    is_add_on: bool = False
    uses: int = 0
    release_date: date | None = None
    missing: tuple[str, ...] = ()


def find_codes(text: str, day: date, *, system: str = "", most: int = 20) -> list[Found]:
    """The codes that fit what was typed, valid on that day, those that the practice uses first."""
    if not text.strip():
        return []
    return _index(day).find(text, most=most, system=system)


def used_codes(system: str, day: date, most: int = 12) -> list[NamedCode]:
    """What the practice uses most, with its meaning on that day."""
    uses, icd10cm = Counter(code_uses()), diagnoses_of(day)
    if system == DIAGNOSES:
        known = icd10cm.descriptions if icd10cm else {}
        return [NamedCode(code, known[code]) for code, _ in uses.most_common() if code in known][:most]
    hcpcs = codesets.library().hcpcs(day)
    codes = (code for code, _ in uses.most_common() if icd10cm is None or code not in icd10cm.descriptions)
    named = hcpcs.codes if hcpcs else {}
    return [NamedCode(code, named[code].long if code in named else "") for code in codes][:most]


def describe_code(text: str, day: date, *, system: str = "") -> CodeCard:
    """Everything about a code on a day of service. Some codes are in both systems: `system` says which is meant."""
    code = text.strip().upper().replace(".", "")[:8]
    icd10cm, hcpcs = diagnoses_of(day), codesets.library().hcpcs(day)
    if system == DIAGNOSES or (system != PROCEDURES and _is_diagnosis(code, icd10cm, hcpcs)):
        return _diagnosis(code, day, icd10cm)
    return _procedure(code, day, hcpcs)


def _is_diagnosis(code: str, icd10cm: Icd10cm | None, hcpcs: Hcpcs | None) -> bool:
    if icd10cm is not None and code in icd10cm.descriptions:
        return True
    is_supply = (hcpcs is not None and code in hcpcs.codes) or _SUPPLY.fullmatch(code) is not None
    return _DIAGNOSIS.match(code) is not None and not is_supply


def diagnoses_of(day: date) -> Icd10cm | None:
    """ICD-10-CM of that day; of the first day for which it is loaded when that comes later; None when it never is."""
    library = codesets.library()
    found = library.icd10cm(day)
    first = codesets.first_day(DIAGNOSES) if found is None else None
    return library.icd10cm(first) if first is not None else found


def code_uses() -> Mapping[str, int]:
    """How often the practice used each code: services from its charges, diagnoses from its newest encounters."""
    key = (str(codesets.store_path()), required_client_id())
    newest = Charge.objects.aggregate(newest=Max("pk"))["newest"] or 0
    known = _uses.get(key)
    if known is not None and known[0] <= newest <= known[0] + known[0] // _COUNT_AGAIN_AFTER:
        return known[1]
    counted = Counter(dict(Charge.objects.order_by().values_list("code").annotate(times=Count("pk"))))
    encounters = Encounter.objects.order_by("-pk").values_list("diagnoses", flat=True)[:_ENCOUNTERS_COUNTED]
    counted.update(code for diagnoses in encounters for code in diagnoses)
    uses = MappingProxyType(counted)
    _uses[key] = newest, uses
    return uses


def _diagnosis(code: str, day: date, icd10cm: Icd10cm | None) -> CodeCard:
    if icd10cm is None:
        return CodeCard(code, DIAGNOSES, "", "unknown", day, uses=code_uses().get(code, 0), missing=("icd10cm",))
    validity = icd10cm.validity(code)
    return CodeCard(
        code,
        DIAGNOSES,
        icd10cm.description(code),
        validity.value,
        day,
        ancestors=tuple(reversed([NamedCode(one, _title(icd10cm, one)) for one in icd10cm.ancestors(code)])),
        notes=tuple(_notes(icd10cm, code)) if validity is not Validity.UNKNOWN else (),
        completions=tuple(
            NamedCode(one, icd10cm.description(one)) for one in icd10cm.completions(code, _COMPLETIONS_SHOWN)
        ),
        seventh_characters=icd10cm.seventh_characters(code),
        meant=icd10cm.with_placeholders(code) or "",
        uses=code_uses().get(code, 0),
        release_date=icd10cm.release.effective_date,
    )


def _title(icd10cm: Icd10cm, code: str) -> str:
    found = icd10cm.description(code)
    return found or next((one.description for one in icd10cm.sections if one.code == code), "")


def _notes(icd10cm: Icd10cm, code: str) -> Iterable[Notes]:
    by_kind: dict[str, list[NamedCode]] = {}
    for note in icd10cm.notes(code):
        by_kind.setdefault(note.kind, []).append(NamedCode(note.owner, note.text))
    return (Notes(kind, tuple(notes)) for kind, notes in by_kind.items())


def _procedure(code: str, day: date, hcpcs: Hcpcs | None) -> CodeCard:
    library = codesets.library()
    row = hcpcs.codes.get(code) if hcpcs else None
    pairs = library.pair_edits("practitioner", day)
    limits = library.unit_limits("practitioner", day)
    add_ons = library.add_ons(day)
    below, above = pairs.partners(code, day) if pairs else ([], [])
    add_on = add_ons.of(code, day) if add_ons else None
    asked = {"hcpcs": hcpcs, "ptp-practitioner": pairs, "mue-practitioner": limits, "add-ons": add_ons}
    state = "unknown" if row is None else "valid" if row.is_valid(day) else "ended"
    return CodeCard(
        code,
        PROCEDURES,
        (row.long or row.short) if row else "",
        state,
        day,
        hcpcs=row,
        coverage=COVERAGE.get(row.coverage, "") if row else "",
        includes=tuple(PairEdit(one.column2, one.indicator, one.rationale) for one in below[:_PARTNERS_SHOWN]),
        includes_count=len(below),
        part_of=tuple(PairEdit(one.column1, one.indicator, one.rationale) for one in above[:_PARTNERS_SHOWN]),
        part_of_count=len(above),
        unit_limit=limits.limits.get(code) if limits else None,
        primaries=tuple(sorted(add_on.primaries))[:_PARTNERS_SHOWN] if add_on else (),
        is_add_on=add_on is not None,
        uses=code_uses().get(code, 0),
        release_date=hcpcs.release.effective_date if hcpcs and row else None,
        missing=tuple(name for name, found in asked.items() if found is None),
    )


_indexes: OrderedDict[tuple[str, int, int], CodeSearch] = OrderedDict()
_uses: dict[tuple[str, int], tuple[int, Mapping[str, int]]] = {}
_lock = Lock()


def _index(day: date) -> CodeSearch:
    """The index of what is in force on that day; the newest few are kept."""
    icd10cm, hcpcs = diagnoses_of(day), codesets.library().hcpcs(day)
    key = (
        str(codesets.store_path()),
        icd10cm.release.id if icd10cm else 0,
        hcpcs.release.id if hcpcs else 0,
    )
    with _lock:
        if key not in _indexes:
            _indexes[key] = CodeSearch.of(icd10cm, hcpcs)
            while len(_indexes) > _INDEXES_MAX:
                _indexes.popitem(last=False)
        _indexes.move_to_end(key)
        return dataclasses.replace(_indexes[key], uses=code_uses())
