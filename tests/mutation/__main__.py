"""Plant every mistake, one process each, and say which of them no test notices; see `tests.mutation`."""

from __future__ import annotations

import argparse
import gc
import importlib
import mmap
import os
import random
import signal
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import pytest
from _pytest.runner import runtestprotocol

from tests.mutation.operators import Functions, Mutant, mutants_of
from tests.mutation.planting import forget_answers, plant

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src/claimwright"
EQUIVALENT = Path(__file__).parent / "equivalent.txt"
TESTS = {"remittance": ["tests/remittance"], "office/ledger": ["tests/office/ledger"]}
"""The tests that must notice mistakes in a room."""

LEFT_OUT = ("test_samples.py", "test_properties.py", "test_hostile.py")
"""Other people's files are not everywhere; what only random or huge input notices deserves a test of its own."""

LEAST_TIMEOUT_S = 4
NOTICED, UNNOTICED, NOT_PLANTED = 0, 1, 2


@dataclass
class Room:
    """What is mutated, and the tests that were collected for it."""

    sources: dict[str, str]
    modules: dict[str, ModuleType]
    mutants: list[tuple[str, Mutant]]
    is_whole: bool
    items: list[pytest.Item] = field(default_factory=list)
    durations_s: list[float] = field(default_factory=list)
    reached: dict[tuple[str, int], set[int]] = field(default_factory=lambda: defaultdict(set))


def read_room(wanted: list[str], every: int = 1) -> Room:
    """The modules that are named, or of the rooms that are named, and every mistake for them."""
    paths = [
        path
        for name in wanted
        for path in ([PACKAGE / name] if name.endswith(".py") else sorted((PACKAGE / name).glob("*.py")))
    ]
    sources = {path.relative_to(PACKAGE).as_posix(): path.read_text("utf-8") for path in paths}
    mutants = [(path, mutant) for path, source in sources.items() for mutant in mutants_of(source)]
    return Room(sources, {}, mutants[::every], every == 1)


