"""The reference page of X12 findings, written from the catalogue: `docs/reference/x12-findings.md`.

python -m claimwright.x12.reference > docs/reference/x12-findings.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from claimwright.x12.catalogue import Kind, kinds
from claimwright.x12.guides import guide_names, load_guide

_AREAS = {
    "ENV": ("Files and envelopes", "IK502, AK905 or TA105"),
    "SEG": ("Segments and loops", "IK304"),
    "LIM": ("Limits", ""),
    "ELM": ("Elements", "IK403"),
    "HL": ("Levels", "IK403"),
    "CLM": ("Claims (837)", ""),
    "PRO": ("Professional claims (837P)", ""),
    "INS": ("Institutional claims (837I)", ""),
    "COB": ("Earlier payers (837)", ""),
    "PAY": ("Remittances (835)", ""),
    "ELG": ("Coverage (271)", "IK304"),
    "STA": ("Claim acknowledgements (277CA)", ""),
    "AUT": ("Authorizations (278)", ""),
    "PRM": ("Premium payments (820)", ""),
    "ENR": ("Enrollments (834)", ""),
    "DAT": ("Days that cannot be", ""),
    "IDN": ("Identifiers", ""),
    "ADR": ("Addresses and currencies", ""),
    "COD": ("Codes that others publish", ""),
    "WRT": ("Writing", ""),
    "ACK": ("Answering", ""),
    "CUT": ("Cutting", ""),
    "OVL": ("Overlays", ""),
}

_INTRODUCTION = """\
# What can be wrong with an X12 file

Every finding has a code that never changes its meaning, and says what is wrong, where (loop, segment, element, byte)
and what to do. An **error** refuses the set, group or interchange it is about; a **warning** is shown and refuses
nothing; **info** is only told. SNIP is the WEDI level: 1 syntax, 2 guide, 3 balances, 4 what depends on other values,
5 code sets and identifiers. The last column is the code by which a 999 or TA1 says the same. Words in braces are filled
in (`{2300/CLM01}` is what stands in that place). An example of each stands in [x12-examples.md](x12-examples.md).

An error is what the guide or the standard surely refuses. What only the practice of the trade refuses is a warning, and
so is what published files that other engines call clean have: wrong check digits of NPIs and banks, ZIP codes of five
digits, hyphens in tax numbers. `x12.Settings(severities={"X12-IDN-001": "error"})` makes of it what you want, and
`lists={"diagnoses": ...}` gives newer or larger code lists by the names of `x12/guides/outside.txt`.

This page is written from the catalogue and the files of rules (`python -m claimwright.x12.reference`); tests keep the
two equal, and ask that every code has an example that triggers it."""


def reference_page() -> str:
    """The page as Markdown, ending with a line feed."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _INTRODUCTION
    for area, (title, answers) in _AREAS.items():
        yield f"\n## {title}\n"
        yield f"| Code | Severity | SNIP | What is wrong | What to do | {answers or 'Answer'} |"
        yield "|---|---|---|---|---|---|"
        yield from (_row(kind) for kind in kinds().values() if kind.code.split("-")[1] == area)
    yield "\n## Guides\n"
    yield "A set is checked against the guide of its own version; without one only its envelope is (X12-ENV-021).\n"
    yield "| Set | Guide | Answers to versions |"
    yield "|---|---|---|"
    for name in guide_names():
        guide = load_guide(name)
        yield f"| {guide.set_code} | {guide.name} | {', '.join(guide.versions)} |"


def _row(kind: Kind) -> str:
    ack = "the element's own" if kind.ack == "{ack}" else kind.ack or ""
    cells = (kind.code, kind.severity, str(kind.snip), kind.message, kind.hint, ack)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    sys.stdout.write(reference_page())
