"""Find codes by what people type: a code or its beginning, words in any order, abbreviations, what was used before.

Every word must be found, as a whole or as a beginning; if no code has them all, codes with most of them are shown.
Rare words weigh more than common ones, descriptions more than inclusion terms, valid codes more than headings, codes
that the office uses more than those it never did. Built once for a release (about a second), then asked in
milliseconds.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from heapq import nlargest
from importlib.resources import files
from math import log
from typing import NamedTuple

from claimwright.codesets.hcpcs import Hcpcs
from claimwright.codesets.icd10cm import Icd10cm

_WORD = re.compile(r"[a-z0-9]+")
_CODE = re.compile(r"[A-Z]\d[0-9A-Z]{0,5}|\d{1,4}[0-9A-Z]?")
_FILLERS = frozenset(("a", "an", "and", "by", "due", "for", "in", "of", "on", "or", "the", "to", "with", "without"))
_WHOLE, _BEGINNING = 1.0, 0.6
_OF_TERM = 0.7
_HEADING_SHARE = 0.8
_UNUSED_WORD_SHARE = 0.02
_BEGINS_WEIGHT = 1.2
_USE_WEIGHT = 0.6
_MOST_WORDS_OF_A_BEGINNING = 400


class Entry(NamedTuple):
    """A code that can be found. `terms` are further names of it; `is_valid` when it may stand on a claim."""

    code: str
    system: str
    description: str
    is_valid: bool
    terms: tuple[str, ...] = ()


class Found(NamedTuple):
    """An entry and how well it fits; `term` is the further name that was found, if it was one."""

    entry: Entry
    score: float
    term: str = ""


@dataclass(frozen=True)
class CodeSearch:
    """An index over entries. `uses` counts how often the office used a code."""

    entries: tuple[Entry, ...]
    uses: Mapping[str, int] = field(default_factory=dict)
    _words: Sequence[str] = ()
    _postings: Mapping[str, Mapping[int, float]] = field(default_factory=dict)
    _codes: Sequence[tuple[str, int]] = ()
    _standings: Sequence[float] = ()
    _first_words: Sequence[str] = ()

    @classmethod
    def over(cls, entries: Iterable[Entry], uses: Mapping[str, int] | None = None) -> CodeSearch:
        """The index of these entries."""
        kept = tuple(entries)
        postings: dict[str, dict[int, float]] = defaultdict(dict)
        for number, entry in enumerate(kept):
            for term in entry.terms:
                for word in _words(term):
                    postings[word][number] = _OF_TERM
            for word in _words(entry.description):
                postings[word][number] = 1.0
        codes = sorted((entry.code, number) for number, entry in enumerate(kept))
        standings = [_standing(entry) for entry in kept]
        first_words = [_first_word(entry.description) for entry in kept]
        return cls(kept, uses or {}, sorted(postings), postings, codes, standings, first_words)

    @classmethod
    def of(cls, icd10cm: Icd10cm | None, hcpcs: Hcpcs | None, uses: Mapping[str, int] | None = None) -> CodeSearch:
        """The index of a day's diagnoses, and of HCPCS level II."""
        return cls.over((*_diagnoses(icd10cm), *_procedures(hcpcs)), uses)

    def find(self, text: str, *, most: int = 20, system: str = "") -> list[Found]:
        """The best entries for what was typed; of one system (`icd10cm`, `hcpcs`) where it is named."""
        by_code = self._by_code(text.strip().upper().replace(".", ""))
        scores = self._scores(text)
        wanted = _expanded(text)
        # What begins as it was typed comes before what is only called so, the shortest first.
        begins = {number: 1000.0 - 10 * len(self.entries[number].code) for number in by_code}
        weighed = self._weighed(scores, wanted)
        for number, score in begins.items():
            weighed[number] = weighed.get(number, 0.0) + score
        found = ((score, number) for number, score in weighed.items() if system in ("", self.entries[number].system))
        best = nlargest(most, found, key=lambda pair: (pair[0], -pair[1]))
        return [Found(self.entries[number], score, self._term(number, wanted)) for score, number in best]

    def _by_code(self, code: str) -> list[int]:
        if not _CODE.fullmatch(code):
            return []
        place = bisect_left(self._codes, (code, -1))
        found = []
        while place < len(self._codes) and self._codes[place][0].startswith(code):
            found.append(self._codes[place][1])
            place += 1
        return found

    def _scores(self, text: str) -> dict[int, float]:
        """The score of each entry that has all the words, or as many as any has."""
        matches = sorted((self._matches(word) for word in _expanded(text)), key=len)
        if not matches:
            return {}
        first, *others = matches
        scores = dict(first)
        for other in others:
            scores = {number: score + other[number] for number, score in scores.items() if number in other}
        return scores or _most_words(matches)

    def _matches(self, word: str) -> dict[int, float]:
        """The entries with a word that is, or (from three letters on) begins with, this one."""
        found: dict[int, float] = {}
        place = bisect_left(self._words, word)
        last = min(len(self._words), place + (_MOST_WORDS_OF_A_BEGINNING if len(word) > 2 else 1))
        while place < last and self._words[place].startswith(word):
            known = self._words[place]
            share = _WHOLE if known == word else _BEGINNING
            postings = self._postings[known]
            weight = share * log(1 + len(self.entries) / len(postings))
            if not found:
                found = {number: weight * of for number, of in postings.items()}
            else:
                for number, of in postings.items():
                    if weight * of > found.get(number, 0.0):
                        found[number] = weight * of
            place += 1
        return found

    def _weighed(self, scores: Mapping[int, float], wanted: set[str]) -> dict[int, float]:
        """The scores by what else speaks for an entry. A common word has twenty thousand, so this is kept plain."""
        standings, first_words = self._standings, self._first_words
        weighed = {
            number: score * standings[number] * (_BEGINS_WEIGHT if first_words[number] in wanted else 1.0)
            for number, score in scores.items()
        }
        if self.uses:
            for number in weighed:
                times = self.uses.get(self.entries[number][0])
                if times:
                    weighed[number] *= 1 + _USE_WEIGHT * log(1 + times)
        return weighed

    def _term(self, number: int, wanted: set[str]) -> str:
        entry = self.entries[number]
        if wanted <= _words(entry.description):
            return ""
        return max(entry.terms, key=lambda term: len(wanted & _words(term)), default="") if wanted else ""


@cache
def abbreviations() -> Mapping[str, str]:
    """What short forms stand for, in the words of the code sets."""
    text = files("claimwright.codesets").joinpath("data", "abbreviations.tsv").read_text("utf-8")
    return dict(line.split("\t") for line in text.splitlines()[1:])


def _expanded(text: str) -> set[str]:
    """The words that were typed, abbreviations written out."""
    found: set[str] = set()
    for word in _WORD.findall(text.lower()):
        found |= _words(abbreviations().get(word, word))
    return found


def _most_words(matches: Sequence[Mapping[int, float]]) -> dict[int, float]:
    """The score of each entry that has as many of the words as any has."""
    scores: dict[int, float] = defaultdict(float)
    counts: Counter[int] = Counter()
    for match in matches:
        for number, weight in match.items():
            scores[number] += weight
            counts[number] += 1
    needed = max(counts.values(), default=0)
    return {number: score for number, score in scores.items() if counts[number] == needed}


def _standing(entry: Entry) -> float:
    """What an entry weighs for itself: valid codes more than headings, short descriptions more than long ones."""
    length = 1 + _UNUSED_WORD_SHARE * len(entry.description.split())
    return (1.0 if entry.is_valid else _HEADING_SHARE) / length


def _first_word(text: str) -> str:
    found = _WORD.search(text.lower())
    return found[0] if found else ""


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.lower())) - _FILLERS


def _diagnoses(icd10cm: Icd10cm | None) -> Iterable[Entry]:
    if icd10cm is None:
        return
    for code, description in icd10cm.descriptions.items():
        notes = icd10cm.notes_of.get(code, ())
        terms = tuple(note.text for note in notes if note.kind in ("inclusion", "includes"))
        yield Entry(code, "icd10cm", description, code in icd10cm.valid, terms)


def _procedures(hcpcs: Hcpcs | None) -> Iterable[Entry]:
    if hcpcs is None:
        return
    for code in hcpcs.codes.values():
        yield Entry(code.code, "hcpcs", code.long or code.short, code.ended is None, (code.short,) if code.long else ())
