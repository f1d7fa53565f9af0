"""The scrubber: a claim in, findings out, before a payer sees it.

    edit_claim     every edit over one claim
    Scrubber       every edit over many claims, with the loaded code sets
    PayerProfile   what this payer wants to see, as data that can be stored
    ClaimContext   what the office knows beyond the claim: coverage, authorizations, earlier claims
    EDITS          the table of edits: code, severity, what is wrong, what to do, the source of the rule

Promises: an edit is a pure function of claim, profile, context and day; the same input gives the same findings in the
same order; every edit is documented (`docs/reference/edits.md`) and says where its rule comes from; no finding quotes
a name, birth date or member ID. An error stops the claim, a warning is shown. Knows the claim record and the code
lists; must not know databases, X12 segments, or money beyond the claim's own.
"""

from claimwright.edits.context import (
    AuthorizationOnFile,
    ClaimContext,
    Coverage,
    CoverageState,
    EarlierClaim,
    EarlierLine,
)
from claimwright.edits.profile import PayerProfile
from claimwright.edits.registry import Edit
from claimwright.edits.scrubber import EDITS, Scrubber, edit_claim

__all__ = [
    "EDITS",
    "AuthorizationOnFile",
    "ClaimContext",
    "Coverage",
    "CoverageState",
    "EarlierClaim",
    "EarlierLine",
    "Edit",
    "PayerProfile",
    "Scrubber",
    "edit_claim",
]
