"""What every page's frame shows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from claimwright.office.core import clock


def frame(request: HttpRequest) -> dict[str, Any]:
    """The user's practices, and the day the office stands at when its clock is a trial's."""
    current = clock.current()
    standing = isinstance(current, clock.HomeClock) and current.is_standing
    return {"practices": getattr(request, "practices", []), "trial_date": current.today() if standing else None}
