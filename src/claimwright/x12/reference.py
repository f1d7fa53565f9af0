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
    "ELM": ("Elements", "IK403"),
    "HL": ("Levels", "IK403"),
    "CLM": ("Claims (837)", ""),
    "PAY": ("Remittances (835)", ""),
    "IDN": ("Identifiers", ""),
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
in. This page is written from the catalogue (`python -m claimwright.x12.reference`); a test keeps the two equal, and
another asks that every code has an example that triggers it."""


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
