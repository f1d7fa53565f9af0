"""The days of a trial, one after the other: the clock moves, the office and the other side work in turn.

08:00  visits of the day are entered; the biller's morning; the office sends out
12:00  the clearinghouse and the payers work
17:00  the office takes back what came; on Fridays it makes statements
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from claimwright.office.core.clock import HomeClock
from claimwright.office.core.models import Client
from claimwright.office.core.scope import client_scope
from claimwright.office.routine import day as routine
from claimwright.office.statements.gates import Gate
from claimwright.office.trial.biller import Biller
from claimwright.office.trial.entering import enter_visits
from claimwright.office.trial.mailbox import Mailbox
from claimwright.office.trial.sample import SamplePractice
from claimwright.office.trial.visits import PlannedVisit

Tell = Callable[[str], None]

MORNING, NOON, EVENING = time(8, tzinfo=UTC), time(12, tzinfo=UTC), time(17, tzinfo=UTC)
DAYS_MAX = 400
_FRIDAY = 4
_QUIET_DAYS = 14
"""The trial is over when nothing happened for so long: longer than a patient takes to pay, or a payer to recover."""


@dataclass(slots=True)
class Trial:
    """A practice, its other side, and a clock. `biller` and `visits` are there in the demonstration only."""

    client: Client
    mailbox: Mailbox
    clock: HomeClock
    tell: Tell
    sample: SamplePractice | None = None
    biller: Biller | None = None
    visits: Mapping[date, Sequence[PlannedVisit]] = field(default_factory=dict)
    _has_unasked: bool = False
    """Whether the last run of statements held back what no statement has asked for yet: it is for the next run."""

    def run_day(self) -> bool:
        """The clock's day from morning to evening, then the clock stands at the next midnight; False when it was
        quiet."""
        day = self.clock.today()
        with client_scope(self.client):
            self._move(day, MORNING)
            busy = self._morning(day)
            self._move(day, NOON)
            self.mailbox.clearinghouse.work(self.clock.now())
            self._move(day, EVENING)
            busy += self._evening(day)
        self._move(day + timedelta(days=1), time(0, tzinfo=UTC))
        return bool(busy)

    def run_until_settled(self) -> int:
        """Days until nothing is left that happens by itself; how many."""
        quiet = 0
        last_visit = max(self.visits, default=self.clock.today())
        for days in range(1, DAYS_MAX + 1):
            day = self.clock.today()
            quiet = 0 if self.run_day() else quiet + 1
            is_over = day > last_visit and quiet >= _QUIET_DAYS and not self._has_unasked
            if is_over and self.mailbox.clearinghouse.state.is_idle():
                return days
        return DAYS_MAX

    def _move(self, day: date, at: time) -> None:
        self.clock.move_to(max(self.clock.now(), datetime.combine(day, at)))

    def _say(self, text: str) -> None:
        self.tell(f"{self.clock.today():%a %d %b %Y}: {text}")

    def _morning(self, day: date) -> int:
        done = 0
        if self.biller and self.sample:
            entered = enter_visits(self.sample, self.biller.opened, self.visits.get(day, ()))
            self.biller.visits.update({encounter.pk: visit for encounter, visit in entered})
            self.biller.take_copays(entered)
            done = len(entered) + self.biller.work()
        sent = routine.send_out(self.mailbox.connection, self._say)
        # Questions about silent claims, and about coverages that no payer knows, are asked for ever; they keep no trial
        # alive.
        return done + sent.released + sent.claims

    def _evening(self, day: date) -> int:
        back = routine.take_back(self.mailbox.connection, self._say)
        stated = 0
        if day.weekday() == _FRIDAY:
            run = routine.bill_patients(self._say)
            stated = len(run.statements)
            self._has_unasked = any(held.is_new and held.gate is Gate.RECENT for held in run.held)
        return back.posted + back.next_claims + stated


def by_day(visits: Sequence[PlannedVisit]) -> dict[date, list[PlannedVisit]]:
    """The visits of each day."""
    days: dict[date, list[PlannedVisit]] = defaultdict(list)
    for visit in visits:
        days[visit.day].append(visit)
    return dict(days)
