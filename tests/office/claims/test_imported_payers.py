"""Payers that come with claims of other systems: their claims are not stopped for the form of an identifier, unless the
practice says so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from claimwright import x12
from claimwright.documents.claim_x12 import write_claims
from claimwright.edits import EDITS
from claimwright.office.claims.importing import import_file
from claimwright.office.claims.models import ClaimFinding
from claimwright.office.claims.recognizing import WARN_ONLY
from claimwright.office.claims.scrubbing import scrub_claims
from claimwright.office.patients.models import Payer
from claimwright.office.patients.roster import add_payer, check
from tests.simulator import cast

CLAIM = cast.claim()
WRONG_NPI = replace(CLAIM, billing=replace(CLAIM.billing, id="1234567890"))
FALSE = replace(WRONG_NPI, diagnoses=())


@pytest.fixture(autouse=True)
def _after_the_visit(office_clock):
    office_clock.advance(days=(cast.MORNING - office_clock.now()).days + 1)


def import_claim(record):
    envelope = x12.Envelope("ZZ", "OTHER", "ZZ", "OFFICE", cast.MORNING, 1, 1)
    result = import_file("a.837", x12.write_interchange(envelope, [write_claims(cast.batch(record))]))
    return scrub_claims(result.claims)


def severities() -> dict[str, str]:
    return dict(ClaimFinding.objects.values_list("code", "severity"))


def test_a_wrong_check_digit_only_warns_for_a_payer_that_came_with_the_claim(lakeside):
    result = import_claim(WRONG_NPI)
    assert (len(result.ready), len(result.stopped)) == (1, 0)
    assert severities()["EDIT-BIL-003"] == "warning"


def test_what_is_false_still_stops_the_claim(lakeside):
    result = import_claim(FALSE)
    assert (len(result.ready), len(result.stopped)) == (0, 1)
    assert severities()["EDIT-BIL-003"] == "warning"
    assert "error" in severities().values()


def test_the_payer_shows_which_edits_only_warn_and_the_practice_takes_them_out(lakeside):
    import_claim(CLAIM)
    payer = Payer.objects.get()
    assert payer.rules == {"warn_only": sorted(WARN_ONLY)}
    assert check(payer) == []
    payer.rules = {}
    payer.save()
    assert len(import_claim(replace(WRONG_NPI, control_number="A2")).stopped) == 1


def test_a_practice_can_decide_to_be_strict_from_the_start(lakeside):
    lakeside.settings = {"imports": {"warn_only": []}}
    lakeside.save()
    assert len(import_claim(WRONG_NPI).stopped) == 1
    assert Payer.objects.get().rules == {}


def test_a_payer_that_somebody_entered_stays_as_strict_as_it_was(lakeside):
    add_payer(CLAIM.payer.last_name, CLAIM.payer.id, filing_code=CLAIM.subscriber.filing_code)
    assert len(import_claim(WRONG_NPI).stopped) == 1


@pytest.mark.parametrize("code", WARN_ONLY)
def test_only_edits_of_the_form_of_an_identifier_are_softened(code):
    (edit,) = [edit for edit in EDITS if edit.code == code]
    assert edit.severity.value == "error"
    assert edit.field.endswith((".id", ".tax_id", ".taxonomy")), edit.field
