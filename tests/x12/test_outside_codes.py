"""Code lists that others publish: what comes along is right and in one place; a program may give its own."""

from __future__ import annotations

import csv

import pytest

from claimwright import x12
from claimwright.codesets import acknowledgements, places, reasons
from claimwright.x12.guides import code_lists
from claimwright.x12.rules.identifiers import is_routing_number
from claimwright.x12.rules.shapes import SHAPES
from tests.conftest import SHARED
from tests.x12.defects.kit import base_text

CLAIMS = base_text("professional").encode()


def found(data: bytes, **lists: set[str]) -> list[tuple[str, str]]:
    """Code and quoted value of each finding, with these lists."""
    findings = x12.read(data, settings=x12.Settings(lists=lists)).findings
    return [(finding.code, finding.message.split("'")[1]) for finding in findings]


def test_a_run_of_codes_is_every_code_of_it():
    lists = code_lists()

    assert {"M1", "M144", "N1", "N812", "MA01", "MA134"} <= lists["rarc"]
    assert not {"M0", "MA1", "N0"} & lists["rarc"]
    assert {"01", "09", "10", "99"} <= lists["places"]
    assert {"A", "Q", "0", "9"} <= lists["bill_frequencies"]


def test_ended_codes_are_known_ones_and_none_is_both_ended_and_in_use():
    lists = code_lists()

    assert lists["carc_ended"] < lists["carc"]
    assert {"42", "93", "A2", "D23", "Y3"} <= lists["carc_ended"]
    assert not {"1", "45", "97", "197", "A1", "P1"} & lists["carc_ended"]


def test_the_codes_that_we_explain_are_on_the_lists():
    lists = code_lists()

    assert set(places.places()) == lists["places"]
    assert set(reasons.carcs()) <= lists["carc"]
    assert set(reasons.rarcs()) <= lists["rarc"]
    assert all(acknowledgements.status_category(code) for code in lists["status_rejections"])
    assert lists["status_rejections"] | lists["status_acceptances"] <= lists["status_categories"]


@pytest.mark.parametrize("kind", ["CARC", "RARC"])
def test_every_published_reason_and_remark_is_on_the_list(kind):
    path = SHARED / "data" / "carc_rarc_2024" / "adj_codes_20240618.csv"
    if not path.exists():
        pytest.skip("the published code lists are not here (../shared/data)")
    with path.open(encoding="utf-8") as lines:
        published = {row["adj_code"] for row in csv.DictReader(lines) if row["adj_type"] == kind}

    assert len(published) > 400
    assert published <= code_lists()[kind.lower()]


def test_a_program_gives_the_lists_that_are_too_large_to_come_along():
    diagnoses = {"E119", "I10", "Z23", "K8020", "J029", "H6691", "S134XXA", "M1711", "S72001A"}
    procedures = {"99213", "J3490", "90471", "00790", "87880", "99203", "20610", "A0429", "A0425"}
    taxonomies = {"207Q00000X", "207L00000X", "3416L0300X"}

    assert found(CLAIMS, diagnoses=diagnoses, procedures=procedures, taxonomies=taxonomies) == []
    assert found(CLAIMS, diagnoses=diagnoses - {"Z23"}) == [("X12-COD-014", "Z23")]
    assert found(CLAIMS, procedures=procedures - {"20610"}) == [("X12-COD-018", "20610")]
    assert found(CLAIMS, taxonomies=taxonomies - {"207L00000X"}) == [("X12-IDN-008", "207L00000X")]


def test_a_program_gives_a_newer_list():
    payments = base_text("remittance").encode().replace(b"CAS*OA*23*100", b"CAS*OA*555*100")

    assert found(payments) == [("X12-COD-001", "555")]
    assert found(payments, carc=code_lists()["carc"] | {"555"}) == []
    assert found(payments) == [("X12-COD-001", "555")]


def test_a_list_that_no_rule_asks_for_is_refused():
    with pytest.raises(ValueError, match="there is no code list colours"):
        x12.read(CLAIMS, settings=x12.Settings(lists={"colours": {"red"}}))


def test_every_published_diagnosis_has_the_form_of_one_and_is_found_when_loaded():
    path = SHARED / "data" / "icd10cm_2026" / "code-list-April-2026.txt"
    if not path.exists():
        pytest.skip("the list of diagnoses is not here (../shared/data)")
    published = {line.strip() for line in path.read_text(encoding="utf-8").splitlines()}
    codes = {code for code in published if "-" not in code and len(code) >= 3}

    assert len(codes) > 70_000
    assert [code for code in codes if not SHAPES["icd10cm"](code)] == []
    assert found(CLAIMS, diagnoses=codes) == []
    assert found(CLAIMS.replace(b"ABF:I10", b"ABF:I1099"), diagnoses=codes) == [("X12-COD-014", "I1099")]


def test_every_published_taxonomy_has_the_form_of_one_and_is_found_when_loaded():
    path = SHARED / "data" / "nucc_taxonomy_240" / "nucc_taxonomy_240.csv"
    if not path.exists():
        pytest.skip("the list of taxonomies is not here (../shared/data)")
    with path.open(encoding="utf-8") as lines:
        codes = {row["code"] for row in csv.DictReader(lines)}

    assert len(codes) > 800
    assert [code for code in codes if not SHAPES["taxonomy"](code)] == []
    assert found(CLAIMS, taxonomies=codes) == []


@pytest.mark.parametrize("number", ["111000025", "222000024", "999999992"])
def test_a_routing_number_has_its_check_digit(number):
    assert is_routing_number(number)
    assert not is_routing_number(number[:-1] + str((int(number[-1]) + 1) % 10))
    assert not is_routing_number(number[:-1])


@pytest.mark.parametrize(
    ("shape", "right", "wrong"),
    [
        ("share", [".2", "0", "1", "1.0", "0.35", "00.5"], ["1.01", "20", "-0.2"]),
        ("positive", ["1", ".5", "100"], ["0", "0.00", "-1", "-.5"]),
        ("not_negative", ["0", "-0", "12.5"], ["-12.5", "-.01"]),
        ("zero", ["0", "0.00", "-0"], [".01", "-1"]),
        ("period", ["20260101-20260101", "20260101-20260102", "20260101"], ["20260102-20260101"]),
        ("street", ["1 MAIN STREET", "OAK BOX FARM"], ["PO BOX 1", "P.O. BOX 1", "P O BOX 1", "LOCKBOX 3"]),
        ("icd10cm", ["E119", "Z3A40", "S134XXA", "I10", "QA0011"], ["HELLO", "E11.9", "e119", "119", "E1", "S134XXAB"]),
        ("hcpcs", ["99213", "J3490", "0001F", "0042T"], ["9921", "992133", "J349", "AB123", "99213 "]),
        ("tax_number_or_so", ["123456789", "12-3456789"], ["12345678", "1234567890", "1234-56789"]),
        ("zip", ["62701", "627010001"], ["6270", "62701-0001", "627010"]),
        ("clia", ["14D0000001"], ["1400000001", "14d0000001"]),
    ],
)  # fmt: skip
def test_a_shape_fits_what_has_it_and_nothing_else(shape, right, wrong):
    assert [text for text in right if not SHAPES[shape](text)] == []
    assert [text for text in wrong if SHAPES[shape](text)] == []
