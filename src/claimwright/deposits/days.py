"""Days as banks write them."""

from __future__ import annotations

from datetime import date, datetime

YYMMDD = "%y%m%d"


def read_day(text: str, *forms: str) -> date | None:
    """The day in the first of the forms (as `strptime` has them) that fits; `None` when none does.

    >>> read_day("260318", "%y%m%d")
    datetime.date(2026, 3, 18)
    """
    for form in forms:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a calendar day
        except ValueError:
            continue
    return None