def known_equivalents() -> dict[str, str]:
    """What differs from the code in nothing that can be noticed, with the reason."""
    lines = [line for line in EQUIVALENT.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    return {key.strip(): reason.strip() for key, _, reason in (line.rpartition(" | ") for line in lines)}


class Trial:
    """The pytest plugin: in place of running the tests once, run them for every mutant."""

    def __init__(self, room: Room, processes: int) -> None:
        self.room, self.processes = room, processes
        self.survivors: list[tuple[str, Mutant]] = []
        self.results: Counter[tuple[str, str]] = Counter()
        self.noticed_by: dict[tuple[str, str, str], list[int]] = defaultdict(list)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self.room.items = [item for item in session.items if Path(item.path).name not in LEFT_OUT]
        for path in self.room.sources:
            dotted = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            self.room.modules[path] = importlib.import_module(f"claimwright.{dotted}")
        self._rehearse()
        self._try_all()
        return True

    def _rehearse(self) -> None:
        """Run every test without a mistake: all must pass; remember how long it takes and what it enters."""
        room = self.room
        files = {str(PACKAGE / path): path for path in room.sources}
        for index in range(len(room.items)):
            forget_answers()

            def follow(frame, event, _arg, index=index):
                path = files.get(frame.f_code.co_filename)
                if path is None:
                    return None
                room.reached[path, frame.f_lineno].add(index)
                return follow

            start_s = time.process_time()
            sys.settrace(follow)
            wrong = run_test(room.items[index])
            sys.settrace(None)
            assert not wrong, f"{room.items[index].nodeid} fails without any mistake: {wrong}"
            room.durations_s.append(time.process_time() - start_s)
        say(f"{len(room.items)} tests in {sum(room.durations_s):.1f} s, {len(room.mutants)} mistakes")

    def _try_all(self) -> None:
        """Fork for every mutant, some at once; in random order, so that the tests who notice most are soon known."""
        gc.collect()
        gc.freeze()
        seats = mmap.mmap(-1, 4 * len(self.room.mutants))
        running: dict[int, int] = {}
        waiting = list(range(len(self.room.mutants)))
        random.Random(1).shuffle(waiting)
        while waiting or running:
            while waiting and len(running) < self.processes:
                number = waiting.pop()
                tests = self._tests_for(number)
                pid = os.fork()
                if not pid:
                    self._be(number, tests, seats)
                running[pid] = number
            pid, status = os.wait()
            self._note(running.pop(pid), status, seats)

    def _place(self, number: int) -> tuple[str, str, str]:
        path, mutant = self.room.mutants[number]
        return path, mutant.owner, mutant.name.partition(":")[0]

    def _tests_for(self, number: int) -> list[int]:
        """The tests that reach the lines, first those that noticed another mistake there."""
        path, mutant = self.room.mutants[number]
        room = self.room
        tests = set(range(len(room.items)))
        if isinstance(mutant.statement, Functions):
            inside = range(mutant.statement.body[0].lineno, (mutant.statement.end_lineno or 0) + 1)
            own = range(mutant.line, mutant.end_line + 1)
            tests = self._reaching(path, own) or self._reaching(path, inside)
        before = {index: place for place, index in enumerate(self.noticed_by[self._place(number)])}
        return sorted(tests, key=lambda index: (-before.get(index, -1), room.durations_s[index]))

    def _reaching(self, path: str, lines: range) -> set[int]:
        return set().union(*(self.room.reached[path, line] for line in lines))

    def _be(self, number: int, tests: list[int], seats: mmap.mmap) -> None:
        """In the child: make the mistake, and run the tests until one notices it."""
        path, mutant = self.room.mutants[number]
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        # In seconds of this process: a busy machine must not pass for a mistake that makes a loop endless.
        signal.setitimer(signal.ITIMER_PROF, LEAST_TIMEOUT_S + 5 * sum(self.room.durations_s[index] for index in tests))
        try:
            plant(self.room.modules[path], mutant, self.room.sources[path])
        except BaseException:  # noqa: BLE001 - told by the parent
            os._exit(NOT_PLANTED)
        for index in tests:
            if run_test(self.room.items[index]):
                seats[4 * number : 4 * number + 4] = (index + 1).to_bytes(4, "little")
                os._exit(NOTICED)
        os._exit(UNNOTICED)

    def _note(self, number: int, status: int, seats: mmap.mmap) -> None:
        path, mutant = self.room.mutants[number]
        outcome = os.waitstatus_to_exitcode(status)
        if outcome == NOT_PLANTED:
            say(f"cannot even be made: {path} {mutant.name}")
        if outcome == UNNOTICED:
            self.survivors.append((path, mutant))
            self.results[path, "unnoticed"] += 1
            return
        self.results[path, "noticed"] += 1
        index = int.from_bytes(seats[4 * number : 4 * number + 4], "little") - 1
        if index >= 0:
            before = self.noticed_by[self._place(number)]
            before[:] = [one for one in before if one != index] + [index]


def run_test(item: pytest.Item) -> str:
    """Run a test as pytest does; why it failed. Only the fixtures of the session stay for the next.

    A test that takes nothing but its parameters is called without the ceremony, which takes longer than most tests.
    """
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    if all(name in parameters or name.startswith("_") for name in item.fixturenames):  # type: ignore[attr-defined]
        try:
            item.obj(**parameters)  # type: ignore[attr-defined]
        except (Exception, pytest.fail.Exception, pytest.skip.Exception) as wrong:  # noqa: BLE001 - any fails the test
            return repr(wrong)
        return ""
    reports = runtestprotocol(item, log=False, nextitem=item.session)  # type: ignore[arg-type]
    return "".join(str(report.longrepr) for report in reports if report.failed)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def tell(trial: Trial, least_percent: float) -> int:
    """The survivors and the score; the exit status."""
    equivalents = known_equivalents()
    survivors = sorted((path, mutant.line, mutant.name) for path, mutant in trial.survivors)
    names = {f"{path} {name}" for path, _, name in survivors}
    for path, line, name in survivors:
        if f"{path} {name}" not in equivalents:
            say(f"{path}:{line} {name}")
    about = {key for key in equivalents if key.partition(" ")[0] in trial.room.sources}
    tried = {f"{path} {mutant.name}" for path, mutant in trial.room.mutants}
    for key in sorted(about - names if trial.room.is_whole else about & tried - names):
        say(f"in {EQUIVALENT.name}, but noticed or not there: {key}")
    noticed_in_all = counted_in_all = 0
    for path in trial.room.sources:
        noticed = trial.results[path, "noticed"]
        equal = sum(key.startswith(f"{path} ") for key in about & names)
        counted = noticed + trial.results[path, "unnoticed"] - equal
        noticed_in_all, counted_in_all = noticed_in_all + noticed, counted_in_all + counted
        if counted:
            say(_score(path, noticed, counted, equal))
    say(_score("in all", noticed_in_all, counted_in_all, len(about & names)))
    percent = 100 * noticed_in_all / max(counted_in_all, 1)
    return 0 if percent >= least_percent else 1


def _score(what: str, noticed: int, counted: int, equal: int) -> str:
    percent = 100 * noticed / max(counted, 1)
    return f"{what:30} {noticed:5} of {counted:5} noticed, {percent:5.1f} %; {equal} make no difference"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("what", nargs="*", default=["remittance"], help="rooms, or modules of one: remittance/sums.py")
    parser.add_argument("--every", type=int, default=1, help="only each so-manieth mistake")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--at-least", type=float, default=90.0, help="the least score, in percent")
    asked = parser.parse_args()
    trial = Trial(read_room(asked.what, asked.every), asked.processes)
    folders = {name for what in asked.what for room, names in TESTS.items() if what.startswith(room) for name in names}
    quiet = ["-q", "--no-header", "--no-summary", "--tb=native", "-p", "no:cacheprovider", "-p", "no:xdist", "-s"]
    status = pytest.main([*quiet, *sorted(folders)], plugins=[trial])
    return tell(trial, asked.at_least) if trial.results else int(status)


if __name__ == "__main__":
    raise SystemExit(main())
