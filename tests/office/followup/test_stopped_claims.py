"""A claim that was stopped is work at once, and says by when it must reach the payer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from claimwright.office.claims.lifecycle import move_submissions
from claimwright.office.claims.models import Submission
from claimwright.office.core import clock
from claimwright.office.followup.models import WorkItem
from claimwright.office.patients.models import Payer


@pytest.mark.parametrize(("limit_days", "due_in_days"), [(180, 3), (37, 2), (30, -5)])
def test_a_stopped_claim_is_due_in_three_days_or_at_its_filing_limit(practice, office_clock, limit_days, due_in_days):
    claim = practice.bill("A1", [("99213", 150_00)])
    Payer.objects.update(filing_limit_days=limit_days)
    limit = claim.service_date + timedelta(days=limit_days)
    submission = claim.submissions.get()
    Submission.objects.update(state=Submission.State.READY)
    submission.refresh_from_db()
    move_submissions([submission], Submission.State.SCRUB_FAILED, "Stopped")
    item = WorkItem.objects.get()
    assert item.due_date == clock.today() + timedelta(days=due_in_days)
    assert f"It must reach the payer by {limit:%Y-%m-%d}." in item.reason
