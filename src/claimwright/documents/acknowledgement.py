"""Acknowledgements as records: TA1 (interchange), 999 (transaction sets), 277CA (claims).

X12 reading and writing is in `acknowledgement_x12`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from claimwright.documents.parties import Party, Provider, Reference
from claimwright.documents.status import ClaimStatus, StatusInformation
from claimwright.origin import NOWHERE, Origin
from claimwright.x12.writing import OutgoingSet


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
    """One IK4: element and component positions from 1, the IK403 code, and the bad data if it was given back.

    `reference` is the data element's number in the standard (IK402); `context` as in `SegmentError`.
    """

    element: int
    code: str
    component: int | None = None
    repetition: int | None = None
    reference: str = ""
    value: str = ""
    context: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SegmentError:
    """One IK3: the segment's name, its position in the set (ST is 1), its loop, the IK304 code, its element errors.

    `context` are the CTX segments' texts (`CLM01:A1`: elements joined by `*`, components by `:`, repetitions by `^`),
    which name the claim where the sender of the 999 is kind.
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
    raw: OutgoingSet | None = field(default=None, init=False, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Totals:
    """How many claims were taken in and sent back, and what they charge, in cents; None where it was not said."""

    accepted_count: int | None = None
    rejected_count: int | None = None
    accepted_cents: int | None = None
    rejected_cents: int | None = None


@dataclass(frozen=True, slots=True)
class ProviderAcknowledgement:
    """What became of one billing provider's claims (2200C): QTY QA and QC, AMT YU and YY."""

    provider: Provider
    trace: str
    statuses: tuple[StatusInformation, ...] = ()
    totals: Totals = Totals()
    references: tuple[Reference, ...] = ()
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class ClaimAcknowledgement:
    """One 277CA transaction set (005010X214): what the source took in and what it sent back, claim by claim.

    `source_role` says who took it in: PR the payer, AY a clearinghouse (an acceptance by the payer alone proves timely
    filing). `batch_reference` is the 837's BHT03 (TRN02 of the receiver level), `receipt` the source's own number.
    Counts and totals are QTY 90 and AA, AMT YU and YY, of the whole batch; `providers` tell them for each provider.
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
    providers: tuple[ProviderAcknowledgement, ...] = ()
    source_role: str = "PR"
    receipt: str = ""
    received_date: date | None = None
    processed_date: date | None = None
    origin: Origin = field(default=NOWHERE, compare=False, repr=False)
    raw: OutgoingSet | None = field(default=None, init=False, compare=False, repr=False)
