from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.edits.cases import edit_cases
from tests.edits.clean import CHILD, CLAIM, FACILITY, KNOWN, LINE, MEMBER, PROFILE, SECOND_CLAIM, SERVICE_DATE, TODAY
from tests.edits.code_sets import LIBRARY

from claimwright.codesets.library import NOTHING_LOADED
from claimwright.documents.claim import Claim, ClaimLine
from claimwright.documents.parties import Address, Party, Period, Person, Procedure, Provider
from claimwright.edits import EDITS, ClaimContext, EarlierClaim, PayerProfile, Scrubber, edit_claim
from claimwright.edits.reference import edits_page
from claimwright.edits.registry import Case, Shelf, Table
from claimwright.edits.scrubber import TABLES
from claimwright.errors import InputError
from claimwright.findings import Finding, Severity

EARLIER = EarlierClaim.of(replace(CLAIM, control_number="CW-0900"))
ELSEWHERE = EarlierClaim("CW-1001", "1245319599", (replace(EARLIER.lines[0], service_date=date(2026, 1, 5)),))
MEDICARE = replace(PROFILE, kind="medicare", filing_code="MB", filing_limit_days=None, member_id_pattern="")

REFERENCE_PAGE = Path(__file__).parents[2] / "docs/reference/edits.md"


def codes(claim: Claim, profile: PayerProfile = PROFILE, known: ClaimContext = KNOWN, today: date = TODAY) -> list[str]:
    return [finding.code for finding in edit_claim(claim, profile, known, today)]


@pytest.mark.parametrize(
    "claim",
    [
        CLAIM,
        SECOND_CLAIM,
        replace(CLAIM, patient=CHILD, subscriber=replace(CLAIM.subscriber, relationship="19")),
        replace(CLAIM, facility=FACILITY, frequency="7", original_reference="P1"),
    ],
    ids=["first payer", "second payer", "dependent", "replacement"],
)
def test_it_finds_nothing_wrong_with_a_clean_claim(claim: Claim) -> None:
    assert edit_claim(claim, PROFILE, KNOWN, TODAY) == ()


CODES = [edit.code for edit in EDITS]


def fields(found: tuple[Finding, ...], code: str) -> list[str | None]:
    return [finding.where.field for finding in found if finding.code == code]


@pytest.mark.parametrize("code", CODES)
def test_every_edit_has_a_claim_that_triggers_it(code: str) -> None:
    case = edit_cases()[code]
    found = case.triggering.findings()
    assert fields(found, code)[:1] == [case.field]
    (finding, *_) = (one for one in found if one.code == code)
    assert finding.where.record == (case.triggering.claim.control_number or None)
    assert "{" not in finding.message + finding.hint


@pytest.mark.parametrize("code", CODES)
def test_every_edit_has_a_near_miss_that_does_not(code: str) -> None:
    assert fields(edit_cases()[code].near.findings(), code) == []


def test_every_code_is_used_once() -> None:
    assert max(Counter(CODES).values()) == 1
    assert edit_cases().keys() == set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_a_claim_is_judged_alike_whatever_was_scrubbed_before(code: str) -> None:
    case, scrubber = edit_cases()[code], Scrubber(LIBRARY)
    for scene in (case.near, case.triggering, case.near, case.triggering):
        found = scrubber.edit(scene.claim, scene.profile, scene.known, scene.today)
        assert found == scene.findings()


def hidden(case: Case) -> list[str]:
    """Edits that would find something in a case and are not asked, for the guard of their table says no."""
    closed = [table for table in TABLES if isinstance(table, Table) and not table.guard(case)]
    return [edit.code for table in closed for edit, check in table.rows if list(check(case))]


@pytest.mark.parametrize("code", CODES)
def test_a_guard_hides_nothing_that_an_edit_would_find(code: str) -> None:
    for scene in (edit_cases()[code].triggering, edit_cases()[code].near):
        assert hidden(Case(scene.claim, scene.profile, scene.known, scene.today, Shelf(LIBRARY))) == []


def test_an_edit_holds_for_the_days_of_service_that_it_names() -> None:
    edit = next(one for one in EDITS if one.code == "EDIT-DX-112")
    case = edit_cases()[edit.code]
    assert (edit.since, edit.until) == (None, date(2024, 9, 30))
    assert fields(case.triggering.findings(), edit.code)
    assert not fields(case.near.findings(), edit.code)


def test_without_code_sets_nothing_is_asked_of_them() -> None:
    needing = {"EDIT-MFS-001", "EDIT-EXC-001", "EDIT-PRV-006", "EDIT-NCCI-001", "EDIT-MUE-001", "EDIT-DX-101"}
    for code in needing:
        assert fields(edit_cases()[code].triggering.findings(NOTHING_LOADED), code) == []


def test_the_reference_page_is_the_table_of_edits() -> None:
    assert REFERENCE_PAGE.read_text("utf-8") == edits_page()


