"""Checking one file as the options of the command say."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from claimwright.cli.x12.inputs import Source
from claimwright.errors import InputError
from claimwright.findings import Finding, Severity, has_errors

NPI_CODE = "X12-IDN-001"


@dataclass(frozen=True)
class Options:
    """What `claimwright x12 check` was asked for."""

    engine: str = "auto"
    npi: str = "warning"
    overlays: tuple[Path, ...] = ()
    level: int = 7


@dataclass(frozen=True)
class SetVerdict:
    """What became of one transaction set."""

    st01: str
    guide: str
    control: str
    accepted: bool

    def as_json(self) -> dict[str, Any]:
        return {"st01": self.st01, "guide": self.guide, "control": self.control, "accepted": self.accepted}


@dataclass(frozen=True)
class Verdict:
    """What was found in one file."""

    name: str
    readable: bool
    accepted: bool
    sets: tuple[SetVerdict, ...]
    findings: tuple[Finding, ...]

    @property
    def exit_status(self) -> int:
        """0 accepted, 1 findings of error severity, 2 unreadable."""
        return 2 if not self.readable else int(not self.accepted)

    def counted(self) -> str:
        """`1 set, 2 errors, 0 warnings`"""
        severities = Counter(found.severity for found in self.findings)
        counts = (
            (len(self.sets), "set"),
            (severities[Severity.ERROR], "error"),
            (severities[Severity.WARNING], "warning"),
        )
        return ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts)

    def as_json(self) -> dict[str, Any]:
        """The object that `--json` prints."""
        return {
            "file": self.name,
            "readable": self.readable,
            "accepted": self.accepted,
            "sets": [one.as_json() for one in self.sets],
            "findings": [finding_as_json(found) for found in self.findings],
        }


def finding_as_json(found: Finding) -> dict[str, Any]:
    """A finding with every key there is, so that a program need not ask which are there."""
    where = found.where
    return {
        "code": found.code,
        "severity": found.severity.value,
        "snip": found.snip,
        "loop": where.loop,
        "segment": where.segment,
        "index": where.index,
        "element": where.element,
        "offset": where.offset,
        "message": found.message,
        "hint": found.hint,
    }


def unreadable(name: str, refused: InputError) -> Verdict:
    """The verdict on a file that the system does not give."""
    return Verdict(name, readable=False, accepted=False, sets=(), findings=refused.findings)


def check(source: Source, options: Options) -> Verdict:
    """Check one file. Raises `InputError` when it cannot be read."""
    from claimwright import x12

    reading = x12.read(source.read(), name=source.name, rules=options.level > 2)
    sets = []
    for one in reading.sets():
        is_accepted = not has_errors(_weighed(one.findings, options))
        sets.append(SetVerdict(one.st01, one.guide.version if one.guide else "", one.control, is_accepted))
    findings = _weighed(reading.findings, options)
    is_accepted = reading.readable and not has_errors(findings)
    return Verdict(source.name, reading.readable, is_accepted, tuple(sets), findings)


def _weighed(findings: list[Finding], options: Options) -> tuple[Finding, ...]:
    from dataclasses import replace

    kept = (found for found in findings if (found.snip or 1) <= options.level)
    return tuple(
        replace(found, severity=Severity(options.npi)) if found.code == NPI_CODE else found
        for found in kept
        if found.code != NPI_CODE or options.npi != "off"
    )
