"""The level of an evaluation and management visit, by the rules of 2021 (offices) and 2023 (hospitals, emergency).

Two of three elements decide: problems, data, risk; or, but in emergency departments, the total minutes of the day.
Source: the decision making table of the AMA's 2021 and 2023 guidelines, which CMS took over (85 FR 84472, 87 FR 69404);
the words here are our own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import NamedTuple


class Level(IntEnum):
    """How complex the decisions are."""

    NONE = 0
    STRAIGHTFORWARD = 1
    LOW = 2
    MODERATE = 3
    HIGH = 4

    @property
    def word(self) -> str:
        return self.name.lower()


class Kind(StrEnum):
    """What a note may show."""

    SELF_LIMITED = "self-limited"
    STABLE_CHRONIC = "stable-chronic"
    ACUTE_UNCOMPLICATED = "acute-uncomplicated"
    CHRONIC_WORSE = "chronic-worse"
    UNCERTAIN_PROGNOSIS = "uncertain-prognosis"
    ACUTE_SYSTEMIC = "acute-systemic"
    COMPLICATED_INJURY = "complicated-injury"
    CHRONIC_SEVERE = "chronic-severe"
    THREAT = "threat"

    EXTERNAL_NOTE = "external-note"
    RESULT = "result"
    ORDER = "order"
    HISTORIAN = "historian"
    INTERPRETATION = "interpretation"
    DISCUSSION = "discussion"

    LOW_RISK = "low-risk"
    PRESCRIPTION = "prescription"
    MINOR_SURGERY_RISK = "minor-surgery-with-risk"
    MAJOR_SURGERY = "major-surgery"
    SOCIAL = "social-determinants"
    TOXICITY = "toxicity-monitoring"
    MAJOR_SURGERY_RISK = "major-surgery-with-risk"
    EMERGENCY_SURGERY = "emergency-surgery"
    HOSPITALIZATION = "hospitalization"
    NO_RESUSCITATION = "no-resuscitation"


WORDS = MappingProxyType(
    {
        Kind.SELF_LIMITED: "a self-limited or minor problem",
        Kind.STABLE_CHRONIC: "a stable chronic illness",
        Kind.ACUTE_UNCOMPLICATED: "an acute, uncomplicated illness or injury",
        Kind.CHRONIC_WORSE: "a chronic illness that is getting worse, or side effects of its treatment",
        Kind.UNCERTAIN_PROGNOSIS: "a new problem whose outcome is uncertain",
        Kind.ACUTE_SYSTEMIC: "an acute illness with systemic symptoms",
        Kind.COMPLICATED_INJURY: "an acute, complicated injury",
        Kind.CHRONIC_SEVERE: "a chronic illness that is severely worse",
        Kind.THREAT: "a threat to life or bodily function",
        Kind.EXTERNAL_NOTE: "notes of one external source read",
        Kind.RESULT: "the result of one test read",
        Kind.ORDER: "one test ordered",
        Kind.HISTORIAN: "an assessment that needed an independent historian",
        Kind.INTERPRETATION: "a test of somebody else's interpreted",
        Kind.DISCUSSION: "management discussed with an external clinician",
        Kind.LOW_RISK: "treatment of low risk",
        Kind.PRESCRIPTION: "prescription drugs managed",
        Kind.MINOR_SURGERY_RISK: "minor surgery decided, with risk factors of the patient",
        Kind.MAJOR_SURGERY: "elective major surgery decided, without risk factors",
        Kind.SOCIAL: "treatment limited by social determinants",
        Kind.TOXICITY: "drug therapy that needs intensive monitoring for toxicity",
        Kind.MAJOR_SURGERY_RISK: "elective major surgery decided, with risk factors",
        Kind.EMERGENCY_SURGERY: "emergency major surgery decided",
        Kind.HOSPITALIZATION: "hospitalization decided",
        Kind.NO_RESUSCITATION: "no resuscitation, or less care, decided because of a poor prognosis",
    }
)
"""Each kind in our own words."""

_K, _L = Kind, Level
_PROBLEMS: tuple[tuple[Level, Kind, int], ...] = (
    (_L.HIGH, _K.CHRONIC_SEVERE, 1),
    (_L.HIGH, _K.THREAT, 1),
    (_L.MODERATE, _K.CHRONIC_WORSE, 1),
    (_L.MODERATE, _K.STABLE_CHRONIC, 2),
    (_L.MODERATE, _K.UNCERTAIN_PROGNOSIS, 1),
    (_L.MODERATE, _K.ACUTE_SYSTEMIC, 1),
    (_L.MODERATE, _K.COMPLICATED_INJURY, 1),
    (_L.LOW, _K.SELF_LIMITED, 2),
    (_L.LOW, _K.STABLE_CHRONIC, 1),
    (_L.LOW, _K.ACUTE_UNCOMPLICATED, 1),
    (_L.STRAIGHTFORWARD, _K.SELF_LIMITED, 1),
)
"""So many problems of a kind make a level."""

_RISKS = MappingProxyType(
    {
        **dict.fromkeys((_K.TOXICITY, _K.MAJOR_SURGERY_RISK, _K.EMERGENCY_SURGERY), _L.HIGH),
        **dict.fromkeys((_K.HOSPITALIZATION, _K.NO_RESUSCITATION), _L.HIGH),
        **dict.fromkeys((_K.PRESCRIPTION, _K.MINOR_SURGERY_RISK, _K.MAJOR_SURGERY, _K.SOCIAL), _L.MODERATE),
        _K.LOW_RISK: _L.LOW,
    }
)
_PROBLEM_KINDS = frozenset(kind for _, kind, _ in _PROBLEMS)
_DOCUMENTS = frozenset((_K.EXTERNAL_NOTE, _K.RESULT, _K.ORDER))
_DATA_KINDS = _DOCUMENTS | {_K.HISTORIAN, _K.INTERPRETATION, _K.DISCUSSION}


class Family(NamedTuple):
    """Codes of one setting: the code of each level, and from how many minutes on each may be chosen by time."""

    name: str
    since: date
    codes: tuple[tuple[Level, str], ...]
    minutes: tuple[tuple[int, str], ...]

    def code_of(self, level: Level) -> str | None:
        """The code of that level; None below the lowest."""
        return next((code for at, code in reversed(self.codes) if at <= level), None)

    def code_of_minutes(self, minutes: int) -> str | None:
        """The code that these minutes allow; None below the least, and where time never counts."""
        return next((code for least, code in reversed(self.minutes) if least <= minutes), None)

    def rank(self, code: str | None) -> int:
        """Where a code stands among the family's; -1 for none of them."""
        codes = [one for _, one in self.codes]
        return codes.index(code) if code in codes else -1


