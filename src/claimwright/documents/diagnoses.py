"""A diagnosis as claims write it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One diagnosis; the code has no dot.

    `qualifier` is ABK (principal) or ABF in ICD-10, BK or BF in ICD-9; of institutional claims also ABJ (admitting),
    APR (reason for the visit) and ABN (external cause) with their ICD-9 forms BJ, PR and BN; of dental ones TQ
    (SNODENT). `present_on_admission` is Y, N, U (unknown) or W (cannot be told), of inpatient claims.
    """

    code: str
    qualifier: str = "ABF"
    present_on_admission: str = ""
