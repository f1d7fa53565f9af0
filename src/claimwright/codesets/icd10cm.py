"""ICD-10-CM of one day: is a code valid, what does it lack, what do the notes above it say.

Codes are written without their dot. A code's ancestors are its beginnings (`S72001A`, `S72001`, `S7200`, `S720`,
`S72`), then the sections and the chapter that hold its category; notes hold for everything below them (guideline I.A).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from claimwright.codesets.excludes import Target, targets
from claimwright.codesets.releases.store import CodeStore, Release

_CATEGORY_LENGTH = 3
_FULL_LENGTH = 7
_PAIRS_REMEMBERED = 200_000
_MANIFESTATION = re.compile(r"in (?:other )?(?:\w+ )*diseases? classified elsewhere")
_SIDES = MappingProxyType(
    {"right": re.compile(r"\bright\b"), "left": re.compile(r"\bleft\b"), "bilateral": re.compile(r"\bbilateral\b")}
)


class Validity(StrEnum):
    """Whether a code may stand on a claim: `INCOMPLETE` is a heading that needs more characters."""

    VALID = "valid"
    INCOMPLETE = "incomplete"
    UNKNOWN = "unknown"


class Note(NamedTuple):
    """What the tabular list says at a code, section or chapter; `kind` as in `excludes1`, `code first`, `includes`."""

    owner: str
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """A section or a chapter (`parent` is empty): the categories from `first` to `last`."""

    code: str
    parent: str
    first: str
    last: str
    description: str

    def holds(self, category: str) -> bool:
        return self.first <= category <= self.last


@dataclass(frozen=True, eq=False)
class Icd10cm:
    """One release, equal to itself only. `descriptions` has headings too; `valid` what may stand on a claim."""

    release: Release
    descriptions: Mapping[str, str]
    valid: frozenset[str]
    sections: tuple[Section, ...] = ()
    notes_of: Mapping[str, tuple[Note, ...]] = field(default_factory=dict)
    extensions_of: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def from_store(cls, store: CodeStore, day: date) -> Icd10cm | None:
        """The release that answers for a day; None when none does."""
        release = store.release_on("icd10cm", day)
        if release is None:
            return None
        codes = list(store.rows(release, "icd10cm_codes"))
        notes: dict[str, list[Note]] = {}
        for owner, _, kind, text in store.rows(release, "icd10cm_notes"):
            notes.setdefault(owner, []).append(Note(owner, kind, text))
        extensions: dict[str, dict[str, str]] = {}
        for owner, character, text in store.rows(release, "icd10cm_extensions"):
            extensions.setdefault(owner, {})[character] = text
        return cls(
            release,
            {code: description for code, _, description in codes},
            frozenset(code for code, is_valid, _ in codes if is_valid),
            tuple(Section(*row) for row in store.rows(release, "icd10cm_sections")),
            {owner: tuple(found) for owner, found in notes.items()},
            extensions,
        )

    def is_current(self, day: date) -> bool:
        """Whether no new fiscal year began between this release and that day, with codes that it does not know."""
        return day < self._next_year_date

    def validity(self, code: str) -> Validity:
        """Whether a code may stand on a claim of this release's days."""
        if code in self.valid:
            return Validity.VALID
        return Validity.INCOMPLETE if code in self.descriptions else Validity.UNKNOWN

    def description(self, code: str) -> str:
        """What a code or heading means; empty when there is no such code."""
        return self.descriptions.get(code, "")

    def ancestors(self, code: str) -> Iterator[str]:
        """The headings above a code, the nearest first, then its sections and its chapter."""
        for length in range(len(code) - 1, _CATEGORY_LENGTH - 1, -1):
            if code[:length] in self.descriptions:
                yield code[:length]
        yield from self._sections_of(code[:_CATEGORY_LENGTH])

    def notes(self, code: str) -> tuple[Note, ...]:
        """Every note that holds for a code: its own, then those of its ancestors."""
        return tuple(note for owner in (code, *self.ancestors(code)) for note in self.notes_of.get(owner, ()))

    def children(self, code: str) -> tuple[str, ...]:
        """The codes and headings directly below a heading."""
        return self._children.get(code, ())

    def completions(self, code: str, most: int = 50) -> tuple[str, ...]:
        """Valid codes below a heading, in their order, at most so many; none for a code that is valid itself."""
        found: list[str] = []
        waiting = list(reversed(self.children(code)))
        while waiting and len(found) < most:
            one = waiting.pop()
            if one in self.valid:
                found.append(one)
            waiting += reversed(self.children(one))
        return tuple(found)

    def seventh_characters(self, code: str) -> Mapping[str, str]:
        """The seventh characters that the nearest definition above a code gives; empty when it takes none."""
        owners = (code[:length] for length in range(len(code), _CATEGORY_LENGTH - 1, -1))
        return next((self.extensions_of[owner] for owner in owners if owner in self.extensions_of), {})

    def with_placeholders(self, code: str) -> str | None:
        """The valid code that was meant when only placeholders X are missing (`T3601A` is `T360X1A`)."""
        missing = "X" * (_FULL_LENGTH - len(code))
        filled = {code[:place] + missing + code[place:] for place in range(_CATEGORY_LENGTH, len(code))}
        meant = sorted(filled & self.valid) if missing else []
        return meant[0] if len(meant) == 1 else None

    def excludes1(self, code: str, other: str) -> Note | None:
        """The note by which two codes should not stand together, whichever of them has it; None when none does."""
        known, key = self._excludes1_known, (code, other)
        if key not in known:
            if len(known) >= _PAIRS_REMEMBERED:
                known.clear()
            known[key] = self._excluding(code, other) or self._excluding(other, code)
        return known[key]

    def is_manifestation(self, code: str) -> bool:
        """A manifestation never comes first: its description says `in diseases classified elsewhere`."""
        return _MANIFESTATION.search(self.description(code)) is not None

    def needs_code_first(self, code: str) -> tuple[Note, ...]:
        """The notes that ask for another code before this one."""
        return tuple(note for note in self.notes(code) if note.kind == "code first")

    def side(self, code: str) -> str:
        """`right`, `left` or `bilateral`, where the description says just one of them; else empty."""
        words = self.description(code).lower()
        found = [side for side, pattern in _SIDES.items() if pattern.search(words)]
        return found[0] if len(found) == 1 else ""

    def _sections_of(self, category: str) -> tuple[str, ...]:
        found = self._section_memo.get(category)
        if found is None:
            held = sorted(
                (section for section in self.sections if section.holds(category)),
                key=lambda section: (not section.parent, section.last, section.first),
            )
            found = self._section_memo[category] = tuple(section.code for section in held)
        return found

    def _excluding(self, code: str, other: str) -> Note | None:
        for owner in (code, *self.ancestors(code)):
            for note, target in self._excludes1.get(owner, ()):
                if target.covers(other) and not target.covers(code):
                    return note
        return None

    @cached_property
    def _next_year_date(self) -> date:
        """The first day of the fiscal year after this release."""
        first = self.release.effective_date
        return date(first.year + (first >= date(first.year, 10, 1)), 10, 1)

    @cached_property
    def _excludes1_known(self) -> dict[tuple[str, str], Note | None]:
        """What was asked before: the same conditions come together again and again."""
        return {}

    @cached_property
    def _section_memo(self) -> dict[str, tuple[str, ...]]:
        return {}

    @cached_property
    def _excludes1(self) -> dict[str, tuple[tuple[Note, Target], ...]]:
        found: dict[str, tuple[tuple[Note, Target], ...]] = {}
        for owner, notes in self.notes_of.items():
            pairs = tuple((note, target) for note in notes if note.kind == "excludes1" for target in targets(note.text))
            if pairs:
                found[owner] = pairs
        return found

    @cached_property
    def _children(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for code in self.descriptions:
            parent = next(self.ancestors(code), "")
            found.setdefault(parent, []).append(code)
        return {parent: tuple(codes) for parent, codes in found.items()}
