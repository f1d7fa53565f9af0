"""The Medicare physician fee schedule's files: two forms of one release agree, and a damaged one is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from claimwright.clock import MovedClock
from claimwright.codesets.layouts import LAYOUTS
from claimwright.codesets.mpfs import FeeSchedule, Indices, Locality
from claimwright.codesets.releases import CodeStore, LoadReport, Source, load
from claimwright.errors import InputError

OCTOBER = date(2025, 10, 1)
TITLE = ",,2025 National Physician Fee Schedule Relative Value File October Release" + "," * 28 + "\n"
HEADER = """,,,,,,,,,,,,,,,,,,,,,,,,,,,,NON-FACILITY,FACILITY,
,,,,NOT USED,,,,,,,,,,,,,,,,,,,,,PHYSICIAN,,DIAGNOSTIC,PE USED,PE USED,MP USED
,,,,FOR,,,NON-FAC,,FACILITY ,,,,,,,,,,,,,,,,SUPERVISION OF,,IMAGING,FOR OPPS,FOR OPPS,FOR OPPS
,,,STATUS,MEDICARE ,WORK,NON-FAC,NA,FACILITY,NA,MP,NON-FACILITY,FACILITY,PCTC,GLOB,PRE,INTRA,POST,MULT,BILAT,ASST,\
CO-,TEAM,ENDO,CONV,DIAGNOSTIC,CALCULATION,FAMILY,PAYMENT,PAYMENT,PAYMENT
HCPCS,MOD,DESCRIPTION,CODE,PAYMENT,RVU,PE RVU,INDICATOR,PE RVU,INDICATOR,RVU,TOTAL,TOTAL,IND,DAYS,OP,OP,OP,PROC,SURG,\
SURG,SURG,SURG,BASE,FACTOR,PROCEDURES,FLAG,INDICATOR,AMOUNT,AMOUNT,AMOUNT
"""
ROW = "G0101,,x,A,,0.45,0.62,,0.19,NA,0.05,1.12,0.69,0,000,0.10,0.80,0.10,2,0,1,0,0,,32.3465,09,0,99,0.00,0.00,0.00\n"
GPCI = (
    "ADDENDUM E. FINAL CY 2025 GEOGRAPHIC PRACTICE COST INDICES (GPCIs) BY STATE AND MEDICARE LOCALITY,,,,,,\n,,,,,,\n"
    "Medicare Administrative Contractor (MAC),State,Locality Number,Locality Name,2025 PW GPCI (with 1.0 Floor),"
    "2025 PE GPCI,2025 MP GPCI\n2102,AK,1,ALASKA*,1.5,1.081,0.592\n,,,,,,\n*Work GPCI reflects a 1.5 floor,,,,,,\n"
)


@pytest.fixture
def store(tmp_path: Path) -> CodeStore:
    return CodeStore(tmp_path / "codes.sqlite3")


def loaded(store: CodeStore, text: str | bytes, day: date | None = None) -> LoadReport:
    data = text if isinstance(text, bytes) else text.encode()
    clock = MovedClock(datetime(2026, 11, 25, tzinfo=UTC))
    (report,) = load(store, [Source.of("given", data)], clock=clock, layouts=LAYOUTS, effective_date=day)
    return report


def test_a_release_says_itself_from_which_day_it_holds(store: CodeStore) -> None:
    release = loaded(store, TITLE + HEADER + ROW).release
    assert (release.edition, release.effective_date) == ("2025 October", OCTOBER)


def test_values_are_exactly_the_published_decimals(store: CodeStore) -> None:
    loaded(store, TITLE + HEADER + ROW)
    loaded(store, GPCI)
    schedule = FeeSchedule.from_store(store, OCTOBER)
    assert schedule is not None
    values = schedule.of("G0101")
    assert values is not None
    assert (values.work, values.pe_elsewhere, values.pe_facility) == (Decimal("0.45"), Decimal("0.62"), Decimal("0.19"))
    assert (values.is_never_elsewhere, values.is_never_facility, values.multiple) == (False, True, "2")
    assert schedule.indices == {Locality("02102", "01"): Indices(Decimal("1.5"), Decimal("1.081"), Decimal("0.592"))}
    assert schedule.of("G0101", "26") is None


def test_a_day_before_the_release_has_no_schedule(store: CodeStore) -> None:
    loaded(store, TITLE + HEADER + ROW)
    loaded(store, GPCI)
    assert FeeSchedule.from_store(store, date(2025, 9, 30)) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TITLE + HEADER.replace("ENDO", "ENDOSCOPY") + ROW, "does not know the column 'ENDOSCOPY BASE'"),
        (TITLE + HEADER + ROW[:60] + "\n", "Row 1 of the table"),
        (TITLE + HEADER + ROW.replace("0.62", "0,62"), "is no number"),
        (TITLE + HEADER + ROW.replace("G0101", "G01O1"), "'G01O1' is no procedure code"),
        (TITLE.replace("October", "Second") + HEADER + ROW, "names no year and release"),
        (GPCI.replace("2025 MP GPCI", "2025 MP INDEX"), "does not know the column '2025 MP INDEX'"),
    ],
)
def test_a_damaged_or_changed_file_is_refused_whole(store: CodeStore, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        loaded(store, text)
    assert not store.releases()


def test_both_published_forms_of_a_release_hold_the_same(store: CodeStore, publishers: Path) -> None:
    folder = publishers / "rvu25d"
    for separated, fixed in (("PPRRVU2025_Oct.csv", "PPRRVU2025_Oct.txt"), ("OPPSCAP_Oct.csv", "OPPSCAP_Oct.txt")):
        loaded(store, (folder / separated).read_bytes(), OCTOBER)
        (changes,) = loaded(store, (folder / fixed).read_bytes(), date(2025, 10, 2)).changes
        assert (changes.added, changes.dropped, changes.changed) == ((), (), ())


def test_the_published_files_have_the_rows_that_were_counted(store: CodeStore, publishers: Path) -> None:
    files = {
        "rvu25d/PPRRVU2025_Oct.csv": 19_090,
        "rvu22a/PPRRVU22_JAN.csv": 17_600,
        "rvu25d/GPCI2025.csv": 109,
        "rvu22a/GPCI2022.csv": 112,
        "rvu25d/25LOCCO.csv": 109,
        "rvu25d/ANES2025.csv": 109,
        "zip5_oct2025/ZIP5_OCT2025.txt": 42_956,
    }
    counted = {path: loaded(store, (publishers / path).read_bytes(), OCTOBER).release.row_count for path in files}
    assert counted == files
