"""Contracts in percent of Medicare: of which year, which place, which practitioner, with whose reductions."""

from __future__ import annotations

import csv
import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.pricing.claims import CALIFORNIA, HERE, THERE, address, claim, library, line, row

from claimwright.clock import MovedClock
from claimwright.codesets.layouts import LAYOUTS
from claimwright.codesets.library import NOTHING_LOADED, CodeLibrary
from claimwright.codesets.releases import CodeStore, Source, load
from claimwright.documents.parties import Period, Provider
from claimwright.errors import InputError
from claimwright.pricing import MEDICARE, Contract, Price, Unpriced, price_claim
from claimwright.pricing import terms as terms_module

FACTOR = "33.4009"
TERMS: dict[str, Any] = {"name": "Test plan", "medicare": {"percent": 115}}


def contract(**terms: Any) -> Contract:
    return Contract.from_terms({**TERMS, **terms})


def answer(priced: Price | Unpriced) -> int | str:
    return priced.because if isinstance(priced, Unpriced) else priced.cents


def prices(of: Contract, from_library: CodeLibrary, *lines: Any, **claim_options: Any) -> list[int | str]:
    return [answer(one) for one in price_claim(claim(*lines, **claim_options), from_library, of).lines.values()]


def test_a_percentage_of_medicare_is_rounded_per_unit() -> None:
    """1.01 x 33.4009 is 33.73, of which 115 % is 38.7895."""
    of = contract()
    assert prices(of, library(row("G0001", "1.01")), line("G0001")) == [3_879]
    assert prices(of, library(row("G0001", "1.01")), line("G0001", units="3")) == [3 * 3_879]


def test_the_price_names_the_release_of_every_table_and_each_step() -> None:
    one = line("G0001", cents=3_800)
    priced = contract(lesser_of_charge=True).price(one, claim(one), library(row("G0001", "1.01")))
    assert priced == Price(
        3_800,
        (
            "Medicare physician fee schedule 2026 January and indices of 2026, locality 06102 12",
            "(1.01 x 1 + 0 x 1 + 0 x 1) x 33.4009 outside a facility is 33.73",
            "the contract pays 115 % of it: 38.79",
            "not more than the charge 38.00",
        ),
    )


def test_without_the_tables_there_is_no_price_and_the_reason_is_told() -> None:
    of, one = contract(), line("G0001")
    because = "Medicare's relative values or indices of 2026-02-16 are not loaded"
    assert of.price(one, claim(one)) == Unpriced(because)
    assert of.expected_cents(one, claim(one)) is None
    assert of.needs_medicare
    assert not Contract.from_terms({"rates": [{"percent_of_charge": 50}]}).needs_medicare


def test_last_years_tables_do_not_price_this_years_services() -> None:
    """The relative values of 2025 with the factor of 2026 would be a price that nobody ever paid."""
    because = "Medicare's relative values of 2026 are not loaded, only those of 2025 January"
    assert prices(contract(), library(row("G0001", "1"), years=[2025]), line("G0001")) == [because]


@pytest.mark.parametrize(
    ("medicare", "day", "cents"),
    [
        ({"percent": 100, "year": 2025}, date(2026, 2, 16), 3_235),
        ({"percent": 100, "year": "current"}, date(2026, 2, 16), 3_340),
        ({"percent": 100, "year": 2026}, date(2025, 12, 31), 3_340),
        ({"percent": 100, "on": "2024-03-08"}, date(2026, 2, 16), 3_274),
        ({"percent": 100, "on": "2024-03-09"}, date(2026, 2, 16), 3_329),
        ({"percent": 100, "is_apm": True}, date(2026, 2, 16), 3_357),
    ],
)
def test_the_schedule_is_that_of_the_day_unless_the_terms_hold_it_still(
    medicare: dict[str, Any], day: date, cents: int
) -> None:
    of, loaded = (
        contract(medicare=medicare),
        library(row("G0001", "1"), years=[2024, 2025, 2026], zip_day=date(2024, 1, 1)),
    )
    assert prices(of, loaded, line("G0001", period=Period.day(day))) == [cents]


def test_the_zip_code_of_the_place_of_care_decides_the_locality() -> None:
    loaded, of = library(row("G0001", "1")), contract(medicare={"percent": 100})
    there = Provider("Other Place", address=address(THERE))
    assert prices(of, loaded, line("G0001")) == [3_340]
    assert prices(of, loaded, line("G0001"), zip_code=f"{THERE}1234") == [6_680]
    assert prices(of, loaded, line("G0001"), facility=there) == [6_680]
    assert prices(of, loaded, line("G0001", providers=(("77", there),))) == [6_680]
    assert prices(of, loaded, line("G0001"), where="12") == [6_680]  # at home: the patient lives there
    assert prices(contract(medicare={"percent": 100, "locality": "13202-01"}), loaded, line("G0001")) == [6_680]


def test_californias_contractors_share_one_numbering() -> None:
    """CMS's files of 2025 put locality 18 under 01112 and under 01182."""
    loaded = library(row("G0001", "1"))
    assert prices(contract(medicare={"percent": 100}), loaded, line("G0001"), zip_code=CALIFORNIA) == [10_020]
    named = contract(medicare={"percent": 100, "locality": "01112-18"})
    assert prices(named, loaded, line("G0001")) == [10_020]


@pytest.mark.parametrize(
    ("zip_code", "because"),
    [
        ("62999", "the ZIP code 62999 lies in several localities: name the locality in the terms"),
        ("00000", "no locality is known for the ZIP code 00000 of the place of care"),
    ],
)
def test_a_place_whose_locality_is_not_known_has_no_price(zip_code: str, because: str) -> None:
    assert prices(contract(), library(row("G0001", "1")), line("G0001"), zip_code=zip_code) == [because]
    nowhere = contract(medicare={"percent": 100, "locality": "99999-99"})
    assert prices(nowhere, library(row("G0001", "1")), line("G0001")) == ["the indices have no locality 99999-99"]


def test_the_place_of_service_decides_between_facility_and_office() -> None:
    loaded, of = library(row("G0001", "1", pe="2", facility_pe="1")), contract(medicare={"percent": 100})
    assert prices(of, loaded, line("G0001")) == [10_020]
    assert prices(of, loaded, line("G0001"), where="22") == [6_680]
    assert prices(of, loaded, line("G0001", place_of_service="22")) == [6_680]


@pytest.mark.parametrize(
    ("taxonomy", "percents", "cents"),
    [
        ("207Q00000X", None, 3_340),
        ("363LF0000X", None, 2_839),
        ("1041C0700X", None, 2_505),
        ("363LF0000X", {}, 3_340),
        ("363LF0000X", {"363L": 90, "363LF": 80}, 2_672),
    ],
)
def test_some_practitioners_are_paid_a_percentage(taxonomy: str, percents: dict[str, int] | None, cents: int) -> None:
    own = {} if percents is None else {"practitioner_percents": percents}
    of = contract(medicare={"percent": 100, **own})
    assert prices(of, library(row("G0001", "1")), line("G0001"), taxonomy=taxonomy) == [cents]


def test_the_first_rate_that_names_the_code_wins_and_medicare_is_the_last() -> None:
    of = contract(
        tables_cents={"carved out": {"G0002": 5_000}},
        rates=[{"codes": ["G0002"], "table": "carved out"}, {"codes": ["G0003"], "percent_of_medicare": 200}],
    )
    loaded = library(row("G0001", "1"), row("G0002", "1"), row("G0003", "1"))
    lines = [line(f"G000{number}", number=number) for number in (1, 2, 3)]
    assert prices(of, loaded, *lines) == [3_841, 5_000, 6_680]


def test_the_default_rate_holds_for_codes_without_a_fee_only() -> None:
    of = contract(default_rate={"percent_of_charge": 40})
    loaded = library(row("G0001", "1"), row("G0002", "0", status="C"), row("G0003", "0", status="B"))
    lines = [line(f"G000{number}", number=number, cents=10_000) for number in (1, 2, 3, 4)]
    assert prices(of, loaded, *lines) == [
        3_841, 4_000, "its status is B: paid with other services, never for itself", 4_000,
    ]  # fmt: skip
    assert prices(of, NOTHING_LOADED, lines[0]) == [
        "Medicare's relative values or indices of 2026-02-16 are not loaded"
    ]
    priced = price_claim(claim(*lines), loaded, of).lines[2]
    assert isinstance(priced, Price)
    assert priced.steps[0] == "its status is C: priced by the contractor, so the default rate holds"


