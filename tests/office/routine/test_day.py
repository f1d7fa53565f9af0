"""The order of the day: what is due is found in the database, and what needs a person is left to its queue."""

from __future__ import annotations

from datetime import timedelta

import pytest

from claimwright.office.charges.entry import enter_encounters
from claimwright.office.charges.models import Encounter
from claimwright.office.claims.models import Claim
from claimwright.office.core import clock
from claimwright.office.followup.models import WorkItem
from claimwright.office.patients.models import Coverage
from claimwright.office.posting.models import Remittance
from claimwright.office.posting.receiving import receive_remittances
from claimwright.office.routine.day import build_and_scrub, open_work, post_received, release_ready
from tests.office.posting.scenes import PAID, stored
from tests.office.posting.scenes import Practice as PostingPractice
from tests.office.practice import Practice


@pytest.fixture
def practice(lakeside) -> Practice:
    return Practice()


def covered(practice: Practice, state: str = Coverage.State.ACTIVE):
    """A patient whose coverage the payer has answered about."""
    patient = practice.covered_patient()
    patient.coverages.update(state=state)
    return patient


def state_of(encounter: Encounter) -> str:
    encounter.refresh_from_db(from_queryset=Encounter.objects.all())
    return encounter.state


def test_a_visit_whose_coverage_is_in_force_is_released(practice):
    (visit,) = enter_encounters([practice.visit(covered(practice))])
    assert [row.pk for row in release_ready()] == [visit.pk]
    assert state_of(visit) == Encounter.State.RELEASED


def test_a_visit_of_somebody_without_coverage_is_released_and_gets_no_claim(practice):
    enter_encounters([practice.visit(practice.patient())])
    assert len(release_ready()) == 1
    build_and_scrub()
    assert not Claim.objects.exists()


@pytest.mark.parametrize("state", [Coverage.State.UNVERIFIED, Coverage.State.INACTIVE, Coverage.State.REJECTED])
def test_a_visit_waits_until_its_coverage_is_in_force(practice, state):
    patient = covered(practice, state)
    (visit,) = enter_encounters([practice.visit(patient)])
    assert release_ready() == []
    assert state_of(visit) == Encounter.State.OPEN
    patient.coverages.update(state=Coverage.State.ACTIVE)
    assert len(release_ready()) == 1


def test_a_visit_without_a_diagnosis_is_held_and_a_person_is_told_once(practice):
    (visit,) = enter_encounters([practice.visit(covered(practice), diagnoses=())])
    assert release_ready() == []
    assert release_ready() == []
    assert state_of(visit) == Encounter.State.HELD
    (item,) = WorkItem.objects.all()
    assert (item.queue, item.subject, item.patient_id) == ("scrub", f"encounter {visit.pk}", visit.patient_id)
    assert item.next_action
    assert open_work() == open_work(["scrub"]) == 1
    assert open_work(["denial"]) == 0


def test_a_visit_that_is_entered_later_waits_for_its_time(practice, office_clock):
    (visit,) = enter_encounters([practice.visit(covered(practice))])
    Encounter.objects.filter(pk=visit.pk).update(entered_at=clock.now() + timedelta(days=1))
    assert release_ready() == []
    office_clock.advance(days=1)
    assert len(release_ready()) == 1


def test_claims_are_built_once(practice):
    enter_encounters([practice.visit(covered(practice))])
    release_ready()
    assert len(build_and_scrub().ready) == 1
    assert build_and_scrub().ready == []
    assert Claim.objects.count() == 1


def test_what_was_received_is_posted_once_and_what_the_file_forbids_is_counted(lakeside):
    practice = PostingPractice()
    practice.bill("A1", [("99213", 150_00)])
    receive_remittances(stored("T1.835", practice.file("T1", 80_00, PAID)))
    receive_remittances(stored("T2.835", practice.file("T2", 81_00, PAID.replace("ICN1", "ICN2"))))
    assert post_received() == (1, 0)
    assert sorted(Remittance.objects.values_list("state", flat=True)) == ["posted", "refused"]
    assert post_received() == (0, 0)
