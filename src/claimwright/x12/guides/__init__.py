"""Implementation guides as data: one text file each, in a small language, compiled when first asked for.

    guide 835 HP 005010X221A1 005010X221 # Payment advice     set, functional group, versions it answers to, name
    TRN R 1 RRRS 1:1 # Reassociation trace                     segment, usage, repeats, elements, rules, name
    loop 1000A R 1 # Payer                                     what is indented below is inside it
      N1 R 1 RRSSNN 1:PR
    share 2300                                                 a loop's content, written once ...
      CLM R 1 ...
    use 2300 S 100 # Claim                                     ... and used wherever it occurs
    loop - S 1 # Request                                       one of several ways a set may go on; no loop of the guide
    include PATIENT                                            the members of a share, put into the loop that is open
    import x837                                                the shares of another file, `shared/x837.guide`

Usage is R (required), S (situational) or N (not used); repeats a number or `>` for no limit. The elements are one
letter each, in order, and the letters of a composite's components in parentheses after its own; what is left out at the
end is not used. A rule is `element:codes` or `element-component:codes`, codes with commas, or `@name` for a list of
`codes.txt` or `outside.txt`; `2..12-1:codes` is for elements 2 to 12 alike; `element/length` or `element/min-max`
narrows a length. Neighbouring segments (or loops) that begin with the same segment name may come in any order; the
codes of the qualifier tell them apart.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache, lru_cache

from claimwright.x12.guides.language import Guide, parse_guide
from claimwright.x12.packaged import packaged_names, packaged_text

__all__ = ["Guide", "code_lists", "find_guide", "guide_names", "load_guide", "nearest_guide", "with_lists"]


@cache
def guide_names() -> tuple[str, ...]:
    """The guides there are, by file name: whatever lies in this folder is one."""
    return tuple(name.removesuffix(".guide") for name in packaged_names("guides", ".guide"))


_OLDER = {"X098": "x222", "X096": "x223", "X097": "x224"}
"""Of the guides of 004010, the one that has the loops of each kind of claim."""


@cache
def load_guide(name: str) -> Guide:
    """The guide in that file, parsed and checked against the standard."""
    text = packaged_text("guides", f"{name}.guide")
    return parse_guide(text, code_lists(), _read_shared)


def _read_shared(name: str) -> str:
    """The loops that several guides share, so that each is written once."""
    return packaged_text("guides/shared", f"{name}.guide")


@cache
def code_lists() -> dict[str, frozenset[str]]:
    """The code lists that guides and rules name with `@`: a line is a name and its codes.

    `codes.txt` holds those of the guides themselves, `outside.txt` those that others publish. A word may be a run
    (`01..12`) or another list (`@name`).
    """
    lists: dict[str, frozenset[str]] = {}
    for file in ("codes.txt", "outside.txt"):
        for line in packaged_text("guides", file).splitlines():
            if line and not line.startswith("#"):
                name, *words = line.split()
                known = (lists[word[1:]] if word.startswith("@") else _codes(word) for word in words)
                lists[name] = lists.get(name, frozenset()).union(*known)
    return lists


@lru_cache(maxsize=16)
def with_lists(guide: Guide, lists: tuple[tuple[str, frozenset[str]], ...]) -> Guide:
    """The guide with other code lists for the look-ups of rules. Raises `ValueError` for a name that no list has."""
    if unknown := {name for name, _ in lists} - set(code_lists()):
        raise ValueError(f"there is no code list {', '.join(sorted(unknown))}")
    return replace(guide, lists={**guide.lists, **dict(lists)})


_RUN = re.compile(r"(?P<letters>[A-Z]*)(?P<first>\d+)\.\.(?P=letters)(?P<last>\d+)")


def _codes(word: str) -> list[str]:
    """`'E119'` → E119; `'01..12'` → 01, 02 ... 12; `'A..F'` → A, B ... F"""
    if match := _RUN.fullmatch(word):
        width = len(match["first"]) if match["first"].startswith("0") else 0
        numbers = range(int(match["first"]), int(match["last"]) + 1)
        return [f"{match['letters']}{number:0{width}d}" for number in numbers]
    first, mark, last = word.partition("..")
    return [chr(letter) for letter in range(ord(first), ord(last) + 1)] if mark else [word]


@cache
def _index() -> dict[tuple[str, str], str]:
    """(ST01, version) → file: read from the first line of each file, so that no guide is parsed in vain."""
    index = {}
    for name in guide_names():
        words = packaged_text("guides", f"{name}.guide").partition("\n")[0].partition("#")[0].split()
        for version in words[3:]:
            index[words[1], version] = name
    return index


@lru_cache(maxsize=1024)
def find_guide(set_code: str, version: str) -> Guide | None:
    """The guide for a set (ST01) of a version (ST03 or GS08); `None` when there is none."""
    name = _index().get((set_code, version))
    return load_guide(name) if name else None


@lru_cache(maxsize=1024)
def nearest_guide(set_code: str, version: str) -> Guide | None:
    """A guide that gives at least the loops of a set whose own version has no guide; `None` when there is none.

    277CA and 277 share ST01; the one that is not asked for by version is taken to be the answer to a 276.
    """
    names = [name for (code, _), name in _index().items() if code == set_code]
    marks = {name.partition("-")[0].upper(): name for name in names}
    if set_code == "837":
        marks |= _OLDER
    named = [name for mark, name in marks.items() if mark in version]
    return load_guide((named or names)[0]) if names else None
