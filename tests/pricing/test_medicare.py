"""Medicare's prices: the formula against every price that CMS published, the rules by CMS's own examples."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimwright.clock import MovedClock
from claimwright.codesets.layouts import LAYOUTS
from claimwright.codesets.mpfs import FeeSchedule, Indices, Locality, RelativeValues
from claimwright.codesets.releases import CodeStore, Release, Source, load
from claimwright.pricing.anesthesia import Anesthesia, price_anesthesia, time_units
from claimwright.pricing.medicare import Fee, Medicare, Service
from claimwright.pricing.medicare_payment import limiting_charge_cents, non_participating_cents, split_allowed
from claimwright.pricing.price import Price, Unpriced
from claimwright.pricing.same_day import price_day

HERE = Locality("99999", "01")
ONE = Decimal(1)
RELEASE = Release(1, "mpfs-rvu", "made up", date(2026, 1, 1), "", "", 0, datetime(2026, 1, 1, tzinfo=UTC), False)
ZERO = Decimal(0)
PLAIN = RelativeValues(
    "G0001", "", "A", ZERO, ZERO, ZERO, ZERO, False, False, "0", "000", ZERO, ZERO, ZERO, "0", "0", "0", "0", "0", "",
    ONE, "09", "99", ZERO, ZERO, ZERO,
)  # fmt: skip


def values(code: str, work: str, modifier: str = "", pe: str = "0", **policy: object) -> RelativeValues:
    """A row whose fee is its work and practice expense in dollars: every index and the factor are 1."""
    row = PLAIN._replace(code=code, modifier=modifier, work=Decimal(work), pe_elsewhere=Decimal(pe))
    return row._replace(pe_facility=Decimal(pe), **policy)  # type: ignore[arg-type]


def medicare(*rows: RelativeValues, **options: object) -> Medicare:
    schedule = FeeSchedule(
        RELEASE, {(row.code, row.modifier): row for row in rows}, {HERE: Indices(ONE, ONE, ONE)}, {}, {}
    )
    return Medicare(schedule, HERE, **options)  # type: ignore[arg-type]


def service(number: int, code: str, *modifiers: str, units: int = 1, charge: int = 10**8, where: str = "11") -> Service:
    return Service(number, code, modifiers, units, charge, where)


def cents(priced: Price | Unpriced) -> int | str:
    return priced.because if isinstance(priced, Unpriced) else priced.cents


def day(where: Medicare, *services: Service) -> list[int | str]:
    return [cents(priced) for priced in price_day(where, services).values()]


def test_every_price_that_cms_published_for_2025_is_reproduced(tmp_path: Path, publishers: Path) -> None:
    store = CodeStore(tmp_path / "codes.sqlite3")
    clock = MovedClock(datetime(2026, 11, 25, tzinfo=UTC))
    for name in ("PPRRVU2025_Oct.csv", "GPCI2025.csv"):
        load(store, Source.open(publishers / "rvu25d" / name), clock=clock, layouts=LAYOUTS)
    schedule = FeeSchedule.from_store(store, date(2025, 10, 1))
    assert schedule is not None
    wrong, count = [], 0
    with (publishers / "vectors" / "mpfs_official_2025.csv").open() as file:
        for row in csv.DictReader(file):
            here = Medicare(schedule, Locality(row["mac"], row["locality"]))
            for name, is_in_facility in (("nonfacility", False), ("facility", True)):
                expected = int(Decimal(row[f"expected_{name}"]) * 100)
                found = here.fee_cents(row["hcpcs"], row["mod"], is_in_facility=is_in_facility)
                count += 1
                wrong += [(row["hcpcs"], row["locality"], name, found, expected)] if found != expected else []
    assert (count, wrong) == (13_558, [])


def test_the_amount_is_rounded_once_at_the_end() -> None:
    here = medicare(values("G0001", "1.005", pe="1.005"))
    assert here.fee_cents("G0001", is_in_facility=False) == 201


def test_a_facility_has_its_own_practice_expense() -> None:
    here = medicare(values("G0001", "10", pe="5")._replace(pe_facility=Decimal(2)))
    assert day(here, service(1, "G0001")) == [1_500]
    assert day(here, service(1, "G0001", where="22")) == [1_200]


def test_imaging_is_capped_by_the_outpatient_hospitals_price() -> None:
    here = medicare(values("G0001", "0", pe="50", opps_pe_elsewhere=Decimal(40), opps_malpractice=ONE))
    assert day(here, service(1, "G0001")) == [4_100]


def test_never_more_than_the_charge() -> None:
    assert day(medicare(values("G0001", "50")), service(1, "G0001", charge=4_000)) == [4_000]


@pytest.mark.parametrize("status", ["C", "N", "I", "B", "X", "P"])
def test_what_relative_values_do_not_pay_has_no_price_and_says_why(status: str) -> None:
    (priced,) = day(medicare(values("G0001", "50", status=status)), service(1, "G0001"))
    assert str(priced).startswith(f"its status is {status}: ")


def test_cms_example_of_both_sides_150_percent_and_the_charge() -> None:
    """RVU25D: a fee of $125 for one side, charged $100 for each: $125 would be 150 % of less than the charges."""
    here = medicare(values("G0001", "125", bilateral="0"))
    assert day(here, service(1, "G0001", "50", charge=20_000)) == [12_500]


@pytest.mark.parametrize(
    ("indicator", "expected"),
    [("0", 10_000), ("1", 15_000), ("2", 10_000), ("3", 20_000), ("9", "modifier 50 does not apply to G0001")],
)
def test_both_sides_by_indicator(indicator: str, expected: int | str) -> None:
    assert day(medicare(values("G0001", "100", bilateral=indicator)), service(1, "G0001", "50")) == [expected]


@pytest.mark.parametrize(
    ("modifier", "policy", "expected"),
    [
        ("80", {"assistant": "2"}, 1_600),
        ("AS", {"assistant": "2"}, 1_360),
        ("80", {"assistant": "1"}, 0),
        ("80", {"assistant": "0"}, "an assistant for G0001 is paid by documentation (indicator 0)"),
        ("62", {"co_surgeon": "2"}, 6_250),
        ("62", {"co_surgeon": "0"}, 0),
        ("62", {"co_surgeon": "1"}, "a co-surgeon for G0001 is paid by documentation (indicator 1)"),
        ("66", {}, "modifier 66 is priced by report"),
        ("22", {}, "modifier 22 is priced by report"),
        ("54", {"pre": Decimal("0.1"), "intra": Decimal("0.7"), "post": Decimal("0.2")}, 8_000),
        ("55", {"pre": Decimal("0.1"), "intra": Decimal("0.7"), "post": Decimal("0.2")}, 2_000),
        ("78", {"pre": Decimal("0.1"), "intra": Decimal("0.7"), "post": Decimal("0.2")}, 7_000),
        ("54", {}, "G0001 has no share for modifier 54"),
        ("59", {}, 10_000),
    ],
)
def test_modifiers_change_the_fee(modifier: str, policy: dict[str, object], expected: int | str) -> None:
    assert day(medicare(values("G0001", "100", **policy)), service(1, "G0001", modifier)) == [expected]


def test_a_nurse_practitioner_is_paid_85_percent() -> None:
    here = medicare(values("G0001", "100"), practitioner_percent=Decimal(85))
    assert day(here, service(1, "G0001")) == [8_500]


def test_surgery_is_paid_100_50_50_50_50_by_rank_whatever_the_order_of_lines() -> None:
    rows = [values(f"G000{number}", str(fee), multiple="2") for number, fee in enumerate((60, 100, 80, 40, 20), 1)]
    services = [service(number, f"G000{number}") for number in range(1, 6)]
    expected = [3_000, 10_000, 4_000, 2_000, 1_000]
    assert day(medicare(*rows), *services) == expected
    assert sorted(price_day(medicare(*rows), reversed(services)).items()) == sorted(
        price_day(medicare(*rows), services).items()
    )


def test_the_sixth_procedure_of_a_day_is_priced_by_report() -> None:
    rows = [values(f"G000{number}", str(100 - number), multiple="2") for number in range(1, 7)]
    found = day(medicare(*rows), *(service(number, f"G000{number}") for number in range(1, 7)))
    assert found[5] == "the sixth and further procedures of a day are priced by report"
    assert found[:2] == [9_900, 4_900]


def test_units_of_surgery_rank_like_lines() -> None:
    assert day(medicare(values("G0001", "100", multiple="2")), service(1, "G0001", units=3)) == [20_000]


def test_services_outside_the_ranking_are_paid_in_full() -> None:
    here = medicare(values("G0001", "100", multiple="2"), values("G0002", "30"))
    assert day(here, service(1, "G0001"), service(2, "G0002", units=2)) == [10_000, 6_000]


def test_cms_example_of_endoscopies_of_one_family() -> None:
    """CMS: $374.56 in full, $285.98 less the base's $255.40, together $405.14."""
    here = medicare(
        values("G0001", "374.56", multiple="3", endoscopic_base="G0003"),
        values("G0002", "285.98", multiple="3", endoscopic_base="G0003"),
        values("G0003", "255.40", multiple="2"),
    )
    assert day(here, service(1, "G0001"), service(2, "G0002")) == [37_456, 3_058]
    assert day(here, service(1, "G0001"), service(2, "G0003")) == [37_456, 0]


