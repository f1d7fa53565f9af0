"""The three equations: each that fails is named to the cent, with its place in the payer's file and what to do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from claimwright.documents.adjustments import Adjustment
from claimwright.documents.remittance import Remittance, RemittanceClaim
from claimwright.findings import Finding, Severity, Where
from claimwright.origin import NOWHERE, Origin
from claimwright.remittance import balance_findings
from tests.remittance.trade import SCENARIOS, read

ASK = "Ask the payer for a corrected 835; nothing of this remittance is posted."


def at(index: int) -> Origin:
    return Origin("ab" * 32, 10 * index, 9, index)


def bundled() -> Remittance:
    """The worked example of the billing rules, 300.00 charged and 112.00 paid, with a place for each segment."""
    made = read(SCENARIOS / "row_12_bundled.txt").steps[0].remittance
    (claim,) = made.claims
    lines = tuple(replace(line, origin=at(30 + number)) for number, line in enumerate(claim.lines))
    return replace(made, origin=at(2), claims=(replace(claim, lines=lines, origin=at(20)),))


def changed(claim: RemittanceClaim, **changes: object) -> Remittance:
    return replace(bundled(), claims=(replace(claim, **changes),))


def where(index: int, loop: str | None, segment: str, element: int, record: str, field: str) -> Where:
    return Where(None, loop, segment, index, element, offset=10 * index, record=record, field=field)


def test_the_worked_example_of_the_billing_rules_balances() -> None:
    made = bundled()
    (claim,) = made.claims
    assert (claim.charge_cents, claim.paid_cents, made.payment_cents) == (300_00, 112_00, 73_50)
    assert balance_findings(made) == ()


def test_a_line_that_does_not_balance_is_named() -> None:
    (claim,) = bundled().claims
    wrong = replace(claim.lines[1], paid_cents=1)
    said = "Line 2 of claim A1: 100.00 less adjustments of 100.00 is 0.00, but 0.01 was paid."
    place = where(31, "2110", "SVC", 3, "A1", "lines[2].paid_cents")
    found = balance_findings(changed(claim, lines=(claim.lines[0], wrong)))
    assert found == (Finding("REM-BAL-001", Severity.ERROR, said, ASK, place),)


def test_a_claim_that_does_not_balance_is_named_and_so_is_the_payment() -> None:
    (claim,) = bundled().claims
    found = balance_findings(changed(claim, paid_cents=111_99))
    assert found == (
        Finding(
            "REM-BAL-002",
            Severity.ERROR,
            "Claim A1: 300.00 less adjustments of 188.00 is 112.00, but 111.99 was paid.",
            ASK,
            where(20, "2100", "CLP", 4, "A1", "paid_cents"),
        ),
        Finding(
            "REM-BAL-004",
            Severity.ERROR,
            "The payment is 73.50, claims 111.99 less provider adjustments 38.50.",
            ASK,
            where(2, None, "BPR", 2, "remittance T1", "payment_cents"),
        ),
    )


def test_the_charge_of_a_claim_is_the_sum_of_its_lines() -> None:
    (claim,) = bundled().claims
    whole = Adjustment("CO", "45", 1)
    said = "Claim A1: the charge is 300.01, its lines sum to 300.00."
    place = where(20, "2100", "CLP", 3, "A1", "charge_cents")
    found = balance_findings(changed(claim, charge_cents=300_01, adjustments=(whole,)))
    assert found == (Finding("REM-BAL-003", Severity.ERROR, said, ASK, place),)


def test_a_claim_without_lines_balances_by_itself() -> None:
    (claim,) = bundled().claims
    assert balance_findings(changed(claim, lines=(), adjustments=(Adjustment("CO", "45", 188_00),))) == ()


@pytest.mark.parametrize(("share_cents", "is_told"), [(28_00, False), (28_01, True), (0, True), (None, False)])
def test_a_patient_s_share_that_is_not_the_sum_of_group_pr_is_told_and_posted_all_the_same(
    share_cents, is_told
) -> None:
    (claim,) = bundled().claims
    found = balance_findings(changed(claim, patient_responsibility_cents=share_cents))
    said = f"the patient's share is said to be {(share_cents or 0) / 100:.2f}, its adjustments say 28.00."
    place = where(20, "2100", "CLP", 5, "A1", "patient_responsibility_cents")
    warning = Finding(
        "REM-BAL-005", Severity.WARNING, f"Claim A1: {said}", "The adjustments are what is posted.", place
    )
    assert found == ((warning,) if is_told else ())


def test_a_remittance_that_was_not_read_from_a_file_has_no_place_to_name() -> None:
    (claim,) = bundled().claims
    (finding, *_) = balance_findings(changed(claim, paid_cents=1, origin=NOWHERE))
    assert (finding.where.index, finding.where.offset, finding.where.segment) == (None, None, "CLP")
