"""kill -9 at random moments of posting, on each database; and the same test against a mistake that it must find."""

from __future__ import annotations

import json
import logging
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from tests import postgresql

KILLS = int(os.environ.get("CLAIMWRIGHT_KILLS", "50"))
REMITTANCES, CLAIMS = 120, 5
"""Of each practice; when all is posted the next one is killed, so that no check grows with the kills."""
CHECK_EVERY = 20
TOLD = 3
"""The exit status of a worker that was told that another was first."""
DELIVERIES = Counter({f"T{number:04d}": 2 if number % 3 == 0 else 1 for number in range(REMITTANCES)})
log = logging.getLogger(__name__)
ROOT = Path(__file__).parent.parent.parent


class Nursery:
    """The process whose workers are killed, and what they said; see `tests.crash.nursery`."""

    def __init__(self, home: Path, database_url: str) -> None:
        command = [sys.executable, "-m", "tests.crash.nursery", str(home), database_url]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.acknowledged: set[str] = set()
        self.report: Any = {}
        self.postings_s: list[float] = []
        self._until("ready")

    def run(self, command: str) -> None:
        """Let a worker do it to its end."""
        self._start(command)
        assert int(self._until("ended").split()[2]) == 0, command

    def kill_while_posting(self, command: str, chance: random.Random) -> bool:
        """Kill the worker at a random moment of a posting; whether it lived long enough to be killed."""
        worker = self._start(command)
        for _ in range(chance.randint(1, 2)):
            if self._until("posting", "ended").startswith("ended"):
                return False
        # The median: one posting that the machine held up must not let the worker get far ahead of the kills.
        time.sleep(chance.uniform(0, median(self.postings_s)))
        with suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL)
        return int(self._until("ended").split()[2]) == signal.SIGKILL

    def wrongs(self, code: str) -> list[str]:
        """Everything that does not hold at this moment, with no worker alive."""
        self.run(f"check {code}")
        wrong = list(self.report["findings"])
        wrong += ["an 835 is partly posted"] if self.report["partial"] else []
        posted = Counter(trace for trace, state in self.report["states"] if state in ("posted", "review"))
        wrong += [f"{trace} was posted {times} times" for trace, times in posted.items() if times > 1]
        wrong += [f"{trace} was acknowledged and is lost" for trace in self.acknowledged - set(posted)]
        return wrong

    def _start(self, command: str) -> int:
        if command.startswith("prepare"):
            self.acknowledged.clear()
        assert self.process.stdin
        self.process.stdin.write(f"{command}\n")
        self.process.stdin.flush()
        return int(self._until("worker").split()[1])

    def _until(self, *words: str) -> str:
        assert self.process.stdout
        while line := self.process.stdout.readline():
            word, *rest = line.split(" ", 1)
            if word == "posted":
                trace, seconds = rest[0].split()
                self.acknowledged.add(trace)
                self.postings_s.append(float(seconds))
            elif word == "report":
                self.report = json.loads(rest[0])
            if word.strip() in words:
                return line
        raise AssertionError("the nursery ended")


@pytest.fixture(scope="module", params=["sqlcipher", "postgresql"])
def nursery(request, tmp_path_factory) -> Iterator[Nursery]:
    """Each database in turn."""
    home = tmp_path_factory.mktemp("home")
    with ExitStack() as stack:
        url = ""
        if request.param == "postgresql":
            if postgresql.binaries() is None:
                pytest.skip(postgresql.ABSENT)
            url = stack.enter_context(postgresql.server())
        running = Nursery(home, url)
        yield running
        running.process.stdin.close()
        running.process.wait(timeout=20)


def test_nothing_is_lost_or_done_twice_when_the_office_is_killed_while_it_posts(nursery):
    chance = random.Random(20260105)
    kills = practices = 0
    while kills < KILLS:
        practices += 1
        kills += _kill_practice(nursery, f"lakeside-{practices}", KILLS - kills, chance)
        log.info("%d kills of %d, %d practices", kills, KILLS, practices)


def _kill_practice(nursery: Nursery, code: str, most: int, chance: random.Random) -> int:
    """Kill the posting of a practice until all is posted, at most so often, and look at the end; how often."""
    nursery.run(f"prepare {code} {REMITTANCES} {CLAIMS}")
    nursery.run(f"work {code} 1")
    kills = 0
    while kills < most and nursery.kill_while_posting(f"work {code}", chance):
        kills += 1
        if kills % CHECK_EVERY == 0:
            assert nursery.wrongs(code) == []
    nursery.run(f"work {code}")
    assert nursery.wrongs(code) == []
    states = Counter((trace, state) for trace, state in nursery.report["states"])
    for trace, times in DELIVERIES.items():
        assert states[trace, "posted"] == 1, trace
        assert states[trace, "duplicate"] == times - 1, trace
    assert nursery.acknowledged <= set(DELIVERIES)
    assert kills >= min(most, REMITTANCES // 4), "the kills came too late to hit a posting"
    return kills


@pytest.mark.parametrize("what", ["post", "undo", "match"])
def test_when_two_do_the_same_at_once_one_does_and_the_other_is_told(nursery, what):
    """Post one remittance, undo one posting, confirm one deposit: in two processes, each with its own connection."""
    _race(nursery, what, 12)


@pytest.mark.parametrize(
    "what", ["post-again", "undo-line", "explain", "write-off", "ask", "undo-decision", "take", "give-back"]
)
def test_when_two_decide_the_same_at_once_one_does_and_the_other_is_told(nursery, what):
    """Half of an amount each, where there would be enough for both: the second has seen what is not so any more."""
    _race(nursery, what, 4)


def _race(nursery: Nursery, what: str, times: int) -> None:
    nursery.run(f"prepare racing-{what} {times} 2")
    nursery.run(f"race racing-{what} {times} {what}")
    assert nursery.report == [[0, TOLD]] * times
    assert nursery.wrongs(f"racing-{what}") == []


def test_a_commit_for_each_claim_is_found_out(nursery):
    nursery.run(f"prepare planted {REMITTANCES} {CLAIMS}")
    nursery.run("work planted 1")
    chance = random.Random(20260106)
    for _ in range(KILLS):
        nursery.kill_while_posting("work-planted planted", chance)
        if nursery.wrongs("planted"):
            return
    pytest.fail(f"{KILLS} kills did not show that each claim is committed by itself")
