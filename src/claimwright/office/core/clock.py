"""What time it is in this office: the machine's clock, or the standing clock of a trial home.

A trial (the demonstration, `claimwright day`) moves its clock by writing `HOME/clock`; every process of that home
then tells the same time, the web server included. Sessions, lock-outs and the audit trail go by the machine's clock
all the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from claimwright.clock import Clock, SystemClock
from claimwright.office.core.home import Home


class HomeClock:
    """The clock of a home: stands where `HOME/clock` says, or is the machine's when there is no such file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._system = SystemClock()

    def now(self) -> datetime:
        try:
            return datetime.fromisoformat(self._file.read_text("ascii").strip())
        except FileNotFoundError:
            return self._system.now()

    def today(self) -> date:
        return self.now().date()

    @property
    def is_standing(self) -> bool:
        return self._file.exists()

    def move_to(self, instant: datetime) -> None:
        """Set the clock; it never moves back. Raises `ValueError` when it would."""
        if self.is_standing and instant < self.now():
            raise ValueError("a clock does not move back")
        draft = self._file.with_suffix(".new")
        draft.write_text(instant.isoformat(), "ascii")
        draft.replace(self._file)


_clock: Clock | None = None


def current() -> Clock:
    """The clock in use."""
    return _clock or HomeClock(Home.current().clock_file)


def now() -> datetime:
    """The present instant, in UTC."""
    return current().now()


def today() -> date:
    """The present calendar day, in UTC."""
    return current().today()


@contextmanager
def use_clock(clock: Clock) -> Iterator[None]:
    """Let this process go by another clock for a while."""
    global _clock  # noqa: PLW0603 - one clock for every thread of the process, the web server's included
    before, _clock = _clock, clock
    try:
        yield
    finally:
        _clock = before
