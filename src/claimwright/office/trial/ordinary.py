"""Ordinary days over what is in the database, with the simulated clearinghouse as the other side."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from django.db.models import Max

from claimwright.clock import SystemClock
from claimwright.errors import ConflictError
from claimwright.office.charges.models import Encounter
from claimwright.office.claims.models import Claim
from claimwright.office.core import audit
from claimwright.office.core.clock import HomeClock, use_clock
from claimwright.office.core.home import Home
from claimwright.office.core.models import Client
from claimwright.office.core.scope import client_scope
from claimwright.office.patients.models import Provider
from claimwright.office.trial.days import Tell, Trial
from claimwright.office.trial.mailbox import has_other_connections, open_mailbox
from claimwright.simulator.policy import read_policy

_NO_PHONE = "5555550100"
_SENDER_ID_MAX = 15


def run_days(home: Home, client: Client, payers: Path, *, seed: int, until_settled: bool, tell: Tell) -> int:
    """Run one day, or days until everything is settled; how many.

    The clock of a home without one begins on the day after its newest visit, and it moves on past the services of
    claims that were taken over since: a trial sends nothing before it was done. Raises `ConflictError` when the
    practice has a connection that leads to anything but the simulator: its time is not moved.
    """
    clock = HomeClock(home.clock_file)
    with client_scope(client):
        if has_other_connections():
            raise ConflictError("This practice has a real connection: its days pass by themselves. Nothing was done.")
        first = _first_day(clock)
        if first is not None:
            clock.move_to(datetime.combine(first, time(7, tzinfo=UTC)))
        phone = _phone()
    policy = read_policy(payers, seed=seed)
    sender = re.sub(r"[^A-Z0-9]", "", client.code.upper())[:_SENDER_ID_MAX] or "PRACTICE"
    with (
        use_clock(clock),
        audit.acting_as(None, source="day"),
        open_mailbox(home, client, policy, sender_id=sender, phone=phone) as mailbox,
    ):
        trial = Trial(client, mailbox, clock, tell)
        if until_settled:
            return trial.run_until_settled()
        trial.run_day()
    return 1


def _first_day(clock: HomeClock) -> date | None:
    """The day on which to let the clock stand; None when it stands where it should.

    A service later than the machine's own day is a mistake that the edits stop; the clock does not follow it.
    """
    today = SystemClock().today()
    claims = Claim.objects.filter(source_file__isnull=False, service_end_date__lte=today)
    days: list[date | None] = [claims.aggregate(day=Max("service_end_date"))["day"]]
    if not clock.is_standing:
        visits = Encounter.objects.filter(service_date__lte=today)
        days.append(visits.aggregate(day=Max("service_date"))["day"])
    newest = max((day for day in days if day is not None), default=None)
    if clock.is_standing:
        return newest + timedelta(days=1) if newest and newest >= clock.today() else None
    return newest + timedelta(days=1) if newest else today


def _phone() -> str:
    billing = Provider.objects.filter(is_billing=True).exclude(phone="").order_by("pk").first()
    return re.sub(r"\D", "", billing.phone) if billing else _NO_PHONE
