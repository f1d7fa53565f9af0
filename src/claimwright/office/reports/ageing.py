"""How old is what is open: by who owes it and by days since the service, each cell with the encounters behind it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Sum

from claimwright.office.charges.models import Encounter
from claimwright.office.core import clock
from claimwright.office.ledger.models import Account, Posting
from claimwright.office.reports.owners import Owner, owner_at, owners_of
from claimwright.remittance.plan import PATIENT

BUCKETS = ((30, "0-30"), (60, "31-60"), (90, "61-90"), (120, "91-120"))
OLDEST = "over 120"
LABELS = (*(label for _, label in BUCKETS), OLDEST)


@dataclass(frozen=True, slots=True)
class Cell:
    """One owner's balances of one age: `encounters` are their keys with what is open on each, in cents."""

    encounters: tuple[tuple[int, int], ...] = ()

    @property
    def cents(self) -> int:
        return sum(cents for _, cents in self.encounters)


@dataclass(frozen=True, slots=True)
class Row:
    """One owner; `cells` by label of the bucket."""

    owner: Owner
    cells: Mapping[str, Cell]

    @property
    def cents(self) -> int:
        return sum(cell.cents for cell in self.cells.values())


@dataclass(frozen=True, slots=True)
class Ageing:
    """What was open on a day, by owner and age; payers first, patients last."""

    as_of: date
    rows: tuple[Row, ...]

    @property
    def cents(self) -> int:
        return sum(row.cents for row in self.rows)

    @property
    def totals(self) -> dict[str, int]:
        """Cents by bucket over all owners."""
        return {label: sum(row.cells[label].cents for row in self.rows) for label in LABELS}

    def to_plain(self) -> dict[str, Any]:
        """The table as JSON data, encounters included."""
        return {
            "as_of": self.as_of.isoformat(),
            "cents": self.cents,
            "totals": self.totals,
            "rows": [
                {
                    "level": row.owner.level,
                    "kind": row.owner.kind,
                    "name": row.owner.name,
                    "cents": row.cents,
                    "cells": {
                        label: {"cents": cell.cents, "encounters": [list(pair) for pair in cell.encounters]}
                        for label, cell in row.cells.items()
                    },
                }
                for row in self.rows
            ],
        }


def age_balances(as_of: date | None = None) -> Ageing:
    """What was open at the end of that day (today when None). Age counts from the day of service."""
    day = as_of or clock.today()
    rows = (
        Posting.objects.filter(account=Account.RECEIVABLE, entry__entry_date__lte=day, encounter_id__isnull=False)
        .values_list("encounter_id", "owner")
        .annotate(total=Sum("cents"))
        .order_by("encounter_id", "owner")
    )
    owed = [(encounter, level, total) for encounter, level, total in rows if encounter and total]
    owners = owners_of({encounter for encounter, level, _ in owed if level != PATIENT})
    days = dict(Encounter.objects.filter(pk__in={one for one, _, _ in owed}).values_list("pk", "service_date"))
    table: dict[Owner, dict[str, list[tuple[int, int]]]] = defaultdict(lambda: defaultdict(list))
    for encounter, level, total in owed:
        table[owner_at(owners, encounter, level)][bucket_of((day - days[encounter]).days)].append((encounter, total))
    return Ageing(
        day,
        tuple(
            Row(owner, {label: Cell(tuple(table[owner].get(label, ()))) for label in LABELS})
            for owner in sorted(table, key=lambda owner: (owner.is_patient, owner))
        ),
    )


def bucket_of(days: int) -> str:
    """The label of the bucket for so many days."""
    return next((label for most, label in BUCKETS if days <= most), OLDEST)