def test_a_family_of_endoscopies_ranks_by_its_total() -> None:
    here = medicare(
        values("G0001", "100", multiple="3", endoscopic_base="G0003"),
        values("G0002", "90", multiple="3", endoscopic_base="G0003"),
        values("G0003", "50"),
        values("G0004", "120", multiple="2"),
    )
    assert day(here, service(1, "G0001"), service(2, "G0002"), service(3, "G0004")) == [10_000, 4_000, 6_000]


def test_therapy_pays_half_the_practice_expense_after_the_highest() -> None:
    here = medicare(values("G0001", "20", pe="10", multiple="5"), values("G0002", "20", pe="12", multiple="5"))
    assert day(here, service(1, "G0001", units=2), service(2, "G0002")) == [5_000, 3_200]


@pytest.mark.parametrize(("kind", "technical", "professional"), [("4", 50, 95), ("6", 75, 100), ("7", 80, 100)])
def test_diagnostics_reduce_the_second_technical_part(kind: str, technical: int, professional: int) -> None:
    policy = {"multiple": kind, "imaging_family": "88"}
    here = medicare(
        *(
            values(code, str(work + pe), modifier, **policy)
            for code, work, pe in (("G0001", 20, 100), ("G0002", 10, 80))
            for modifier, work, pe in (("", work, pe), ("26", work, 0), ("TC", 0, pe))
        )
    )
    expected = 80 * technical + 10 * professional
    assert day(here, service(1, "G0001"), service(2, "G0002")) == [12_000, expected]
    assert day(here, service(1, "G0001", "26"), service(2, "G0002", "TC")) == [2_000, 8_000]


