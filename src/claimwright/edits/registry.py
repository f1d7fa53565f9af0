"""How an edit is declared: its row and its check stand together.

    @TABLE.edit("EDIT-CLM-001", E, "control_number", "The claim has no number.", "Give it one.", "CLM01")
    def _number_is_missing(case: Case) -> Collection[Hit]:
        return hit_if(not case.claim.control_number)

A check says where it found something and which values fill the words; the row says the rest. The order of
declaration is the order of the findings. An edit may hold for services of some days only (`since`, `until`). A table
may be asked of some claims only: its `guard` says in a moment whether any of its edits could find something.

Claims repeat one another: the same practice, the same codes, places and units, day after day. What repeats is a *part*
(see `parts`), and the checks of a `PartTable` are given one part and nothing else. So the scrubber may remember
which edits have something to say of a part and ask about new parts only; a check sees no more than its part, so
nothing is remembered wrongly.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Generic, NamedTuple, TypeVar

from claimwright.codesets.deadlines import Deadline
from claimwright.codesets.icd10cm import Icd10cm
from claimwright.codesets.library import NOTHING_LOADED, CodeLibrary
from claimwright.codesets.mpfs import FeeSchedule
from claimwright.codesets.ncci import AddOns, PairEdits, UnitLimits
from claimwright.documents.claim import Claim, ClaimLine
from claimwright.edits.context import ClaimContext
from claimwright.edits.profile import PayerProfile
from claimwright.findings import Finding, Severity, Where

PRACTITIONER, OUTPATIENT = "practitioner", "outpatient"
E, W, I = Severity.ERROR, Severity.WARNING, Severity.INFO  # noqa: E741


class Tables(NamedTuple):
    """The code sets that answer for one day and setting (practitioners or outpatient hospitals); None: not loaded.

    `is_icd10cm_current`: no newer ICD-10-CM was in force on that day.
    """

    icd10cm: Icd10cm | None = None
    is_icd10cm_current: bool = False
    fee_schedule: FeeSchedule | None = None
    pair_edits: PairEdits | None = None
    unit_limits: UnitLimits | None = None
    add_ons: AddOns | None = None


class Shelf:
    """The tables of a library by day and setting; the same days are asked for again and again."""

    def __init__(self, library: CodeLibrary = NOTHING_LOADED) -> None:
        self.library = library
        self._by_day: dict[tuple[date, str], Tables] = {}

    def tables(self, day: date, setting: str) -> Tables:
        """What answers for that day."""
        found = self._by_day.get((day, setting))
        if found is None:
            if len(self._by_day) >= _DAYS_REMEMBERED:
                self._by_day.clear()
            found = self._by_day[day, setting] = self._read(day, setting)
        return found

    def _read(self, day: date, setting: str) -> Tables:
        library = self.library
        icd10cm = library.icd10cm(day)
        return Tables(
            icd10cm,
            icd10cm is not None and icd10cm.is_current(day),
            library.fee_schedule(day),
            library.pair_edits(setting, day),
            library.unit_limits(setting, day),
            library.add_ons(day),
        )


_DAYS_REMEMBERED = 4096
_NO_TABLES = Tables()
_EMPTY_SHELF = Shelf()


@dataclass(slots=True)
class Case:
    """What every edit looks at: the claim, its payer, what is known beside it, and the day. Nobody changes one.

    `first_service_date` and `last_service_date` are None when no line has a date. `codes` and `modifiers` are those of
    all lines, `coded_days` the lines with a procedure code (HC) of each day: what guards ask first; `is_decided`
    that an earlier payer decided any line. `tables` are those
    of the first day.
    """

    claim: Claim
    profile: PayerProfile
    known: ClaimContext
    today: date
    shelf: Shelf = _EMPTY_SHELF
    first_service_date: date | None = field(init=False)
    last_service_date: date | None = field(init=False)
    codes: set[str] = field(init=False)
    diagnosis_codes: list[str] = field(init=False)
    modifiers: set[str] = field(init=False)
    coded_days: dict[date, list[ClaimLine]] = field(init=False)
    is_decided: bool = field(init=False)
    tables: Tables = field(init=False)

    def __post_init__(self) -> None:
        first: date | None = None
        last: date | None = None
        codes: set[str] = set()
        modifiers: set[str] = set()
        coded_days: dict[date, list[ClaimLine]] = {}
        is_decided = False
        for line in self.claim.lines:
            procedure, period = line.procedure, line.period
            codes.add(procedure.code)
            modifiers.update(procedure.modifiers)
            if line.adjudications:
                is_decided = True
            if period is not None:
                start, end = period.start, period.end
                first = start if first is None or start < first else first
                last = end if last is None or end > last else last
                if procedure.qualifier == "HC":
                    coded_days.setdefault(start, []).append(line)
        self.first_service_date, self.last_service_date = first, last
        self.diagnosis_codes = [diagnosis.code for diagnosis in self.claim.diagnoses]
        self.codes, self.modifiers, self.coded_days, self.is_decided = codes, modifiers, coded_days, is_decided
        self.tables = _NO_TABLES if first is None else self.tables_of(first)

    def tables_of(self, day: date) -> Tables:
        """The code sets that answer for a day."""
        return self.shelf.tables(day, PRACTITIONER if self.claim.institutional is None else OUTPATIENT)

    @property
    def deadline(self) -> Deadline | None:
        """The last day to file; None when no rule is known.

        A claim that corrects another has its limit from that one's decision, and none where it is not known.
        """
        first = self.first_service_date
        if first is None:
            return None
        if self.claim.frequency != "1":
            decided = self.known.original_decision_date
            return self.profile.terms.corrected_due(first, decided) if decided else None
        decided = self._earlier_decision_date
        if decided is None:
            return self.profile.filing_due(first)
        return self.profile.terms.secondary_due(first, decided)

    @property
    def _earlier_decision_date(self) -> date | None:
        """The day of the last decision of the payers before this one."""
        if not self.is_decided and not self.claim.other_payers:
            return None
        dates = [other.adjudication_date for other in self.claim.other_payers]
        dates += [found.adjudication_date for line in self.claim.lines for found in line.adjudications]
        return max((day for day in dates if day is not None), default=None)


class Hit(NamedTuple):
    """A place where an edit found what it looks for, and the values for its words."""

    field: str
    values: dict[str, Any]


Check = Callable[[Case], Collection[Hit]]


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit: what its row says.

    `field` names the field of the claim it is about, `N` standing for a line number or a position from 1.
    `source` says where the rule comes from. `since` and `until` are the first and the last day of service for which the
    rule holds.
    """

    code: str
    severity: Severity
    field: str
    what: str
    hint: str
    source: str
    since: date | None = None
    until: date | None = None

    def holds(self, case: Case) -> bool:
        """Whether the rule holds for the claim's first day of service; a claim without days is asked everything."""
        day = case.first_service_date
        return day is None or (self.since or day) <= day <= (self.until or day)

    def finding(self, case: Case, found: Hit) -> Finding:
        """What this edit has to say about something that it found in the case."""
        where = Where(record=case.claim.control_number or None, field=found.field or self.field)
        is_softened = self.severity is E and self.code in case.profile.warn_only
        message, hint = self.what.format_map(found.values), self.hint.format_map(found.values)
        return Finding(self.code, W if is_softened else self.severity, message, hint, where)


