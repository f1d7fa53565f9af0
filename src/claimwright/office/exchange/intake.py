"""What a received file says, to whom it concerns: by content, never by name.

A file is read in one transaction: everything in it is taken, or nothing. What is unreadable, cut short or unknown is
quarantined with its findings; the room above opens an item for it by the signal `file_set_aside`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db import transaction
from django.dispatch import Signal

from claimwright import documents, x12
from claimwright.documents.acknowledgement import ClaimAcknowledgement, FunctionalAcknowledgement
from claimwright.documents.acknowledgement_x12 import read_interchange_acknowledgements
from claimwright.documents.eligibility import EligibilityResponseBatch
from claimwright.documents.plain import to_plain
from claimwright.documents.remittance import Remittance
from claimwright.documents.status import StatusResponseBatch
from claimwright.findings import Finding, Severity, Where
from claimwright.office.core import audit
from claimwright.office.core.models import StoredFile
from claimwright.office.core.storable import storable
from claimwright.office.exchange import eligibility, status
from claimwright.office.exchange.acknowledgements import (
    take_claim_acknowledgement,
    take_functional,
    take_interchange_acknowledgement,
)
from claimwright.office.exchange.models import Transmission

RemittanceIntake = Callable[[StoredFile], object]

_remittance_intakes: list[RemittanceIntake] = []

file_set_aside = Signal()
"""Sent within the transaction for a `transmission` that a person must look at; `findings` say why. It is quarantined,
or was read but for what the findings name."""

_FINDINGS_MAX = 200


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that was read: what it was, and what a person must see (its own faults among them)."""

    transmission: Transmission
    kind: str
    findings: tuple[Finding, ...]

    @property
    def is_quarantined(self) -> bool:
        return self.transmission.state == Transmission.State.QUARANTINED


def register_remittance_intake(intake: RemittanceIntake) -> None:
    """Say who takes a file that holds an 835; it is called once for the file, within the transaction."""
    _remittance_intakes[:] = [intake]


def take_in(transmission: Transmission) -> Taken | None:
    """Read a received file; None when it was read before (by another worker, too)."""
    state = Transmission.State
    with transaction.atomic():
        unread = Transmission.objects.filter(pk=transmission.pk, state=state.RECEIVED)
        if not unread.update(state=state.PROCESSED):
            return None
        reading = x12.read(transmission.file.data, name=transmission.file_name)
        wrong = list(_unusable(reading))
        kind, findings = ("", wrong) if wrong else _take(reading, transmission)
        is_quarantined = bool(wrong) or kind == ""
        findings = [_in_file(finding, transmission.file_name) for finding in findings]
        transmission.state = state.QUARANTINED if is_quarantined else state.PROCESSED
        transmission.kind = kind
        transmission.interchange_control = storable(reading.interchanges[0].control[:9]) if reading.readable else ""
        transmission.findings = [storable(to_plain(finding)) for finding in findings[:_FINDINGS_MAX]]
        transmission.save()
        if any(finding.severity is Severity.ERROR for finding in findings):
            file_set_aside.send(Transmission, transmission=transmission, findings=tuple(findings))
        audit.record("exchange.take_in", f"transmission {transmission.pk}", kind=kind, findings=len(findings))
    return Taken(transmission, kind, tuple(findings))


def set_aside(transmission: Transmission, why: str) -> Taken:
    """Quarantine a received file that could not be taken; a person will see why."""
    finding = _in_file(_finding("EXC-IN-006", Where(), why), transmission.file_name)
    with transaction.atomic():
        transmission.state = Transmission.State.QUARANTINED
        transmission.findings = [storable(to_plain(finding))]
        transmission.save(update_fields=["state", "findings"])
        file_set_aside.send(Transmission, transmission=transmission, findings=(finding,))
    return Taken(transmission, "", (finding,))