_OFFICES, _OTHERS = date(2021, 1, 1), date(2023, 1, 1)


def _family(name: str, since: date, codes: str, minutes: str = "") -> Family:
    """Four codes have a level each; of three the lowest is for straightforward and low decisions."""
    listed = codes.split()
    levels = (_L.STRAIGHTFORWARD, _L.LOW, _L.MODERATE, _L.HIGH) if len(listed) == 4 else (_L(1), _L(3), _L(4))
    times = tuple((int(least), code) for least, code in zip(minutes.split(), listed, strict=False))
    return Family(name, since, tuple(zip(levels, listed, strict=True)), times)


FAMILIES = MappingProxyType(
    {
        one.name: one
        for one in (
            _family("office-new", _OFFICES, "99202 99203 99204 99205", "15 30 45 60"),
            _family("office-established", _OFFICES, "99212 99213 99214 99215", "10 20 30 40"),
            _family("hospital-initial", _OTHERS, "99221 99222 99223", "40 55 75"),
            _family("hospital-subsequent", _OTHERS, "99231 99232 99233", "25 35 50"),
            _family("hospital-same-day", _OTHERS, "99234 99235 99236", "45 70 85"),
            _family("emergency", _OTHERS, "99282 99283 99284 99285"),
        )
    }
)
"""The settings whose levels are known here, by name."""


