"""The demonstration: the sample practice's whole day in an empty home, from coverage check to settled balance."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path

from claimwright.errors import ConflictError
from claimwright.office.core import audit
from claimwright.office.core.clock import HomeClock, use_clock
from claimwright.office.core.home import Home
from claimwright.office.core.models import Client, User
from claimwright.office.trial.biller import Biller
from claimwright.office.trial.days import Tell, Trial, by_day
from claimwright.office.trial.mailbox import open_mailbox
from claimwright.office.trial.opening import add_sign_in, open_practice
from claimwright.office.trial.sample import more_people, read_sample
from claimwright.office.trial.visits import plan_visits
from claimwright.simulator.policy import read_policy

FIRST_DAY = date(2026, 1, 5)
VISITS_A_PATIENT = 4
"""So many visits each patient has at most on average; for more visits there are more people."""


def run_demonstration(home: Home, folder: Path, *, encounters: int, seed: int, tell: Tell) -> Client:
    """Run it and give the practice. `folder` holds the sample's files.

    Raises `ConflictError` when the home is in use already, `InputError` when the sample cannot be read.
    """
    clock = HomeClock(home.clock_file)
    if clock.is_standing or Client.objects.exists():
        raise ConflictError(f"{home.path} is in use already: give the demonstration a home of its own with --home.")
    sample, policy = read_sample(folder), read_policy(folder, seed=seed)
    sample, policy = more_people(sample, policy, encounters // VISITS_A_PATIENT)
    clock.move_to(datetime.combine(FIRST_DAY, time(7, tzinfo=UTC)))
    with use_clock(clock), audit.acting_as(None, source="demo"):
        tell(f"Opening {sample.name}: {len(sample.patients)} patients, {len(sample.payers)} payers")
        opened = open_practice(sample, policy, since=FIRST_DAY)
        name, _ = add_sign_in(opened.client, home)
        user = User.objects.get(username=name)
        copays = {payer.id: payer.copay_cents for payer in policy.payers.values() if payer.copay_cents}
        biller = Biller(sample, opened, user, seed, copays_cents=copays)
        visits = by_day(plan_visits(sample, count=encounters, first_day=FIRST_DAY, seed=seed))
        with open_mailbox(home, opened.client, policy, sender_id=sample.sender_id, phone=sample.phone) as mailbox:
            trial = Trial(opened.client, mailbox, clock, tell, sample, biller, visits)
            trial.run_until_settled()
    return opened.client