def test_no_finding_quotes_who_the_patient_is() -> None:
    secrets = ("Doe", "Jane", "Tim", "ZZT", "1980", "Elm")
    for case in edit_cases().values():
        for finding in (*case.triggering.findings(), *case.near.findings()):
            assert not any(secret in finding.message + finding.hint for secret in secrets), finding


def test_a_claim_without_anything_is_edited_and_not_a_crash() -> None:
    nobody = Provider()
    empty = Claim("", 0, "", "", nobody, replace(CLAIM.subscriber, person=Person()), Party(), (), ())
    found = edit_claim(empty, PayerProfile(), ClaimContext(), TODAY)
    assert {"EDIT-CLM-001", "EDIT-CLM-005", "EDIT-DX-001", "EDIT-SUB-001"} <= {finding.code for finding in found}


def test_the_last_day_to_file_is_on_time_and_the_next_is_late() -> None:
    assert codes(CLAIM, today=date(2026, 5, 17)) == ["EDIT-FIL-003"]
    assert codes(CLAIM, today=date(2026, 5, 18)) == ["EDIT-FIL-001"]


def test_a_limit_that_nobody_confirmed_warns_and_does_not_stop() -> None:
    unconfirmed = replace(PROFILE, filing_limit_days=None)
    (finding,) = edit_claim(CLAIM, unconfirmed, KNOWN, date(2026, 8, 1))
    assert (finding.code, finding.severity) == ("EDIT-FIL-002", Severity.WARNING)


def test_medicare_takes_claims_for_one_calendar_year() -> None:
    member = replace(MEMBER, id="1EG4TE5MK73")
    claim = replace(CLAIM, subscriber=replace(CLAIM.subscriber, person=member, filing_code="MB"))
    for day, code in ((date(2027, 2, 16), "EDIT-FIL-003"), (date(2027, 2, 17), "EDIT-FIL-001")):
        found = codes(claim, MEDICARE, ClaimContext(), day)
        assert [one for one in found if one.startswith("EDIT-FIL-")] == [code]


def test_before_2020_medicare_took_other_numbers() -> None:
    lines = tuple(replace(line, period=Period.day(date(2019, 12, 31))) for line in CLAIM.lines)
    assert "EDIT-SUB-003" not in codes(replace(CLAIM, lines=lines), MEDICARE)
    assert "EDIT-SUB-003" in codes(CLAIM, MEDICARE)


def test_a_practice_may_be_warned_instead_of_stopped() -> None:
    broken = edit_cases()["EDIT-BIL-003"].triggering.claim
    (finding,) = edit_claim(broken, replace(PROFILE, warn_only=frozenset({"EDIT-BIL-003"})), KNOWN, TODAY)
    assert (finding.code, finding.severity) == ("EDIT-BIL-003", Severity.WARNING)


def test_a_second_claim_is_on_time_by_the_first_payers_decision() -> None:
    profile = replace(PROFILE, secondary_limit_days=60)
    assert codes(SECOND_CLAIM, profile, today=date(2026, 4, 26)) == ["EDIT-FIL-003"]
    assert codes(SECOND_CLAIM, profile, today=date(2026, 4, 27)) == ["EDIT-FIL-001"]


def test_a_replacement_has_no_limit_of_a_first_claim() -> None:
    replacement = replace(CLAIM, frequency="7", original_reference="P1")
    assert codes(replacement, today=date(2026, 12, 1)) == []


def test_an_authorization_on_file_that_covers_the_service_is_enough() -> None:
    profile = replace(PROFILE, requires_authorization_for=frozenset({"99213"}))
    authorized = replace(CLAIM, prior_authorization="A1")
    assert codes(authorized, profile) == []
    late = replace(LINE, period=Period.day(date(2026, 7, 1)))
    later = replace(authorized, lines=(late, CLAIM.lines[1]))
    assert "EDIT-PAY-002" in codes(later, profile, today=date(2026, 7, 2))


def test_an_authorization_of_one_line_serves_that_line_only() -> None:
    profile = replace(PROFILE, requires_authorization_for=frozenset({"99213", "81002"}))
    lines = (replace(LINE, prior_authorization="A1"), CLAIM.lines[1])
    found = edit_claim(replace(CLAIM, lines=lines), profile, KNOWN, TODAY)
    assert [(finding.code, finding.where.field) for finding in found] == [
        ("EDIT-PAY-001", "lines.2.prior_authorization")
    ]


def test_a_replacement_is_no_duplicate_of_what_it_replaces() -> None:
    known = replace(KNOWN, earlier_claims=(EARLIER,))
    assert codes(replace(CLAIM, frequency="7", original_reference="P1"), known=known) == []


def test_a_claim_sent_again_is_no_duplicate_of_itself() -> None:
    known = replace(KNOWN, earlier_claims=(replace(EARLIER, control_number=CLAIM.control_number),))
    assert codes(CLAIM, known=known) == []