KINDS = {
    "EXC-IN-001": ("This file is not X12 that can be read.", "Ask the sender what it is; it is kept as it came."),
    "EXC-IN-002": (
        "The file is cut short: its {what} is missing or half there. Nothing of it was taken.",
        "Ask for the whole file.",
    ),
    "EXC-IN-003": ("There is no use here for a message {what}.", "Ask the sender why it was sent."),
    "EXC-IN-004": ("There is nobody who takes remittances.", "Start the office with its posting room."),
    "EXC-IN-006": (
        "The file could not be taken: {what}",
        "Nothing of it was taken; read it again when that is mended.",
    ),
    "EXC-IN-005": ("The interchange holds nothing.", "Ask the sender for the file again."),
}
"""The findings about received files: what is wrong, what to do."""


def _finding(code: str, where: Where, what: str = "") -> Finding:
    message, hint = KINDS[code]
    return Finding(code, Severity.ERROR, message.format(what=what), hint, where)


def _unusable(reading: x12.Reading) -> Iterator[Finding]:
    """Why nothing of a file may be taken."""
    if not reading.readable:
        yield _finding("EXC-IN-001", Where(offset=0))
        yield from reading.own_findings
    for interchange in reading.interchanges:
        end = Where(segment="IEA", offset=len(reading.data))
        if interchange.iea is None or interchange.iea[2].lstrip("0") != interchange.control.lstrip("0"):
            yield _finding("EXC-IN-002", end, "IEA")
        for group in interchange.groups:
            if group.ge is None:
                yield _finding("EXC-IN-002", end, "GE")
            for transaction_set in group.sets:
                start = transaction_set.segments[0]
                if transaction_set.segments[-1].id != "SE":
                    where = Where(segment="ST", index=start.index, offset=start.offset)
                    yield _finding("EXC-IN-002", where, "SE")


def _take(reading: x12.Reading, transmission: Transmission) -> tuple[str, list[Finding]]:
    """The kind of the file, and what a person must see."""
    kinds: list[str] = []
    findings: list[Finding] = []
    for interchange in reading.interchanges:
        for ack in read_interchange_acknowledgements(interchange, transmission.file.sha256):
            kinds.append("TA1")
            findings += take_interchange_acknowledgement(ack, transmission)
    for transaction_set, record, found in documents.read_documents(reading):
        kind, said = _dispatch(record, transaction_set, transmission)
        kinds += [kind] if kind else []
        if kind != "835":  # The posting room reads the file itself and says what is wrong with it.
            findings += [*transaction_set.findings, *found]
        findings += said
    if "835" in kinds:
        findings += _hand_over(transmission)
    if not kinds and not findings:
        findings.append(_finding("EXC-IN-005", Where(offset=0)))
    return _name(kinds), findings


def _dispatch(
    record: documents.Record | None, transaction_set: x12.TransactionSet, transmission: Transmission
) -> tuple[str, list[Finding]]:
    if isinstance(record, FunctionalAcknowledgement):
        return "999", take_functional(record, transmission)
    if isinstance(record, ClaimAcknowledgement):
        return "277CA", take_claim_acknowledgement(record, transmission)
    if isinstance(record, EligibilityResponseBatch):
        return "271", eligibility.take_answers(record, transmission)
    if isinstance(record, StatusResponseBatch):
        return "277", status.take_answers(record, transmission)
    if isinstance(record, Remittance) or transaction_set.st01 == "835":
        return "835", []
    start = transaction_set.segments[0]
    where = Where(segment="ST", index=start.index, offset=start.offset)
    return "", [_finding("EXC-IN-003", where, transaction_set.st01 or "without a number")]


def _hand_over(transmission: Transmission) -> list[Finding]:
    for intake in _remittance_intakes:
        intake(transmission.file)
    return [] if _remittance_intakes else [_finding("EXC-IN-004", Where(segment="ST"))]


def _name(kinds: list[str]) -> str:
    """The kind of a file by what is in it; a TA1 beside its 999 is a 999."""
    different = set(kinds) - ({"TA1"} if set(kinds) != {"TA1"} else set())
    if not different:
        return ""
    return different.pop() if len(different) == 1 else "mixed"


def _in_file(finding: Finding, name: str) -> Finding:
    return dataclasses.replace(finding, where=dataclasses.replace(finding.where, file=name))