def test_imaging_outside_the_family_is_not_reduced() -> None:
    here = medicare(values("G0001", "100", multiple="4"), values("G0002", "80", multiple="4"))
    assert day(here, service(1, "G0001"), service(2, "G0002")) == [10_000, 8_000]


@pytest.mark.parametrize(
    ("indicator", "sides"), [("0", [10_000, 0]), ("1", [10_000, 5_000]), ("2", [10_000, 0]), ("3", [10_000, 10_000])]
)
def test_right_and_left_on_two_lines_are_paid_as_both_sides_on_one(indicator: str, sides: list[int]) -> None:
    here = medicare(values("G0001", "100", bilateral=indicator))
    assert day(here, service(1, "G0001", "RT"), service(2, "G0001", "LT")) == sides
    assert day(here, service(1, "G0001", "50")) == [sum(sides)]


def test_both_sides_rank_as_one_procedure() -> None:
    here = medicare(values("G0001", "100", multiple="2", bilateral="1"), values("G0002", "120", multiple="2"))
    two_lines = service(1, "G0001", "LT"), service(2, "G0002"), service(3, "G0001", "RT")
    assert day(here, *two_lines) == [10_000, 6_000, 5_000]
    assert day(here, service(1, "G0001", "50"), service(2, "G0002")) == [15_000, 6_000]


def test_one_side_twice_is_not_both_sides() -> None:
    here = medicare(values("G0001", "100", bilateral="1"))
    assert day(here, service(1, "G0001", "LT"), service(2, "G0001", "LT", "76")) == [10_000, 10_000]


def test_a_test_that_is_all_technical_is_reduced_whole() -> None:
    here = medicare(values("G0001", "100", multiple="6", pctc="3"), values("G0002", "80", multiple="6", pctc="3"))
    assert day(here, service(1, "G0001"), service(2, "G0002")) == [10_000, 6_000]


def test_a_test_without_parts_is_paid_alone_and_not_guessed_among_several() -> None:
    """Indicator PC/TC 4: the technical part of 93000 is another code, which the schedule does not name."""
    rows = [values("G0001", "20", multiple="6", pctc="4")]
    rows += [values("G0002", "100", modifier, multiple="6", pctc="1") for modifier in ("", "TC")]
    here = medicare(*rows)
    assert day(here, service(1, "G0001")) == [2_000]
    because, other = day(here, service(1, "G0001"), service(2, "G0002"))
    assert (because, other) == (
        "of several tests of the day (indicator 6) one has no fee for its technical part",
        10_000,
    )
    cheap = medicare(values("G0001", "200", multiple="6", pctc="4"), *rows[1:])
    assert day(cheap, service(1, "G0001"), service(2, "G0002")) == [because, because]


