"""`claimwright codes em`: the level of a visit by what its note shows."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from claimwright.cli import console
from claimwright.cli.office import JsonOption
from claimwright.errors import InputError

if TYPE_CHECKING:
    from claimwright.coding import Item


def em(
    setting: Annotated[str, typer.Argument(metavar="SETTING", help="office-new, office-established, emergency ...")],
    items: Annotated[
        list[str] | None,
        typer.Argument(metavar="KIND=WHERE ...", help="What the note tells, and where it shows it: prescription=plan."),
    ] = None,
    minutes: Annotated[
        str, typer.Option("--minutes", help="All minutes of the day, and where shown: 35=last line.")
    ] = "",
    on: Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="The day of the visit.")] = None,
    billed: Annotated[str, typer.Option("--billed", help="The code that was chosen, to be compared.")] = "",
    json: JsonOption = False,
) -> None:
    """The level of a visit by decisions or time, with the reasoning; what is not shown is asked and never counted."""
    from claimwright.clock import SystemClock
    from claimwright.coding import FAMILIES, Visit, visit_level

    told, _, where = minutes.partition("=")
    if told and not told.isdigit():
        raise InputError(f"--minutes {minutes!r} is not like 35=last line.")
    day = on.date() if on else SystemClock().today()
    visit = Visit(setting, day, tuple(_item(text) for text in items or ()), int(told) if told else None, where)
    found = visit_level(visit)
    if found is None:
        known = ", ".join(FAMILIES)
        raise InputError(f"{setting!r} has no levels of these rules on {day}. Settings: {known}.")
    judged = found.judges(billed) if billed else ""
    if json:
        console.out_json(
            {
                "code": found.code,
                "by": found.basis.value if found.basis else None,
                "decisions": found.decisions.word,
                "reasons": list(found.reasons),
                "questions": list(found.questions),
                "billed": judged or None,
            }
        )
        return
    console.out(f"{found.code} by {found.basis}" if found.code else "What is shown supports no code of this setting.")
    for line in (*found.reasons, *found.questions, *([judged] if judged else [])):
        console.out(f"  {line}")


def _item(text: str) -> Item:
    from claimwright.coding import Item, Kind

    kind, _, where = text.partition("=")
    try:
        return Item(Kind(kind), where)
    except ValueError as error:
        raise InputError(f"{kind!r} is no kind of item. Kinds: {', '.join(Kind)}.") from error
