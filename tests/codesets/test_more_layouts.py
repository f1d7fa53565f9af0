"""Coverage articles, the registry of providers, official adjustment codes, MS-DRGs: known by layout, asked by day."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from claimwright.clock import MovedClock
from claimwright.codesets.layouts import LAYOUTS
from claimwright.codesets.library import CodeLibrary
from claimwright.codesets.releases import CodeStore, LoadReport, Source, load
from claimwright.errors import InputError

DAY = date(2026, 4, 1)
MAC, OTHER_MAC = "13202", "06102"
ARTICLES = (
    "article_id,article_version,title,article_pub_date,article_eff_date,article_end_date,status,last_updated,display_id\n"
    "50001,3,First version,2024-01-01,2024-01-15 00:00:00,2025-12-31,A,2026-07-01,A50001\n"
    "50001,4,Second version,2026-01-01,2026-01-01,,A,2026-07-01,A50001\n"
    "50002,1,Elsewhere,2026-01-01,1/15/2026,,A,2026-07-01,A50002\n"
)
CODES = (
    "article_id,article_version,hcpc_code_id,hcpc_code_version,hcpc_code_group,range,last_updated,long_description\n"
    "50001,3,G0101,2024,1,,2026-07-01,x\n"
    "50001,4,G0101,2026,1,,2026-07-01,x\n50001,4,G0101,2025,1,,2026-07-01,x\n"
    "50001,4,G0102,2026,2,,2026-07-01,x\n50001,4,G0103,2026,3,,2026-07-01,x\n"
    "50002,1,G0104,2026,1,,2026-07-01,x\n"
)
COVERED = (
    "article_id,article_version,icd10_code_id,icd10_code_version,icd10_covered_group,range,last_updated,asterisk\n"
    "50001,3,I10,2024,1,,2026-07-01,\n50001,4,E11.9,2026,1,,2026-07-01,\n50001,4,Z13.79,2026,1,,2026-07-01,Y\n"
    "50001,4,J44.9,2026,2,,2026-07-01,N\n"
)
NOT_COVERED = (
    "article_id,article_version,icd10_code_id,icd10_code_version,icd10_noncovered_group,range,last_updated\n"
    "50002,1,R69,2026,1,,2026-07-01\n"
)
CONTRACTORS_OF = (
    "article_id,article_version,article_type,contractor_id,contractor_type_id,contractor_version,last_updated\n"
    "50001,3,1,10,12,1,2026-07-01\n50001,4,1,10,12,1,2026-07-01\n50002,1,1,11,12,1,2026-07-01\n"
)
CONTRACTORS = (
    "contractor_id,contractor_type_id,contractor_version,contractor_bus_name,contractor_number,status\n"
    f"10,12,1,Example MAC,{MAC},A\n11,12,1,Other MAC,{OTHER_MAC},A\n"
)
COVERAGE = {
    "article.csv": ARTICLES,
    "article_x_hcpc_code.csv": CODES,
    "article_x_icd10_covered.csv": COVERED,
    "article_x_icd10_noncovered.csv": NOT_COVERED,
    "article_x_contractor.csv": CONTRACTORS_OF,
    "contractor.csv": CONTRACTORS,
    "state_lookup.csv": "state_id,state_abbrev,description\n1,NY,New York\n",
}
NPPES = (
    '"NPI","Entity Type Code","Replacement NPI","Employer Identification Number (EIN)",'
    '"Provider Organization Name (Legal Business Name)","Provider Last Name (Legal Name)","Provider First Name",'
    '"Provider First Line Business Mailing Address","Provider Business Practice Location Address State Name",'
    '"Provider Business Practice Location Address Postal Code","Provider Enumeration Date","NPI Deactivation Date",'
    '"NPI Reactivation Date","Healthcare Provider Taxonomy Code_1","Healthcare Provider Primary Taxonomy Switch_1",'
    '"Healthcare Provider Taxonomy Code_2","Healthcare Provider Primary Taxonomy Switch_2"\n'
    '"1234567893","1","","","","SAMPLE","SAM","1 HOME ST","NY","100010001","01/02/2010","","","207Q00000X","N",'
    '"363LF0000X","Y"\n'
    '"1245319599","2","","<UNAVAIL>","SAMPLE CLINIC","","","","IL","62701","01/02/2010","03/01/2024","06/01/2024",'
    '"261Q00000X","Y","",""\n'
)
REASONS = (
    "adj_code,adj_type,adj_description,adj_usage,adj_notes,adj_start_date,adj_last_modified,adj_end_date\n"
    "CO,Group,A made-up group,,,,,\n900,CARC,A made-up reason,When made up,,2020-01-01,,2026-01-01\n"
    "N900,RARC,A made-up remark,,,2020-01-01,,\n"
)
MS_DRG = (
    '"TABLE 5. LIST OF MEDICARE SEVERITY DIAGNOSIS-RELATED GROUPS (MS-DRGS), RELATIVE WEIGHTING FACTORS,\n'
    'AND GEOMETRIC AND ARITHMETIC MEAN LENGTH OF STAY FY 2026 Final Rule"\t\t\t\t\t\t\t\t\t\n'
    "MS-DRG \tFY 2026 Final Post-Acute DRG\tFY 2026 Final Special Pay DRG\tMDC\tTYPE\tMS-DRG Title\t"
    "Weights - Before Cap\tWeights - 10% Cap Applied \tGeometric mean LOS\tArithmetic mean LOS\n"
    "291\tYes\tNo\t05\tMED\tA MADE-UP GROUP\t1.2500\t1.3000\t3.9\t5.1\n999\tNo\tNo\t \t**\tUNGROUPABLE\t.\t.\t.\t\n"
)


@pytest.fixture
def store(tmp_path: Path) -> CodeStore:
    return CodeStore(tmp_path / "codes.sqlite3")


def loaded(store: CodeStore, *texts: str) -> LoadReport:
    clock = MovedClock(datetime(2026, 11, 25, tzinfo=UTC))
    sources = [Source.of(f"given {number}", text.encode()) for number, text in enumerate(texts)]
    (report,) = load(store, sources, clock=clock, layouts=LAYOUTS, effective_date=DAY)
    return report


@pytest.fixture
def coverage(store: CodeStore) -> CodeLibrary:
    """The articles of the database as CMS gives them: a ZIP in a ZIP, with tables that nobody asks."""
    inner, outer = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(inner, "w") as file:
        for name, text in COVERAGE.items():
            file.writestr(name, text)
    with zipfile.ZipFile(outer, "w") as file:
        file.writestr("current_article/current_article_csv.zip", inner.getvalue())
        file.writestr("current_article/read_me.txt", "Read me first.")
    clock = MovedClock(datetime(2026, 11, 25, tzinfo=UTC))
    (report,) = load(store, Source.unpack("all_data.zip", outer.getvalue()), clock=clock, layouts=LAYOUTS)
    assert report.release.row_count == 3 + 5 + 4 + 1 + 3 + 2
    return CodeLibrary(store)


def judged(
    library: CodeLibrary, code: str, *diagnoses: str, mac: str = MAC, day: date = DAY
) -> list[tuple[object, ...]]:
    found = library.medical_necessity(day)
    assert found is not None
    return [
        (one.article.number, one.article.version, one.is_supported, one.needs_reading)
        for one in found.judge(code, diagnoses, mac, day)
    ]


def test_a_diagnosis_of_the_codes_group_supports_it(coverage: CodeLibrary) -> None:
    assert judged(coverage, "G0101", "R69", "E119") == [("A50001", 4, True, False)]
    assert judged(coverage, "G0101", "J449") == [("A50001", 4, False, False)]
    assert judged(coverage, "G0102", "J449") == [("A50001", 4, True, False)]


def test_a_group_without_diagnoses_takes_those_of_the_whole_article(coverage: CodeLibrary) -> None:
    assert judged(coverage, "G0103", "J449") == judged(coverage, "G0103", "E119") == [("A50001", 4, True, False)]
    assert judged(coverage, "G0103", "R69") == [("A50001", 4, False, False)]


def test_an_asterisk_asks_for_reading(coverage: CodeLibrary) -> None:
    assert judged(coverage, "G0101", "Z1379") == [("A50001", 4, True, True)]


def test_the_version_in_force_on_the_day_judges(coverage: CodeLibrary) -> None:
    old = date(2025, 6, 1)
    assert judged(coverage, "G0101", "I10", day=old) == [("A50001", 3, True, False)]
    assert judged(coverage, "G0101", "I10") == [("A50001", 4, False, False)]
    assert judged(coverage, "G0101", "I10", day=date(2024, 1, 14)) == []


def test_another_contractors_articles_do_not_judge(coverage: CodeLibrary) -> None:
    assert judged(coverage, "G0101", "R69", mac=OTHER_MAC) == []
    assert judged(coverage, "G0999", "R69") == []


def test_an_article_may_name_only_what_it_does_not_cover(coverage: CodeLibrary) -> None:
    assert judged(coverage, "G0104", "R69", mac=OTHER_MAC) == [("A50002", 1, False, False)]
    assert judged(coverage, "G0104", "E119", "R69", mac=OTHER_MAC) == [("A50002", 1, True, False)]


def test_a_provider_of_the_extract_has_days_and_taxonomies_the_primary_first(store: CodeStore) -> None:
    loaded(store, NPPES)
    registry = CodeLibrary(store).npi_registry(DAY)
    assert registry is not None
    person, clinic = registry.of("1234567893"), registry.of("1245319599")
    assert person is not None
    assert clinic is not None
    assert (person.name, person.is_person, person.taxonomies) == ("SAMPLE", True, ("363LF0000X", "207Q00000X"))
    assert [person.is_active(day) for day in (date(2010, 1, 1), DAY)] == [False, True]
    gaps = (date(2024, 2, 29), date(2024, 3, 1), date(2024, 5, 31), date(2024, 6, 1))
    assert [clinic.is_active(day) for day in gaps] == [True, False, False, True]
    assert registry.of("1679576722") is None


def test_addresses_and_tax_numbers_of_providers_are_not_kept(store: CodeStore) -> None:
    release = loaded(store, NPPES).release
    kept = str(list(store.rows(release, "npi_registry")))
    assert "HOME" not in kept
    assert "UNAVAIL" not in kept


def test_official_texts_are_those_of_the_users_own_copy(store: CodeStore) -> None:
    assert CodeLibrary(store).adjustment_codes(DAY) is None
    loaded(store, REASONS)
    codes = CodeLibrary(store).adjustment_codes(DAY)
    assert codes is not None
    reason, remark = codes.reason("900"), codes.remark("N900")
    assert reason is not None
    assert remark is not None
    assert (reason.text, reason.usage, remark.text) == ("A made-up reason", "When made up", "A made-up remark")
    assert [reason.is_in_force(day) for day in (date(2025, 12, 31), date(2026, 1, 1))] == [True, False]
    assert codes.reason("N900") is None


def test_a_fiscal_years_weights_say_nothing_of_another_year(store: CodeStore) -> None:
    release = loaded(store, MS_DRG).release
    assert (release.edition, release.effective_date) == ("FY 2026 Final Rule", date(2025, 10, 1))
    library = CodeLibrary(store)
    assert library.ms_drgs(date(2026, 10, 1)) is None
    found = library.ms_drgs(date(2026, 9, 30))
    assert found is not None
    assert found.weights == {"291": Decimal("1.3000")}
    assert found.groups["999"].weight is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ARTICLES.replace("display_id", "displayed_id"), "does not know the column 'displayed_id'"),
        (ARTICLES.replace("2026-01-01,,A", "2026-13-01,,A"), "Row 3: month must be in 1..12"),
        (CODES.replace("50001,4,G0102", "50001,4,G01O2"), "Row 5: 'G01O2' is no procedure code"),
        (COVERED.replace("E11.9,2026,1", "E11.9"), "Row 3"),
        (NPPES.replace("1245319599", "1245319598"), "Row 3: '1245319598' is no NPI"),
        (NPPES.replace("NPI Reactivation Date", "NPI Reactivated"), "does not know the column 'NPI Reactivated'"),
        (NPPES.replace("03/01/2024", "2024-03-01"), "is no day like 01/31/2026"),
        (REASONS.replace("adj_notes", "notes"), "does not know the column 'notes' and misses 'adj_notes'"),
        (REASONS.replace("N900,RARC", "N900,Remark"), "Row 4: 'Remark'"),
        (MS_DRG.replace("1.3000", "1,3000"), "Row 1: '1,3000' is no number"),
        (MS_DRG.replace("Special Pay", "Special"), "does not know the column 'Special DRG'"),
        (MS_DRG.replace("FY 2026 Final Rule", ""), "names no fiscal year"),
    ],
)
def test_a_damaged_or_changed_file_is_refused_whole(store: CodeStore, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        loaded(store, text)
    assert not store.releases()


def test_the_published_lists_have_the_rows_that_were_counted(store: CodeStore, publishers: Path) -> None:
    reasons = loaded(store, (publishers / "carc_rarc_2024" / "adj_codes_20240618.csv").read_text())
    drgs = loaded(store, (publishers / "drg_fy2026" / "drg_weights.txt").read_text("cp1252"))
    assert reasons.release.row_count == 405 + 1_171 + 5
    found = CodeLibrary(store).ms_drgs(date(2026, 5, 1))
    assert found is not None
    assert drgs.release.row_count == len(found.groups)
    assert found.groups["001"].weight == Decimal("28.0239")
