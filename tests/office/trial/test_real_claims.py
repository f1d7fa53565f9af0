"""Claims that other people's systems wrote go the whole way: taken over, edited, sent, answered, posted."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pytest

from claimwright.cli.samples import sample_folder
from claimwright.errors import InputError
from claimwright.findings import Severity
from claimwright.office.claims.importing import import_file
from claimwright.office.claims.models import Claim, ClaimFinding, Submission
from claimwright.office.core import audit
from claimwright.office.core.home import Home
from claimwright.office.core.models import Client
from claimwright.office.core.scope import client_scope
from claimwright.office.posting.models import RemittanceClaim
from claimwright.office.reports.accounting import account_for
from claimwright.office.reports.checking import check_practice
from claimwright.office.trial.ordinary import run_days

pytestmark = pytest.mark.django_db

FALSE = {
    "EDIT-BIL-002": "claims of 4010, which knew no NPI",
    "EDIT-BIL-007": "and gave the tax number in its place",
    "EDIT-BIL-005": "a post office box as the billing address",
    "EDIT-ADR-001": "the state ST",
    "EDIT-ADR-002": "postal codes without a meaning",
    "EDIT-CLM-004": "lines that do not sum to the claim",
    "EDIT-CLM-007": "elements that were written with another component separator than the file declares",
    "EDIT-CLM-008": "the same",
    "EDIT-COB-001": "a second payer is billed, and nothing says what the first one did",
    "EDIT-COB-002": "amounts of the first payer that do not balance",
    "EDIT-COB-008": "the same",
    "EDIT-DX-001": "diagnoses with such a separator",
    "EDIT-DX-005": "ICD-9 in 2016",
    "EDIT-LIN-001": "invented procedure codes",
    "EDIT-LIN-013": "lines without a place, again for the separator",
    "EDIT-LIN-014": "pointers to diagnoses that are not there",
    "EDIT-LIN-016": "quantities without a meaning",
    "EDIT-LIN-018": "the same",
    "EDIT-SUB-009": "relationships of 4010, which 5010 has no more",
    "EDIT-PAT-002": "patients made of placeholders",
    "EDIT-PAT-005": "the same",
    "EDIT-PAT-006": "the same",
}
"""What stops claims of these files, and rightly: each file was read, and it is true of the file."""

KEPT_OUT = {
    "CLM-IMP-003": "again, from the same file",
    "CLM-IMP-004": "the same claim again",
    "CLM-IMP-005": "another claim of this number",
    "CLM-IMP-007": "a party has no name",
    "DOC-CLM-011": "an institutional claim",
    "DOC-CLM-012": "no amount that can be read",
}
"""Why a claim of these files is not taken over."""

OTHER_KIND = "CLM-IMP-019"
"""The set says that it holds professional claims, its claims are institutional: none of them is taken over."""

COPIES = ("x12_many_claims", "x12_multiple_transactions", "x12_multiple_st", "x12_valid_different_separators")
"""The two claims of `x12_valid` in other clothes, up to hundreds of times: read in the tests of importing."""


LONG_AGO = 2000
"""Claims of earlier years wait for one another: none of them knows a filing limit that would stop it."""


@dataclass
class Wave:
    """Files of one year whose claims have different numbers: they can be in one practice."""

    year: int
    files: dict[str, bytes]
    numbers: set[bytes]


def published(samples: Path) -> dict[str, bytes]:
    """The professional claim files that are believed valid."""
    with (samples / "MANIFEST.tsv").open(encoding="utf-8", newline="") as manifest:
        rows = list(csv.DictReader(manifest, delimiter="\t", quoting=csv.QUOTE_NONE))
    paths = [row["path"] for row in rows if row["transaction_set"] == "837P" and row["believed"].startswith("valid")]
    return {path: (samples / path).read_bytes() for path in paths if Path(path).stem not in COPIES}


def waves(files: dict[str, bytes]) -> list[Wave]:
    made: list[Wave] = []
    for path, data in files.items():
        separator = data[data.index(b"ISA") + 3 :][:1]
        numbers = set(re.findall(rb"CLM" + re.escape(separator) + rb"([^*|~]+)", data))
        year = max(map(int, re.findall(rb"DTP.472.R?D8.(\d{4})", data)))
        year = max(year, LONG_AGO)
        fitting = (wave for wave in made if wave.year == year and not wave.numbers & numbers)
        wave = next(fitting, None)
        if wave is None:
            wave = Wave(year, {}, set())
            made.append(wave)
        wave.files[path] = data
        wave.numbers |= numbers
    return made


def take_over(files: dict[str, bytes]) -> tuple[dict[str, set[int]], dict[str, list]]:
    """Import each file; the claims that came in, and the findings, by path."""
    claims, findings = {}, {}
    for path, data in files.items():
        try:
            result = import_file(path, data)
        except InputError as refused:
            claims[path], findings[path] = set(), list(refused.findings)
        else:
            claims[path], findings[path] = {claim.pk for claim in result.claims}, list(result.findings)
    return claims, findings


def claim_count(data: bytes) -> int:
    separator = data[data.index(b"ISA") + 3 :][:1]
    return len(re.findall(rb"[~\r\n]\s*CLM" + re.escape(separator), data))


def what_became_of(claim: int, path: str) -> str:
    """`posted`, `rejected` by the clearinghouse, or `stopped` by the edits for what is false about it."""
    states = set(Submission.objects.filter(claim=claim).values_list("state", flat=True))
    open_errors = ClaimFinding.objects.filter(claim=claim, severity="error", resolved_at=None)
    errors = set(open_errors.values_list("code", flat=True))
    if states == {"payer_accepted"}:
        assert RemittanceClaim.objects.filter(claim=claim).exists(), path
        assert not errors, path
        return "posted"
    if states == {"f999_rejected"}:
        return "rejected"
    assert states == {"scrub_failed"}, path
    assert errors <= FALSE.keys(), (path, errors - FALSE.keys())
    return "stopped"


def test_each_claim_goes_the_whole_way_or_is_stopped_for_what_is_false_about_it(samples, tmp_path):
    ends: dict[str, list[str]] = defaultdict(list)
    for number, wave in enumerate(waves(published(samples))):
        client = Client.objects.create(name=f"Practice {number}", code=f"practice{number}")
        home = Home(tmp_path / str(number))
        home.prepare()
        with client_scope(client), audit.acting_as(None, source="cli"):
            claims, findings = take_over(wave.files)
            for path, data in wave.files.items():
                kept_out = sum(one.code in KEPT_OUT for one in findings[path] if one.severity is Severity.ERROR)
                is_of_other_kind = any(one.code == OTHER_KIND for one in findings[path])
                assert is_of_other_kind or len(claims[path]) + kept_out >= claim_count(data), path
        if any(claims.values()):
            run_days(home, client, sample_folder(), seed=1, until_settled=True, tell=lambda _: None)
        with client_scope(client):
            for path, keys in claims.items():
                for claim in keys:
                    ends[what_became_of(claim, path)].append(Path(path).stem)
            charged = sum(Claim.objects.values_list("lines__charge_cents", flat=True))
        accounting = account_for(client)
        assert (accounting.unexplained_cents, accounting.charges_cents) == (0, charged)
        assert check_practice(client) == []
    assert ends["rejected"] == []
    assert len(ends["posted"]) >= 16
    assert sum(map(len, ends.values())) >= 34
