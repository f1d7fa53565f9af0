"""How the office's codes are called on screens."""

from __future__ import annotations

from claimwright.office.reports.owners import LEVEL_WORDS
from claimwright.remittance.plan import PATIENT


def owner_word(owner: str) -> str:
    """A payer level as SBR01 writes it, or PATIENT, as people say it."""
    return "patient" if owner == PATIENT else LEVEL_WORDS.get(owner, f"payer {owner}")
