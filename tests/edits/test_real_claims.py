"""Claims that other people's systems wrote: each is edited, and what stops one is right to."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from claimwright import x12
from claimwright.documents.claim import Claim, ClaimKind
from claimwright.documents.claim_x12 import read_claims
from claimwright.edits import ClaimContext, PayerProfile, edit_claim
from claimwright.findings import Severity

SAMPLES = Path(__file__).parents[3] / "shared/x12-samples"

DEFENSIBLE = {
    "EDIT-BIL-003": "invented NPIs without a check digit",
    "EDIT-PRV-002": "invented NPIs without a check digit",
    "EDIT-PRV-004": "a taxonomy code that ends in Y; all end in X",
    "EDIT-BIL-008": "a tax number with a dash",
    "EDIT-ADR-001": "the state ST",
    "EDIT-BIL-005": "a post office box as the billing address",
    "EDIT-CLM-004": "lines that do not sum to the claim",
    "EDIT-LIN-014": "pointers to diagnoses that are not there",
    "EDIT-DX-005": "ICD-9 in 2016",
}
"""Errors found in files that are believed valid, each read and found to be true of the file."""

WRONG_SEPARATOR = {"EDIT-CLM-007", "EDIT-CLM-008", "EDIT-DX-001", "EDIT-LIN-013"}
"""Files that write `>` inside elements and declare another component separator: nothing in them can be taken apart."""


def claims() -> Iterator[tuple[str, Claim, PayerProfile]]:
    """Each professional claim of files that are believed valid, with a profile that asks for nothing special."""
    with (SAMPLES / "MANIFEST.tsv").open(encoding="utf-8", newline="") as manifest:
        rows = list(csv.DictReader(manifest, delimiter="\t", quoting=csv.QUOTE_NONE))
    for row in rows:
        is_wanted = row["transaction_set"] == "837P" and row["believed"].startswith("valid") and "222" in row["gs08"]
        if is_wanted and not row["path"].startswith("imsweb"):  # their claims hold placeholder values
            for claim in _claims_in(SAMPLES / row["path"]):
                yield row["path"], claim, PayerProfile(filing_code=claim.subscriber.filing_code)


def _claims_in(path: Path) -> Iterator[Claim]:
    for interchange in x12.read(path.read_bytes()).interchanges:
        for group in interchange.groups:
            for transaction_set in group.sets:
                batch, _ = read_claims(transaction_set)
                yield from batch.claims if batch.claim_kind is ClaimKind.PROFESSIONAL else ()


@pytest.mark.skipif(not SAMPLES.exists(), reason="the X12 samples are not here (../shared/x12-samples)")
def test_every_error_in_a_file_believed_valid_can_be_defended() -> None:
    errors: dict[str, str] = {}
    count = 0
    for path, claim, profile in claims():
        count += 1
        day = max(line.period.end for line in claim.lines if line.period)
        found = {
            finding.code
            for finding in edit_claim(claim, profile, ClaimContext(), day)
            if finding.severity is Severity.ERROR
        }
        if WRONG_SEPARATOR & found and ">" in claim.place_of_service:
            continue
        errors.update(dict.fromkeys(found - DEFENSIBLE.keys(), path))
    assert errors == {}
    assert count >= 20
