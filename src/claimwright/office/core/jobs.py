"""Jobs: work that talks to the outside, written down in the transaction that decides it and done afterwards (an
outbox).

    @handler("send")
    def send(job): ...

    with transaction.atomic():
        ...
        enqueue("send", key=f"transmission {pk}", payload={"transmission": pk})
    run_due()

A worker leases a job, does it, and marks it done. When the worker dies the lease runs out and the job is done again,
so a handler must be safe to repeat. `OutageError` puts the job back with a growing pause; a permanent one, or the
last try, marks it failed, and the room above shows failed jobs to a person. Any other error is a defect: the job
fails with its words.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q

from claimwright.errors import ClaimwrightError, OutageError
from claimwright.office.core import clock
from claimwright.office.core.models import Job
from claimwright.office.core.scope import client_scope, required_client_id, scoped_client_id

LEASE = timedelta(minutes=5)
TRIES_MAX = 8
_PAUSE_MAX = timedelta(hours=4)

Handler = Callable[[Job], None]
_handlers: dict[str, Handler] = {}


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Make a function the handler of a kind of job."""

    def register(function: Handler) -> Handler:
        if _handlers.setdefault(kind, function) is not function:
            raise ValueError(f"jobs of kind {kind!r} have a handler already")
        return function

    return register


def enqueue(kind: str, key: str, payload: dict[str, Any], *, due_at: datetime | None = None) -> Job:
    """Write a job down for the scope's client; a second one of the same kind and key is the first one."""
    now = clock.now()
    job, _ = Job.objects.get_or_create(
        client_id=required_client_id(),
        kind=kind,
        key=key,
        defaults={"payload": payload, "due_at": due_at or now, "created_at": now},
    )
    return job


def run_due(*, kinds: list[str] | None = None, limit: int | None = None) -> int:
    """Do the due jobs of the scope's client (of all clients under `every_client`), oldest first; how many were done."""
    done = 0
    while limit is None or done < limit:
        job = lease(kinds=kinds)
        if job is None:
            return done
        do(job)
        done += 1
    return done


def lease(*, kinds: list[str] | None = None) -> Job | None:
    """Take one due job for this worker, None when there is none. A job whose lease ran out is due again."""
    now = clock.now()
    client_id = scoped_client_id()
    with transaction.atomic():
        due = Q(state=Job.State.WAITING, due_at__lte=now) | Q(state=Job.State.LEASED, leased_until__lt=now)
        waiting = Job.objects.filter(due, kind__in=kinds if kinds is not None else list(_handlers))
        if client_id is not None:
            waiting = waiting.filter(client_id=client_id)
        if connection.features.has_select_for_update_skip_locked:
            waiting = waiting.select_for_update(skip_locked=True)
        job = waiting.order_by("due_at", "id").first()
        if job is None:
            return None
        # The condition again: on a database without row locks another worker may have been first.
        taken = Job.objects.filter(due, pk=job.pk).update(
            state=Job.State.LEASED, leased_until=now + LEASE, tries=F("tries") + 1
        )
    if not taken:
        return lease(kinds=kinds)
    job.refresh_from_db()
    return job


def do(job: Job) -> None:
    """Do a leased job and write down what became of it."""
    try:
        with client_scope(job.client_id):
            _handlers[job.kind](job)
    except OutageError as outage:
        _put_back(job, str(outage), is_final=outage.permanent or job.tries >= TRIES_MAX)
    except ClaimwrightError as refused:
        _put_back(job, str(refused), is_final=True)
    else:
        Job.objects.filter(pk=job.pk).update(state=Job.State.DONE, done_at=clock.now(), leased_until=None, error="")


def failed_jobs() -> list[Job]:
    """The scope's jobs that were given up, newest first."""
    failed = Job.objects.filter(state=Job.State.FAILED)
    client_id = scoped_client_id()
    return list((failed if client_id is None else failed.filter(client_id=client_id)).order_by("-id"))


def retry(job: Job) -> None:
    """Let a failed job be tried again, from the first try."""
    Job.objects.filter(pk=job.pk, state=Job.State.FAILED).update(
        state=Job.State.WAITING, tries=0, due_at=clock.now(), leased_until=None
    )


def _put_back(job: Job, error: str, *, is_final: bool) -> None:
    pause = min(timedelta(minutes=2**job.tries), _PAUSE_MAX)
    Job.objects.filter(pk=job.pk).update(
        state=Job.State.FAILED if is_final else Job.State.WAITING,
        due_at=clock.now() + pause,
        leased_until=None,
        error=error[:400],
    )
