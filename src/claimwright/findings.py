"""The one way in which claimwright says that something is wrong.

X12 validation, claim edits, posting and imports all speak in findings; a 999, a work item, a JSON answer and a line
on a screen are views of them. A finding says what is wrong, where it is, and what to do about it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class Severity(StrEnum):
    """How much a finding weighs: an `ERROR` stops the thing it is about, a `WARNING` is shown, `INFO` is only told."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Where:
    """The place a finding is about: in a file (X12 terms), in a record (business terms), or both.

    `index` counts segments from 1 within the file; `offset` is the segment's first byte, from 0; `element` and
    `component` count from 1 as X12 does.
    """

    file: str | None = None
    loop: str | None = None
    segment: str | None = None
    index: int | None = None
    element: int | None = None
    component: int | None = None
    offset: int | None = None
    record: str | None = None
    field: str | None = None

    def __str__(self) -> str:
        element = f"{self.segment or ''}{self.element:02d}" if self.element else (self.segment or "")
        if self.component:
            element += f"-{self.component}"
        parts = [
            self.file,
            f"segment {self.index}" if self.index else None,
            f"loop {self.loop}" if self.loop else None,
            element or None,
            f"byte {self.offset}" if self.offset is not None else None,
            self.record,
            self.field,
        ]
        return ", ".join(part for part in parts if part) or "the whole input"


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, where, and what to do.

    `code` is stable and documented. `snip` is the WEDI SNIP level (1 to 7) for X12 findings. `ack` is the code that a
    999 (IK304, IK403, IK502) or a TA1 (TA105) uses for it, where there is one.
    """

    code: str
    severity: Severity
    message: str
    hint: str = ""
    where: Where = Where()
    snip: int | None = None
    ack: str | None = None

    def __str__(self) -> str:
        hint = f" {self.hint}" if self.hint else ""
        return f"{self.severity} {self.code} at {self.where}: {self.message}{hint}"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of finding of a room that has no SNIP levels; message and hint are formats."""

    code: str
    severity: Severity
    message: str
    hint: str

    def finding(self, where: Where, **words: object) -> Finding:
        """A finding of this kind."""
        return Finding(self.code, self.severity, self.message.format(**words), self.hint.format(**words), where)


def has_errors(findings: Iterable[Finding]) -> bool:
    """True when any finding is of error severity."""
    return any(finding.severity is Severity.ERROR for finding in findings)
