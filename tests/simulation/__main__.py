"""Play many years in memory, and say what they held: python -m tests.simulation --first 1 --years 1000 [--processes 2].

A year that fails is told with the command that plays it again; the others are played all the same. Exit status 1 then.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from multiprocessing import Pool

from tests.simulation.in_memory import play
from tests.simulation.years import year_of

TOLD_EVERY = 50


def played(seed: int) -> tuple[int, Counter[str], str]:
    """The seed, what its year held, and what was wrong with it."""
    try:
        return seed, play(year_of(seed)), ""
    except AssertionError as wrong:
        return seed, Counter(), str(wrong)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--years", type=int, default=100, help="how many years, one seed each")
    parser.add_argument("--processes", type=int, default=2, help="how many years at once")
    asked = parser.parse_args()
    held: Counter[str] = Counter()
    failed = 0
    start_s = time.perf_counter()
    with Pool(asked.processes) as pool:
        seeds = range(asked.first, asked.first + asked.years)
        for number, (seed, seen, wrong) in enumerate(pool.imap(played, seeds), 1):
            held += seen
            if wrong:
                failed += 1
                say(f"year {seed} FAILED: {wrong}")
            if number % TOLD_EVERY == 0 or number == asked.years:
                say(f"{number} of {asked.years} years, {failed} failed, {time.perf_counter() - start_s:.0f} s")
    for what, times in sorted(held.items()):
        say(f"{times:9,}  {what}")
    return 1 if failed else 0


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
