"""Acknowledgements as records: TA1 (interchange), 999 (transaction sets), 277CA (claims).

X12 reading and writing is in `acknowledgement_x12`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from claimwright.documents.parties import Party
from claimwright.documents.status import ClaimStatus, StatusInformation
from claimwright.origin import NOWHERE, Origin


@dataclass(frozen=True, slots=True)
class InterchangeAcknowledgement:
    """One TA1: `code` TA104 (A accepted, E accepted with errors, R rejected), `note` TA105 (list I18; 000 no error)."""

    control_number: str
    interchange_date: date | None
    interchange_time: str
    code: str
    note: str
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ElementError:
    """One IK4: element and component positions from 1, the IK403 code, and the bad data if it was given back."""

    element: int
    code: str
    component: int | None = None
    repetition: int | None = None
    reference: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class SegmentError:
    """One IK3: the segment's name, its position in the set (ST is 1), its loop, the IK304 code, its element errors.

    `context` are the CTX segments' texts, which name the claim where the sender of the 999 is kind.
    """

    segment: str
    position: int
    loop: str
    code: str
    elements: tuple[ElementError, ...] = ()
    context: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SetAcknowledgement:
    """One AK2/IK5 pair: `code` IK501 (A, E, R, M, W, X); `errors` the IK502 to IK506 codes."""

    st01: str
    control_number: str
    version: str
    code: str
    errors: tuple[str, ...] = ()
    segments: tuple[SegmentError, ...] = ()


@dataclass(frozen=True, slots=True)
class FunctionalAcknowledgement:
    """One 999: what became of a functional group. `code` is AK901 (A, E, P, R ...), the counts are AK902 to AK904."""

    functional_id: str
    group_control_number: str
    version: str
    code: str
    sets_included: int
    sets_received: int
    sets_accepted: int
    sets: tuple[SetAcknowledgement, ...] = ()
    errors: tuple[str, ...] = ()
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)
    raw: tuple[str, ...] = field(default=(), init=False, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ClaimAcknowledgement:
    """One 277CA transaction set (005010X214): what the source took in and what it sent back, claim by claim.

    `batch_reference` is the 837's BHT03 (TRN02 of the receiver level). Counts and totals are QTY/AMT 90 and AA.
    """

    reference: str
    created_at: datetime
    source: Party
    receiver: Party
    batch_reference: str
    statuses: tuple[StatusInformation, ...] = ()
    accepted_count: int | None = None
    rejected_count: int | None = None
    accepted_cents: int | None = None
    rejected_cents: int | None = None
    claims: tuple[ClaimStatus, ...] = ()
    raw: tuple[str, ...] = field(default=(), init=False, compare=False, repr=False)
