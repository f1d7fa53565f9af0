"""One 835 file from a person's hands: stored, received, and posted as far as the rules allow."""

from __future__ import annotations

from dataclasses import dataclass, replace

from claimwright.findings import Finding
from claimwright.office.core.files import store_file
from claimwright.office.posting.deposits import match_waiting
from claimwright.office.posting.models import Remittance
from claimwright.office.posting.posting import post_remittance
from claimwright.office.posting.receiving import findings_of, receive_remittances

_POSTED = (Remittance.State.POSTED, Remittance.State.REVIEW)


@dataclass(frozen=True, slots=True)
class TakenFile:
    """What became of a file: how many remittances it held, how many were posted, how many items a person has to look
    at because of it, and everything that was found wrong."""

    remittances: int
    posted: int
    items: int
    findings: tuple[Finding, ...]


def take_remittance_file(name: str, data: bytes) -> TakenFile:
    """Store a file, receive its remittances, and post those that can be. Each posting is a transaction of its own."""
    file, _ = store_file(name, data)
    received = receive_remittances(file)
    items = 0
    for remittance in received:
        if remittance.state != Remittance.State.RECEIVED:
            items += 1
            continue
        plan = post_remittance(remittance)
        items += len(plan.reviews) + len(plan.denials)
    match_waiting()
    found = (finding for remittance in received for finding in findings_of(remittance))
    return TakenFile(
        remittances=sum(bool(remittance.record) for remittance in received),
        posted=sum(remittance.state in _POSTED for remittance in received),
        items=items,
        findings=tuple(replace(finding, where=replace(finding.where, file=name)) for finding in found),
    )
