"""A claim corrected before it is sent or sent as it is by a person's word, sent again after a rejection, replaced or
voided after a decision.

What is changed is named as the edits name it: `{"subscriber.person.id": "W123"}`, `{"lines.2.procedure.code": "99213"}`
(2 is the line's number), `{"diagnoses.1.code": "E119"}` (the first), with values as the record has them. The charges of
lines are not mended here: they stand in the ledger; a claim's charge can only be put right to their sum.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from claimwright.documents.claim import Claim as ClaimRecord
from claimwright.documents.plain import to_plain
from claimwright.errors import ConflictError, InputError
from claimwright.findings import Finding, Severity, Where
from claimwright.office.claims.building import ORIGINAL, REPLACEMENT, VOID, add_attempt, record_of, take_record
from claimwright.office.claims.lifecycle import (
    DECIDED,
    REJECTED,
    UNSENT,
    A,
    S,
    event,
    latest_submissions,
    move_adjudication,
    move_submissions,
    write_events,
)
from claimwright.office.claims.models import Adjudication, Claim, ClaimFinding, ClaimLine, Submission
from claimwright.office.claims.scrubbing import EDIT, scrub_claims
from claimwright.office.core import audit, clock

Changes = Mapping[str, Any]


def mend_claim(claim: Claim, changes: Changes, *, why: str) -> Submission:
    """Change fields of a claim that has not left the house, or that was rejected, and edit it again.

    A rejected claim goes out as a further attempt under frequency 1. Raises `InputError` for a field that the claim
    does not have or that is not mended here, `ConflictError` when the claim is on its way or a payer has it.
    """
    return mend_record(claim, with_changes(record_of(claim), changes), why=f"{why} ({', '.join(sorted(changes))})")


def mend_record(claim: Claim, record: ClaimRecord, *, why: str) -> Submission:
    """`mend_claim` by a record that is the claim's own with changes."""
    _refuse_other_money(claim, record)
    with transaction.atomic():
        last = _last_submission(claim)
        if last.state in UNSENT:
            _rewrite(claim, last, record, why)
        elif last.state in REJECTED:
            record = dataclasses.replace(record, frequency=ORIGINAL, original_reference="")
            last = add_attempt(claim, record, text=why)
            _resolve_answers(claim, "Corrected and sent again")
        else:
            label = S(last.state).label.lower()
            raise ConflictError(
                f"Claim {claim.number} is {label}: it can be mended before it is sent or when rejected."
            )
        _follow(claim, record)
        audit.record("claims.mend", f"claim {claim.pk}", patient_id=claim.patient_id)
        scrub_claims([claim])
    last.refresh_from_db()
    return last


def resubmit_claim(claim: Claim, *, why: str) -> Submission:
    """Send a rejected claim again as it is: what was wrong was not in the claim. Raises as `mend_claim`."""
    if _last_submission(claim).state not in REJECTED:
        raise ConflictError(f"Claim {claim.number} was not rejected; there is nothing to send again.")
    return mend_record(claim, record_of(claim), why=why)


def replace_claim(claim: Claim, changes: Changes, *, level: str = "", why: str) -> Submission:
    """Replace a claim that a payer has decided by a corrected one (frequency 7, the payer's newest number with it).

    Raises `ConflictError` when the payer has not decided, gave no number, or takes no replacements.
    """
    record = with_changes(_record_at(claim, level), changes)
    return _follow_up(claim, record, REPLACEMENT, f"{why} ({', '.join(sorted(changes))})")


def void_claim(claim: Claim, *, level: str = "", why: str) -> Submission:
    """Take a decided claim back (frequency 8): the payer will reverse what it paid. Raises as `replace_claim`."""
    return _follow_up(claim, _record_at(claim, level), VOID, why)


def overrule_edits(claim: Claim, *, why: str) -> Submission:
    """Let a claim go out that the edits stopped: a person knows better, and says why.

    The findings are resolved with that word; editing the claim again stops it again. Raises `ConflictError` when the
    claim is not stopped by edits, `InputError` when nothing is said.
    """
    if not why.strip():
        raise _refusal("CLM-MEND-003", claim.number, "why")
    with transaction.atomic():
        submission = _last_submission(claim)
        if submission.state != S.SCRUB_FAILED:
            raise ConflictError(f"Claim {claim.number} is not stopped by edits; reload it.")
        errors = ClaimFinding.objects.filter(claim=claim, source=EDIT, severity=Severity.ERROR, resolved_at=None)
        codes = sorted(set(errors.values_list("code", flat=True)))
        errors.update(resolved_at=clock.now(), resolution=f"Overruled: {why}"[:200])
        move_submissions([submission], S.READY, f"{', '.join(codes)} overruled: {why}")
        audit.record("claims.overrule_edits", f"claim {claim.pk}", patient_id=claim.patient_id, codes=" ".join(codes))
    return submission


def return_to_ready(submissions: list[Submission], *, why: str) -> None:
    """Let submissions of a refused file go out again, in a new file with new control numbers.

    Raises `ConflictError` for one whose file was not refused by a TA1, or that was sent anew meanwhile.
    """
    newest = latest_submissions([row.claim_id for row in submissions])
    if any(newest[row.claim_id].pk != row.pk for row in submissions):
        raise ConflictError("A claim of that file was sent anew meanwhile; reload the list.")
    with transaction.atomic():
        move_submissions(submissions, S.READY, why)
        Submission.objects.filter(pk__in=[row.pk for row in submissions]).update(
            file=None, interchange_control="", group_control="", set_control="", reference="", offset=None, length=None
        )
        findings = ClaimFinding.objects.filter(submission__in=submissions, source="TA1", resolved_at=None)
        findings.update(resolved_at=clock.now(), resolution=why[:200])


