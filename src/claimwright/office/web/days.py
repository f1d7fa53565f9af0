"""Days as people type them."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

_FORMS = ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y", "%m%d%Y", "%m%d%y")
_AHEAD = re.compile(r"\+\d{1,4}\Z", re.ASCII)


def read_day(text: str, today: date) -> date | None:
    """`t` or `today`, `+3` (in three days), `2026-01-31`, `1/31/26`, `013126`; None for anything else."""
    text = text.strip().casefold()
    if text in ("t", "today"):
        return today
    if _AHEAD.match(text):
        return today + timedelta(days=int(text[1:]))
    for form in _FORMS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a calendar day has no zone
        except ValueError:
            continue
    return None
