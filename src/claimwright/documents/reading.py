"""From a reading of X12 to records, whatever the messages are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

from claimwright.documents.acknowledgement import ClaimAcknowledgement, FunctionalAcknowledgement
from claimwright.documents.attachment import AttachmentSubmission
from claimwright.documents.authorization import AuthorizationRequest, AuthorizationResponse
from claimwright.documents.catalogue import finding
from claimwright.documents.claim import ClaimBatch
from claimwright.documents.eligibility import EligibilityInquiryBatch, EligibilityResponseBatch
from claimwright.documents.enrollment import Enrollment
from claimwright.documents.premium import PremiumPayment
from claimwright.documents.remittance import Remittance
from claimwright.documents.status import StatusInquiryBatch, StatusResponseBatch
from claimwright.findings import Finding, Where
from claimwright.origin import sha256_of
from claimwright.x12.reading import Reading, TransactionSet

Record = (
    ClaimBatch
    | Remittance
    | EligibilityInquiryBatch
    | EligibilityResponseBatch
    | StatusInquiryBatch
    | StatusResponseBatch
    | FunctionalAcknowledgement
    | ClaimAcknowledgement
    | AuthorizationRequest
    | AuthorizationResponse
    | AttachmentSubmission
    | PremiumPayment
    | Enrollment
)

_READERS = {
    ("837", "X222"): ("claim_x12", "read_claims"),
    ("837", "X223"): ("claim_x12", "read_claims"),
    ("837", "X224"): ("claim_x12", "read_claims"),
    ("837", "X098"): ("claim_x12", "read_claims"),
    ("837", "X096"): ("claim_x12", "read_claims"),
    ("837", "X097"): ("claim_x12", "read_claims"),
    ("835", ""): ("remittance_x12", "read_remittance"),
    ("270", ""): ("eligibility_x12", "read_inquiries"),
    ("271", ""): ("eligibility_x12", "read_responses"),
    ("276", ""): ("status_x12", "read_inquiries"),
    ("277", "X214"): ("acknowledgement_x12", "read_claim_acknowledgement"),
    ("277", "X212"): ("status_x12", "read_responses"),
    ("277", "X093"): ("status_x12", "read_responses"),
    ("277", "X364"): ("acknowledgement_x12", "read_claim_acknowledgement"),
    ("278", "X217"): ("authorization_x12", "read_authorization"),
    ("275", "X210"): ("attachment_x12", "read_attachments"),
    ("820", "X218"): ("premium_x12", "read_premium_payment"),
    ("834", "X220"): ("enrollment_x12", "read_enrollment"),
    ("999", ""): ("acknowledgement_x12", "read_functional"),
    ("997", ""): ("acknowledgement_x12", "read_functional"),
}
"""(ST01, a part of the version) to the function that reads it; the first line that fits counts."""


def read_documents(reading: Reading) -> Iterator[tuple[TransactionSet, Record | None, tuple[Finding, ...]]]:
    """Every set of a reading with its record and what could not be read of it; `None` for a set that no record is for.

    What the X12 reading itself found is in `transaction_set.findings` and not repeated here.
    """
    sha256 = sha256_of(reading.data)
    for transaction_set in reading.sets():
        reader = _reader_of(transaction_set)
        if reader is None:
            yield transaction_set, None, (_unread(transaction_set),)
        else:
            yield (transaction_set, *reader(transaction_set, sha256))


def _reader_of(transaction_set: TransactionSet) -> Callable[..., Any] | None:
    """The modules are imported when first needed: whoever reads claims does not wait for the other messages."""
    guide = transaction_set.guide
    version = guide.version if guide else transaction_set.version
    for (st01, mark), (module, function) in _READERS.items():
        if transaction_set.st01 == st01 and mark in version:
            found: Callable[..., Any] = getattr(import_module(f"claimwright.documents.{module}"), function)
            return found
    return None


def _unread(transaction_set: TransactionSet) -> Finding:
    start = transaction_set.segments[0]
    where = Where(segment="ST", index=start.index, offset=start.offset)
    return finding("DOC-SET-001", where, value=transaction_set.st01, version=transaction_set.version or "(none)")
