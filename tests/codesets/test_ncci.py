"""NCCI: pairs, units and add-on codes, by small tables in CMS's form and by the real ones where they are."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimwright.clock import MovedClock
from claimwright.codesets.layouts import LAYOUTS
from claimwright.codesets.library import CodeLibrary
from claimwright.codesets.ncci import is_bypassed
from claimwright.codesets.releases import CodeStore, Source, load
from claimwright.codesets.releases.pairs import PackedPairs, Pair
from claimwright.errors import InputError

DAY = date(2024, 7, 1)
BANNER = "CPT codes, descriptions and other data only are copyright 2023 American Medical Association\n"
PTP = (
    BANNER + 'Column 1\tColumn 2\t"*=in existence\nprior to 1996"\tEffective Date\t"Deletion Date\n*=no data"\t'
    '"Modifier\n0=not allowed\n1=allowed\n9=not applicable"\tPTP Edit Rationale\n'
    "G0101\tG0102\t\t20200101\t*\t1\tMisuse of Column Two code with Column One code\n"
    "G0101\tG0103\t*\t19960101\t20231231\t0\tMore extensive procedure\n"
    "G0101\tG0103\t\t20240401\t*\t1\tMore extensive procedure\n"
    "G0104\tG0105\t\t20240101\t20240101\t9\tSequential procedure\n"
)
MUE = (
    BANNER + '"HCPCS/\nCPT Code",Practitioner Services MUE Values,MUE Adjudication Indicator,MUE Rationale\n'
    "A4206,0,3 Date of Service Edit: Clinical,CMS Policy\nG0101,1,2 Date of Service Edit: Policy,CMS Policy\n"
)
ADD_ONS = (
    "Primary_Code,Add_On_Code,AOC_Edit_Type,Special_Instruction_Notes,AOC_Del_Dt_Julian,Primary_Code_Del_Dt_Julian,"
    "AOC_Edit_Eff_Dt_Julian,AOC_Edit_Del_Dt_Julian\n"
    "G0101,G2211,1,,,,2024001,\nG0102,G2211,1,,,,2024001,2024181\nCCCCC,G0316,2,,,,2023001,\n"
)


@pytest.fixture
def store(tmp_path: Path) -> CodeStore:
    return CodeStore(tmp_path / "codes.sqlite3")


def loaded(store: CodeStore, *texts: str, code_set: str = "", day: date | None = DAY) -> CodeLibrary:
    clock = MovedClock(datetime(2026, 11, 25, tzinfo=UTC))
    sources = [Source.of(f"part {number}", text.encode()) for number, text in enumerate(texts, start=1)]
    load(store, sources, clock=clock, layouts=LAYOUTS, code_set=code_set, effective_date=day)
    return CodeLibrary(store)


def pair(library: CodeLibrary, one: str, other: str, day: date = DAY) -> Pair | None:
    edits = library.pair_edits("practitioner", day)
    assert edits is not None
    return edits.between(one, other, day)


def test_pairs_are_found_in_both_orders(store: CodeStore) -> None:
    library = loaded(store, PTP, code_set="ptp-practitioner")
    found = pair(library, "G0102", "G0101")
    assert found == pair(library, "G0101", "G0102")
    assert found is not None
    assert (found.column1, found.column2, found.indicator) == ("G0101", "G0102", "1")
    assert found.since == date(2020, 1, 1)


def test_each_day_has_the_edit_of_its_time(store: CodeStore) -> None:
    library = loaded(store, PTP, code_set="ptp-practitioner")
    days = [date(1995, 12, 31), date(2023, 12, 31), date(2024, 1, 1), date(2024, 4, 1)]
    indicators = [found.indicator if (found := pair(library, "G0101", "G0103", day)) else "" for day in days]
    assert indicators == ["", "0", "", "1"]


def test_a_pair_deleted_on_its_first_day_was_never_in_force(store: CodeStore) -> None:
    library = loaded(store, PTP, code_set="ptp-practitioner")
    assert pair(library, "G0104", "G0105", date(2024, 1, 1)) is None


def test_a_table_in_parts_is_one_release(store: CodeStore) -> None:
    other = PTP.replace("G0101", "G0501").replace("G0102", "G0502")
    library = loaded(store, PTP, other, code_set="ptp-practitioner")
    assert len(store.releases()) == 1
    assert pair(library, "G0101", "G0102")
    assert pair(library, "G0501", "G0502")


def test_a_table_of_pairs_does_not_say_whose_it_is_so_somebody_must(store: CodeStore) -> None:
    with pytest.raises(InputError, match="ptp-outpatient or ptp-practitioner"):
        loaded(store, PTP)


def test_a_new_quarter_reports_the_pairs_that_changed(store: CodeStore) -> None:
    loaded(store, PTP, code_set="ptp-practitioner")
    text = PTP.replace("G0101\tG0102", "G0101\tG0109").replace("20240401\t*\t1", "20240401\t20240930\t1")
    clock = MovedClock(datetime(2026, 11, 25, tzinfo=UTC))
    (report,) = load(
        store, [Source.of("new", text.encode())], clock=clock, layouts=LAYOUTS, code_set="ptp-practitioner"
    )
    (changes,) = report.changes
    assert changes.added == (("G0101", "G0109"),)
    assert changes.dropped == (("G0101", "G0102"),)
    assert changes.changed == (("G0101", "G0103"),)


@pytest.mark.parametrize(
    ("column1", "column2", "day", "is_let_through"),
    [
        ("", "59", DAY, True),
        ("59", "", DAY, True),
        ("59", "", date(2019, 6, 30), False),
        ("", "XS", DAY, True),
        ("25", "", date(2019, 6, 30), True),
        ("", "76", DAY, False),
        ("22", "77", DAY, False),
        ("", "", DAY, False),
        ("LT", "RT", DAY, True),
        ("LT", "LT", DAY, False),
        ("LT", "LT 59", DAY, True),
    ],
)
def test_modifiers_let_a_pair_through_that_allows_it(
    column1: str, column2: str, day: date, is_let_through: bool
) -> None:
    allowed = Pair("G0101", "G0102", None, None, "1", "x")
    never = allowed._replace(indicator="0")
    one, two = tuple(column1.split()), tuple(column2.split())
    assert is_bypassed(allowed, one, two, day) is is_let_through
    assert not is_bypassed(never, one, two, day)


def test_unit_limits_of_each_setting_are_told_apart_by_their_header(store: CodeStore) -> None:
    library = loaded(store, MUE, MUE.replace("Practitioner", "Outpatient Hospital").replace("G0101,1", "G0101,4"))
    practitioner, outpatient = (library.unit_limits(one, DAY) for one in ("practitioner", "outpatient"))
    assert practitioner is not None
    assert outpatient is not None
    assert (practitioner.limits["G0101"].units, outpatient.limits["G0101"].units) == (1, 4)
    assert practitioner.limits["A4206"] == (0, "3", "CMS Policy")
    assert library.unit_limits("practitioner", date(2024, 6, 30)) is None


def test_an_add_on_code_has_the_primaries_of_its_day(store: CodeStore) -> None:
    add_ons = loaded(store, ADD_ONS).add_ons(DAY)
    assert add_ons is not None
    june, july = add_ons.of("G2211", date(2024, 6, 29)), add_ons.of("G2211", DAY)
    assert june is not None
    assert july is not None
    assert (june.primaries, july.primaries) == ({"G0101", "G0102"}, {"G0101"})
    assert add_ons.of("G0316", DAY) == ("2", frozenset())
    assert add_ons.of("G0101", DAY) is None
    assert add_ons.of("G2211", date(2023, 12, 31)) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            PTP.replace("PTP Edit Rationale", "PTP Edit Rationale\tDescription"),
            "does not know the column 'Description'",
        ),
        (PTP[:-30], "1 values where 7|4 values where 7|5 values where 7|6 values where 7|no modifier indicator"),
        (PTP.replace("\t1\tMore", "\t5\tMore"), "'5' is no modifier indicator"),
        (PTP.replace("G0104", "G010"), "'G010' is no procedure code"),
        (PTP.replace("20240401", "20241301"), "month must be in 1..12"),
        (MUE.replace("1,2 Date", "one,2 Date"), "invalid literal"),
        (ADD_ONS.replace(",1,,", ",7,,"), "'7' is no type of add-on edit"),
    ],
)
def test_a_damaged_or_changed_table_is_refused_whole(store: CodeStore, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        loaded(store, text, code_set="ptp-practitioner" if "Column 1" in text else "")
    assert not store.releases()


CODES = st.sampled_from(["A4206", "G0101", "G0102", "J1100", "Q4100"])
DAYS = st.none() | st.dates(date(1996, 1, 1), date(2035, 1, 1))
PAIRS = st.builds(Pair, CODES, CODES, DAYS, DAYS, st.sampled_from("019"), st.sampled_from(["a", "b"]))


@given(st.lists(PAIRS, max_size=30))
def test_packing_loses_no_row(rows: list[Pair]) -> None:
    packed = PackedPairs.from_bytes(PackedPairs.of(rows).to_bytes())
    assert sorted(packed, key=repr) == sorted(rows, key=repr)


@given(st.lists(PAIRS, max_size=30), CODES, CODES, st.dates(date(1996, 1, 1), date(2035, 1, 1)))
def test_a_packed_pair_is_found_exactly_when_a_row_is_in_force(
    rows: list[Pair], one: str, other: str, day: date
) -> None:
    packed = PackedPairs.of(rows)
    at = packed.positions()
    found = packed.find(at[one], at[other], day) if one in at and other in at else None
    in_force = [
        row
        for row in rows
        if (row.column1, row.column2) == (one, other) and (row.since or day) <= day <= (row.until or day)
    ]
    assert (found in in_force) if in_force else (found is None)


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> CodeLibrary:
    folder = Path(__file__).parents[3] / "shared" / "data"
    if not folder.exists():
        pytest.skip("the publishers' real files are not here (../shared/data)")
    store = CodeStore(tmp_path_factory.mktemp("ncci") / "codes.sqlite3")
    clock = MovedClock(datetime(2026, 11, 25, tzinfo=UTC))
    for path, code_set in (
        ("ncci_ptp_2024q3/ptp_practitioner_2024q3.csv.gz", "ptp-practitioner"),
        ("ncci_mue_2024q3/mue_practitioner_2024q3.csv", ""),
        ("ncci_mue_2024q3/mue_outpatient_2024q3.csv", ""),
        ("ncci_mue_2024q3/mue_dme_2024q3.csv", ""),
        ("ncci_aoc_2024/aoc_2024q2_with_dates.csv", ""),
    ):
        load(store, Source.open(folder / path), clock=clock, layouts=LAYOUTS, code_set=code_set, effective_date=DAY)
    return CodeLibrary(store)


@pytest.mark.parametrize(
    ("pair_of_codes", "indicator"),
    [
        ("20610 76942", "1"),
        ("80053 80048", "0"),
        ("43239 43235", "0"),
        ("11721 11720", "0"),
        ("11042 97597", "1"),
        ("93000 93005", "1"),
        ("97140 97530", ""),
    ],
)
def test_named_pairs_of_the_real_table_behave_as_published(
    real: CodeLibrary, pair_of_codes: str, indicator: str
) -> None:
    found = pair(real, *pair_of_codes.split())
    assert (found.indicator if found else "") == indicator


def test_a_pair_of_the_real_table_that_ended_is_in_force_until_its_last_day(real: CodeLibrary) -> None:
    assert pair(real, "97140", "97530", date(2019, 12, 31))
    assert pair(real, "97140", "97530", date(2020, 1, 1)) is None


def test_the_real_tables_have_the_rows_that_were_counted(real: CodeLibrary) -> None:
    edits = real.pair_edits("practitioner", DAY)
    limits = [real.unit_limits(setting, DAY) for setting in ("practitioner", "outpatient", "supplier")]
    assert edits is not None
    assert edits.release.row_count == 2_546_017
    assert [len(one.limits) for one in limits if one] == [14_677, 14_628, 2_928]


@pytest.mark.parametrize(
    ("code", "limit"), [("20610", (2, "3")), ("97110", (6, "3")), ("99213", (2, "3")), ("11721", (1, "2"))]
)
def test_named_unit_limits_of_the_real_table(real: CodeLibrary, code: str, limit: tuple[int, str]) -> None:
    limits = real.unit_limits("practitioner", DAY)
    assert limits is not None
    assert limits.limits[code][:2] == limit
