"""`claimwright codes`: load publishers' code sets, see what is loaded, take a release back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from claimwright.cli import console
from claimwright.cli.office import HomeOption, JsonOption
from claimwright.errors import InputError

if TYPE_CHECKING:
    from claimwright.codesets.releases import CodeStore, LoadReport, Release

codes = typer.Typer(name="codes", no_args_is_help=True, help="Code sets: load, look at, take back.")

CodesOption = Annotated[
    Path | None,
    typer.Option(
        "--codes",
        help="The file of loaded code sets. [default: codes.sqlite3 in the office's home]",
        show_default=False,
    ),
]
NumberArgument = Annotated[int, typer.Argument(metavar="RELEASE", help="The release's number, as status shows it.")]
_SHOWN = 10


@contextmanager
def opened_store(path: Path | None, home: Path | None) -> Iterator[CodeStore]:
    """The store that was named, or that of the office's home; a new one begins with what comes with claimwright."""
    from claimwright.clock import SystemClock
    from claimwright.codesets.releases import open_store

    folder = home or Path("~/.claimwright")
    with open_store((path or folder / "codes.sqlite3").expanduser(), SystemClock()) as store:
        yield store


@codes.command("load")
def load_files(
    files: Annotated[list[Path], typer.Argument(metavar="FILE ...", help="A publisher's files, or its ZIP.")],
    effective: Annotated[
        datetime | None, typer.Option("--effective", formats=["%Y-%m-%d"], help="The first day the release holds.")
    ] = None,
    code_set: Annotated[str, typer.Option("--as", help="Which code set it is, where the layout does not say.")] = "",
    accept_fewer: Annotated[
        bool, typer.Option("--accept-fewer", help="Take a release with far fewer rows than the one in force.")
    ] = False,
    licensed: Annotated[bool, typer.Option("--licensed", help="You hold the licence that this set needs.")] = False,
    store: CodesOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Load a release: recognised by its layout, whole or not at all; say what changed."""
    from claimwright.clock import SystemClock
    from claimwright.codesets.layouts import LAYOUTS
    from claimwright.codesets.releases import Source, load

    sources = [source for path in files for source in Source.open(path)]
    with opened_store(store, home) as opened, console.progress("Reading ...") as progress:
        reports = load(
            opened,
            sources,
            clock=SystemClock(),
            layouts=LAYOUTS,
            code_set=code_set,
            effective_date=effective.date() if effective else None,
            accept_fewer=accept_fewer,
            is_licensed=licensed,
            progress=lambda table, count: progress.say(f"{table}: {count:,} rows ..."),
        )
    if json:
        console.out_json([_report_data(report) for report in reports])
        return
    for report in reports:
        _show_report(report)


@codes.command("status")
def status(store: CodesOption = None, home: HomeOption = None, json: JsonOption = False) -> None:
    """Every code set: what is loaded, since when it holds, where it came from."""
    from claimwright.clock import SystemClock
    from claimwright.codesets.releases import CODE_SETS

    today = SystemClock().today()
    with opened_store(store, home) as opened:
        loaded = {name: opened.releases(name) for name in CODE_SETS}
        in_force = {name: opened.release_on(name, today) for name in CODE_SETS}
    if json:
        console.out_json({name: [_release_data(one) for one in releases] for name, releases in loaded.items()})
        return
    rows: list[tuple[str, ...]] = [("code set", "release", "holds from", "rows", "", "source")]
    for name, releases in loaded.items():
        rows += [_status_row(one, is_in_force=one == in_force[name]) for one in releases] or [(name, "", "not loaded")]
    console.table("Code sets", rows, numbers_from=99)


@codes.command("find")
def find(
    words: Annotated[list[str], typer.Argument(metavar="WORD ...", help="A code, words, an abbreviation (copd).")],
    on: Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="The day of service.")] = None,
    most: Annotated[int, typer.Option("--most", help="How many to show.")] = 20,
    store: CodesOption = None,
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Find codes by code, words or abbreviation: diagnoses and HCPCS level II of a day."""
    from claimwright.clock import SystemClock
    from claimwright.codesets.library import CodeLibrary
    from claimwright.codesets.searching import CodeSearch

    day = on.date() if on else SystemClock().today()
    with opened_store(store, home) as opened:
        library = CodeLibrary(opened)
        found = CodeSearch.of(library.icd10cm(day), library.hcpcs(day)).find(" ".join(words), most=most)
    if json:
        console.out_json([{**one.entry._asdict(), "term": one.term} for one in found])
    elif found:
        for one in found:
            mark = "" if one.entry.is_valid else " (heading)"
            also = f"  [{one.term}]" if one.term else ""
            console.out(f"{one.entry.code:<8} {one.entry.description}{mark}{also}")
    else:
        console.complain("Nothing was found. Fewer words, or the beginning of a word, may find more.")


@codes.command("withdraw")
def withdraw(number: NumberArgument, store: CodesOption = None, home: HomeOption = None) -> None:
    """Take a release out of force; the one before it answers again, and nothing is lost."""
    with opened_store(store, home) as opened:
        release = _release(opened, number)
        opened.withdraw(release)
    console.out(
        f"{release.code_set} of {release.effective_date} is withdrawn. Back: claimwright codes restore {number}"
    )


@codes.command("restore")
def restore(number: NumberArgument, store: CodesOption = None, home: HomeOption = None) -> None:
    """Put a withdrawn release in force again."""
    with opened_store(store, home) as opened:
        release = _release(opened, number)
        opened.restore(release)
    console.out(f"{release.code_set} of {release.effective_date} is in force again.")


def _release(store: CodeStore, number: int) -> Release:
    found = next((one for one in store.releases() if one.id == number), None)
    if found is None:
        raise InputError(f"There is no release {number}. What there is: claimwright codes status")
    return found


def _show_report(report: LoadReport) -> None:
    release = report.release
    console.out(f"{release.code_set}: {release.row_count:,} rows, in force from {release.effective_date}.")
    if report.before is None:
        console.out("  It is the first release for that day.")
    for table in report.changes:
        counts = f"{len(table.added):,} added, {len(table.dropped):,} dropped, {len(table.changed):,} changed"
        console.out(f"  {table.table}: {counts} against the release of {report.before.effective_date}.")  # type: ignore[union-attr]
        for word, keys in (("added", table.added), ("dropped", table.dropped), ("changed", table.changed)):
            if keys:
                shown = ", ".join(" ".join(str(part) for part in key) for key in keys[:_SHOWN])
                console.out(f"    {word}: {shown}{' ...' if len(keys) > _SHOWN else ''}")


def _report_data(report: LoadReport) -> dict[str, Any]:
    return {
        **_release_data(report.release),
        "layouts": list(report.layouts),
        "before": _release_data(report.before) if report.before else None,
        "changes": {
            one.table: {"added": len(one.added), "dropped": len(one.dropped), "changed": len(one.changed)}
            for one in report.changes
        },
    }


def _release_data(release: Release) -> dict[str, Any]:
    return {
        "release": release.id,
        "code_set": release.code_set,
        "edition": release.edition,
        "effective_date": release.effective_date.isoformat(),
        "rows": release.row_count,
        "source": release.source,
        "sha256": release.sha256,
        "loaded_at": release.loaded_at.isoformat(),
        "is_withdrawn": release.is_withdrawn,
    }


def _status_row(release: Release, *, is_in_force: bool) -> tuple[str, ...]:
    state = "withdrawn" if release.is_withdrawn else "in force" if is_in_force else ""
    holds, count = release.effective_date.isoformat(), f"{release.row_count:,}"
    return release.code_set, str(release.id), holds, count, state, release.source
