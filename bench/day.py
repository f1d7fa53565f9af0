"""How fast the demonstration's days go by: claims per second, and seconds by part of the day.

python -m bench.day [--encounters N] [--seed S] [--home DIR] [--profile]

It is what `claimwright demo` does, in a home that is gone afterwards (or stays, with --home).
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import time
from pathlib import Path

from bench.measuring import Sampler, Stopwatch, out, peak_megabytes, scratch_folder


def main() -> None:
    """Run it and print the figures; exit status 1 when a cent is unexplained."""
    options = _options()
    sampler = Sampler()
    if options.profile:
        sampler.start()
    with scratch_folder(options.home) as folder:
        status = _measure(folder, options.encounters, options.seed)
    if options.profile:
        sampler.stop()
        sampler.print()
    sys.exit(status)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--encounters", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--home", default="")
    parser.add_argument("--profile", action="store_true", help="say in which functions the time goes")
    return parser.parse_args()


def _measure(folder: Path, encounters: int, seed: int) -> int:
    from claimwright.cli.office import open_office
    from claimwright.cli.samples import sample_folder

    watch, started = Stopwatch(), time.monotonic()
    with watch.part("opening the office, making its database"):
        home = open_office(folder)
    from claimwright.office.core.scope import client_scope
    from claimwright.office.reports.accounting import account_for
    from claimwright.office.trial.demonstration import run_demonstration
    from claimwright.office.trial.files import write_files

    _watch_days(watch)
    with watch.part("setting up, the clock, the rest"):
        client = run_demonstration(home, sample_folder(), encounters=encounters, seed=seed, tell=_on_the_way)
    with watch.part("writing out the files"):
        files = write_files(home, client)
    with watch.part("accounting for every cent"), client_scope(client):
        accounting = account_for(client)
        claims = _claims()
    watch.print(claims, "claim")
    size = sum(path.stat().st_size for path in folder.glob("office.sqlite3*"))
    out(f"{claims} claims, {watch.total:.1f} s of process time: {claims / watch.total:.1f} claims a second")
    out(f"{time.monotonic() - started:.0f} s on the clock, {peak_megabytes()} MB at most, database {size / 1e6:.0f} MB")
    out(f"unexplained {accounting.unexplained_cents} cents; sent and received files: {_digest(files)}")
    return 1 if accounting.unexplained_cents else 0


def _watch_days(watch: Stopwatch) -> None:
    """Count the parts of a day by themselves."""
    from claimwright.office.routine import day as routine
    from claimwright.office.trial import days
    from claimwright.office.trial.biller import Biller
    from claimwright.simulator.clearinghouse import Clearinghouse

    watch.watch(days, "enter_visits", "visits are entered")
    watch.watch(Biller, "take_copays", "copays are taken")
    watch.watch(Biller, "work", "people's work: mending, appeals, payments")
    watch.watch(routine, "ask_coverages", "coverages are asked about")
    watch.watch(routine, "release_ready", "visits are released")
    watch.watch(routine, "build_and_scrub", "claims are built and edited")
    watch.watch(routine, "batch_claims", "claims are batched")
    watch.watch(routine, "ask_statuses", "silent claims are asked about")
    watch.watch(routine, "claims_without_answer", "silent claims are found")
    watch.watch(routine, "send_due", "files are sent")
    watch.watch(Clearinghouse, "work", "clearinghouse and payers (the other side)")
    watch.watch(routine, "collect", "files are fetched and taken in")
    watch.watch(routine, "post_received", "remittances are posted")
    watch.watch(routine, "bill_next_payers", "next payers are billed")
    watch.watch(routine, "bill_patients", "statements are made")


def _claims() -> int:
    from claimwright.office.claims.models import Claim

    return Claim.objects.count()


_months: set[str] = set()


def _on_the_way(text: str) -> None:
    """Say on the error stream when a month begins."""
    month = text[4:15][3:]
    if ":" in text[:16] and month not in _months:
        _months.add(month)
        sys.stderr.write(f"{month}\n")


def _digest(files: Path) -> str:
    """A hash over the names and bytes of the files: the same before and after a change that changes no behaviour."""
    whole = hashlib.sha256()
    for path in sorted([*(files / "sent").iterdir(), *(files / "received").iterdir()]):
        whole.update(path.name.encode() + path.read_bytes())
    return whole.hexdigest()[:16]


if __name__ == "__main__":
    main()
