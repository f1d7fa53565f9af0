"""Checking the elements of one segment: an expression that accepts what is surely right, an explainer for the rest.

The expression is made from the same rule that the explainer follows, so it only saves time: it may refuse what is right
(a 29th of February, an element repeated), never accept what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from claimwright.findings import Finding, Where
from claimwright.x12.catalogue import finding
from claimwright.x12.guides.language import ElementRule, SegmentRule
from claimwright.x12.standard import Note
from claimwright.x12.tree import Delimiters, Segment

_NUMBERS = {"N0": re.compile(r"-?\d+\Z", re.ASCII), "R": re.compile(r"-?(?:\d+\.?\d*|\.\d+)\Z", re.ASCII)}
_PERIODS = {"D8": ("date",), "RD8": ("date", "date"), "TM": ("time",), "DT": ("instant",), "D6": ("short date",)}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_CODES_SHOWN = 12
_DATE_PERIOD = "1251"


def accepting(rule: SegmentRule, delimiters: Delimiters) -> re.Pattern[str]:
    """An expression that matches the whole text of a segment only when every element is surely right."""
    separator = re.escape(delimiters.element)
    bodies = [_pattern(element, delimiters, delimiters.element) for element in rule.elements]
    usages = [element.usage for element in rule.elements]
    sequence = _sequence(bodies, usages, separator, separator)
    return re.compile(rf"{re.escape(rule.id)}{sequence}(?<!{separator})\Z", re.ASCII)


def _sequence(bodies: list[str], usages: list[str], lead: str, separator: str) -> str:
    """Elements in order, `lead` before the first and `separator` before the others.

    Optional ones at the end may be absent with their separators; one that a required one follows leaves its place.
    """
    pattern, is_tail = "", True
    for number in reversed(range(len(bodies))):
        body, is_required = bodies[number], usages[number] == "R"
        mark = separator if number else lead
        part = mark + (body if is_required or not body else f"(?:{body})?")
        if is_tail and not is_required:
            pattern = f"(?:{part}{pattern})?" if body or pattern else ""
        else:
            pattern, is_tail = part + pattern, False
    return pattern


def _pattern(rule: ElementRule, delimiters: Delimiters, mark: str) -> str:
    if rule.usage == "N":
        return ""
    if rule.parts:
        return _composite_pattern(rule, delimiters)
    if rule.codes:
        return "(?:" + "|".join(re.escape(code) for code in sorted(rule.codes)) + ")"
    if rule.place.element and rule.place.element.number == _DATE_PERIOD:
        return _period_pattern(re.escape(mark), delimiters)
    return _type_pattern(rule, delimiters)


def _composite_pattern(rule: ElementRule, delimiters: Delimiters) -> str:
    bodies = [_pattern(part, delimiters, delimiters.component) for part in rule.parts]
    return _sequence(bodies, [part.usage for part in rule.parts], "", re.escape(delimiters.component))


_DATE = (
    r"(?:(?:19|20)\d\d(?:(?:0[13578]|1[02])(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)(?:0[1-9]|[12]\d|30)"
    r"|02(?:0[1-9]|1\d|2[0-8])))"
)
_TIME = r"(?:(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?)"
_PERIOD_PATTERNS = {"D8": _DATE, "RD8": f"{_DATE}-{_DATE}", "TM": _TIME, "DT": _DATE + _TIME}


def _period_pattern(mark: str, delimiters: Delimiters) -> str:
    """A date period is written as the element before it says, which a look behind reads."""
    has_hyphen = "-" not in (delimiters.component, delimiters.repetition)
    forms = {form: body for form, body in _PERIOD_PATTERNS.items() if has_hyphen or form != "RD8"}
    return "(?:" + "|".join(rf"(?<={mark}{form}{mark}){body}" for form, body in forms.items()) + ")"


def _type_pattern(rule: ElementRule, delimiters: Delimiters) -> str:
    kind = rule.place.element.kind if rule.place.element else "AN"
    if kind == "DT":
        return _DATE
    if kind == "TM":
        return _TIME
    if kind == "N0":
        return rf"\d{{{rule.min},{rule.max}}}"
    if kind == "R":
        if "." in (delimiters.component, delimiters.repetition) or "-" in (delimiters.component, delimiters.repetition):
            return rf"\d{{{rule.min},{rule.max}}}"
        whole = rf"\d{{{rule.min},{max(rule.min, rule.max - 2)}}}(?:\.\d{{1,2}})?"
        return rf"-?(?:{whole}|\.\d{{1,2}})" if rule.min == 1 else f"-?{whole}"
    return _text_pattern(rule, delimiters)


def _text_pattern(rule: ElementRule, delimiters: Delimiters) -> str:
    marks = (delimiters.element, delimiters.component, delimiters.repetition)
    excluded = "".join(re.escape(mark) for mark in marks if mark)
    visible, inner = rf"[^\x00-\x20\x7f{excluded}]", rf"[^\x00-\x1f\x7f{excluded}]"
    if rule.max == 1:
        return visible
    tail = f"{inner}{{{max(0, rule.min - 2)},{rule.max - 2}}}{visible}"
    return visible + (tail if rule.min > 1 else f"(?:{tail})?")


class Explainer:
    """Says everything that is wrong with the elements of one segment."""

    def __init__(self, rule: SegmentRule, segment: Segment, loop: str) -> None:
        self.rule, self.segment, self.loop = rule, segment, loop

    def findings(self) -> Iterator[Finding]:
        """The findings, in the order of the elements."""
        yield from self._count()
        for number, rule in enumerate(self.rule.elements, 1):
            yield from self._element(rule, number)
        yield from self._beyond()
        missing: set[int | None] = set()
        for note in self.rule.notes:
            for found in self._note(note):
                if found.where.element not in missing:
                    yield found
                missing.add(found.where.element)

    def _where(self, element: int | None = None, component: int | None = None) -> Where:
        at = self.segment
        return Where(
            loop=self.loop, segment=at.id, index=at.index, element=element, component=component, offset=at.offset
        )

    def _say(
        self, code: str, element: int, rule: ElementRule, component: int | None = None, **words: object
    ) -> Finding:
        where = self._where(element, component)
        words.setdefault("name", rule.place.name)
        return finding(code, where, segment=self.segment.id, element=element, **words)

    def _count(self) -> Iterator[Finding]:
        given, known = len(self.segment), len(self.rule.standard.places)
        if given > known:
            yield finding("X12-ELM-009", self._where(known + 1), segment=self.segment.id, value=given, expected=known)
        elif given and not self.segment.fields[-1]:
            yield finding("X12-ELM-012", self._where(given), segment=self.segment.id)

    def _beyond(self) -> Iterator[Finding]:
        """Elements that the standard has and the guide does not name."""
        places = self.rule.standard.places
        for number in range(len(self.rule.elements) + 1, min(len(self.segment), len(places)) + 1):
            if value := self.segment[number]:
                yield self._say("X12-ELM-002", number, ElementRule(places[number - 1], "N"), value=value)

    def _element(self, rule: ElementRule, number: int) -> Iterator[Finding]:
        text = self.segment[number]
        if not text:
            if rule.usage == "R":
                yield self._say("X12-ELM-001", number, rule)
            return
        if rule.usage == "N":
            yield self._say("X12-ELM-002", number, rule, value=text)
            return
        if rule.place.element and rule.place.element.kind == "B":
            return  # Binary data may hold anything.
        values = self.segment.repeats(number)
        if len(values) > rule.place.repeat:
            yield self._say("X12-ELM-013", number, rule, expected=rule.place.repeat)
            if rule.place.repeat == 1:
                return
        for value in values:
            if rule.parts:
                yield from self._composite(rule, number, value)
            else:
                yield from self._simple(rule, number, None, value)

    def _composite(self, rule: ElementRule, number: int, text: str) -> Iterator[Finding]:
        values = text.split(self.segment.delimiters.component)
        if len(values) > len(rule.place.parts):
            yield self._say("X12-ELM-016", number, rule, value=text)
        unnamed = rule.place.parts[len(rule.parts) : len(values)]
        for position, part in enumerate((*rule.parts, *(ElementRule(place, "N") for place in unnamed)), 1):
            value = values[position - 1] if position <= len(values) else ""
            if not value:
                if part.usage == "R":
                    yield self._say("X12-ELM-001", number, part, position)
            elif part.usage == "N":
                yield self._say("X12-ELM-002", number, part, position, value=value)
            else:
                yield from self._simple(part, number, position, value)

    def _simple(self, rule: ElementRule, number: int, component: int | None, value: str) -> Iterator[Finding]:
        element = rule.place.element
        kind = element.kind if element else "AN"
        if _CONTROL.search(value):
            yield self._say("X12-ELM-015", number, rule, component, value=value)
            return
        if component is None and self.segment.delimiters.component in value and not rule.parts:
            yield self._say("X12-ELM-016", number, rule, component, value=value)
            return
        yield from self._length(rule, number, component, value, kind)
        if kind in _NUMBERS:
            if not _NUMBERS[kind].match(value):
                expected = "a whole number" if kind == "N0" else "a number"
                yield self._say("X12-ELM-005", number, rule, component, value=value, expected=expected)
        elif kind == "DT" and not is_date(value):
            yield self._say("X12-ELM-007", number, rule, component, value=value)
        elif kind == "TM" and not is_time(value):
            yield self._say("X12-ELM-008", number, rule, component, value=value)
        elif rule.codes and value not in rule.codes:
            shown = ", ".join(sorted(rule.codes)[:_CODES_SHOWN]) + (" ..." if len(rule.codes) > _CODES_SHOWN else "")
            yield self._say("X12-ELM-006", number, rule, component, value=value, expected=shown)
        elif kind == "AN" and value != value.strip():
            yield self._say("X12-ELM-014", number, rule, component, value=value)
        if element and element.number == _DATE_PERIOD:
            yield from self._period(rule, number, component, value)

    def _length(
        self, rule: ElementRule, number: int, component: int | None, value: str, kind: str
    ) -> Iterator[Finding]:
        length = len(value) if kind != "R" else len(value.replace("-", "").replace(".", ""))
        if kind == "N0":
            length = len(value.lstrip("-"))
        if length < rule.min and kind not in ("DT", "TM"):
            yield self._say("X12-ELM-003", number, rule, component, value=value, expected=rule.min)
        elif length > rule.max:
            yield self._say("X12-ELM-004", number, rule, component, value=value, expected=rule.max)

    def _period(self, rule: ElementRule, number: int, component: int | None, value: str) -> Iterator[Finding]:
        """A date period follows the format that the element before it names (D8, RD8, TM ...)."""
        form = self.segment.component(number, component - 1) if component else self.segment[number - 1]
        wanted = _PERIODS.get(form)
        if wanted is None:
            return
        parts = value.split("-")
        if len(parts) != len(wanted) or not all(_FORMS[kind](part) for kind, part in zip(wanted, parts, strict=True)):
            code = "X12-ELM-008" if form == "TM" else "X12-ELM-007"
            yield self._say(code, number, rule, component, value=value)

    def _note(self, note: Note) -> Iterator[Finding]:
        given = [bool(self.segment[position]) for position in note.positions]
        if broken := _broken(note.kind, given):
            code = "X12-ELM-011" if note.kind == "E" else "X12-ELM-010"
            missing = next((at for at, is_given in zip(note.positions, given, strict=True) if not is_given), None)
            element = note.positions[1] if note.kind == "E" else missing
            yield finding(code, self._where(element), segment=self.segment.id, expected=note, reason=broken)


def _broken(kind: str, given: list[bool]) -> str:
    """Why a syntax note is broken; `''` when it holds."""
    if kind == "P" and any(given) and not all(given):
        return "either all of the elements are given or none"
    if kind == "R" and not any(given):
        return "at least one of the elements must be given"
    if kind == "E" and sum(given) > 1:
        return "at most one of the elements may be given"
    if kind == "C" and given[0] and not all(given):
        return "the first element needs the others"
    if kind == "L" and given[0] and not any(given[1:]):
        return "the first element needs one of the others"
    return ""


def breaks_a_note(rule: SegmentRule, fields: list[str]) -> bool:
    """True when a syntax note of the segment does not hold, among those that may not."""
    count = len(fields)
    for note in rule.doubtful_notes:
        if note.first >= count:
            return False
        if _broken(note.kind, [position < count and bool(fields[position]) for position in note.positions]):
            return True
    return False


def note_breaker(rule: SegmentRule) -> Callable[[list[str]], bool]:
    """`breaks_a_note` for one rule, written out as Python: quick for the segments that keep their notes."""
    broken = []
    for note in rule.doubtful_notes:
        first, *others = (f"(n > {position} and f[{position}])" for position in note.positions)
        broken.append(
            {
                "P": f"({' or '.join((first, *others))}) and not ({' and '.join((first, *others))})",
                "R": f"not ({' or '.join((first, *others))})",
                "E": f"sum(map(bool, ({', '.join((first, *others))},))) > 1",
                "C": f"{first} and not ({' and '.join(others)})",
                "L": f"{first} and not ({' or '.join(others)})",
            }[note.kind]
        )
    latest = min(note.first for note in rule.doubtful_notes)
    source = f"lambda f: (n := len(f)) > {latest} and bool({' or '.join(f'({each})' for each in broken)})"
    made: Callable[[list[str]], bool] = eval(source)  # noqa: S307
    return made


def is_digits(text: str, length: int = 0) -> bool:
    """True for ASCII digits and nothing else, `length` of them if it is given."""
    return text.isascii() and text.isdigit() and (not length or len(text) == length)


def is_date(text: str) -> bool:
    """True for CCYYMMDD (or YYMMDD) on the calendar."""
    if len(text) == 6:
        text = "20" + text
    if not is_digits(text, 8):
        return False
    year, month, day = int(text[:4]), int(text[4:6]), int(text[6:])
    return year > 0 and 1 <= month <= 12 and 1 <= day <= _days_of(year, month)


_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _days_of(year: int, month: int) -> int:
    is_leap = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return _MONTH_DAYS[month - 1] + is_leap


def is_time(text: str) -> bool:
    """True for HHMM, HHMMSS or HHMMSSDD on the clock."""
    if len(text) not in (4, 6, 7, 8) or not is_digits(text):
        return False
    return int(text[:2]) < 24 and int(text[2:4]) < 60 and int(text[4:6] or 0) < 60


_FORMS: dict[str, Callable[[str], bool]] = {
    "date": lambda text: len(text) == 8 and is_date(text),
    "short date": lambda text: len(text) == 6 and is_date(text),
    "time": is_time,
    "instant": lambda text: is_date(text[:8]) and is_time(text[8:]),
}