def test_the_same_service_by_another_provider_is_no_duplicate() -> None:
    known = replace(KNOWN, earlier_claims=(replace(EARLIER, provider_npi="1992999999"),))
    assert codes(CLAIM, known=known) == []


def test_a_number_used_for_other_days_is_taken() -> None:
    assert codes(CLAIM, known=replace(KNOWN, earlier_claims=(ELSEWHERE,))) == ["EDIT-DUP-003"]


def test_a_decision_without_any_day_is_incomplete() -> None:
    (decision,) = SECOND_CLAIM.lines[0].adjudications
    undated = replace(SECOND_CLAIM.lines[0], adjudications=(replace(decision, adjudication_date=None),))
    assert codes(replace(SECOND_CLAIM, lines=(undated, SECOND_CLAIM.lines[1]))) == ["EDIT-COB-006"]


def test_a_foreign_address_needs_no_state_and_no_zip() -> None:
    abroad = Address("1 Rue Haute", "", "Lyon", "", "69001", "FR")
    claim = replace(CLAIM, subscriber=replace(CLAIM.subscriber, person=replace(MEMBER, address=abroad)))
    assert codes(claim) == []


def test_before_october_2015_icd_9_is_right() -> None:
    old = Period.day(date(2015, 9, 30))
    lines = tuple(replace(line, period=old) for line in CLAIM.lines)
    found = edit_claim(replace(CLAIM, lines=lines), replace(PROFILE, filing_limit_days=None), ClaimContext(), TODAY)
    assert [finding.code for finding in found if finding.severity is Severity.ERROR] == ["EDIT-DX-005", "EDIT-DX-005"]


def test_repeated_lines_with_a_modifier_for_repeats_are_fine() -> None:
    repeated = replace(LINE, number=3, control_number="L3", procedure=Procedure("99213", ("25", "76")))
    again = replace(repeated, number=4, control_number="L4")
    claim = replace(CLAIM, lines=(*CLAIM.lines, repeated, again), charge_cents=14_000 + 2 * LINE.charge_cents)
    assert codes(claim) == []


lines = st.builds(
    ClaimLine,
    number=st.integers(0, 60),
    procedure=st.builds(Procedure, st.text(max_size=6), st.tuples(st.text(max_size=3)) | st.just(())),
    charge_cents=st.integers(-1000, 10**9),
    quantity=st.decimals(-5, 100, places=2),
    unit=st.sampled_from(["UN", "MJ", ""]),
    period=st.none() | st.builds(Period, st.dates(), st.dates()),
    pointers=st.lists(st.integers(-1, 14), max_size=6).map(tuple),
)


@given(
    st.lists(lines, max_size=4).map(tuple),
    st.text(max_size=50),
    st.none() | st.dates(),
    st.sampled_from([PROFILE, MEDICARE, PayerProfile()]),
)
def test_whatever_a_claim_says_it_is_edited_without_an_error_of_ours(
    lines: tuple[ClaimLine, ...], number: str, born: date | None, profile: PayerProfile
) -> None:
    person = replace(MEMBER, birth_date=born)
    claim = replace(CLAIM, control_number=number, lines=lines, subscriber=replace(CLAIM.subscriber, person=person))
    first = edit_claim(claim, profile, KNOWN, TODAY)
    assert first == edit_claim(claim, profile, KNOWN, TODAY)
    assert hidden(Case(claim, profile, KNOWN, TODAY)) == []
    assert {finding.code for finding in first} <= {edit.code for edit in EDITS}


def test_payer_rules_survive_being_stored() -> None:
    profile = replace(PROFILE, requires_authorization_for=frozenset({"70551", "70553"}), supports_void=False)
    rules = profile.to_rules()
    assert rules["requires_authorization_for"] == ["70551", "70553"]
    assert PayerProfile.from_rules(rules) == profile
    assert profile.allowed_frequencies == {"1", "7"}


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ({"requires_auth": ["70551"]}, "unknown requires_auth"),
        ({"requires_referring": "yes"}, "not true or false"),
        ({"filing_limit_days": "90"}, "not a number of days"),
        ({"filing_limit_days": -1}, "not a number of days"),
        ({"requires_authorization_for": "70551"}, "not a list of codes"),
        ({"member_id_pattern": "("}, "no regular expression"),
    ],
)
def test_payer_rules_that_make_no_sense_are_refused_by_name(rules: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        PayerProfile.from_rules(rules)


def test_units_of_zero_are_named_with_their_line() -> None:
    claim = replace(CLAIM, lines=(replace(LINE, quantity=Decimal(0)), CLAIM.lines[1]))
    (finding,) = edit_claim(claim, PROFILE, KNOWN, TODAY)
    assert str(finding) == (
        "error EDIT-LIN-005 at CW-1001, lines.1.quantity: The units are 0; they must be more than zero. "
        "Enter how often, or how many minutes."
    )
    assert SERVICE_DATE < TODAY
