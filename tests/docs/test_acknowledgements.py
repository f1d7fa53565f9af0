"""The page of acknowledgements has the table by which claims are answered."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from claimwright.codesets.acknowledgements import status_code

PAGE = Path(__file__).parents[2] / "docs/reference/acknowledgements.md"
_ROW = re.compile(r"^\| (any|`[^`]+`) \| (any|`[^`]+`) \| (\*|A\d) \| (\d+) \| (.*) \| (party)? ?\|$", re.MULTILINE)


def _cell(text: str) -> str:
    return "*" if text == "any" else text.strip("`")


def test_the_table_of_statuses_is_the_one_in_use():
    lines = files("claimwright.documents").joinpath("claim_statuses.txt").read_text("utf-8").splitlines()
    used = [tuple(line.split()) for line in lines if line and not line.startswith("#")]
    told = [
        (_cell(code), _cell(place), category, status + "@" * bool(party))
        for code, place, category, status, _, party in _ROW.findall(PAGE.read_text(encoding="utf-8"))
    ]

    assert told == used


def test_the_page_says_of_each_status_what_our_list_says():
    for _, _, _, status, meaning, _ in _ROW.findall(PAGE.read_text(encoding="utf-8")):
        assert meaning == status_code(status).meaning
