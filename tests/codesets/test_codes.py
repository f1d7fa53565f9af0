from __future__ import annotations

import csv
from pathlib import Path

import pytest

from claimwright.codesets.identifiers import is_mbi, is_npi
from claimwright.codesets.places import place, places
from claimwright.codesets.shapes import is_hcpcs_shaped, is_icd10cm_shaped, is_modifier_shaped, is_taxonomy_shaped

DATA = Path(__file__).parents[3] / "shared/data"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="the publishers' files are not beside the repository")


@pytest.mark.parametrize("npi", ["1234567893", "1003000126"])
def test_an_npi_with_its_check_digit_is_one(npi: str) -> None:
    assert is_npi(npi)


@pytest.mark.parametrize("text", ["1234567890", "3234567893", "123456789", "12345678934", "", "\uff11234567893"])
def test_anything_else_is_no_npi(text: str) -> None:
    assert not is_npi(text)


def test_one_wrong_digit_never_passes_for_an_npi() -> None:
    for position in range(10):
        for digit in set("0123456789") - {"1234567893"[position]}:
            assert not is_npi("1234567893"[:position] + digit + "1234567893"[position + 1 :])


def test_a_beneficiary_identifier_has_no_letter_that_looks_like_a_digit() -> None:
    assert is_mbi("1EG4TE5MK73")
    assert not is_mbi("1SG4TE5MK73")


@needs_data
def test_every_synthetic_beneficiary_identifier_is_refused() -> None:
    with (DATA / "bfd_synthetic_benes/SYNTHETIC_BENE_MBI_ID.csv").open(encoding="utf-8") as file:
        identifiers = [row["BENE_MBI_ID"] for row in csv.DictReader(file)]
    assert len(identifiers) > 20_000
    assert not any(map(is_mbi, identifiers))


def test_an_office_is_no_facility_and_an_unassigned_code_is_no_place() -> None:
    office, ward = place("11"), place("21")
    assert office is not None
    assert ward is not None
    assert (office.is_facility, ward.is_facility) == (False, True)
    assert place("28") is None


@needs_data
def test_the_places_are_those_that_are_assigned() -> None:
    with (DATA / "pos_codes/pos_codes.csv").open(encoding="utf-8") as file:
        kinds = {row["pos_code"]: row["pos_type"] for row in csv.DictReader(file) if row["pos_type"] != "Unassigned"}
    assert {code: known.is_facility for code, known in places().items()} == {
        code: kind == "Facility" for code, kind in kinds.items()
    }


@needs_data
def test_every_diagnosis_code_of_the_year_has_the_shape_of_one() -> None:
    lines = (DATA / "icd10cm_2026/code-list-April-2026.txt").read_text("utf-8").splitlines()
    codes = [code for code in map(str.strip, lines) if "-" not in code and len(code) > 2 and not code.isdigit()]
    assert len(codes) > 74_000
    assert [code for code in codes if not is_icd10cm_shaped(code.replace(".", ""))] == []


def test_a_code_with_two_letters_in_front_is_a_diagnosis_code() -> None:
    assert is_icd10cm_shaped("QA00101")


@pytest.mark.parametrize("code", ["E11.9", "11900", "E1", "E1190001", "e119", ""])
def test_what_is_not_a_diagnosis_code_is_refused(code: str) -> None:
    assert not is_icd10cm_shaped(code)


@pytest.mark.parametrize(("code", "is_one"), [("99213", True), ("0001U", True), ("J1100", True), ("9921", False)])
def test_the_shape_of_a_procedure_code(code: str, is_one: bool) -> None:
    assert is_hcpcs_shaped(code) is is_one


def test_the_shape_of_modifiers_and_taxonomies() -> None:
    assert is_modifier_shaped("25")
    assert not is_modifier_shaped("2")
    assert is_taxonomy_shaped("207Q00000X")
    assert not is_taxonomy_shaped("207Q00000")