def _follow_up(claim: Claim, record: ClaimRecord, frequency: str, why: str) -> Submission:
    _refuse_other_money(claim, record)
    with transaction.atomic():
        decision = _decision(claim, record.subscriber.payer_level, frequency)
        number = decision.payer_claim_number
        record = dataclasses.replace(record, frequency=frequency, original_reference=number)
        submission = add_attempt(claim, record, text=why)
        move_adjudication(decision, A.IN_PROCESS, f"{why}: replaces {number}" if frequency == REPLACEMENT else why)
        _follow(claim, record)
        audit.record("claims.follow_up", f"claim {claim.pk}", patient_id=claim.patient_id, frequency=frequency)
        scrub_claims([claim])
    submission.refresh_from_db()
    return submission


def _decision(claim: Claim, level: str, frequency: str) -> Adjudication:
    row = Adjudication.objects.select_related("payer").filter(claim=claim, level=level).first()
    if row is None or row.state not in DECIDED:
        raise ConflictError(
            f"The payer at level {level} has not decided claim {claim.number}: there is nothing to replace."
        )
    if not row.payer_claim_number:
        raise ConflictError(f"The payer's own number of claim {claim.number} is not known; ask for the claim's status.")
    if frequency == REPLACEMENT and not row.payer.supports_replacement:
        raise ConflictError(f"{row.payer} takes no replacement claims; ask it to reopen the claim, or appeal.")
    return row


def _record_at(claim: Claim, level: str) -> ClaimRecord:
    """The record that was last sent to that level; the claim's own when no level is said."""
    if not level or level == claim.current_level:
        return record_of(claim)
    sent = Submission.objects.filter(claim=claim, level=level).order_by("attempt").last()
    if sent is None:
        raise ConflictError(f"Claim {claim.number} was never sent to the payer at level {level}.")
    return record_of(sent)


def _last_submission(claim: Claim) -> Submission:
    last = Submission.objects.filter(claim=claim).order_by("pk").last()
    if last is None:
        raise ConflictError(f"Claim {claim.number} has no submission.")
    return last


def _rewrite(claim: Claim, submission: Submission, record: ClaimRecord, why: str) -> None:
    """Change what has not left the house."""
    take_record(claim, record)
    unsent = Submission.objects.filter(pk=submission.pk, state=submission.state)
    if not unsent.update(record=to_plain(record), frequency=record.frequency):
        raise ConflictError(f"Claim {claim.number} went out meanwhile; reload it.")
    state = submission.state
    write_events([event(claim.pk, "mended", why, level=submission.level, from_state=state, to_state=state)])


def _resolve_answers(claim: Claim, resolution: str) -> None:
    answers = ClaimFinding.objects.filter(claim=claim, resolved_at=None).exclude(source=EDIT)
    answers.update(resolved_at=clock.now(), resolution=resolution)


def _follow(claim: Claim, record: ClaimRecord) -> None:
    """Let the claim's line rows say what the record says."""
    records = {line.number: line for line in record.lines}
    for row in ClaimLine.objects.filter(claim=claim):
        line = records[row.number]
        modifiers = list(line.procedure.modifiers)
        day = line.period.start if line.period else None
        if (row.code, row.modifiers, row.service_date) != (line.procedure.code, modifiers, day):
            row.code, row.modifiers, row.service_date = line.procedure.code, modifiers, day
            row.save(update_fields=["code", "modifiers", "service_date"])


def _refuse_other_money(claim: Claim, record: ClaimRecord) -> None:
    before = record_of(claim)
    same_lines = [(line.number, line.charge_cents, line.control_number) for line in record.lines] == [
        (line.number, line.charge_cents, line.control_number) for line in before.lines
    ]
    is_right = record.charge_cents in (before.charge_cents, before.lines_cents)
    if record.control_number != before.control_number or not is_right or not same_lines:
        raise _refusal("CLM-MEND-002", claim.number, "charge_cents")


def with_changes(record: ClaimRecord, changes: Changes) -> ClaimRecord:
    """The record with those fields changed. Raises `InputError` for a field that is not there."""
    for path, value in changes.items():
        try:
            record = _changed(record, path.split("."), value)
        except (AttributeError, LookupError, TypeError, ValueError) as wrong:
            raise _refusal("CLM-MEND-001", record.control_number, path) from wrong
    return record


def _changed(record: Any, path: list[str], value: Any) -> Any:
    """The record, or tuple of records, with the value put at the path."""
    if not path:
        return value
    name, rest = path[0], path[1:]
    if isinstance(record, tuple):
        at = _position(record, int(name))
        return (*record[:at], _changed(record[at], rest, value), *record[at + 1 :])
    return dataclasses.replace(record, **{name: _changed(getattr(record, name), rest, value)})


def _position(records: tuple[Any, ...], number: int) -> int:
    """Lines are found by their own number, everything else counts from 1."""
    own = [getattr(record, "number", None) for record in records]
    if number in own:
        return own.index(number)
    if not 1 <= number <= len(records) or own != [None] * len(records):
        raise LookupError(number)
    return number - 1


_WORDS = {
    "CLM-MEND-001": ("A claim has no such field.", "Name the field as its finding does, for example lines.1.unit."),
    "CLM-MEND-003": ("Nothing says why the edits are overruled.", "Say what you know that they do not."),
    "CLM-MEND-002": (
        "Charges, lines and numbers of a claim are not mended here: they stand in the ledger.",
        "Correct the encounter, or void the claim and enter the services anew.",
    ),
}


def _refusal(code: str, number: str, field: str) -> InputError:
    message, hint = _WORDS[code]
    where = Where(record=number, field=field)
    return InputError(f"{field}: {message}", [Finding(code, Severity.ERROR, message, hint, where)])
