"""Sets of procedure codes as contracts write them: single codes, ranges, prefixes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from claimwright.errors import InputError

_PATTERN = re.compile(r"(?P<first>[0-9A-Z]{5})(?:-(?P<last>[0-9A-Z]{5}))?\Z|(?P<prefix>[0-9A-Z]{0,4})\*\Z")


@dataclass(frozen=True, slots=True)
class CodeSet:
    """Single codes, ranges and prefixes: `99213`, `10004-69990`, `J*`, `*`."""

    single: frozenset[str]
    ranges: tuple[tuple[str, str], ...]
    prefixes: tuple[str, ...]

    @classmethod
    def of(cls, patterns: Iterable[str]) -> CodeSet:
        """The set that these patterns name. Raises `InputError` for one that cannot be read."""
        single, ranges, prefixes = set(), [], []
        for pattern in patterns:
            match = _PATTERN.match(pattern)
            if match is None:
                raise InputError(f"contract: {pattern!r} is no code, range (10004-69990) or prefix (J*)")
            if match["prefix"] is not None:
                prefixes.append(match["prefix"])
            elif match["last"] is None:
                single.add(match["first"])
            elif match["first"] <= match["last"]:
                ranges.append((match["first"], match["last"]))
            else:
                raise InputError(f"contract: the range {pattern!r} ends before it begins")
        return cls(frozenset(single), tuple(ranges), tuple(prefixes))

    def __contains__(self, code: str) -> bool:
        return (
            code in self.single
            or any(first <= code <= last and _is_alike(first, code) for first, last in self.ranges)
            or code.startswith(self.prefixes)
        )


def _is_alike(first: str, code: str) -> bool:
    """Whether a code is of the range's kind: `0001F` lies between 00010 and 00999 only by the alphabet."""
    return len(code) == len(first) and first[0].isdigit() == code[0].isdigit() and _suffix(first) == _suffix(code)


def _suffix(code: str) -> str:
    return "" if code[-1].isdigit() else code[-1]
