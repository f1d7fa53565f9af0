"""`claimwright claims import` and `claimwright era import`: files of other systems.

Each file is one transaction: all of it that can be taken is taken, what cannot is a finding, and nothing is half
done. Exit status 1 when there are findings of error severity, 2 when a file cannot be used at all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from claimwright.cli import console
from claimwright.cli.office import HomeOption, JsonOption, PracticeOption, open_office, practice_of
from claimwright.errors import ClaimwrightError, InputError
from claimwright.findings import Finding, Severity

claims = typer.Typer(name="claims", no_args_is_help=True, help="Claims of other systems.")
era = typer.Typer(name="era", no_args_is_help=True, help="Remittances (835).")

FilesArgument = Annotated[list[Path], typer.Argument(help="The files to take over.", show_default=False)]

Report = dict[str, Any]


@claims.callback()
def _claims() -> None:
    """Claims of other systems."""


@era.callback()
def _era() -> None:
    """Remittances (835)."""


@claims.command("import")
def import_claims(
    files: FilesArgument, practice: PracticeOption = "", json: JsonOption = False, home: HomeOption = None
) -> None:
    """Take over the claims of 837P files: parties, coverages and claims appear; what cannot is a finding, per claim."""
    open_office(home)
    from claimwright.office.claims.importing import import_file

    def take(name: str, data: bytes) -> tuple[Report, Sequence[Finding], bool]:
        result = import_file(name, data)
        return {"claims": len(result.claims)}, result.findings, bool(result.claims)

    _run(files, practice, take, "{claims} claims taken over", json=json)


@era.command("import")
def import_remittances(
    files: FilesArgument, practice: PracticeOption = "", json: JsonOption = False, home: HomeOption = None
) -> None:
    """Post 835 files by the decision table; what the rules leave to a person waits in its queue."""
    open_office(home)
    from claimwright.office.posting.taking import take_remittance_file

    def take(name: str, data: bytes) -> tuple[Report, Sequence[Finding], bool]:
        taken = take_remittance_file(name, data)
        counts = {"remittances": taken.remittances, "posted": taken.posted, "items": taken.items}
        return counts, taken.findings, taken.posted > 0

    _run(files, practice, take, "{posted} of {remittances} remittances posted, {items} items for a person", json=json)


Take = Callable[[str, bytes], tuple[Report, Sequence[Finding], bool]]


def _run(files: Sequence[Path], practice: str, take: Take, words: str, *, json: bool) -> None:
    from claimwright.office.core import audit
    from claimwright.office.core.scope import client_scope

    reports: list[Report] = []
    status = 0
    with client_scope(practice_of(practice)), audit.acting_as(None, source="cli"):
        for path in files:
            try:
                counts, findings, is_used = take(path.name, _read(path))
            except ClaimwrightError as refused:
                counts, is_used = {"refused": str(refused)}, False
                findings = refused.findings if isinstance(refused, InputError) else ()
            errors = [finding for finding in findings if finding.severity is Severity.ERROR]
            status = max(status, 0 if is_used and not errors else 1 if is_used else 2)
            reports.append(
                {"file": str(path), **counts, "findings": [console.finding_data(finding) for finding in findings]}
            )
            if not json:
                console.show_findings(findings)
                console.out(f"{path}: {counts.get('refused') or words.format(**counts)}")
    if json:
        console.out_json(reports)
    raise typer.Exit(status)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except IsADirectoryError as wrong:
        raise InputError("It is a folder. Name the files in it.") from wrong
    except FileNotFoundError as wrong:
        raise InputError("There is no such file. Look at its name and place.") from wrong
    except OSError as wrong:
        raise InputError(f"It cannot be read: {wrong.strerror}. Look at who may read it.") from wrong
