"""Exclusions, OPPS rates, ICD-10-PCS, a licensee's CPT file: what each is known by, and what it refuses."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from claimwright.clock import MovedClock
from claimwright.codesets.layouts import LAYOUTS
from claimwright.codesets.library import CodeLibrary
from claimwright.codesets.releases import CodeStore, LoadReport, Source, load
from claimwright.errors import InputError

DAY = date(2026, 4, 1)
LEIE = (
    "LASTNAME,FIRSTNAME,MIDNAME,BUSNAME,GENERAL,SPECIALTY,UPIN,NPI,DOB,ADDRESS,CITY,STATE,ZIP,EXCLTYPE,EXCLDATE,"
    "REINDATE,WAIVERDATE,WVRSTATE\n"
    "SAMPLE,SAM,,,INDIVIDUAL,,,0000000000,19600203,1 TEST ST,TESTTOWN,NY,10001,1128a1,20200120,00000000,00000000,\n"
    "SAMPLE,ANN,,,INDIVIDUAL,,,1234567893,19610203,1 TEST ST,TESTTOWN,NY,10001,1128b4,20200120,20250601,00000000,\n"
    ",,,SAMPLE SUPPLIES LLC,ENTITY,,,1972863450,00000000,1 TEST ST,TESTTOWN,NY,10001,1128b7,20200120,00000000,,\n"
)
OPPS = (
    "Addendum B\n"
    "HCPCS Code,Short Descriptor,SI,APC,Relative Weight,Payment Rate,National Unadjusted Copayment,"
    "Minimum Unadjusted Copayment\n"
    'G0101,x,S,5731,0.28,"$1,024.55",,$4.91\nG0102,x,N,,,,,\n'
)
PCS = (
    f"00001 {'001':<7} 0 {'Central Nervous System, Bypass':<60} Central Nervous System and Cranial Nerves, Bypass\n"
    f"00002 {'0016070':<7} 1 {'Bypass, short':<60} Bypass, long\n"
)
CPT = "code,short,long\n00001,One,A first made-up service\n00002,Two,A second made-up service\n"


@pytest.fixture
def store(tmp_path: Path) -> CodeStore:
    return CodeStore(tmp_path / "codes.sqlite3")


def loaded(store: CodeStore, text: str, *, is_licensed: bool = False) -> LoadReport:
    clock = MovedClock(datetime(2026, 11, 25, tzinfo=UTC))
    (report,) = load(
        store,
        [Source.of("given", text.encode())],
        clock=clock,
        layouts=LAYOUTS,
        effective_date=DAY,
        is_licensed=is_licensed,
    )
    return report


def test_an_exclusion_is_found_by_npi_and_by_name_while_it_is_in_force(store: CodeStore) -> None:
    loaded(store, LEIE)
    exclusions = CodeLibrary(store).exclusions(DAY)
    assert exclusions is not None
    assert exclusions.of_npi("1234567893", date(2025, 5, 31))
    assert exclusions.of_npi("1234567893", date(2025, 6, 1)) is None
    assert exclusions.of_npi("0000000000", DAY) is None
    assert exclusions.of_npi("1972863450", date(2020, 1, 19)) is None
    assert [one.kind for one in exclusions.of_name("Sample", " sam", DAY)] == ["1128a1"]
    assert exclusions.of_name("sample supplies  llc", "", DAY)


def test_a_monthly_supplement_is_not_taken_for_the_whole_list(store: CodeStore) -> None:
    loaded(store, LEIE)
    with pytest.raises(InputError, match="the release in force 3"):
        loaded(store, "\n".join(LEIE.splitlines()[:2]))


def test_rates_lose_their_dollar_signs_and_descriptions_are_not_kept(store: CodeStore) -> None:
    release = loaded(store, OPPS).release
    assert list(store.rows(release, "opps_rates")) == [("G0101", "S", "5731", "1024.55"), ("G0102", "N", "", None)]


def test_an_order_file_of_procedures_is_not_one_of_diagnoses(store: CodeStore) -> None:
    release = loaded(store, PCS).release
    assert list(store.rows(release, "icd10pcs_codes")) == [("0016070", "Bypass, long")]


def test_descriptions_under_licence_are_kept_for_who_says_that_they_hold_one(store: CodeStore) -> None:
    with pytest.raises(InputError, match="--licensed"):
        loaded(store, CPT)
    assert not store.releases()
    assert loaded(store, CPT, is_licensed=True).release.row_count == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (LEIE.replace("WVRSTATE", "WVSTATE"), "does not know the column 'WVSTATE'"),
        (LEIE.replace("20200120,20250601", "20201320,20250601"), "Row 3: month must be in 1..12"),
        (LEIE[:-60], "Row 4"),
        (OPPS.replace("G0102,x,N,,,,,", "G0102,x"), "Row 2: 'G0102' is no procedure code"),
        (OPPS.replace("Payment Rate", "Rate"), "misses 'Payment Rate'"),
        (PCS.replace("0016070", "001607O"), "Line 2 is not of this layout"),
        (CPT.replace("00002", "G0101"), "'G0101' is no CPT code"),
    ],
)
def test_a_damaged_or_changed_file_is_refused_whole(store: CodeStore, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        loaded(store, text, is_licensed=True)
    assert not store.releases()


def test_the_published_procedures_and_rates_have_the_rows_that_were_counted(store: CodeStore, publishers: Path) -> None:
    procedures = loaded(store, (publishers / "icd10pcs_fy" / "icd_10_pcs.csv").read_text())
    rates = loaded(store, (publishers / "opps_addb" / "opps_addendum_b_2026-04_nodesc.csv").read_text())
    assert (procedures.release.row_count, rates.release.row_count) == (78_638, 19_059)
