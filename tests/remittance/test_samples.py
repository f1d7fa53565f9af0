"""The real 835 files of others: every one plans without an exception, and every accepted plan balances to the cent."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from claimwright.documents import read_documents
from claimwright.documents.remittance import Remittance, RemittanceClaim
from claimwright.findings import Severity
from claimwright.remittance import plan_remittance
from claimwright.remittance.books import KnownClaim, KnownLevel, KnownLine
from claimwright.remittance.memory import ClaimsInMemory
from claimwright.remittance.plan import MoveKind
from claimwright.x12 import read

SHARED = Path(__file__).parents[3] / "shared/x12-samples"
TODAY = date(2026, 3, 20)


def sample_paths() -> list[Path]:
    manifest = SHARED / "MANIFEST.tsv"
    if not manifest.exists():
        return []
    with manifest.open(encoding="utf-8", newline="") as rows:
        kinds = csv.DictReader(rows, delimiter="\t")
        return [SHARED / row["path"] for row in kinds if "835" in row["transaction_set"]]


def remittances_of(path: Path) -> Iterator[Remittance]:
    for _, record, _ in read_documents(read(path.read_bytes())):
        if isinstance(record, Remittance):
            yield replace(record, is_test=False, claims=with_own_numbers(record.claims))


def with_own_numbers(claims: tuple[RemittanceClaim, ...]) -> tuple[RemittanceClaim, ...]:
    """De-identified files give all claims the same control number; ours are told apart."""
    if len({claim.control_number for claim in claims}) == len(claims) or any(claim.status == "22" for claim in claims):
        return claims
    return tuple(
        replace(claim, control_number=f"{claim.control_number} {number}") for number, claim in enumerate(claims, 1)
    )


def known_by(claim: RemittanceClaim, key: int) -> KnownClaim:
    """A claim of ours as this answer would fit it: as if the remittance were the first about it."""
    lines = tuple(
        KnownLine(
            key * 1000 + number,
            number,
            line.control_number,
            (line.submitted or line.procedure).code,
            (line.submitted or line.procedure).modifiers,
            line.charge_cents,
            owed_cents={"P": line.charge_cents},
        )
        for number, line in enumerate(claim.lines, 1)
    )
    total = claim.charge_cents
    owed = {} if lines else {"P": total}
    name = claim.patient.last_name
    levels = (KnownLevel("P", 1), KnownLevel("S", 2))
    return KnownClaim(key, claim.control_number, total, levels, lines, name, owed_cents=owed)


@pytest.mark.skipif(not SHARED.exists(), reason="the shared X12 samples are not here")
@pytest.mark.parametrize("path", sample_paths(), ids=lambda path: path.name)
def test_a_real_remittance_is_posted_to_the_cent_or_refused_with_a_reason(path) -> None:
    for made in remittances_of(path):
        books = ClaimsInMemory([known_by(claim, key) for key, claim in enumerate(made.claims, 1)], {made.payer.name: 1})
        plan = plan_remittance(made, books, TODAY)
        if not plan.accepted:
            assert plan.reviews
            assert any(finding.severity is Severity.ERROR for finding in plan.findings)
            assert 37 not in {review.row for review in plan.reviews}
            continue
        assert plan.cash_cents == made.payment_cents
        assert len(plan.outcomes) == len(made.claims)
        books.apply(plan, made)


@pytest.mark.skipif(not SHARED.exists(), reason="the shared X12 samples are not here")
@pytest.mark.parametrize("path", sample_paths(), ids=lambda path: path.name)
def test_a_real_remittance_of_unknown_claims_waits_unapplied(path) -> None:
    for made in remittances_of(path):
        plan = plan_remittance(made, ClaimsInMemory([]), TODAY)
        if plan.accepted:
            waiting = sum(move.cents for move in plan.moves if move.kind is MoveKind.UNAPPLIED and move.position)
            assert waiting == sum(claim.paid_cents for claim in made.claims)


@pytest.mark.skipif(not SHARED.exists(), reason="the shared X12 samples are not here")
def test_most_real_remittances_are_accepted() -> None:
    plans = [
        plan_remittance(made, ClaimsInMemory([]), TODAY) for path in sample_paths() for made in remittances_of(path)
    ]
    assert sum(plan.accepted for plan in plans) > len(plans) * 3 // 4
