"""What an office knows about a payer's time limits, as the library wants it."""

from __future__ import annotations

from claimwright.codesets.deadlines import PayerTerms
from claimwright.office.patients.models import Payer


def terms_of(payer: Payer) -> PayerTerms:
    """The payer's terms: columns for the common ones, `rules` for the rest (`corrected_limit_days` ...)."""
    return PayerTerms(
        kind=payer.kind,
        filing_code=payer.filing_code,
        filing_limit_days=payer.filing_limit_days,
        corrected_limit_days=payer.rules.get("corrected_limit_days"),
        secondary_limit_days=payer.rules.get("secondary_limit_days"),
        appeal_days=payer.appeal_days,
        supports_replacement=payer.supports_replacement,
    )
