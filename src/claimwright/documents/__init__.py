"""The messages of the trade as typed, immutable records, each with its own two-way X12 mapping.

    claim            837P: what a provider asks to be paid for
    remittance       835: what a payer decided and paid
    eligibility      270 and 271: is the person covered, and what is left to pay
    status           276 and 277: where is the claim
    authorization    278: may this be done, and what the payer decided about it
    attachment       275: the records that support a claim
    premium          820: what is paid for whose coverage
    enrollment       834: who is covered, and what changes
    acknowledgement  TA1, 999 and 277CA: was the file, the set, the claim taken in

Promises: amounts are integer cents, days are dates, nothing that was read is lost: a message that was read and not
changed writes the same segments again. Knows X12 and nothing of databases, payers' habits or posting rules.

Every `<message>` module holds the records, `<message>_x12` reads and writes them; `read_documents(reading)` reads
whatever a file holds, and `stream_claims(path)` gives the claims of a file of any length one at a time. What this
package exports is loaded when it is first asked for, so importing it costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from claimwright.documents.claim import Claim, ClaimBatch, ClaimLine
    from claimwright.documents.claim_x12 import read_claims, write_claims
    from claimwright.documents.reading import Record, read_documents
    from claimwright.documents.remittance import Remittance, RemittanceClaim, RemittanceLine
    from claimwright.documents.remittance_x12 import read_remittance, write_remittance
    from claimwright.documents.streaming import stream_claims

_HOMES = {
    "Claim": "claim",
    "ClaimBatch": "claim",
    "ClaimLine": "claim",
    "Record": "reading",
    "Remittance": "remittance",
    "RemittanceClaim": "remittance",
    "RemittanceLine": "remittance",
    "read_claims": "claim_x12",
    "read_documents": "reading",
    "read_remittance": "remittance_x12",
    "stream_claims": "streaming",
    "write_claims": "claim_x12",
    "write_remittance": "remittance_x12",
}

__all__ = [
    "Claim",
    "ClaimBatch",
    "ClaimLine",
    "Record",
    "Remittance",
    "RemittanceClaim",
    "RemittanceLine",
    "read_claims",
    "read_documents",
    "read_remittance",
    "stream_claims",
    "write_claims",
    "write_remittance",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
