"""Jobs are done once, by one worker at a time, and survive the death of a worker."""

from __future__ import annotations

import pytest
from django.db import transaction

from claimwright.errors import ConflictError, OutageError
from claimwright.office.core import jobs
from claimwright.office.core.models import Job
from claimwright.office.core.scope import client_scope


@pytest.fixture
def done(monkeypatch):
    """What the handler of `ring` was asked to do; `trouble` in a payload raises it."""
    log: list[str] = []

    def ring(job: Job) -> None:
        log.append(job.key)
        trouble = {"outage": OutageError("no answer"), "refusal": ConflictError("sent before")}
        if error := trouble.get(job.payload.get("trouble", "")):
            raise error

    monkeypatch.setitem(jobs._handlers, "ring", ring)
    return log


def test_a_job_is_done_once(lakeside, done):
    jobs.enqueue("ring", "bell 1", {})
    assert jobs.run_due() == 1
    assert jobs.run_due() == 0
    assert done == ["bell 1"]


def test_the_same_job_is_written_down_once(lakeside, done):
    assert jobs.enqueue("ring", "bell 1", {}) == jobs.enqueue("ring", "bell 1", {})


def test_a_job_of_a_transaction_that_failed_does_not_exist(lakeside, done):
    def decide_and_fail() -> None:
        with transaction.atomic():
            jobs.enqueue("ring", "bell 1", {})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        decide_and_fail()
    assert jobs.run_due() == 0


def test_a_leased_job_is_nobody_elses(lakeside, done):
    jobs.enqueue("ring", "bell 1", {})
    assert jobs.lease() is not None
    assert jobs.lease() is None


def test_a_job_whose_worker_died_is_done_by_another(lakeside, done, office_clock):
    jobs.enqueue("ring", "bell 1", {})
    jobs.lease()
    office_clock.advance(minutes=6)
    assert jobs.run_due() == 1
    assert Job.objects.get().tries == 2


def test_an_outage_is_tried_again_later_and_given_up_in_the_end(lakeside, done, office_clock):
    jobs.enqueue("ring", "bell 1", {"trouble": "outage"})
    for _ in range(jobs.TRIES_MAX):
        assert jobs.run_due() == 1
        assert jobs.run_due() == 0
        office_clock.advance(hours=5)
    (failed,) = jobs.failed_jobs()
    assert failed.error == "no answer"


def test_a_refusal_is_not_tried_again_until_a_person_says_so(lakeside, done, office_clock):
    jobs.enqueue("ring", "bell 1", {"trouble": "refusal"})
    jobs.run_due()
    office_clock.advance(days=1)
    assert jobs.run_due() == 0
    jobs.retry(jobs.failed_jobs()[0])
    assert jobs.run_due() == 1


def test_a_worker_sees_only_the_jobs_of_its_scope(lakeside, hillcrest, done):
    jobs.enqueue("ring", "bell 1", {})
    with client_scope(hillcrest):
        assert jobs.run_due() == 0
