"""A demonstration that dies at any moment leaves a home that ordinary days bring to an end, to the cent."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time

import pytest

from tests.cli import desk

KILLS = int(os.environ.get("CLAIMWRIGHT_DEMO_KILLS", "3"))
ENCOUNTERS = 12


@pytest.mark.parametrize("kill", range(KILLS))
def test_a_killed_demonstration_is_brought_to_an_end_by_ordinary_days(empty_office, tmp_path, kill):
    home = shutil.copytree(empty_office, tmp_path / "home")
    chance = random.Random(kill)
    lines_told = die(home, line=chance.randint(0, 120), after_s=chance.uniform(0, 0.3))
    settled = desk.run("day", "--until-settled", "--json", home=home)
    assert (settled.status, settled.data["unexplained_cents"]) == (0, 0), (lines_told, settled.err)
    told = settled.data
    assert told["charges_cents"] == told["payments_cents"] + told["adjustments_cents"] + told["open_cents"]
    checked = desk.run("check", home=home)
    assert (checked.status, checked.out) == (0, "Everything holds.\n"), checked.err


def die(home, *, line: int, after_s: float) -> int:
    """Start a demonstration and kill it a moment after it told of so many things; how many it told of."""
    process = desk.start("demo", "--encounters", ENCOUNTERS, home=home)
    assert process.stderr
    told = 0
    for told, _ in enumerate(process.stderr):
        if told == line:
            break
    time.sleep(after_s)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    return told
