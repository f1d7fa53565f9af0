"""`claimwright explain CLAIM`: why a claim's balance is what it is, entry by entry, down to the bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from claimwright.cli import console
from claimwright.cli.office import HomeOption, JsonOption, PracticeOption, open_office, practice_of
from claimwright.errors import InputError
from claimwright.money import format_dollars

if TYPE_CHECKING:
    from claimwright.office.posting.explain import Explanation, Place


def explain(
    number: Annotated[str, typer.Argument(metavar="CLAIM", help="The claim's number (CLM01).")],
    practice: PracticeOption = "",
    json: JsonOption = False,
    home: HomeOption = None,
) -> None:
    """Say why a claim's balance is what it is: every entry with its reason, its rule and the bytes that it came
    from."""
    open_office(home)
    from claimwright.office.claims.models import Claim
    from claimwright.office.core import audit
    from claimwright.office.core.scope import client_scope
    from claimwright.office.posting.explain import explain as explain_encounter

    with client_scope(practice_of(practice)), audit.acting_as(None, source="cli"):
        claim = Claim.objects.select_related("encounter").defer("record").filter(number=number).first()
        if claim is None or claim.encounter is None:
            raise InputError(f"There is no claim {number!r} in this practice.")
        audit.record("ledger.view", f"encounter {claim.encounter.pk}", patient_id=claim.patient_id)
        explanation = explain_encounter(claim.encounter)
    if json:
        console.out_json(as_json(number, explanation))
    else:
        for line in as_text(number, explanation):
            console.out(line)


def as_json(number: str, explanation: Explanation) -> dict[str, Any]:
    """The explanation as JSON data; amounts in cents, places by file, byte and segment."""
    return {
        "claim": number,
        "balance_cents": explanation.balance_cents,
        "owed_cents": dict(explanation.owed_cents),
        "entries": [
            {
                "entry": entry.number,
                "date": entry.entry_date.isoformat(),
                "kind": entry.kind,
                "text": entry.text,
                "row": entry.row,
                "rule": entry.rule,
                "change_cents": dict(entry.owed_change_cents),
                "owed_cents": {owner: cents for owner, cents in entry.owed_cents.items() if cents},
                "reverses": entry.reverses,
                "reversed_by": entry.reversed_by,
                "place": _place(entry.place),
            }
            for entry in explanation.entries
        ],
        "left_open": [
            {
                "level": one.level,
                "cents": one.cents,
                "text": one.text,
                "row": one.row,
                "rule": one.rule,
                "place": _place(one.place),
            }
            for one in explanation.left_open
        ],
    }


def as_text(number: str, explanation: Explanation) -> list[str]:
    """The explanation as lines for a person: one entry each, its rule and its segment under it."""
    lines = [f"Claim {number}: {format_dollars(explanation.balance_cents)} open ({_owed(explanation.owed_cents)})", ""]
    for entry in explanation.entries:
        undone = f", reversed by entry {entry.reversed_by}" if entry.reversed_by else ""
        undone = f", reverses entry {entry.reverses}" if entry.reverses else undone
        lines.append(f"{entry.entry_date}  entry {entry.number}{undone}  {entry.words}: {entry.text}")
        lines.append(f"            {_changes(entry.owed_change_cents)}; then open: {_owed(entry.owed_cents)}")
        lines += _under(entry.row, entry.rule, entry.place)
    for one in explanation.left_open:
        lines.append(f"left open   {one.level} {format_dollars(one.cents)}  {one.text}")
        lines += _under(one.row, one.rule, one.place)
    return lines


def _under(row: int, rule: str, place: Place) -> list[str]:
    lines = [f"            row {row}: {rule}"] if rule else []
    if place.segment:
        at = f"{place.file_name}, segment {place.origin.index}, byte {place.origin.offset}"
        lines.append(f"            {at}: {place.segment.partition('~')[0].strip()}")
    return lines


def _changes(cents_by_owner: Mapping[str, int]) -> str:
    changes = (f"{owner} {'+' if cents > 0 else ''}{format_dollars(cents)}" for owner, cents in cents_by_owner.items())
    return ", ".join(changes)


def _owed(cents_by_owner: Mapping[str, int]) -> str:
    owed = [f"{owner} {format_dollars(cents)}" for owner, cents in cents_by_owner.items() if cents]
    return ", ".join(owed) or "nobody owes anything"


def _place(place: Place) -> dict[str, Any] | None:
    if not place.file_id:
        return None
    origin = place.origin
    return {
        "file": place.file_name,
        "sha256": origin.sha256,
        "offset": origin.offset,
        "length": origin.length,
        "segment": origin.index,
        "text": place.segment,
    }
