"""What every page's frame shows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from claimwright.office.core import clock


def frame(request: HttpRequest) -> dict[str, Any]:
    """The user's practices, what he may do in the one in use, and the day at which a trial's clock stands."""
    current = clock.current()
    standing = isinstance(current, clock.HomeClock) and current.is_standing
    return {
        "practices": getattr(request, "practices", []),
        "can": {permission.value: True for permission in getattr(request, "allowed", ())},
        "trial_date": current.today() if standing else None,
        "today": current.today(),
    }
