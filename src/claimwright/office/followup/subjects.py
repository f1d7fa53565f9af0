"""How the subjects of work items are written, so that whoever opens an item and whoever closes it mean the same."""

from __future__ import annotations

import re

_POSITION = re.compile(r"remittance \d+ claim (\d+)\b", re.ASCII)

STATUS = "status"
"""What a payer answered when it was asked about a claim."""


ANSWER = "answer"
"""What a payer is waited for, until a day."""


REMITTANCE = "remittance "
"""How the subject of every item about a remittance begins."""


def of_claim(claim_id: int, level: str, what: str = "") -> str:
    """A claim at one payer level; `what` tells several matters of it apart."""
    return f"claim {claim_id} level {level} {what}".rstrip()


def of_remittance(remittance_id: int, position: int | None = None, what: str = "") -> str:
    """A remittance, or one claim of it by its position from 1."""
    place = f" claim {position}" if position else ""
    return f"{REMITTANCE}{remittance_id}{place} {what}".rstrip()


def position_in(subject: str) -> int | None:
    """The position of the claim within its remittance that a subject of `of_remittance` is about; None for others."""
    match = _POSITION.match(subject)
    return int(match[1]) if match else None
