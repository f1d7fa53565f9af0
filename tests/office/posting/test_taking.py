"""A file that a person hands over is posted as far as the rules allow, and says what is left."""

from __future__ import annotations

from claimwright.office.posting.taking import take_remittance_file
from tests.office.posting.scenes import DENIED, PAID, interchange
from tests.office.practice import luhn


def test_a_file_is_posted_and_says_so(practice):
    practice.bill("A1", [("99213", 150_00)])
    taken = take_remittance_file("may.835", practice.file("T1", 80_00, PAID))
    assert (taken.remittances, taken.posted, taken.items, taken.findings) == (1, 1, 0, ())


def test_denials_and_unknown_claims_are_counted_for_a_person(practice):
    practice.bill("A1", [("99213", 150_00)])
    sets = [practice.set("T1", 0, DENIED), practice.set("T2", 80_00, PAID.replace("A1", "OLD").replace("ICN1", "ICN5"))]
    taken = take_remittance_file("two.835", interchange(sets))
    assert (taken.remittances, taken.posted, taken.items) == (2, 2, 2)


def test_the_same_file_again_is_a_finding_that_names_the_first(practice):
    practice.bill("A1", [("99213", 150_00)])
    take_remittance_file("may.835", practice.file("T1", 80_00, PAID))
    again = take_remittance_file("may-again.835", practice.file("T1", 80_00, PAID))
    assert (again.posted, again.items) == (0, 1)
    (finding,) = again.findings
    assert finding.code == "POST-FILE-002"
    assert "may.835" in finding.message
    assert finding.where.file == "may-again.835"


def test_a_file_without_a_remittance_names_file_and_remedy(practice):
    taken = take_remittance_file("letter.txt", b"Dear Sir or Madam")
    assert (taken.remittances, taken.posted, taken.items) == (0, 0, 1)
    assert all(finding.where.file == "letter.txt" and finding.hint for finding in taken.findings)


def test_one_that_is_for_somebody_else_is_refused_with_its_reason(practice):
    practice.bill("A1", [("99213", 150_00)])
    sets = [practice.set("T1", 80_00, PAID, npi=luhn(88888888))]
    taken = take_remittance_file("theirs.835", interchange(sets))
    assert (taken.posted, taken.items) == (0, 1)
    assert [finding.code for finding in taken.findings] == ["REM-FILE-002"]
