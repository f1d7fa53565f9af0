"""The errors claimwright raises, one root and three families.

    ClaimwrightError
      InputError      what was given cannot be used; carries the findings that say what, where, and what to do
      ConflictError   somebody was there first, or it was done already (a duplicate remittance, a changed record)
      OutageError     the other side did not answer; `permanent` says whether trying again can help

Anything else that leaves a parser or a posting is a defect of ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from claimwright.findings import Finding


class ClaimwrightError(Exception):
    """Root of every error that claimwright raises on purpose."""


class InputError(ClaimwrightError):
    """The input cannot be used; `findings` say what, where, and what to do."""

    def __init__(self, message: str, findings: Sequence[Finding] = ()) -> None:
        super().__init__(message)
        self.findings = tuple(findings)


class ConflictError(ClaimwrightError):
    """The thing was done already, or changed under the caller's hands."""


class OutageError(ClaimwrightError):
    """The other side failed. `permanent`: trying again unchanged cannot succeed."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent
