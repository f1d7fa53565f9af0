"""Which diagnoses support a service, by the coverage articles of Medicare's contractors.

An article lists procedure codes in groups and, in groups of the same numbers, the diagnoses that it covers. A diagnosis
supports a code when it stands in the code's group; where that group has no diagnoses of its own, any covered one of the
article counts. Articles say more in words (second diagnoses, frequencies): what is answered here is a question for a
person, never a verdict. A code that no article names is not judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from claimwright.codesets.releases.store import CodeStore, Release


class Article(NamedTuple):
    """A version of a contractor's article: its number (`A59915`), title, and the days on which it holds."""

    id: str
    version: int
    number: str
    title: str
    effective: date | None
    ended: date | None

    def is_in_force(self, day: date) -> bool:
        """Whether services of that day are judged by it."""
        return (self.effective is None or self.effective <= day) and (self.ended is None or day <= self.ended)


class Judgement(NamedTuple):
    """What an article says of a code with some diagnoses.

    `supported_by` are the diagnoses that it covers, `not_covered` those that it says it does not; `needs_reading`: a
    supporting one is marked with an asterisk, which the article explains in words.
    """

    article: Article
    supported_by: tuple[str, ...]
    not_covered: tuple[str, ...]
    needs_reading: bool

    @property
    def is_supported(self) -> bool:
        return bool(self.supported_by)


_Version = tuple[str, int]


@dataclass(frozen=True)
class MedicalNecessity:
    """The articles of the newest release: groups of each code, diagnoses of each group, contractors of each article.

    `covered` says of each diagnosis whether an asterisk marks it.
    """

    release: Release
    articles: Mapping[_Version, Article]
    groups: Mapping[str, Mapping[_Version, frozenset[str]]]
    covered: Mapping[_Version, Mapping[str, Mapping[str, bool]]]
    not_covered: Mapping[_Version, frozenset[str]]
    contractors: Mapping[_Version, frozenset[str]]

    @classmethod
    def from_store(cls, store: CodeStore, day: date) -> MedicalNecessity | None:
        """None when nothing is loaded."""
        release = store.release_on("coverage", day)
        if release is None:
            return None
        groups: dict[str, dict[_Version, frozenset[str]]] = {}
        for article, version, code, group in store.rows(release, "coverage_codes"):
            of_code = groups.setdefault(code, {})
            of_code[article, version] = of_code.get((article, version), frozenset()) | {group}
        covered: dict[_Version, dict[str, dict[str, bool]]] = {}
        not_covered: dict[_Version, set[str]] = {}
        for article, version, code, group, is_covered, needs_reading in store.rows(release, "coverage_diagnoses"):
            if is_covered:
                covered.setdefault((article, version), {}).setdefault(group, {})[code] = bool(needs_reading)
            else:
                not_covered.setdefault((article, version), set()).add(code)
        return cls(
            release,
            {(row[0], row[1]): _article(row) for row in store.rows(release, "coverage_articles")},
            groups,
            covered,
            {key: frozenset(codes) for key, codes in not_covered.items()},
            _contractors(store, release),
        )

    def judge(self, code: str, diagnoses: Iterable[str], mac: str, day: date) -> tuple[Judgement, ...]:
        """What the articles of a contractor (its number, as `Locality.mac`) say of a code with those diagnoses.

        Diagnoses have no dot. Empty where none of its articles in force names the code and lists diagnoses for it.
        """
        given = tuple(diagnoses)
        found = []
        for key in self._newest(code, mac, day):
            supporting = self._supporting(key, self.groups[code][key])
            refused = self.not_covered.get(key, frozenset())
            if not supporting and not refused:
                continue
            not_covered = tuple(one for one in given if one in refused)
            supported = tuple(one for one in given if (one in supporting if supporting else one not in refused))
            needs_reading = any(supporting.get(one, False) for one in supported)
            found.append(Judgement(self.articles[key], supported, not_covered, needs_reading))
        return tuple(found)

    def _newest(self, code: str, mac: str, day: date) -> Iterable[_Version]:
        """The last version in force of each of a contractor's articles that name the code."""
        newest: dict[str, _Version] = {}
        for key in self.groups.get(code, {}):
            article = self.articles.get(key)
            if article is None or not article.is_in_force(day) or mac not in self.contractors.get(key, frozenset()):
                continue
            if key > newest.get(article.id, (article.id, -1)):
                newest[article.id] = key
        return newest.values()

    def _supporting(self, key: _Version, groups: frozenset[str]) -> Mapping[str, bool]:
        """The covered diagnoses of those groups, else of the whole article; whether an asterisk marks them."""
        by_group = self.covered.get(key, {})
        own = [by_group[group] for group in groups if group in by_group]
        return {code: marked for one in own or by_group.values() for code, marked in one.items()}


def _article(row: tuple[object, ...]) -> Article:
    article, version, number, title, effective, ended, _ = row
    days = [date.fromisoformat(str(text)) if text else None for text in (effective, ended)]
    return Article(str(article), int(str(version)), str(number), str(title), days[0], days[1])


def _contractors(store: CodeStore, release: Release) -> dict[_Version, frozenset[str]]:
    """The contractors' numbers of each article."""
    numbers = {tuple(key): number for *key, number, _ in store.rows(release, "coverage_contractors")}
    found: dict[_Version, set[str]] = {}
    for article, version, *key in store.rows(release, "coverage_contractors_of"):
        number = numbers.get(tuple(key))
        if number:
            found.setdefault((article, version), set()).add(number)
    return {key: frozenset(one) for key, one in found.items()}
