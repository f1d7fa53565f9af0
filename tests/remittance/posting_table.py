"""Writes docs/reference/posting-table.md: the decision table as it runs, each row with the scenarios that show it.

python -m tests.remittance.posting_table
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from claimwright.remittance.table import ROWS
from tests.remittance.trade import SCENARIOS, read

PAGE = Path(__file__).parents[2] / "docs/reference/posting-table.md"

HEAD = """\
# The posting table

How a remittance (835) becomes entries in the books. Every move of a posting plan, and every item left to a person,
names the row that decided it. Within a stage the first row that fits wins; what no row decides goes to a person, and
its money waits unapplied. The scenarios are text files in `tests/remittance/scenarios`; each is a test:

    pytest tests/remittance/test_scenarios.py -k row_20

This page is written from the table itself by `python -m tests.remittance.posting_table`; a test keeps it true.

| Row | Stage | When | What is done |
|---|---|---|---|
"""

ELSEWHERE = {
    37: ("test_rules.py::test_a_plan_that_fails_its_proof_has_no_moves_and_goes_to_a_person", "the proof of a plan"),
    38: ("", "kept by the ledger: entries are never changed, only reversed, and a closed period takes none"),
}


def render() -> str:
    """The page."""
    shown = defaultdict(list)
    for path in sorted(SCENARIOS.glob("row_*.txt")):
        shown[int(path.stem.split("_")[1])].append(path)
    rows = "".join(f"| {row.number} | {row.stage} | {row.condition} | {row.action} |\n" for row in ROWS.values())
    return f"{HEAD}{rows}\n# Scenarios\n{''.join(_section(number, shown[number]) for number in ROWS)}"


def _section(number: int, paths: list[Path]) -> str:
    lines = [f"- `{path.stem}`: {read(path).title}" for path in paths]
    if number in ELSEWHERE:
        name, what = ELSEWHERE[number]
        lines.append(f"- `{name}`: {what}" if name else f"- {what}")
    return f"\n## Row {number}\n\n" + "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(render(), encoding="utf-8")