def test_medicares_modifiers_hold_until_the_terms_name_their_own() -> None:
    loaded = library(row("G0001", "1", bilateral="1"))
    assert prices(contract(medicare={"percent": 100}), loaded, line("G0001", "50")) == [5_010]
    own = contract(medicare={"percent": 100}, modifier_percents={"50": 200, "22": 120})
    assert prices(own, loaded, line("G0001", "50")) == [6_680]
    assert prices(own, loaded, line("G0001", "22")) == [4_008]
    assert prices(contract(), loaded, line("G0001", "22")) == ["modifier 22 is priced by report"]


SURGERY = [row("G0001", "1", multiple="2"), row("G0002", "2", multiple="2"), row("G0003", "3")]


def test_medicares_reductions_hold_over_the_contracts_rates() -> None:
    of = contract(multiple_procedures={"rules": "medicare"}, rates=[{"codes": ["G0001"], "percent_of_medicare": 300}])
    lines = [line(f"G000{number}", number=number) for number in (1, 2, 3)]
    # 1 x 33.40 x 300 % = 100.20 ranks before 2 x 33.40 x 115 % = 76.82
    assert prices(of, library(*SURGERY), *lines) == [10_020, 3_841, 11_523]


def test_medicares_reductions_hold_over_a_fee_table() -> None:
    of = Contract.from_terms(
        {
            "tables_cents": {"fees": {"G0001": 10_000, "G0002": 8_001, "G0003": 500, "99999": 700}},
            "rates": [{"table": "fees"}],
            "multiple_procedures": {"rules": "medicare"},
        }
    )
    lines = [line(code, number=number) for number, code in enumerate(("G0002", "G0001", "G0003", "99999"), 1)]
    assert prices(of, library(*SURGERY), *lines) == [4_001, 10_000, 500, 700]
    (because, *_) = prices(of, NOTHING_LOADED, *lines)
    assert because == "Medicare's relative values or indices of 2026-02-16 are not loaded"


def test_own_percentages_rank_fees_in_percent_of_medicare() -> None:
    of = contract(medicare={"percent": 100}, multiple_procedures={"codes": ["G0001-G0002"], "percents": [100, 25]})
    lines = [line(f"G000{number}", number=number) for number in (1, 2, 3)]
    assert prices(of, library(*SURGERY), *lines) == [835, 6_680, 10_020]


def test_another_day_or_practitioner_is_not_reduced_together() -> None:
    other = Provider("Other", "One", is_person=True, id_qualifier="XX", id="1679576722")
    first, second = line("G0001", number=1), line("G0002", number=2)
    alone = [3_340, 6_680]
    assert prices(MEDICARE, library(*SURGERY), first, second) == [1_670, 6_680]
    assert prices(MEDICARE, library(*SURGERY), first, replace(second, rendering=other)) == alone
    assert prices(MEDICARE, library(*SURGERY), first, replace(second, period=Period.day(date(2026, 2, 17)))) == alone


def test_one_line_has_the_price_that_it_has_in_its_claim() -> None:
    whole = claim(line("G0001", number=1), line("G0002", number=2), line("G0003", number=3))
    priced = price_claim(whole, library(*SURGERY))
    assert {one.number: MEDICARE.price(one, whole, library(*SURGERY)) for one in whole.lines} == priced.lines
    assert priced.expected_cents == 1_670 + 6_680 + 10_020


def test_a_claim_with_an_unpriced_line_has_no_sum() -> None:
    priced = price_claim(claim(line("G0001"), line("G0009", number=2)), library(*SURGERY))
    assert priced.expected_cents is None
    assert priced.unpriced == {2: Unpriced("the schedule has no G0009", is_unlisted=True)}


@pytest.mark.parametrize(
    ("day", "rounding", "cents"),
    [
        (date(2026, 6, 30), "once", 1_000),
        (date(2026, 7, 1), "once", 1_030),
        (date(2027, 6, 30), "once", 1_030),
        (date(2028, 7, 1), "once", 1_093),  # 10.00 x 1.03^3 = 10.92727
        (date(2034, 7, 1), "once", 1_305),  # 10.00 x 1.03^9 = 13.0477...
        (date(2034, 7, 1), "each_year", 1_306),  # 10.30, 10.61, 10.93, 11.26, 11.60, 11.95, 12.31, 12.68, 13.06
    ],
)
def test_an_escalator_compounds_from_its_day_on(day: date, rounding: str, cents: int) -> None:
    of = Contract.from_terms(
        {
            "tables_cents": {"fees": {"G0001": 1_000}},
            "rates": [{"codes": ["G0001"], "table": "fees"}, {"percent_of_charge": 50}],
            "escalator": {"percent": 3, "first_date": "2026-07-01", "rounding": rounding},
        }
    )
    lines = line("G0001", period=Period.day(day)), line("G0002", number=2, cents=1_000, period=Period.day(day))
    assert prices(of, NOTHING_LOADED, *lines) == [cents, 500]


