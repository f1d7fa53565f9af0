"""A file of remittances from anywhere: stored whole, received, and posted by the rules."""

from __future__ import annotations

from dataclasses import dataclass

from claimwright.errors import ConflictError, InputError
from claimwright.findings import Finding
from claimwright.office.core.files import store_file
from claimwright.office.posting.models import Remittance
from claimwright.office.posting.posting import post_remittance
from claimwright.office.posting.receiving import findings_of, receive_remittances


@dataclass(frozen=True, slots=True)
class TakenFile:
    """What became of a file: how many 835s it held, how many were posted, how many things were left to a person."""

    remittances: int
    posted: int
    items: int
    findings: tuple[Finding, ...]


def take_remittance_file(name: str, data: bytes) -> TakenFile:
    """Store, receive and post the remittances of a file; each is posted whole or not at all.

    A file with a fault is kept and its remittances refused, with findings. Raises `ConflictError` when these very bytes
    were received before: nothing is posted twice.
    """
    file, _ = store_file(name, data)
    if Remittance.objects.filter(file=file).exists():
        raise ConflictError(f"{name} was received before, byte for byte; nothing was posted again.")
    posted = items = 0
    findings: list[Finding] = []
    for remittance in receive_remittances(file):
        if remittance.state == Remittance.State.RECEIVED:
            try:
                plan = post_remittance(remittance)
            except InputError as wrong:
                findings += wrong.findings
            else:
                posted += plan.accepted
                items += len(plan.reviews) + len(plan.denials)
        remittance.refresh_from_db(from_queryset=Remittance.objects.all())
        findings += findings_of(remittance)
    count = Remittance.objects.filter(file=file).count()
    return TakenFile(count, posted, items, tuple(dict.fromkeys(findings)))