class Item(NamedTuple):
    """One thing that the note tells. `shown` quotes it or says where it stands; empty: it is said, and not shown."""

    kind: Kind
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit as it is documented. `minutes` are all of the day of the visit, `minutes_shown` where the note has them.

    Each item of data is a test or a source of its own: a test that was ordered, and its result, are one.
    """

    family: str
    day: date
    items: tuple[Item, ...] = ()
    minutes: int | None = None
    minutes_shown: str = ""


class Element(NamedTuple):
    """One of the three elements: its level, what was counted for it, and what the next level would need."""

    name: str
    level: Level
    counted: tuple[str, ...]
    next_needs: str


class Basis(StrEnum):
    """By what the code may be chosen."""

    DECISIONS = "decision making"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class VisitLevel:
    """What the documentation supports. `code` is None where it supports none of the family's.

    `reasons` are the steps of the answer; `questions` are for whoever wrote the note: what is said and not shown, and
    what the next level would need. They are answered by what happened, never by what pays.
    """

    code: str | None
    basis: Basis | None
    decisions: Level
    elements: tuple[Element, ...]
    reasons: tuple[str, ...]
    questions: tuple[str, ...]

    def judges(self, billed: str) -> str:
        """What it means for a code that was chosen: supported, not supported, or one that says too little."""
        family = next((one for one in FAMILIES.values() if one.rank(billed) >= 0), None)
        if family is None or (self.code is not None and family.rank(self.code) < 0):
            return f"{billed} is no code of this setting with a level."
        difference = family.rank(self.code) - family.rank(billed)
        if difference < 0:
            return f"{billed} is not supported by what is shown, {self.code or 'no level'} is."
        if difference > 0:
            return f"What is shown supports {self.code}; {billed} says less."
        return f"{billed} is supported by what is shown."


def visit_level(visit: Visit) -> VisitLevel | None:
    """The level of a visit; None where its setting has no levels of these rules on that day."""
    family = FAMILIES.get(visit.family)
    if family is None or visit.day < family.since:
        return None
    shown = [item for item in visit.items if item.shown.strip()]
    elements = (_problems(shown), _data(shown), _risk(shown))
    decisions = sorted(one.level for one in elements)[1]
    by_decisions = family.code_of(decisions) if elements[0].level else None
    by_time = _by_time(family, visit)
    is_time = family.rank(by_time) > family.rank(by_decisions)
    code = by_time if is_time else by_decisions
    basis = Basis.TIME if is_time else Basis.DECISIONS
    return VisitLevel(
        code,
        basis if code else None,
        decisions,
        elements,
        _reasons(family, visit, elements, decisions, by_decisions, by_time),
        _questions(family, visit, elements, decisions, code),
    )


def _by_time(family: Family, visit: Visit) -> str | None:
    if visit.minutes is None or not visit.minutes_shown.strip():
        return None
    return family.code_of_minutes(visit.minutes)


def _counted(items: Iterable[Item]) -> tuple[str, ...]:
    return tuple(f"{WORDS[item.kind]}: {item.shown.strip()}" for item in items)


def _problems(shown: Iterable[Item]) -> Element:
    items = [item for item in shown if item.kind in _PROBLEM_KINDS]
    counts = {kind: sum(item.kind is kind for item in items) for kind in _PROBLEM_KINDS}
    level = next((level for level, kind, least in _PROBLEMS if counts[kind] >= least), Level.NONE)
    above = [(kind, least) for at, kind, least in _PROBLEMS if at == level + 1]
    needs = " or ".join(f"{least} x {WORDS[kind]}" if least > 1 else WORDS[kind] for kind, least in above)
    return Element("problems", level, _counted(items), needs)


def _data(shown: Iterable[Item]) -> Element:
    """Documents are notes, results and orders, one each; from moderate on a historian counts among them."""
    items = [item for item in shown if item.kind in _DATA_KINDS]
    kinds = {item.kind for item in items}
    documents = sum(item.kind in _DOCUMENTS for item in items)
    has_historian = Kind.HISTORIAN in kinds
    categories = (documents + has_historian >= 3, Kind.INTERPRETATION in kinds, Kind.DISCUSSION in kinds)
    if sum(categories) >= 2:
        return Element("data", Level.HIGH, _counted(items), "")
    three = "three notes, results, orders or a historian; a test of somebody else's interpreted; management discussed"
    if any(categories):
        return Element("data", Level.MODERATE, _counted(items), f"two of: {three}")
    if documents >= 2 or has_historian:
        return Element("data", Level.LOW, _counted(items), f"one of: {three}")
    return Element("data", Level.STRAIGHTFORWARD, _counted(items), "two notes, results or orders, or a historian")


def _risk(shown: Iterable[Item]) -> Element:
    items = [item for item in shown if item.kind in _RISKS]
    level = max((_RISKS[item.kind] for item in items), default=Level.STRAIGHTFORWARD)
    needs = " or ".join(WORDS[kind] for kind, at in _RISKS.items() if at == level + 1)
    return Element("risk", level, _counted(items), needs)


def _reasons(
    family: Family,
    visit: Visit,
    elements: tuple[Element, ...],
    decisions: Level,
    by_decisions: str | None,
    by_time: str | None,
) -> tuple[str, ...]:
    told = [
        f"{one.name}: {one.level.word}" + (f" ({'; '.join(one.counted)})" if one.counted else " (nothing is shown)")
        for one in elements
    ]
    reached = by_decisions or "no code, for no problem is shown"
    told.append(f"two of the three are {decisions.word} or higher: {reached}")
    if visit.minutes is not None:
        told.append(_told_of_time(family, visit, by_time))
    return tuple(told)


def _told_of_time(family: Family, visit: Visit, by_time: str | None) -> str:
    if not family.minutes:
        return "time never decides in this setting"
    if not visit.minutes_shown.strip():
        return f"{visit.minutes} minutes are said and not shown, so they do not count"
    return f"{visit.minutes} minutes ({visit.minutes_shown.strip()}): {by_time or 'less than any code needs'}"


def _questions(
    family: Family, visit: Visit, elements: tuple[Element, ...], decisions: Level, code: str | None
) -> tuple[str, ...]:
    asked = [f"Where does the note show {WORDS[item.kind]}?" for item in visit.items if not item.shown.strip()]
    if visit.minutes is not None and family.minutes and not visit.minutes_shown.strip():
        asked.append(f"Where does the note show the {visit.minutes} minutes?")
    codes = [one for _, one in family.codes]
    following = codes[family.rank(code) + 1] if code != codes[-1] else None
    if following is None:
        return tuple(asked)
    level = next(level for level, one in family.codes if one == following)
    needed = max(level, Level(min(decisions + 1, Level.HIGH)))
    short = [one for one in elements if one.level < needed]
    if elements[0].level is Level.NONE:
        asked.append("Which problems were addressed at the visit?")
    asked += [
        f"{following} would need more of the {one.name}: {one.next_needs}. Was there any, and where?"
        for one in short
        if one.next_needs
    ]
    return tuple(asked)
