"""Checking X12 without keeping it: a stream of any length in constant memory, the same findings as reading it.

verdict = check("remittance.835")
verdict.accepted, verdict.findings, verdict.as_json()
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from claimwright.findings import Finding, Severity
from claimwright.x12.driver import Driver
from claimwright.x12.engine import EngineName, SetEngine, engine_maker
from claimwright.x12.guides import Guide
from claimwright.x12.settings import DEFAULTS, Limits, Settings
from claimwright.x12.source import WINDOW, Buffer
from claimwright.x12.tree import Delimiters, Segment
from claimwright.x12.usual import read_usual

if TYPE_CHECKING:
    from claimwright.x12.ahead import Ahead


@dataclass(frozen=True, slots=True)
class SetVerdict:
    """One transaction set; `guide` is the version whose guide it was checked against, `""` for none."""

    st01: str
    guide: str
    control: str
    offset: int
    accepted: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found in one file.

    `findings` are those of `read` in the same order, up to a limit; `counts` has all of them by severity, and the
    `interchanges`, `groups`, `sets` and `segments` of the file. `sets` is limited too.
    """

    name: str
    readable: bool
    accepted: bool
    engine: str
    sets: tuple[SetVerdict, ...]
    findings: tuple[Finding, ...]
    counts: dict[str, int]

    def as_json(self) -> dict[str, Any]:
        """The object that `claimwright x12 check --json` prints."""
        return {
            "file": self.name,
            "readable": self.readable,
            "accepted": self.accepted,
            "sets": [
                {"st01": one.st01, "guide": one.guide, "control": one.control, "accepted": one.accepted}
                for one in self.sets
            ],
            "findings": [finding_as_json(found) for found in self.findings],
        }


def finding_as_json(found: Finding) -> dict[str, Any]:
    """A finding with every key there is, so that a program need not ask which are there."""
    where = found.where
    return {
        "code": found.code,
        "severity": str(found.severity),
        "snip": found.snip,
        "loop": where.loop,
        "segment": where.segment,
        "index": where.index,
        "element": where.element,
        "offset": where.offset,
        "message": found.message,
        "hint": found.hint,
    }


def check(
    source: bytes | str | PathLike[str] | BinaryIO,
    *,
    name: str = "",
    rules: bool = True,
    engine: EngineName = "auto",
    settings: Settings = DEFAULTS,
    window: int = WINDOW,
    workers: int | None = 1,
) -> Verdict:
    """Check bytes, the file of a path, or an open binary file, reading it `window` bytes at a time.

    `workers` is how many cores walk the sets, `None` all that there are when the file is a large one. The verdict is
    the same. A set is walked by one core, so a file that is one large set gains nothing.

    What is wrong is in the verdict. Raises `OSError` when the file cannot be read, and `ValueError` for
    `engine="native"` where there is none; `auto` takes the native engine if it is there. `rules=False` leaves out what
    lies beyond the guide's structure (SNIP 3 and up).

    >>> verdict = check(b"no X12 at all")
    >>> verdict.accepted, verdict.findings[0].code
    (False, 'X12-ENV-001')
    """
    if not isinstance(source, bytes) and isinstance(source, (str, PathLike)):
        with Path(fspath(source)).open("rb", buffering=0) as file:
            return check(
                file,
                name=name or fspath(source),
                rules=rules,
                engine=engine,
                settings=settings,
                window=window,
                workers=workers,
            )
    make = engine_maker(engine)
    if isinstance(source, bytes):
        judge = _Judge(settings.limits)
        if segments := read_usual(source, judge, make, settings, rules=rules):
            return judge.verdict(name, segments)
    judge = _Judge(settings.limits)
    with _ahead(source, engine, settings, workers, rules=rules) as ahead:
        driver = Driver(Buffer(source, window), judge, make, settings, rules=rules, ahead=ahead)
        driver.run()
    return judge.verdict(name, driver.segments)


def _ahead(
    source: bytes | BinaryIO, engine: EngineName, settings: Settings, workers: int | None, *, rules: bool
) -> AbstractContextManager[Ahead | None]:
    """Who walks the sets ahead, when other cores are wanted."""
    if workers == 1:
        return nullcontext()
    from claimwright.x12 import ahead

    count = workers or ahead.worthwhile(source)
    return ahead.checking(engine, settings, count, rules=rules) if count > 1 else nullcontext()


_COUNTED = ("interchanges", "groups", "sets", *map(str, Severity))


class _Judge:
    """Counts what the driver tells, and keeps findings up to a limit."""

    keeps_tree = takes_nearest = False

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._findings: list[tuple[tuple[int, int, int], Finding]] = []
        self._sets: list[SetVerdict] = []
        self._counts = dict.fromkeys(_COUNTED, 0)
        self._numbers = [0, 0, 0]
        self._engines: set[str] = set()
        self._set_errors = 0

    def found(self, level: str, found: Finding) -> None:
        """Count the finding; those kept are put in the order in which a reading has them."""
        self._counts[found.severity] += 1
        if level == "set" and found.severity is Severity.ERROR:
            self._set_errors += 1
        if len(self._findings) < self._limits.findings:
            interchange, group, number = self._numbers
            place = {
                "file": (0, 0, 0),
                "interchange": (interchange, 0, 0),
                "group": (interchange, group, 0),
                "set": (interchange, group, number),
            }[level]
            self._findings.append((place, found))

    def interchange_opens(self, isa: Segment, delimiters: Delimiters) -> None:
        self._counts["interchanges"] += 1
        self._numbers = [self._counts["interchanges"], 0, 0]

    def interchange_closes(self, iea: Segment | None) -> None:
        pass

    def group_opens(self, gs: Segment) -> None:
        self._counts["groups"] += 1
        self._numbers = [self._numbers[0], self._numbers[1] + 1, 0]

    def group_closes(self, ge: Segment | None) -> None:
        pass

    def set_opens(self, st: Segment, guide: Guide | None) -> None:
        self._counts["sets"] += 1
        self._numbers[2] += 1
        self._set_errors = 0
        self._opening, self._guide = st, guide

    def set_closes(self, se: Segment | None, engine: SetEngine) -> None:
        self._engines.add(engine.name)
        if len(self._sets) < self._limits.sets:
            st, guide = self._opening, self._guide
            version = guide.version if guide else ""
            self._sets.append(SetVerdict(st[1], version, st[2], st.offset, not self._set_errors))

    def aside(self, segment: Segment) -> None:
        pass

    def verdict(self, name: str, segments: int) -> Verdict:
        counts = self._counts | {"segments": segments}
        readable = bool(counts["interchanges"])
        findings = tuple(found for _, found in sorted(self._findings, key=lambda kept: kept[0]))
        engine = "native" if "native" in self._engines else "python"
        accepted = readable and not counts[Severity.ERROR]
        return Verdict(name, readable, accepted, engine, tuple(self._sets), findings, counts)
