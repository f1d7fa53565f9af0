"""Receiving 835 files: every transaction set becomes a remittance that waits to be posted, or says why it cannot be.

A set is recognised by what it says, not by the file it came in: sent again in another envelope it is still the same.
Nothing is dropped: what cannot be read is kept as a refused remittance with its findings, what came before as a
duplicate, each beside the file.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import TextField
from django.db.models.functions import Cast
from django.dispatch import Signal

from claimwright import documents, x12
from claimwright.collecting import collector_paused
from claimwright.documents.plain import Plain, from_plain, to_plain
from claimwright.documents.remittance import Remittance as Document
from claimwright.documents.remittance import RemittanceClaim as DocumentClaim
from claimwright.errors import InputError
from claimwright.findings import Finding, Severity, Where, has_errors
from claimwright.office.core import audit, clock
from claimwright.office.core.models import StoredFile
from claimwright.office.core.rows import insert_rows
from claimwright.office.patients.models import Payer
from claimwright.office.posting.models import Remittance, RemittanceClaim
from claimwright.origin import NOWHERE, Origin
from claimwright.remittance import balance_findings

State = Remittance.State

remittance_set_aside = Signal()
"""Sent within the transaction for a remittance that is refused or a duplicate: `remittance`, `reason`, `findings`."""


def receive_remittances(file: StoredFile) -> list[Remittance]:
    """One row for each 835 in the file, in order; one refused row when there is none that can be read.

    Each call is one delivery: receiving a file again makes duplicates of its remittances. Call it in the transaction
    that takes note of the delivery.
    """
    with transaction.atomic(), collector_paused():
        kept = [_keep(file, found) for found in _read(file)]
        audit.record("remittance.receive", f"file {file.pk}", remittances=len(kept))
        return kept


def record_of(remittance: Remittance) -> Document:
    """The whole remittance as a record. Raises `InputError` for one that could not be read."""
    if not remittance.record:
        raise InputError("This remittance could not be read.", findings_of(remittance))
    header = from_plain(Document, {**remittance.record, "claims": []})
    rows = remittance.claims.order_by("position").values_list(Cast("record", TextField()), flat=True)
    with collector_paused():
        claims = tuple([from_plain(DocumentClaim, json.loads(row)) for row in rows.iterator(chunk_size=1000)])
    return dataclasses.replace(header, claims=claims)


def findings_of(remittance: Remittance) -> tuple[Finding, ...]:
    """What was found wrong with it."""
    return tuple(finding_from_plain(data) for data in remittance.findings)


def finding_from_plain(data: Plain) -> Finding:
    """The finding that `to_plain` turned into `data`."""
    finding = from_plain(Finding, data)
    return dataclasses.replace(finding, severity=Severity(finding.severity))


def earlier(identity: str, content: str, *, before: int | None = None) -> Remittance | None:
    """The remittance that was received with the same content, or with the same payer, trace, amount and day.

    One that was refused may come corrected, with other content, under the same trace. `before`: only rows of a
    smaller key that still wait, and posted ones of any.
    """
    posted = (State.POSTED, State.REVIEW)
    others = Remittance.objects.exclude(state=State.DUPLICATE)
    if before is not None:
        waiting = others.exclude(state__in=posted).filter(pk__lt=before)
        others = others.exclude(pk=before).filter(state__in=posted) | waiting
    same_content = others.filter(content=content)
    same_identity = others.filter(identity=identity).exclude(state=State.REFUSED)
    return same_content.order_by("pk").first() or same_identity.order_by("pk").first()


def name_of(remittance: Remittance) -> str:
    """How to name a remittance to a person."""
    return (
        f"remittance {remittance.pk}, trace {remittance.trace_number or 'without number'}, "
        f"received {remittance.received_at:%Y-%m-%d} in {remittance.file.name}"
    )


def identity_of(document: Document, content: str) -> str:
    """The hash of payer, trace, amount and day; of the content where the payer gives no trace."""
    if not document.trace_number:
        return content
    words = (document.payer_tax_id, document.trace_number, document.payment_cents, document.payment_date)
    return _hash("|".join(map(str, words)))


def content_of(plain: Plain) -> str:
    """The hash of everything a remittance says, wherever it stood in which file."""
    return _hash(json.dumps(_without_places(plain), sort_keys=True, separators=(",", ":")))


@dataclasses.dataclass(frozen=True, slots=True)
class _Found:
    """One 835 of a file, or the file as a whole when it has none: `document` is None when it could not be read."""

    document: Document | None
    findings: tuple[Finding, ...]
    origin: Origin = NOWHERE


def _read(file: StoredFile) -> Iterable[_Found]:
    reading = x12.read(file.data, name=file.name)
    found = []
    for transaction_set, record, findings in documents.read_documents(reading):
        if transaction_set.st01 != "835":
            continue
        origin = Origin(file.sha256, transaction_set.offset, transaction_set.length, transaction_set.segments[0].index)
        all_findings = (*_envelope_findings(transaction_set), *findings)
        found.append(_Found(record if isinstance(record, Document) else None, all_findings, origin))
    if not found:
        return [_Found(None, (*reading.findings, _no_remittance(file)))]
    lost = tuple(finding for finding in reading.own_findings if finding.severity is Severity.ERROR)
    told = tuple(finding for finding in reading.own_findings if finding.severity is not Severity.ERROR)
    found[0] = dataclasses.replace(found[0], findings=(*told, *found[0].findings))
    # Bytes outside of every interchange may be the rest of a remittance: a person is told, and the others are posted.
    return [*found, _Found(None, lost)] if lost else found


def _envelope_findings(transaction_set: x12.TransactionSet) -> tuple[Finding, ...]:
    group = transaction_set.group
    return (*group.interchange.findings, *group.findings, *transaction_set.findings)


def _came_before(before: Remittance) -> Finding:
    return Finding(
        "POST-FILE-002",
        Severity.ERROR,
        f"The same remittance came before: {name_of(before)}.",
        "Nothing of it is posted again. Compare the two, and note why it was sent again.",
        Where(record=before.trace_number or None),
    )


def _no_remittance(file: StoredFile) -> Finding:
    return Finding(
        "POST-FILE-001",
        Severity.ERROR,
        "There is no remittance (835) in this file that can be read.",
        "Look at the other findings; ask the sender for the file again.",
        Where(file=file.name),
    )


def _keep(file: StoredFile, found: _Found) -> Remittance:
    document = found.document
    if document is None:
        return _refuse_unread(file, found)
    findings = (*found.findings, *balance_findings(document))
    plain = to_plain(dataclasses.replace(document, claims=()))
    claims = [to_plain(claim) for claim in document.claims]
    content = content_of({**plain, "claims": claims})
    identity = identity_of(document, content)
    before = earlier(identity, content)
    findings += (_came_before(before),) if before else ()
    state = State.DUPLICATE if before else State.REFUSED if _stop_posting(findings) else State.RECEIVED
    payer = payer_of(document)
    remittance = Remittance.objects.create(
        payer=payer,
        payer_name=(payer.name if payer else document.payer.name)[:80],
        file=file,
        offset=found.origin.offset,
        length=found.origin.length,
        trace_number=document.trace_number[:50],
        payer_tax_id=document.payer_tax_id[:20],
        payment_cents=document.payment_cents,
        payment_date=document.payment_date,
        method=document.method[:3],
        identity=identity,
        content=content,
        state=state,
        claim_count=len(document.claims),
        record=plain,
        findings=[to_plain(finding) for finding in findings],
        received_at=clock.now(),
    )
    _keep_claims(remittance, document.claims, claims)
    if before:
        _set_aside(remittance, findings[-1].message, findings)
    elif state == State.REFUSED:
        _set_aside(remittance, _words(findings), findings)
    return remittance


def _refuse_unread(file: StoredFile, found: _Found) -> Remittance:
    content = _hash(f"{file.sha256} {found.origin.offset}")
    before = earlier(content, content)
    findings = (*found.findings, _came_before(before)) if before else found.findings
    remittance = Remittance.objects.create(
        file=file,
        offset=found.origin.offset,
        length=found.origin.length,
        payment_cents=0,
        identity=content,
        content=content,
        state=State.DUPLICATE if before else State.REFUSED,
        record={},
        findings=[to_plain(finding) for finding in findings],
        received_at=clock.now(),
    )
    _set_aside(remittance, _words(findings), findings)
    return remittance


_CLAIM_COLUMNS = (
    "remittance_id",
    "position",
    "level",
    "control_number",
    "status",
    "payer_claim_number",
    "charge_cents",
    "paid_cents",
    "outcome",
    "match_reason",
    "match_confidence",
    "record",
    "moves",
    "offset",
    "length",
    "segment_index",
)


def _keep_claims(remittance: Remittance, claims: Sequence[DocumentClaim], plain: Sequence[Plain]) -> None:
    insert_rows(
        RemittanceClaim,
        _CLAIM_COLUMNS,
        (
            (
                remittance.pk,
                position,
                "",
                claim.control_number[:50],
                claim.status[:2],
                claim.payer_claim_number[:50],
                claim.charge_cents,
                claim.paid_cents,
                "",
                "",
                "",
                json.dumps(data),
                "[]",
                claim.origin.offset,
                claim.origin.length,
                claim.origin.index,
            )
            for position, (claim, data) in enumerate(zip(claims, plain, strict=True), 1)
        ),
    )


def _set_aside(remittance: Remittance, reason: str, findings: Sequence[Finding]) -> None:
    remittance_set_aside.send(Remittance, remittance=remittance, reason=reason, findings=tuple(findings))


def _stop_posting(findings: Iterable[Finding]) -> bool:
    """Whether the remittance as a whole cannot be trusted: its envelope, what it says, or its sums are wrong.

    Other slips of the payer against the guide are kept and shown; they change no amount.
    """
    return has_errors(finding for finding in findings if not _is_guide_slip(finding))


def _is_guide_slip(finding: Finding) -> bool:
    return finding.code.startswith("X12-") and not finding.code.startswith("X12-ENV")


def _words(findings: Sequence[Finding]) -> str:
    wrong = [finding.message for finding in findings if _stop_posting([finding])]
    return wrong[0] if wrong else "It could not be read."


def payer_of(document: Document) -> Payer | None:
    """Which known payer sent it: by tax id (TRN03), then payer id, then name; None when none of them says so alone."""
    tax_id = document.payer_tax_id.removeprefix("1") if len(document.payer_tax_id) == 10 else document.payer_tax_id
    ids = {document.payer.id, document.payer.reference("2U")} - {""}
    name = document.payer.name.casefold()
    clues: tuple[Callable[[Payer], bool], ...] = (
        lambda payer: bool(tax_id) and payer.tax_id.replace("-", "") == tax_id,
        lambda payer: payer.payer_id in ids,
        lambda payer: payer.name.casefold() == name,
    )
    candidates = list(Payer.objects.all())
    for clue in clues:
        fitting = [payer for payer in candidates if clue(payer)]
        if len(fitting) == 1:
            return fitting[0]
        candidates = fitting or candidates
    return None


def _without_places(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: _without_places(item) if isinstance(item, dict | list) else item
            for name, item in value.items()
            if name != "origin"
        }
    if isinstance(value, list):
        return [_without_places(item) for item in value]
    return value


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
