"""Waiting has an alarm: what was sent and got no answer in the time in which one always comes.

Silence is looked into, never answered by sending again: the other side may have the file.
"""

from __future__ import annotations

from datetime import timedelta

from claimwright.office.claims.lifecycle import S
from claimwright.office.claims.models import Submission
from claimwright.office.core import clock
from claimwright.office.exchange.models import Transmission

HOURS_TO_999 = 24
HOURS_TO_277CA = 48


def files_without_answer(*, hours: int = HOURS_TO_999) -> list[Transmission]:
    """The files that were sent so long ago and neither accepted nor refused, oldest first."""
    since = clock.now() - timedelta(hours=hours)
    sent = Transmission.objects.filter(direction=Transmission.Direction.OUT, state=Transmission.State.SENT)
    return list(sent.filter(sent_at__lte=since).order_by("sent_at", "pk"))


def claims_without_acknowledgement(*, hours: int = HOURS_TO_277CA) -> list[Submission]:
    """The claims that were sent so long ago and of which nobody has said that they were taken in, oldest first."""
    since = clock.now() - timedelta(hours=hours)
    waiting = Submission.objects.filter(state__in=(S.SENT, S.F999_ACCEPTED), sent_at__lte=since)
    return list(waiting.select_related("claim").order_by("sent_at", "pk"))
