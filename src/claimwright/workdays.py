"""Business days: Monday to Friday. Bank holidays are not known here, so a wait may end a day early."""

from __future__ import annotations

from datetime import date, timedelta

_SATURDAY = 5


def business_days_after(day: date, count: int) -> date:
    """The day that is `count` business days later."""
    while count > 0:
        day += timedelta(days=1)
        if day.weekday() < _SATURDAY:
            count -= 1
    return day
