"""What an excludes note of ICD-10-CM names: the codes in its parentheses.

Most notes end in `(E10.-)`, `(I60-I69)`, `(O00-O07, O08.-)`; some add a condition: `(E08-E13 with .51)`, `(T20-T25 with
fifth character 1)`. A condition that is not understood names nothing, because a warning that is wrong is worse than
none. Codes are written without their dot.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_PARENTHESES = re.compile(r"\(([^()]*)\)")
_CODE = r"[A-Z]\d[0-9A-Z](?:\.[0-9A-Z]{0,4})?"
_ONE = re.compile(rf"(?P<first>{_CODE})\.?-?,?")
_RANGE = re.compile(rf"(?P<first>{_CODE})(?:\.?-)?\s?-\s?(?P<last>{_CODE})(?:\.?-)?,?")
_SUFFIXES = re.compile(r"\.([0-9A-Z]{1,4})(?:-\.([0-9]{1,4}))?-?")
_FINAL = re.compile(r"final characters -([0-9A-Z]+)")
_CHARACTER = re.compile(
    r"(fourth|fifth|sixth|seventh|5th|6th|7th)[ -]characters? ([0-9A-Z](?:(?:,| or| and)+ ?[0-9A-Z])*)"
)
_PLACES = {"fourth": 3, "fifth": 4, "5th": 4, "sixth": 5, "6th": 5, "seventh": 6, "7th": 6}
_SPLIT = re.compile(r"\s*(?:[,;]|\band\b|\bor\b)\s*(?=[A-Z]\d[0-9A-Z])")


class Target(NamedTuple):
    """Codes from one beginning to another; of these, where `allowed` is given, those with one of its endings.

    `allowed` is a regular expression for what follows the first three characters.
    """

    first: str
    last: str
    allowed: re.Pattern[str] | None = None

    def covers(self, code: str) -> bool:
        """Whether a code is one of them."""
        is_inside = self.first <= code[: len(self.first)] and code[: len(self.last)] <= self.last
        return is_inside and (self.allowed is None or self.allowed.match(code, 3) is not None)


def targets(note: str) -> tuple[Target, ...]:
    """The codes that a note names, in its order; none where it names none, or its condition is not understood."""
    found: list[Target] = []
    for inside in _PARENTHESES.findall(note):
        words, _, condition = inside.partition(" with ")
        allowed = _allowed(condition) if condition else None
        if condition and allowed is None:
            continue
        for part in _SPLIT.split(words.strip()):
            target = _target(part.strip(), allowed)
            if target is not None:
                found.append(target)
    return tuple(found)


def _target(text: str, allowed: re.Pattern[str] | None) -> Target | None:
    ends = _RANGE.fullmatch(text)
    if ends is not None:
        return Target(_plain(ends["first"]), _plain(ends["last"]), allowed)
    one = _ONE.fullmatch(text)
    if one is None:
        return None
    code = _plain(one["first"])
    return Target(code, code, allowed)


def _allowed(condition: str) -> re.Pattern[str] | None:
    """The endings that a condition leaves: `.51`, `fifth character 1`, `final characters -23`."""
    suffixes = [_SUFFIXES.fullmatch(part) for part in re.split(r",\s*|\s+or\s+|\s+and\s+", condition.strip())]
    if all(suffixes):
        return re.compile("|".join(ending for found in suffixes if found for ending in _endings(*found.groups())))
    final = _FINAL.fullmatch(condition.strip())
    if final is not None:
        return re.compile(f".*{final[1]}$")
    character = _CHARACTER.fullmatch(condition.strip())
    if character is None:
        return None
    characters = "".join(re.findall(r"\b[0-9A-Z]\b", character[2]))
    return re.compile(f".{{{_PLACES[character[1]] - 3}}}[{characters}]")


def _endings(first: str, last: str | None) -> list[str]:
    """`51` alone, or all from `51` to `52`."""
    if last is None or not first.isdigit():
        return [first]
    return [str(number).zfill(len(first)) for number in range(int(first), int(last) + 1)]


def _plain(code: str) -> str:
    return code.replace(".", "")
