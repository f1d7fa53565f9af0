"""Ready claims to one 837P interchange for a receiver, in sets of at most a hundred.

One transaction takes the control numbers, stores the bytes, freezes the submissions in their places and writes down the
job that sends the file. A claim that cannot be written as X12 is stopped with a finding, and the others go.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from claimwright import x12
from claimwright.documents.claim import ClaimBatch
from claimwright.documents.claim_x12 import write_claims
from claimwright.errors import InputError
from claimwright.office.claims.building import record_of
from claimwright.office.claims.lifecycle import S, chunks, move_submissions
from claimwright.office.claims.models import ClaimFinding, Submission
from claimwright.office.claims.scrubbing import EDIT, finding_row
from claimwright.office.core import audit, clock
from claimwright.office.core.models import StoredFile
from claimwright.office.core.rows import write_columns
from claimwright.office.exchange import outbox
from claimwright.office.exchange.connections import receiver, submitter
from claimwright.office.exchange.models import Connection, Transmission
from claimwright.office.exchange.places import ClaimPlace, claim_places
from claimwright.origin import Origin

CLAIMS_IN_A_SET = 100
"""A 999 rejects a whole set, so sets are small: one bad claim must not hold back a day's billing."""

KIND = "837P"


def batch_claims(
    connection: Connection, submissions: Sequence[Submission] | None = None, *, claims_in_a_set: int = CLAIMS_IN_A_SET
) -> Transmission | None:
    """Put ready submissions (all of them when None) into a file for this connection; None when there is none.

    Held and closed claims wait. Raises `ConflictError` when a submission was batched by somebody else meanwhile.
    """
    ready = Submission.objects.filter(state=S.READY, claim__held_reason="", claim__closed_at=None)
    keys = list(ready.values_list("pk", flat=True)) if submissions is None else [row.pk for row in submissions]
    with transaction.atomic():
        rows = [row for chunk in chunks(keys) for row in ready.filter(pk__in=chunk).select_related("claim")]
        rows.sort(key=lambda row: (row.claim.billing_id, row.claim.patient_id, row.pk))
        if not rows:
            return None
        numbers = outbox.next_control("interchange"), outbox.next_control("group")
        transmission: Transmission | None
        try:
            transmission = _batch(connection, rows, numbers, claims_in_a_set)
        except InputError:
            rows = [row for row in rows if _is_writable(connection, row)]
            transmission = _batch(connection, rows, numbers, claims_in_a_set) if rows else None
        if transmission:
            audit.record("exchange.batch", f"transmission {transmission.pk}", claims=len(rows))
    return transmission


def _batch(connection: Connection, rows: Sequence[Submission], numbers: tuple[int, int], size: int) -> Transmission:
    """Raises `InputError`, before anything is stored, when a claim cannot be written."""
    control, group_control = numbers
    runs = [rows[start : start + size] for start in range(0, len(rows), size)]
    references = [f"{control:09d}{number:04d}" for number in range(1, len(runs) + 1)]
    sets = [_set(connection, run, reference) for run, reference in zip(runs, references, strict=True)]
    data = outbox.write_file(connection, control, group_control, sets)
    transmission = outbox.put(
        connection,
        KIND,
        data,
        control=control,
        group_control=group_control,
        item_count=len(rows),
        total_cents=sum(row.claim.charge_cents for row in rows),
    )
    reference_of = {row.pk: reference for run, reference in zip(runs, references, strict=True) for row in run}
    _freeze(rows, transmission, claim_places(data), reference_of)
    return transmission


def _set(connection: Connection, rows: Sequence[Submission], reference: str) -> x12.OutgoingSet:
    batch = ClaimBatch(
        reference=reference,
        created_at=clock.now(),
        submitter=submitter(connection, outbox.practice_name()),
        receiver=receiver(connection),
        claims=tuple(record_of(row) for row in rows),
    )
    return write_claims(batch)


def _freeze(
    rows: Sequence[Submission],
    transmission: Transmission,
    places: Sequence[ClaimPlace],
    references: dict[int, str],
) -> None:
    """Say in each submission where it stands, and let it be batched."""
    by_number = {(place.set_control, place.number): place for place in places}
    origins: dict[int, Origin] = {}
    for row in rows:
        set_control = references[row.pk][-4:]
        place = by_number[set_control, row.claim.number]
        row.file, row.reference = transmission.file, references[row.pk]
        row.interchange_control, row.group_control = transmission.interchange_control, transmission.group_control
        row.set_control, row.offset, row.length = set_control, place.offset, place.length
        origins[row.pk] = Origin(transmission.file.sha256, place.offset, place.length, place.index)
    numbers = ("interchange_control", "group_control", "set_control", "reference")
    write_columns(rows, "file", *numbers, "offset", "length")
    text = f"In file {transmission.file_name}"
    move_submissions(rows, S.BATCHED, text, origins=origins, file=transmission.file)


def _is_writable(connection: Connection, row: Submission) -> bool:
    """Whether X12 can carry the claim; when not, it is stopped with a finding."""
    try:
        outbox.write_file(connection, 1, 1, [_set(connection, [row], "0")])
    except InputError as wrong:
        ClaimFinding.objects.bulk_create([finding_row(row, EDIT, finding) for finding in wrong.findings])
        move_submissions([row], S.SCRUB_FAILED, "It holds a character that X12 cannot carry")
        return False
    return True


def batched_in(file: StoredFile) -> list[Submission]:
    """The submissions of a file, in its order."""
    return list(Submission.objects.filter(file=file).select_related("claim").order_by("offset"))
