"""`claimwright check`: does everything still hold that must always hold."""

from __future__ import annotations

import typer

from claimwright.cli import console
from claimwright.cli.office import HomeOption, JsonOption, open_office


def check(home: HomeOption = None, json: JsonOption = False) -> None:
    """Check every practice: the ledger balances, every dollar is explained, stored files and the audit trail are
    whole."""
    open_office(home)
    from claimwright.office.core.models import Client
    from claimwright.office.reports.checking import check_practice

    findings = [finding for client in Client.objects.order_by("pk") for finding in check_practice(client)]
    if json:
        console.out_json({"findings": [console.finding_data(finding) for finding in findings]})
    else:
        console.show_findings(findings)
        console.out("Everything holds." if not findings else f"{len(findings)} findings.")
    raise typer.Exit(console.worst(findings))