def test_what_the_schedule_calls_rare_is_priced_and_says_so() -> None:
    here = medicare(values("G0001", "100")._replace(is_never_elsewhere=True))
    priced = price_day(here, [service(1, "G0001")])[1]
    assert isinstance(priced, Price)
    assert priced.steps[-1] == "the schedule says that G0001 is rarely or never given outside a facility"


def test_a_contracts_rate_is_rounded_to_the_cent_before_anything_else() -> None:
    here = medicare(values("G0001", "10.07", multiple="2"), values("G0002", "5.03", multiple="2"), rate=Decimal(115))
    assert here.fee_cents("G0001", is_in_facility=False) == 1_158
    assert day(here, service(1, "G0001"), service(2, "G0002", units=2)) == [1_158, 289 * 2]


@given(
    st.lists(
        st.tuples(st.sampled_from("0234567"), st.integers(1, 500), st.integers(0, 300), st.integers(1, 3)),
        min_size=1,
        max_size=5,
    ),
    st.randoms(),
)
def test_no_reduction_adds_money_and_the_order_of_lines_changes_none(
    drawn: list[tuple[str, int, int, int]], chance: object
) -> None:
    rows, services = [], []
    for number, (kind, work, pe, units) in enumerate(drawn, start=1):
        code = f"G{number:04}"
        rows += [
            values(code, str(one + other), modifier, multiple=kind, imaging_family="88", endoscopic_base="")
            for modifier, one, other in (("", work, pe), ("26", work, 0), ("TC", 0, pe))
        ]
        services.append(service(number, code, units=units))
    here = medicare(*rows)
    found = price_day(here, services)
    for one in services:
        fee, priced = here.fee(one), found[one.number]
        assert isinstance(fee, Fee)
        assert isinstance(priced, Unpriced) or 0 <= priced.cents <= fee.cents * one.units
    shuffled = list(services)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    total = sum(one.cents for one in found.values() if isinstance(one, Price))
    again = sum(one.cents for one in price_day(here, shuffled).values() if isinstance(one, Price))
    assert total == again


def test_every_price_explains_itself_line_by_line() -> None:
    here = medicare(values("G0001", "100", multiple="2"), values("G0002", "60", multiple="2", bilateral="1"))
    priced = price_day(here, [service(1, "G0001"), service(2, "G0002", "50", charge=4_000)])[2]
    assert isinstance(priced, Price)
    assert priced.steps == (
        "Medicare physician fee schedule made up, locality 99999 01",
        "(60 x 1 + 0 x 1 + 0 x 1) x 1 outside a facility is 60.00",
        "both sides, indicator 1, are paid 150 %: 90.00",
        "number 2 of the day by its fee, paid 50 %: 45.00",
        "not more than the charge 40.00",
    )


def test_anesthesia_of_129_minutes_is_15_6_units() -> None:
    assert time_units(129) == Decimal("8.6")
    assert cents(price_anesthesia(Anesthesia([7], 129, ("AA",)), Decimal("20.00"))) == 31_200
    assert cents(price_anesthesia(Anesthesia([7, 5], 129, ("QK",)), Decimal("20.00"))) == 15_600
    assert cents(price_anesthesia(Anesthesia([7, 5], 129, ("AD",), was_there_at_induction=True), Decimal(20))) == 14_000
    assert isinstance(price_anesthesia(Anesthesia([7], 129, ()), Decimal(20)), Unpriced)
    assert time_units(17, places=2) == Decimal("1.13")


def test_sequestration_takes_of_medicares_payment_only() -> None:
    payment = split_allowed(10_000, deductible_left_cents=2_000)
    assert (payment.deductible_cents, payment.coinsurance_cents) == (2_000, 1_600)
    assert (payment.sequestered_cents, payment.paid_cents) == (128, 6_272)


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_an_allowed_amount_is_split_to_the_cent(allowed: int, deductible: int) -> None:
    split = split_allowed(allowed, deductible_left_cents=deductible)
    parts = (split.deductible_cents, split.coinsurance_cents, split.sequestered_cents, split.paid_cents)
    assert sum(parts) == allowed
    assert min(parts) >= 0


def test_the_limiting_charge_of_a_published_example() -> None:
    """Code 92626 in 2023 and 2024: $85.88, $81.59 for who does not participate, charged $93.83 at most."""
    assert (non_participating_cents(8_588), limiting_charge_cents(8_588)) == (8_159, 9_383)
