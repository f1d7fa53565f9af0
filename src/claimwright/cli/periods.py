"""`claimwright close`: months closed, looked at and opened again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from claimwright.cli import console
from claimwright.cli.office import HomeOption, JsonOption, PracticeOption, open_office, practice_of
from claimwright.money import format_dollars

if TYPE_CHECKING:
    from claimwright.office.ledger.periods import Period
    from claimwright.office.ledger.rollforward import MonthReport


def close(
    month: Annotated[str, typer.Argument(help="The month, such as 2026-01; without it the months are listed.")] = "",
    preview: Annotated[bool, typer.Option("--preview", help="Only show what it would be closed with.")] = False,
    reopen: Annotated[bool, typer.Option("--reopen", help="Open it again; needs --because.")] = False,
    because: Annotated[str, typer.Option(help="Why, when work is still open or the month is opened again.")] = "",
    practice: PracticeOption = "",
    home: HomeOption = None,
    json: JsonOption = False,
) -> None:
    """Close a month: no entry is dated in it any more, and what is told of its days stays true."""
    open_office(home)
    from claimwright.office.core import audit
    from claimwright.office.core.scope import client_scope
    from claimwright.office.ledger.periods import Period, reopen_period

    with client_scope(practice_of(practice)), audit.acting_as(None, source="cli"):
        if not month:
            _list_months(json=json)
            return
        period = Period.parse(month)
        if reopen:
            reopen_period(period, reason=because)
            console.out(f"{period} is open again.")
        elif preview:
            raise typer.Exit(_preview(period, json=json))
        else:
            _close(period, because, json=json)


def _list_months(*, json: bool) -> None:
    from claimwright.office.ledger.periods import periods

    months = periods()
    if json:
        console.out_json(
            [{"month": str(one.period), "closed": one.closing is not None, "over": one.is_over} for one in months]
        )
        return
    for one in months:
        state = f"closed {one.closing.closed_at:%Y-%m-%d}" if one.closing else "open" if one.is_over else "not over"
        console.out(f"{one.period}\t{state}")


def _preview(period: Period, *, json: bool) -> int:
    from claimwright.office.reports.closing import preview_closing

    preview = preview_closing(period)
    if json:
        found = [console.finding_data(finding) for finding in preview.findings]
        console.out_json({**preview.report.to_plain(), "findings": found})
    else:
        _show_report(period, preview.report)
        console.show_findings(preview.findings)
    return console.worst(preview.findings)


def _close(period: Period, because: str, *, json: bool) -> None:
    from claimwright.office.ledger.rollforward import report_days
    from claimwright.office.reports.closing import close_month

    closing = close_month(period, because=because)
    if json:
        console.out_json(closing.report)
        return
    _show_report(period, report_days(period.first_date, period.last_date))
    console.out(f"\n{period} is closed.")


def _show_report(period: Period, report: MonthReport) -> None:
    rolled = report.receivable
    rows: list[tuple[str, ...]] = [
        ("Receivables before", format_dollars(rolled.opening_cents)),
        ("+ charges", format_dollars(rolled.charges_cents)),
        ("- payments", format_dollars(rolled.payments_cents)),
        ("- adjustments", format_dollars(rolled.adjustments_cents)),
        ("Receivables after", format_dollars(rolled.closing_cents)),
        ("",),
        *((str(row.account.label), format_dollars(row.closing_cents)) for row in report.accounts),
    ]
    console.table(f"{period}: {report.entries} entries, {report.late_entries} of them late", rows)
