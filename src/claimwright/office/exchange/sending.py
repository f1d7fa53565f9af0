"""Files from the outbox to the other side.

A crash between the upload and the note that it was done lets the job run again: it lays the same bytes under the same
name, so the other side sees one file, or refuses the second as a duplicate interchange, which changes nothing here.
"""

from __future__ import annotations

from django.db import transaction

from claimwright.office.claims.lifecycle import S, chunks, move_submissions
from claimwright.office.claims.models import Submission
from claimwright.office.core import audit, clock, jobs
from claimwright.office.core.models import Job
from claimwright.office.exchange.batching import KIND, batched_in
from claimwright.office.exchange.connections import open_session
from claimwright.office.exchange.models import Transmission
from claimwright.office.exchange.outbox import UPLOAD


@jobs.handler(UPLOAD)
def upload(job: Job) -> None:
    """Send the file of a job. Raises `OutageError` when the other side does not take it."""
    transmission = Transmission.objects.select_related("connection", "file").get(pk=job.payload["transmission"])
    if transmission.state == Transmission.State.BUILT and transmission.connection:
        with open_session(transmission.connection) as session:
            session.upload(transmission.file_name, transmission.file.data)
        mark_sent(transmission)


def send_due() -> int:
    """Send every file of the outbox that is due; how many jobs were done."""
    return jobs.run_due(kinds=[UPLOAD])


def mark_sent(transmission: Transmission) -> None:
    """Note that a file left the house: it and its claims are sent. The second time it changes nothing."""
    if transmission.state != Transmission.State.BUILT:
        return
    now = clock.now()
    with transaction.atomic():
        built = Transmission.objects.filter(pk=transmission.pk, state=Transmission.State.BUILT)
        if not built.update(state=Transmission.State.SENT, sent_at=now):
            return
        if transmission.kind == KIND:
            rows = batched_in(transmission.file)
            move_submissions(rows, S.SENT, f"Sent in {transmission.file_name}", file=transmission.file)
            for chunk in chunks([row.pk for row in rows]):
                Submission.objects.filter(pk__in=chunk).update(sent_at=now)
        audit.record("exchange.send", f"transmission {transmission.pk}")
    transmission.state, transmission.sent_at = Transmission.State.SENT, now
