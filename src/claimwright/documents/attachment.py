"""Records that are sent to support a claim (275, 005010X210). X12 reading and writing is in `attachment_x12`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from claimwright.documents.other import OtherSegment
from claimwright.documents.parties import Party, Period, Person, Provider, Reference
from claimwright.origin import NOWHERE, Origin
from claimwright.x12.writing import OutgoingSet


@dataclass(frozen=True, slots=True)
class InformationRequest:
    """What was asked for, as the payer's request named it (STC): a LOINC code, in its status category (R4 ...)."""

    code: str
    category: str = "R4"
    modifiers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Attachment:
    """One document for the claim or for one of its lines (2000A).

    `control_number` (TRN02) is the one that the claim's PWK06 or the payer's request names. `form` is CAT02: TX text,
    HL an HL7 document, IA an image, MB another binary form. `content` is the document itself, any bytes.
    `line_control_number` (REF FJ) and `service_period` are there when it is about one line. `contact` is whom to ask.
    """

    control_number: str
    content: bytes
    form: str = "TX"
    form_version: str = ""
    submitted_on: date | None = None
    requested: InformationRequest | None = None
    line_control_number: str = ""
    service_period: Period | None = None
    references: tuple[Reference, ...] = ()
    contact: Party | None = None
    contact_role: str = "PK"
    others: tuple[OtherSegment, ...] = ()
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class AttachmentSubmission:
    """One 275 set: the documents for one claim.

    `is_requested` says that the payer asked for them (BGN01 11, else 02). `claim_number` is the provider's (REF EJ),
    `payer_claim_number` the payer's (REF 1K). `raw` is the set as read, written again unless the record was changed.
    """

    reference: str
    created_on: date
    payer: Party
    submitter: Party
    provider: Provider
    patient: Person
    claim_number: str
    attachments: tuple[Attachment, ...]
    is_requested: bool = False
    payer_claim_number: str = ""
    bill_type: str = ""
    medical_record_number: str = ""
    clearinghouse_number: str = ""
    service_period: Period | None = None
    specialty_role: str = "BI"
    others: tuple[OtherSegment, ...] = ()
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)
    raw: OutgoingSet | None = field(default=None, init=False, compare=False, repr=False)