def test_an_escalator_raises_medicares_fees_too_and_says_so() -> None:
    of = contract(medicare={"percent": 100, "year": 2025}, escalator={"percent": "2.5", "first_date": "2026-01-01"})
    one = line("G0001")
    priced = of.price(one, claim(one), library(row("G0001", "1"), years=[2025]))
    assert isinstance(priced, Price)
    assert (priced.cents, priced.steps[-1]) == (3_316, "raised 2.5 % a year, 1 times: 33.16")


def test_minutes_and_parts_of_services_are_not_priced_by_relative_values() -> None:
    because = "its units are no whole number of services"
    assert prices(contract(), library(row("G0001", "1")), line("G0001", units="0.5")) == [because]
    assert prices(contract(), library(row("G0001", "1")), line("G0001", units="30", unit="MJ")) == [because]


def test_lines_that_share_a_number_are_not_taken_for_one_another() -> None:
    because = "lines of the claim share a number"
    assert prices(contract(), library(*SURGERY), line("G0001"), line("G0002")) == [because]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"medicare": {"percent": 100, "year": "last"}}, "the year of medicare is 'last'"),
        ({"medicare": {"percent": 100, "year": 25}}, "the year of medicare is 25"),
        ({"medicare": {"year": 2025, "on": "2025-01-01"}}, "either a year or a day"),
        ({"medicare": {"locality": "18"}}, "the locality '18' is not like 01182-18"),
        ({"medicare": {"zip": HERE}}, "medicare has unknown zip"),
        ({"rates": [{"percent_of_medicare": 100, "percent": 5}]}, "percent belongs to a table"),
        ({"rates": [{"percent_of_medicare": 100, "percent_of_charge": 5}]}, "a rate needs either"),
        ({"default_rate": {"percent_of_charge": "some"}}, "not a percentage"),
        ({"multiple_procedures": {"rules": "theirs"}}, 'rules = "medicare"'),
        ({"multiple_procedures": {"rules": "medicare", "percents": [100]}}, 'rules = "medicare"'),
        ({"escalator": {"percent": 3}}, "needs a percent and a first_date"),
        ({"escalator": {"percent": 3, "first_date": "2026-01-01", "rounding": "down"}}, "neither once nor each_year"),
    ],
)
def test_terms_that_cannot_be_read_are_refused_by_name(change: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        contract(**change)


def test_the_terms_that_the_reference_shows_are_read() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "contracts.md").read_text("utf-8")
    terms = page.partition("```toml\n")[2].partition("```")[0]
    of = Contract.from_terms(tomllib.loads(terms))
    assert of.needs_medicare
    assert all(line.strip() in (terms_module.__doc__ or "") for line in terms.splitlines())


def test_every_locality_has_the_price_that_cms_published(tmp_path: Path, publishers: Path) -> None:
    """One official price of 2025 for each of the 109 localities, in an office and in a hospital, through a claim."""
    store, clock = CodeStore(tmp_path / "codes.sqlite3"), MovedClock(datetime(2026, 11, 25, tzinfo=UTC))
    for name in ("rvu25d/PPRRVU2025_Oct.csv", "rvu25d/GPCI2025.csv"):
        load(store, Source.open(publishers / name), clock=clock, layouts=LAYOUTS)
    loaded, day, seen, wrong = CodeLibrary(store), Period.day(date(2025, 11, 3)), set(), []
    with (publishers / "vectors" / "mpfs_official_2025.csv").open() as file:
        rows = [one for one in csv.DictReader(file) if one["status"] == "A"]
    for one in rows:
        locality = f"{one['mac']}-{one['locality']}"
        if locality in seen:
            continue
        seen.add(locality)
        of = contract(medicare={"percent": 100, "locality": locality})
        modifiers = (one["mod"],) if one["mod"].strip() else ()
        lines = [
            line(one["hcpcs"], *modifiers, number=at, period=day, place_of_service=where)
            for at, where in ((1, "11"), (2, "22"))
        ]
        expected = [int(Decimal(one[f"expected_{name}"]) * 100) for name in ("nonfacility", "facility")]
        found = prices(of, loaded, *lines)
        wrong += [(locality, found, expected)] if found != expected else []
    assert (len(seen), wrong) == (109, [])
