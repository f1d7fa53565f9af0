"""Waiting has an alarm: silence past its limit becomes work, and the work closes itself when the answer comes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from claimwright.office.core import clock
from claimwright.office.exchange.silence import claims_without_acknowledgement, files_without_answer
from claimwright.office.followup import subjects
from claimwright.office.followup.models import WorkItem
from claimwright.office.followup.worklists import NewItem, close_many, open_many

_QUEUE = WorkItem.Queue.NO_RESPONSE
_RULE = "silence"
_DO_NOT_RESEND = "Ask the clearinghouse what became of it; do not send it again before that is clear."


def show_silence() -> int:
    """Open an item for each file and claim that got no answer in time, close those that got one; how many are silent.

    An item that is open already is left as it is: somebody may have set its date.
    """
    silent = {item.subject: item for item in (*_files(), *_claims())}
    standing = WorkItem.objects.exclude(state=WorkItem.State.DONE).filter(queue=_QUEUE, rule=_RULE)
    known = set(standing.values_list("subject", flat=True))
    close_many(known - silent.keys(), queues=(_QUEUE,), resolution="The answer came")
    open_many([item for subject, item in silent.items() if subject not in known])
    return len(silent)


def _files() -> Iterator[NewItem]:
    for file in files_without_answer():
        yield NewItem(
            _QUEUE,
            f"file {file.pk} silence",
            title=f"No answer to the file {file.file_name}",
            reason="No 999 came within a day.",
            next_action=_DO_NOT_RESEND,
            rule=_RULE,
            money_cents=file.total_cents,
            due_date=clock.today() + timedelta(days=1),
        )


def _claims() -> Iterator[NewItem]:
    for submission in claims_without_acknowledgement():
        claim = submission.claim
        yield NewItem(
            _QUEUE,
            subjects.of_claim(claim.pk, submission.level, "silence"),
            title=f"Nobody has said that claim {claim.number} was taken in",
            reason="No 277CA came within two days.",
            next_action=_DO_NOT_RESEND,
            rule=_RULE,
            claim_id=claim.pk,
            patient_id=claim.patient_id,
            money_cents=claim.charge_cents,
            due_date=clock.today() + timedelta(days=1),
        )
