"""Codes as people write them in rules: one code, a range, or a beginning with a star."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cached_property


class CodeKind(Enum):
    """A kind of codes: what a whole one looks like, what it is called, and whether a code stands for all under it."""

    PROCEDURE = (r"[0-9A-Z]{4,5}", "a procedure code", False)
    DIAGNOSIS = (r"[A-Z][0-9A-Z]{1,6}", "a diagnosis code", True)
    MODIFIER = (r"[0-9A-Z]{2}", "a modifier", False)
    PLACE = (r"[0-9]{2}", "a place of service", False)
    TAXONOMY = (r"[0-9A-Z]{10}", "a taxonomy code", False)
    REASON = (r"[0-9A-Z]{1,5}", "a reason code (CARC)", False)

    def __init__(self, shape: str, noun: str, is_heading: bool) -> None:
        self.shape = re.compile(shape, re.ASCII)
        self.noun = noun
        self.is_heading = is_heading


@dataclass(frozen=True)
class Codes:
    """Some codes of one kind: `words` as written, in capitals and without dots."""

    kind: CodeKind
    words: tuple[str, ...] = ()

    @classmethod
    def read(cls, kind: CodeKind, words: Iterable[str]) -> Codes:
        """The codes that these words name. Raises `ValueError` for a word that names none."""
        cleaned = tuple(dict.fromkeys(word.strip().upper().replace(".", "") for word in words if word.strip()))
        for word in cleaned:
            _hold(kind, word)
        return cls(kind, cleaned)

    def __bool__(self) -> bool:
        return bool(self.words)

    def __str__(self) -> str:
        return ", ".join(self.words)

    def __contains__(self, code: str) -> bool:
        """Whether one of the words means this code."""
        if code in self._whole or code.startswith(self._beginnings):
            return True
        return any(low <= code[: len(low)] <= high and self._is_long_enough(code, low) for low, high in self._ranges)

    def meets(self, codes: Iterable[str]) -> bool:
        """Whether one of these codes is among them."""
        return any(code in self for code in codes)

    @cached_property
    def _whole(self) -> frozenset[str]:
        return frozenset(word for word in self.words if "-" not in word and "*" not in word)

    @cached_property
    def _beginnings(self) -> tuple[str, ...]:
        headings = self._whole if self.kind.is_heading else ()
        return (*(word.removesuffix("*") for word in self.words if word.endswith("*")), *sorted(headings))

    @cached_property
    def _ranges(self) -> tuple[tuple[str, str], ...]:
        return tuple((low, high) for low, dash, high in (word.partition("-") for word in self.words) if dash)

    def _is_long_enough(self, code: str, low: str) -> bool:
        return self.kind.is_heading or len(code) == len(low)


def _hold(kind: CodeKind, word: str) -> None:
    low, dash, high = word.partition("-")
    if dash:
        is_right = len(low) == len(high) and low <= high and kind.shape.fullmatch(low) and kind.shape.fullmatch(high)
    elif word.endswith("*"):
        is_right = re.fullmatch(r"[0-9A-Z]+\*", word, re.ASCII)
    else:
        is_right = kind.shape.fullmatch(word)
    if not is_right:
        raise ValueError(f"{word} is not {kind.noun}, a range of them or a beginning with a star")
