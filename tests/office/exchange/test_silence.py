"""What gets no answer is noticed, and not before its time."""

from __future__ import annotations

from claimwright.office.claims.lifecycle import S, move_submissions
from claimwright.office.claims.models import Submission
from claimwright.office.exchange.models import Transmission
from claimwright.office.exchange.silence import claims_without_acknowledgement, files_without_answer


def test_a_file_without_a_999_is_noticed_after_a_day(sent, office_clock):
    office_clock.advance(hours=23)
    assert files_without_answer() == []
    office_clock.advance(hours=1)
    assert files_without_answer() == [sent]
    Transmission.objects.update(state=Transmission.State.ACCEPTED)
    assert files_without_answer() == []


def test_a_claim_without_a_277ca_is_noticed_after_two_days(sent, office_clock):
    office_clock.advance(hours=47)
    assert claims_without_acknowledgement() == []
    office_clock.advance(hours=1)
    first, second, third = Submission.objects.order_by("pk")
    move_submissions([first], S.F999_ACCEPTED, "accepted")
    move_submissions([second], S.CH_ACCEPTED, "taken in")
    assert claims_without_acknowledgement() == [first, third]
