"""What a group and a reason mean for posting: the codes that the rules name, one by one."""

from __future__ import annotations

from datetime import date

import pytest

from claimwright.remittance import treatments
from claimwright.remittance.treatments import (
    FORWARDING_REMARKS,
    NOT_FORWARDED_REMARKS,
    PROTECTING_REMARKS,
    Treatment,
    lacks_remark,
    treatment_of,
    why_unclassified,
)

GROUPS = ("CO", "PR", "OA", "PI")


def by_group(reason: str) -> dict[str, str]:
    return {group: treatment_of(group, reason).value for group in GROUPS}


@pytest.mark.parametrize("reason", ["1", "2", "3", "66", "247", "248"])
def test_these_reasons_are_shares_in_group_pr(reason) -> None:
    """Billing rules B.7, row 15: allowed = paid + these."""
    assert treatment_of("PR", reason) is Treatment.COST_SHARE
    assert treatment_of("CO", reason) is not Treatment.COST_SHARE


@pytest.mark.parametrize("reason", ["45", "59", "131", "P12", "P24"])
def test_these_reasons_are_contract_reductions_in_group_co(reason) -> None:
    assert treatment_of("CO", reason) is Treatment.CONTRACT
    assert Treatment.CONTRACT not in {treatment_of(group, reason) for group in ("PR", "OA", "PI")}


@pytest.mark.parametrize("reason", ["133", "257", "277"])
def test_these_reasons_promise_another_result_in_group_oa(reason) -> None:
    assert by_group(reason) == {"CO": "unclassified", "PR": "unclassified", "OA": "pending", "PI": "unclassified"}


@pytest.mark.parametrize(
    ("reason", "treatment"),
    [("104", "withhold"), ("144", "incentive"), ("223", "statutory"), ("237", "statutory"), ("253", "sequestration")],
)
def test_these_reductions_have_an_account_of_their_own_in_group_co(reason, treatment) -> None:
    assert treatment_of("CO", reason).value == treatment
    assert treatment not in {treatment_of(group, reason).value for group in ("PR", "OA", "PI")}


@pytest.mark.parametrize("reason", ["18", "23", "133", "136", "209", "257", "271", "277", "P11"])
def test_these_reasons_are_for_group_oa_only(reason) -> None:
    allowed = [group for group in GROUPS if treatment_of(group, reason) is not Treatment.UNCLASSIFIED]
    assert set(allowed) <= {"OA"}
    assert why_unclassified("CO", reason) == "it is allowed only in group OA"


@pytest.mark.parametrize("reason", ["85", "201", "229", "238", "275", "P3"])
def test_these_reasons_are_for_group_pr_only(reason) -> None:
    assert treatment_of("PR", reason) is Treatment.PATIENT_REVIEW
    assert {treatment_of(group, reason) for group in ("CO", "OA", "PI")} == {Treatment.UNCLASSIFIED}
    assert why_unclassified("CO", reason) == "it is allowed only in group PR"


@pytest.mark.parametrize("reason", ["139", "249", "281", "303", "P24", "P25", "P26"])
def test_these_reasons_are_for_group_co_only(reason) -> None:
    assert {treatment_of(group, reason) for group in ("PR", "OA", "PI")} == {Treatment.UNCLASSIFIED}
    assert why_unclassified("PR", reason) == "it is allowed only in group CO"


def test_two_reasons_are_for_two_groups() -> None:
    assert by_group("45") == {"CO": "contract", "PR": "patient_review", "OA": "unclassified", "PI": "unclassified"}
    assert (why_unclassified("OA", "45"), why_unclassified("OA", "278")) == (
        "it is allowed only in group CO or PR",
        "it is allowed only in group CO or PI",
    )


@pytest.mark.parametrize(
    "reason", ["16", "96", "129", "148", "201", "226", "227", "234", "237", "250", "251", "252", "267", "307", "A1"]
)
def test_these_reasons_say_nothing_without_a_remark_that_is_no_alert(reason) -> None:
    assert lacks_remark(reason, ())
    assert lacks_remark(reason, ("MA01",)), "an alert explains nothing"
    assert not lacks_remark(reason, ("MA01", "N382"))
    assert not lacks_remark(reason, ("N99999",)), "a remark that is not known may explain it"


def test_other_reasons_need_no_remark() -> None:
    assert not lacks_remark("45", ())


@pytest.mark.parametrize(
    ("group", "reason", "treatment"),
    [
        ("OA", "23", Treatment.INFORMATION),
        ("CO", "303", Treatment.PROTECTED),
        ("OA", "209", Treatment.PROTECTED),
        ("PI", "94", Treatment.NEGATIVE_ONLY),
        ("OA", "94", Treatment.NEGATIVE_ONLY),
        ("PR", "100", Treatment.PATIENT_WAS_PAID),
        ("OA", "100", Treatment.PATIENT_WAS_PAID),
        ("CO", "B11", Treatment.FORWARDED),
        ("PI", "B11", Treatment.FORWARDED),
        ("CO", "246", Treatment.DENIAL),
        ("OA", "246", Treatment.UNDECIDED),
        ("CO", "193", Treatment.DENIAL),
        ("CO", "999", Treatment.UNCLASSIFIED),
        ("PR", "999", Treatment.UNCLASSIFIED),
        ("PR", "31", Treatment.PATIENT_REVIEW),
        ("OA", "97", Treatment.DENIAL),
        ("PI", "97", Treatment.DENIAL),
    ],
)
def test_what_the_table_names_one_by_one(group, reason, treatment) -> None:
    assert treatment_of(group, reason) is treatment


def test_a_denial_by_another_name_is_a_denial_all_the_same() -> None:
    from claimwright.codesets.reasons import carc, carcs

    others = {reason for reason in carcs() if carc(reason).posting in ("REVIEW_CAP_OR_WRONG_PAYER", "APPEAL_UPHELD")}
    assert {carc(reason).posting for reason in others} == {"REVIEW_CAP_OR_WRONG_PAYER", "APPEAL_UPHELD"}
    assert {treatment_of("CO", reason) for reason in others} == {Treatment.DENIAL}


@pytest.mark.parametrize("group", ["CR", "", "XX"])
def test_groups_that_are_gone_are_named(group) -> None:
    assert treatment_of(group, "45") is Treatment.UNCLASSIFIED
    assert why_unclassified(group, "45") == f"the group {group or '(none)'} is not used any more"


def test_a_reason_is_good_on_its_last_day_and_not_after(monkeypatch) -> None:
    monkeypatch.setattr(treatments, "carc_last_day", {"45": date(2026, 3, 1)}.get)
    treatment_of.cache_clear()
    assert treatment_of("CO", "45", date(2026, 3, 1)) is Treatment.CONTRACT
    assert treatment_of("CO", "45", date(2026, 3, 2)) is Treatment.UNCLASSIFIED
    assert treatment_of("CO", "45", None) is Treatment.CONTRACT
    assert why_unclassified("CO", "45", date(2026, 3, 2)) == "the reason ended on 2026-03-01"
    treatment_of.cache_clear()


def test_why_nothing_is_known_is_said() -> None:
    assert why_unclassified("CO", "999") == "the reason is not among those known here"
    assert why_unclassified("CO", "96") == "it says nothing without a remark code, and there is none"


def test_remarks_that_say_something_by_themselves() -> None:
    assert frozenset({"N781", "N782", "N783"}) == PROTECTING_REMARKS
    assert frozenset({"MA18", "N89", "MA07"}) == FORWARDING_REMARKS
    assert frozenset({"MA19", "MA08"}) == NOT_FORWARDED_REMARKS
