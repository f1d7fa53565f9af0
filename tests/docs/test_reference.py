"""What the reference pages and the README say is what the program does."""

from __future__ import annotations

import re
from pathlib import Path

from claimwright.cli.reference import reference_page
from claimwright.money import parse_cents
from claimwright.office.reports import account_for

ROOT = Path(__file__).parents[2]


def _page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_page_of_the_command_line_is_what_the_commands_say():
    """Mend with `python -m claimwright.cli.reference > docs/reference/cli.md`."""
    assert _page("docs/reference/cli.md") == reference_page()


def test_every_key_of_the_accounting_is_documented(lakeside):
    section = _page("docs/reference/json.md").partition("## The accounting")[2].partition("\n## ")[0]
    documented = set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))

    assert documented == {*account_for(lakeside).to_plain(), "files_folder"}


def test_the_table_in_the_readme_adds_up():
    table = _page("README.md").partition("Lakeside Family Practice\n")[2].partition("\nClaims:")[0]
    rows = {
        name: parse_cents(amount.replace(",", ""))
        for name, amount in re.findall(r"^(\S.*?) {2,}([\d,.]+)$", table, re.MULTILINE)
    }
    charges, unexplained = rows.pop("Charges"), rows.pop("Unexplained")

    assert charges == sum(rows.values())
    assert unexplained == 0


def test_the_changes_name_the_version_that_is_being_made():
    version = re.search(r'^version = "(.+)"', _page("pyproject.toml"), re.MULTILINE)
    assert version
    assert version[1] in _page("CHANGELOG.md")
