"""The reference page of the edits, written from their table.

python -m claimwright.edits.reference > docs/reference/edits.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import groupby

from claimwright.edits.registry import Edit
from claimwright.edits.scrubber import EDITS

_AREAS = {
    "CLM": "The claim as a whole",
    "BIL": "Billing provider",
    "PRV": "Other providers",
    "EXC": "Excluded providers",
    "FAC": "Place of care",
    "PYR": "Payer",
    "SUB": "Subscriber",
    "PAT": "Patient",
    "ADR": "Addresses",
    "DX": "Diagnoses",
    "LIN": "Services",
    "MOD": "Modifiers",
    "DRG": "Drugs",
    "ANE": "Anesthesia",
    "POS": "Place of service",
    "TEL": "Telehealth",
    "MCR": "Medicare and Medicaid",
    "CLI": "Laboratories",
    "MFS": "Medicare physician fee schedule",
    "GLO": "Days around an operation",
    "NCCI": "National Correct Coding Initiative: pairs",
    "MUE": "National Correct Coding Initiative: units",
    "AOC": "National Correct Coding Initiative: add-on codes",
    "FIL": "Filing limit",
    "PAY": "What the payer asks for",
    "COV": "Coverage",
    "MSP": "Medicare and who pays before it",
    "COB": "Earlier payers",
    "DUP": "Duplicates",
    "FRQ": "Frequency",
    "PRI": "Charges",
}

_HEAD = """# Claim edits

Every claim passes these edits before it is sent. An **error** stops the claim until somebody mends it; a **warning** is
shown and does not stop it; **info** is only told. `N` in a field stands for the number of a line, or for a position
from 1. *Services* are the days of service for which a rule holds, where it began or ended; else it holds for all.

Many edits need a code set (`claimwright codes load`); for days for which it is not loaded they find nothing. Those that
look at earlier claims, authorizations, coverage or expected prices find nothing where the office knows nothing of them.
Each edit has a claim that triggers it and one that nearly does, in `tests/edits/cases`.

A payer's profile may name edits that only warn for that payer (`warn_only`). A payer that appears with claims imported
from another system begins with four such edits, which doubt the form of an identifier: EDIT-BIL-003, EDIT-BIL-008,
EDIT-PRV-002 and EDIT-PRV-004. Take them out of the payer's rules to be stopped by them again; the practice's setting
`imports.warn_only` says which codes new payers begin with (`[]` for none). Payers that people enter begin with none.

This page is written from the table of edits (`python -m claimwright.edits.reference`); a test keeps the two equal.

"""


def edits_page() -> str:
    """The whole page, in Markdown."""
    parts = [_HEAD, f"{len(EDITS)} edits.\n"]
    for area, edits in groupby(EDITS, key=_area):
        parts += [f"\n## {_AREAS[area]}\n", *_rows(edits)]
    return "".join(parts)


def _area(edit: Edit) -> str:
    return edit.code.split("-")[1]


def _rows(edits: Iterator[Edit]) -> Iterator[str]:
    yield "\n| Code | Severity | Field | What is wrong | What to do | Source | Services |\n"
    yield f"|{7 * '---|'}\n"
    for edit in edits:
        cells = (edit.code, edit.severity.value, f"`{edit.field}`", edit.what, edit.hint, edit.source, _days(edit))
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


def _days(edit: Edit) -> str:
    """The days of service for which the edit holds; empty when for all."""
    since, until = edit.since and f"from {edit.since}", edit.until and f"until {edit.until}"
    return " ".join(part for part in (since, until) if part)


if __name__ == "__main__":
    sys.stdout.write(edits_page())
