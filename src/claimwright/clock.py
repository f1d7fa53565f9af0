"""The only place that asks what time it is.

Everything that needs the time is given a `Clock`. The demonstration, the tests and the simulations give it a clock that
they move; the office in use gives it the system's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Something that tells the time."""

    def now(self) -> datetime:
        """The present instant, in UTC."""
        ...

    def today(self) -> date:
        """The present calendar day, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def today(self) -> date:
        return self.now().date()


@dataclass
class MovedClock:
    """A clock that stands still until it is moved, and never moves back."""

    instant: datetime

    def now(self) -> datetime:
        return self.instant

    def today(self) -> date:
        return self.instant.date()

    def advance(self, **duration: int) -> None:
        """Move forward by `timedelta(**duration)`, for example `advance(days=1)`."""
        step = timedelta(**duration)
        if step < timedelta(0):
            raise ValueError("a clock does not move back")
        self.instant += step
