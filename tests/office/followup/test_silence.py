"""Silence after sending becomes work once, and the work closes itself when the answer comes."""

from __future__ import annotations

import pytest

from claimwright.office.core import clock
from claimwright.office.core.files import store_file
from claimwright.office.exchange.models import Transmission
from claimwright.office.followup.models import WorkItem
from claimwright.office.followup.silence import show_silence
from claimwright.office.followup.worklists import set_due_date


@pytest.fixture
def sent(lakeside):
    file, _ = store_file("837P-000000001.x12", b"ISA")
    return Transmission.objects.create(
        direction=Transmission.Direction.OUT,
        kind="837P",
        file=file,
        file_name=file.name,
        state=Transmission.State.SENT,
        created_at=clock.now(),
        sent_at=clock.now(),
    )


def test_a_file_that_was_just_sent_is_no_work(sent, office_clock):
    office_clock.advance(hours=23)
    assert show_silence() == 0


def test_a_file_without_an_answer_after_a_day_is_work_once(sent, office_clock):
    office_clock.advance(hours=25)
    show_silence()
    office_clock.advance(days=1)
    show_silence()
    item = WorkItem.objects.get()
    assert item.queue == WorkItem.Queue.NO_RESPONSE
    assert "do not send it again" in item.next_action


def test_the_day_that_somebody_set_for_it_stays(sent, office_clock):
    office_clock.advance(hours=25)
    show_silence()
    later = clock.today().replace(day=28)
    set_due_date(WorkItem.objects.get(), later)
    office_clock.advance(days=1)
    show_silence()
    assert WorkItem.objects.get().due_date == later


def test_the_item_closes_itself_when_the_answer_came(sent, office_clock):
    office_clock.advance(hours=25)
    show_silence()
    Transmission.objects.filter(pk=sent.pk).update(state=Transmission.State.ACCEPTED)
    show_silence()
    assert WorkItem.objects.get().state == WorkItem.State.DONE
