"""What the codes of answers say, and what to do about them (billing rules, part D)."""

import pytest

from claimwright.codesets import acknowledgements as codes
from claimwright.x12.catalogue import kinds
from claimwright.x12.guides import code_lists, find_guide

LOOK_UPS = (
    codes.interchange_note,
    codes.group_error,
    codes.set_error,
    codes.segment_error,
    codes.element_error,
    codes.status_category,
    codes.status_code,
    codes.eligibility_rejection,
    codes.follow_up,
    codes.benefit_information,
)


@pytest.mark.parametrize("look_up", LOOK_UPS)
def test_an_unknown_code_has_no_meaning_here(look_up):
    assert look_up("9999") is None
    assert look_up("") is None


def test_a_duplicate_interchange_is_not_simply_sent_again():
    assert "not send the claims again" in codes.interchange_note("025").action
    assert codes.interchange_note("020").area == "partner"


@pytest.mark.parametrize(
    ("category", "outcome"),
    [
        ("A0", "forwarded"),
        ("A1", "received"),
        ("A2", "accepted"),
        ("A3", "rejected"),
        ("A6", "rejected"),
        ("A7", "rejected"),
        ("A8", "rejected"),
        ("A4", "not_found"),
        ("A5", "split"),
        ("P1", "pended"),
        ("P3", "info_requested"),
        ("P4", "patient_requested"),
        ("F2", "finalized"),
        ("R4", "info_requested"),
        ("D0", "not_found"),
        ("E1", "error"),
    ],
)
def test_a_category_says_what_became_of_the_claim(category, outcome):
    assert codes.status_category(category).area == outcome


def test_a_returned_claim_is_rejected_and_not_accepted():
    assert codes.status_category("A3").area == "rejected"
    assert "frequency 1" in codes.status_category("A3").action


def test_only_acceptance_by_the_payer_is_proof_of_timely_filing():
    proofs = [code for code in ("A0", "A1", "A2", "A3") if "proof" in codes.status_category(code).action]
    assert proofs == ["A2"]


@pytest.mark.parametrize(
    ("code", "area"),
    [
        ("33", "registration"),
        ("88", "eligibility"),
        ("84", "authorization"),
        ("562", "master_data"),
        ("78", "duplicate"),
        ("255", "coding"),
        ("718", "timely"),
        ("672", "cob"),
        ("317", "documents"),
        ("787", "frequency"),
    ],
)
def test_a_status_code_says_whose_work_it_is(code, area):
    assert codes.status_code(code).area == area


def test_every_benefit_code_that_the_guide_allows_is_known():
    assert not [code for code in code_lists()["benefit_information"] if codes.benefit_information(code) is None]


def test_every_rejection_reason_that_the_guide_allows_is_known():
    loops = [find_guide("271", "005010X279A1").root]
    reasons, follow_ups = set(), set()
    while loops:
        for members in loops.pop().groups:
            for member in members:
                if hasattr(member, "groups"):
                    loops.append(member)
                elif member.id == "AAA":
                    reasons |= member.rule.elements[2].codes
                    follow_ups |= member.rule.elements[3].codes
    assert len(reasons) > 40
    assert not [code for code in reasons if codes.eligibility_rejection(code) is None]
    assert not [code for code in follow_ups if codes.follow_up(code) is None]


def test_every_code_with_which_we_answer_is_known():
    """The 999 and the TA1 that claimwright writes say nothing that its own work items could not explain."""
    acks = {kind.ack for kind in kinds().values() if kind.ack and "{" not in kind.ack}
    known = (codes.interchange_note, codes.group_error, codes.set_error, codes.segment_error, codes.element_error)
    assert not [ack for ack in acks if not any(look_up(ack) for look_up in known)]


def test_active_coverage_is_told_from_inactive():
    assert {code for code in "12345678" if codes.benefit_information(code).area == "active"} == set("12345")
