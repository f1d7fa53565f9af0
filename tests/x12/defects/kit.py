"""The kit of single defects: right files, and for each way to spoil one, what must be found and where.

The files in `bases/` are right in every respect. Each `.kit` file is a class of defects, each defect reads

    What a person did wrong
      in      the base
      change  the text as it is in the base -> the text instead of it
      finds   severity code at LOOP/SEGnn-c on THE SEGMENT

A `~` stands for the end of a segment; `{segments}` for the count of SE01, `{segments+1}` for one too many. SE01 is
counted again unless the change is about the SE. `at` names the innermost loop, the segment, the element and the
component. `on` is the beginning of the segment that the finding must point at: without it that is one of the changed
segments or the one after them. A defect may have several lines `change` and `finds`; nothing else may be found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Expected:
    """One finding that a defect must give. `on` is empty when the place of the change is meant."""

    severity: str
    code: str
    loop: str
    segment: str
    element: int | None
    component: int | None
    on: str


@dataclass(slots=True)
class Defect:
    """One thing that is wrong in one base."""

    title: str
    kit: str
    base: str = ""
    changes: list[tuple[str, str]] = field(default_factory=list)
    finds: list[Expected] = field(default_factory=list)

    def spoilt(self) -> Spoilt:
        """The base with the defect in it. Fails when a text to change is not there exactly once."""
        text = base_text(self.base)
        first, last = len(text), 0
        for old, new in self.changes:
            old, new = _filled(old, text), _filled(new, text)
            if text.count(old) != 1:
                raise AssertionError(f"{self.title}: {old!r} occurs {text.count(old)} times in {self.base}")
            start = text.index(old)
            text = text[:start] + new + text[start + len(old) :]
            moved = len(new) - len(old) if start < last else 0
            first, last = min(first, start), max(last + moved, start + len(new))
        if not any(old.startswith("SE*") for old, _ in self.changes):
            text, first, last = _recounted(text, first, last)
        return Spoilt(text.encode("latin-1"), text.rfind("~", 0, first) + 1, text.find("~", last) + 2)


@dataclass(frozen=True, slots=True)
class Spoilt:
    """A spoilt file, and from where to where it was changed: from a segment's first byte to the next one's."""

    data: bytes
    first: int
    last: int

    def segment_at(self, offset: int) -> str:
        """The text of the segment that begins there."""
        return self.data[offset:].split(b"~", 1)[0].decode("latin-1")


def base_names() -> list[str]:
    """The right files."""
    return sorted(path.stem for path in (HERE / "bases").glob("*.x12"))


def base_text(name: str) -> str:
    """A right file."""
    return (HERE / "bases" / f"{name}.x12").read_text(encoding="ascii")


def defects() -> list[Defect]:
    """Every defect of the kit."""
    return [defect for path in sorted(HERE.glob("*.kit")) for defect in _read(path)]


def _read(path: Path) -> Iterator[Defect]:
    defect = None
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if not line.startswith(" "):
            if defect:
                yield defect
            defect = Defect(line.strip(), path.stem)
        elif defect:
            verb, _, words = line.strip().partition(" ")
            _take(defect, verb, words.strip())
    if defect:
        yield defect


def _take(defect: Defect, verb: str, words: str) -> None:
    if verb == "in":
        defect.base = words
    elif verb == "change":
        old, _, new = words.partition("->")
        defect.changes.append((old.strip(), new.strip()))
    elif verb == "finds":
        defect.finds.append(_expected(words))
    else:
        raise AssertionError(f"{defect.title}: {verb}")


_PLACE = re.compile(r"(?:(?P<loop>\w+)/)?(?P<segment>(?:[^\s/]{2,3}?)?)(?P<element>\d\d)?(?:-(?P<component>\d+))?\Z")


def _expected(words: str) -> Expected:
    said, _, on = words.partition(" on ")
    severity, code, _, place = said.split()
    match = _PLACE.match(place)
    if not match:
        raise AssertionError(words)
    element, component = match["element"], match["component"]
    return Expected(
        severity,
        code,
        match["loop"] or "",
        match["segment"],
        element and int(element),
        component and int(component),
        on,
    )


def _filled(text: str, base: str) -> str:
    count = base[base.index("~\nST*") + 2 : base.index("~\nSE*") + 2].count("~") + 1
    text = text.replace("{segments}", str(count)).replace("{segments+1}", str(count + 1))
    return re.sub(r"~(?!\n)", "~\n", text)


def _recounted(text: str, first: int, last: int) -> tuple[str, int, int]:
    """SE01 of every set counts its segments again; where the change stands moves with the text before it."""
    segments = text.split("~\n")
    start, at = 0, 0
    for number, segment in enumerate(segments):
        if segment.startswith("ST*"):
            start = number
        if segment.startswith("SE*"):
            counted = re.sub(r"\ASE\*\d+", f"SE*{number - start + 1}", segment)
            moved = len(counted) - len(segment)
            first, last = first + moved * (at < first), last + moved * (at < last)
            segments[number] = counted
        at += len(segments[number]) + 2
    return "~\n".join(segments), first, last