class Table:
    """The edits of one group, with their checks; asked only of cases that pass the guard."""

    def __init__(self, guard: Callable[[Case], object]) -> None:
        self.guard = guard
        self.rows: list[tuple[Edit, Check]] = []

    def edit(
        self,
        code: str,
        severity: Severity,
        field: str,
        what: str,
        hint: str,
        source: str,
        *,
        since: date | None = None,
        until: date | None = None,
    ) -> Callable[[Check], Check]:
        """Declare the decorated check as an edit."""

        def declare(check: Check) -> Check:
            self.rows.append((Edit(code, severity, field, what, hint, source, since, until), check))
            return check

        return declare


Part = TypeVar("Part")
PartCheck = Callable[[Part, CodeLibrary], Collection[Hit]]
Key = tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Kind(Generic[Part]):
    """A kind of part. `keys` and `fields` give, in the same order, each part of a case and the field that holds it.

    A key is all that a part says, as a plain tuple; `make` turns it into the named one that checks read. `prefixes` are
    how the fields of its edits may begin; a part's own field takes their place.
    """

    prefixes: tuple[str, ...]
    keys: Callable[[Case], list[Key]]
    fields: Callable[[Case], list[str]]
    make: Callable[[Key], Part]

    def relative(self, field: str) -> str:
        """A field of an edit without the prefix that stands for the part."""
        return next((field.removeprefix(prefix) for prefix in self.prefixes if field.startswith(prefix)), field)


class PartTable(Generic[Part]):
    """Edits of one kind of part; asked only of parts that pass the guard, where there is one.

    A hit without a field is in the edit's own field of that part.
    """

    def __init__(self, kind: Kind[Part], guard: Callable[[Part], object] | None = None) -> None:
        self.kind = kind
        self.guard = guard
        self.rows: list[tuple[Edit, PartCheck[Part]]] = []

    def edit(
        self,
        code: str,
        severity: Severity,
        field: str,
        what: str,
        hint: str,
        source: str,
        *,
        since: date | None = None,
        until: date | None = None,
    ) -> Callable[[PartCheck[Part]], PartCheck[Part]]:
        """Declare the decorated check of a part as an edit; `field` begins with a prefix of its kind."""

        def declare(check: PartCheck[Part]) -> PartCheck[Part]:
            self.rows.append((Edit(code, severity, field, what, hint, source, since, until), check))
            return check

        return declare

    def hits(self, key: Key, library: CodeLibrary) -> list[tuple[Edit, Hit]]:
        """What the checks find in the part of that key. The field of each hit is relative to the part's own."""
        part = self.kind.make(key)
        if self.guard is not None and not self.guard(part):
            return []
        return [
            (edit, Hit(found.field or self.kind.relative(edit.field), found.values))
            for edit, check in self.rows
            for found in check(part, library)
        ]


def hit(field: str = "", **values: Any) -> Hit:
    """Something found in that field (the edit's own field when empty)."""
    return Hit(field, values)


def hit_if(is_wrong: object, field: str = "", **values: Any) -> tuple[Hit, ...]:
    """One hit when something is wrong, none otherwise."""
    return (Hit(field, values),) if is_wrong else ()


def line_field(line: ClaimLine, field: str) -> str:
    """The dotted name of a line's field: `lines.2.procedure.code` for the line that LX numbers 2."""
    return f"lines.{line.number}.{field}"
