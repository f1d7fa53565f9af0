"""Plain words for X12: what an element is in its segment, what its code says, how its day and amount are read.

The words are ours and stand in `names.txt`. Segments and loops are named by the guides, data elements by the standard.
Code lists that are kept above this package (reasons, remarks, statuses) are passed in as `outside`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from claimwright.x12.elements import is_date
from claimwright.x12.standard import Place, segments
from claimwright.x12.tree import Segment

Outside = Callable[[str, str], str]
"""The words for a code of a list kept elsewhere (`carc`, `rarc`, `status` ...): list, code → words, `''` for none."""

_DAY = re.compile(r"(\d{4})(\d\d)(\d\d)\Z", re.ASCII)
_SHORT_DAY = re.compile(r"\d{6}\Z", re.ASCII)
_TIME = re.compile(r"(\d\d)(\d\d)(?:(\d\d)\d{0,2})?\Z", re.ASCII)
_AMOUNT = re.compile(r"(-?)(\d*)(?:\.(\d{1,2}))?\Z", re.ASCII)
_AMOUNTS = frozenset(("782",))
_DAYS = frozenset(("373", "1251", "I08"))
_TIMES = frozenset(("337", "I09"))


@dataclass(frozen=True, slots=True)
class Named:
    """One element or component that holds something: its name, what is written, and what its code says, if known.

    `shown` is the value as people write it: days with dashes, times with colons, amounts with two decimals.
    """

    element: int
    component: int | None
    name: str
    value: str
    shown: str
    meaning: str = ""

    def __str__(self) -> str:
        return f"{self.name}: {self.shown}" + (f" ({self.meaning})" if self.meaning else "")


@dataclass(frozen=True, slots=True)
class _Words:
    """`names.txt`, read."""

    places: dict[str, str]
    codes: dict[str, dict[str, str]]
    outside: dict[str, str]


def _none(_list: str, _code: str) -> str:
    return ""


def name_elements(segment: Segment, outside: Outside = _none) -> Iterator[Named]:
    """Every element of a segment that holds something, composites by their components, repetitions one by one."""
    standard = segments().get(segment.id)
    places = standard.places if standard else ()
    for number in range(1, len(segment) + 1):
        place = places[number - 1] if number <= len(places) else None
        for value in segment.repeats(number):
            if place and place.parts:
                yield from _components(segment, number, place, value, outside)
            elif value.strip():
                yield _named(segment.id, number, None, place, value.strip(), outside)


def _components(segment: Segment, number: int, place: Place, value: str, outside: Outside) -> Iterator[Named]:
    for position, part in enumerate(value.split(segment.delimiters.component), 1):
        if part:
            inner = place.parts[position - 1] if position <= len(place.parts) else None
            yield _named(segment.id, number, position, inner, part, outside)


def _named(
    segment_id: str, number: int, component: int | None, place: Place | None, value: str, outside: Outside
) -> Named:
    key = f"{segment_id}{number:02d}" + (f"-{component}" if component else "")
    element = place.element.number if place and place.element else ""
    name = _words().places.get(key) or (place.name if place else key)
    of_list = _words().outside.get(key)
    meaning = code_words(key, element, value) or (outside(of_list, value) if of_list else "")
    return Named(number, component, name, value, _shown(element, value) or value, meaning)


def _shown(element: str, value: str) -> str:
    if element in _DAYS:
        return readable_days(value)
    if element in _TIMES:
        return readable_time(value)
    if element in _AMOUNTS:
        return readable_amount(value)
    return ""


def code_words(place: str, element: str, code: str) -> str:
    """What a code says at a place (`CLP02`, `STC01-3`), else as a value of its data element; `''` when not known.

    >>> code_words("CLP02", "1029", "22")
    'reversal of an earlier payment'
    """
    codes = _words().codes
    return codes.get(place, {}).get(code) or codes.get(element, {}).get(code, "")


def readable_days(text: str) -> str:
    """`20260302` → `2026-03-02`, a range as `from to`, YYMMDD as of this century; `''` for what is no day.

    >>> readable_days("20260302-20260304")
    '2026-03-02 to 2026-03-04'
    """
    if _SHORT_DAY.match(text):
        text = f"20{text}"
    days = text.split("-")
    matches = [_DAY.match(day) for day in days if is_date(day)]
    if len(matches) != len(days) or len(matches) > 2:
        return ""
    return " to ".join("-".join(match.groups()) for match in matches if match)


def readable_time(text: str) -> str:
    """`0930` → `09:30`."""
    match = _TIME.match(text)
    return ":".join(part for part in match.groups() if part) if match else ""


def readable_amount(text: str) -> str:
    """`1234.5` → `1,234.50`; `''` for what is not an amount of whole cents.

    >>> readable_amount("1234.5"), readable_amount("80")
    ('1,234.50', '80.00')
    """
    match = _AMOUNT.match(text)
    if not match or not (match[2] or match[3]):
        return ""
    return f"{match[1]}{int(match[2] or 0):,}.{(match[3] or '').ljust(2, '0')}"


@cache
def _words() -> _Words:
    words = _Words({}, {}, {})
    keys: list[str] = []
    for line in files(__package__).joinpath("names.txt").read_text(encoding="utf-8").splitlines():
        kind, _, rest = line.partition(" ")
        if not line or kind == "#":
            continue
        if kind == "place":
            place, _, name = rest.partition(" ")
            words.places[place] = name
        elif kind == "outside":
            name, *places = rest.split()
            words.outside.update(dict.fromkeys(places, name))
        elif kind == "codes":
            keys = rest.split()
            for key in keys:
                words.codes.setdefault(key, {})
        else:
            for key in keys:
                words.codes[key][kind] = rest
    return words
