"""Noting in the audit trail which patients a page has shown: ids only."""

from __future__ import annotations

from collections.abc import Iterable

from claimwright.office.core import audit


def note_list(action: str, patient_ids: Iterable[int | None], subject: str = "") -> None:
    """A page listed these patients; nothing is noted when there were none."""
    shown = sorted({key for key in patient_ids if key is not None})
    if shown:
        audit.record(action, subject, patients=" ".join(map(str, shown)))


def note_patient(action: str, subject: str, patient_id: int) -> None:
    """A page showed one patient's record."""
    audit.record(action, subject, patient_id=patient_id)
