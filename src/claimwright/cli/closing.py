"""The closing table: where every dollar of a practice went, as text or as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from claimwright.cli import console
from claimwright.money import format_dollars

if TYPE_CHECKING:
    from claimwright.office.core.models import Client

_WORDS = {
    "sequestration": "sequestration",
    "statutory": "statutory reductions",
    "incentive": "incentives and penalties",
    "withhold": "withholds due from payers",
    "auto_close": "closed by the auto-close list",
    "patient_protection": "not to be asked of patients",
    "small_balance": "small balances",
    "write_off": "given up by a person",
    "interest": "interest from payers",
    "unapplied": "unapplied money",
    "recoupment": "recoupments under way",
    "forward_balance": "balances payers carry forward",
    "refund": "refunds",
    "advance": "advances",
    "tax_withheld": "tax withheld",
    "payer_charge": "charges by payers",
    "provider_adjustment": "provider adjustments",
}


def show_accounting(client: Client, *, json: bool, folder: Path | None) -> int:
    """Print the accounting of a practice; the exit status: 0, or 1 when something is unexplained.

    `folder` is where the X12 files can be looked at, when there is such a place.
    """
    from claimwright.office.reports.accounting import account_for

    accounting = account_for(client)
    if json:
        data = accounting.to_plain()
        console.out_json({**data, "files_folder": str(folder) if folder else None})
        return int(accounting.unexplained_cents != 0)
    rows: list[tuple[str, ...]] = [
        ("Charges", format_dollars(accounting.charges_cents)),
        ("",),
        ("Insurance payments", format_dollars(accounting.insurance_payments_cents)),
        ("Patient payments", format_dollars(accounting.patient_payments_cents)),
        ("Contractual adjustments", format_dollars(accounting.contractual_cents)),
    ]
    rows += [
        (f"Write-off: {_WORDS.get(name, name)}", format_dollars(cents)) for name, cents in accounting.write_offs.items()
    ]
    rows += [(f"Open: {balance.owner.label}", format_dollars(balance.cents)) for balance in accounting.open]
    rows += [("",), ("Unexplained", format_dollars(accounting.unexplained_cents))]
    console.table(accounting.client, rows)
    _show_counts(accounting.claims, "Claims")
    _show_counts(accounting.remittances, "Remittances")
    _show_counts(accounting.denials, "Denials")
    console.out(f"\nStatements: {accounting.statements}, asking for {format_dollars(accounting.statements_cents)}")
    aside = [f"{_WORDS.get(name, name)} {format_dollars(cents)}" for name, cents in accounting.payer_accounts.items()]
    if accounting.patient_credit_cents:
        aside.append(f"patients' credit {format_dollars(accounting.patient_credit_cents)}")
    if aside:
        console.out(f"Beside the charges: {', '.join(aside)}")
    console.out(f"Files: {len(accounting.files)}" + (f", to look at in {folder}" if folder else ""))
    return int(accounting.unexplained_cents != 0)


def _show_counts(counts: object, title: str) -> None:
    if isinstance(counts, dict) and counts:
        told = ", ".join(f"{count} {name.replace('_', ' ').lower()}" for name, count in counts.items())
        console.out(f"\n{title}: {told}")
