"""`claimwright codes em`: a level with its reasoning, and no code without documentation shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli import desk


def em(*words: str) -> desk.Result:
    return desk.run("codes", "em", *words, home=None)  # type: ignore[arg-type]


def test_a_visit_has_its_level_and_the_reasoning(tmp_path: Path) -> None:
    shown = em(
        "office-established", "chronic-worse=A1c 9.1", "prescription=plan", "--on", "2026-03-02", "--billed", "99215"
    )
    assert shown.status == 0
    assert shown.out.startswith("99214 by decision making\n")
    assert "problems: moderate (a chronic illness that is getting worse, or side effects" in shown.out
    assert "99215 is not supported by what is shown, 99214 is." in shown.out


def test_what_is_not_shown_is_asked() -> None:
    told = json.loads(em("office-new", "self-limited=HPI", "prescription", "--minutes", "60", "--json").out)
    assert (told["code"], told["by"]) == ("99202", "decision making")
    assert told["questions"][:2] == [
        "Where does the note show prescription drugs managed?",
        "Where does the note show the 60 minutes?",
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("spa",), "'spa' has no levels of these rules"),
        (("emergency", "cold=x"), "'cold' is no kind of item"),
        (("emergency", "--minutes", "long"), "is not like 35=last line"),
    ],
)
def test_a_mistake_is_named(words: tuple[str, ...], said: str) -> None:
    shown = em(*words)
    assert shown.status == 2
    assert said in shown.err
