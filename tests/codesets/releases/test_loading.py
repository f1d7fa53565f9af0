"""Publishers' files are loaded whole or not at all, and the release of a day stays what it was."""

from __future__ import annotations

import gzip
import io
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from claimwright.clock import MovedClock
from claimwright.codesets.layouts import LAYOUTS
from claimwright.codesets.releases import CodeStore, LoadReport, Source, load
from claimwright.errors import ConflictError, InputError

JULY, OCTOBER = date(2026, 7, 1), date(2026, 10, 1)
HEADER = "pos_code,pos_type,pos_name,pos_description\n"
FIVE = HEADER + (
    "11,Non-Facility,Office,x\n12,Non-Facility,Home,x\n21,Facility,Inpatient Hospital,x\n"
    "22,Facility,Outpatient Hospital,x\n30,Unassigned,Unassigned,x\n23,Facility,Emergency Room,x\n"
)


@pytest.fixture
def store(tmp_path: Path) -> CodeStore:
    return CodeStore(tmp_path / "codes.sqlite3")


def load_text(store: CodeStore, text: str, day: date | None = JULY, *, accept_fewer: bool = False) -> LoadReport:
    return load_bytes(store, text.encode(), day, accept_fewer=accept_fewer)


def load_bytes(
    store: CodeStore, data: bytes, day: date | None = JULY, *, name: str = "a", accept_fewer: bool = False
) -> LoadReport:
    clock = MovedClock(datetime(2026, 11, 25, tzinfo=UTC))
    sources = Source.unpack(name, data)
    (report,) = load(store, sources, clock=clock, layouts=LAYOUTS, effective_date=day, accept_fewer=accept_fewer)
    return report


def places(store: CodeStore, day: date) -> list[str]:
    release = store.release_on("places", day)
    return [row[0] for row in store.rows(release, "places")] if release else []


def test_a_file_is_recognised_by_its_columns_whatever_its_name(store: CodeStore) -> None:
    report = load_bytes(store, FIVE.encode(), name="holiday.jpg")
    assert (report.release.code_set, report.release.row_count) == ("places", 5)
    assert places(store, JULY) == ["11", "12", "21", "22", "23"]


def test_a_day_before_the_first_edition_has_none(store: CodeStore) -> None:
    load_text(store, FIVE)
    assert store.release_on("places", date(2026, 6, 30)) is None


def test_each_day_has_the_edition_of_its_time(store: CodeStore) -> None:
    load_text(store, FIVE)
    load_text(store, FIVE + "27,Non-Facility,Outreach Site,x\n", OCTOBER)
    assert "27" not in places(store, date(2026, 9, 30))
    assert "27" in places(store, OCTOBER)


def test_a_load_reports_what_it_changes_against_the_edition_before(store: CodeStore) -> None:
    load_text(store, FIVE)
    text = FIVE.replace("12,Non-Facility,Home", "13,Facility,Assisted Living").replace("Office", "Doctor's Office")
    (changes,) = load_text(store, text, OCTOBER).changes
    assert (changes.added, changes.dropped, changes.changed) == ((("13",),), (("12",),), (("11",),))


def test_the_same_file_is_not_loaded_twice_for_one_day(store: CodeStore) -> None:
    load_text(store, FIVE)
    with pytest.raises(ConflictError, match="loaded already"):
        load_text(store, FIVE)


def test_a_withdrawn_release_gives_way_to_the_one_before_it_and_can_be_restored(store: CodeStore) -> None:
    load_text(store, FIVE)
    newer = load_text(store, FIVE + "27,Non-Facility,Outreach Site,x\n", OCTOBER).release
    store.withdraw(newer)
    assert "27" not in places(store, OCTOBER)
    store.restore(newer)
    assert "27" in places(store, OCTOBER)


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("name;address\n", "LOAD-LAYOUT", "no known publisher's file"),
        (FIVE.replace("pos_description", "pos_text", 1), "LOAD-COLUMNS", "'pos_text' and misses 'pos_description'"),
        (FIVE.replace("11,", "1,", 1), "LOAD-VALUE", "'1' is no place of service"),
        (FIVE.replace("Non-Facility", "Perhaps", 1), "LOAD-VALUE", "'Perhaps' is no kind of place"),
        (HEADER, "LOAD-EMPTY", "no rows"),
        (HEADER + "21,Facility,Inpatient Hospital,x\n", "LOAD-FEWER", "1 rows, the release in force 5"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_whole_and_the_release_in_force_stays(
    store: CodeStore, text: str, code: str, said: str
) -> None:
    load_text(store, FIVE)
    with pytest.raises(InputError) as refused:
        load_text(store, text, OCTOBER)
    (finding,) = refused.value.findings
    assert finding.code == code
    assert said in finding.message
    assert finding.where.file == "a"
    assert len(store.releases()) == 1
    assert places(store, OCTOBER) == ["11", "12", "21", "22", "23"]


def test_fewer_rows_are_taken_when_somebody_says_that_the_file_is_whole(store: CodeStore) -> None:
    load_text(store, FIVE)
    load_text(store, HEADER + "21,Facility,Inpatient Hospital,x\n", OCTOBER, accept_fewer=True)
    assert places(store, OCTOBER) == ["21"]


def test_two_rows_of_one_key_are_refused(store: CodeStore) -> None:
    with pytest.raises(InputError, match="two rows have the same code"):
        load_text(store, FIVE + "11,Non-Facility,Office,x\n")
    assert not store.releases()


def test_a_file_without_its_day_needs_to_be_told_it(store: CodeStore) -> None:
    with pytest.raises(InputError, match="--effective"):
        load_text(store, FIVE, None)


def test_compressed_files_are_read_as_what_they_hold(store: CodeStore) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("inside.csv", FIVE)
        archive.writestr("read me.txt", "Dear reader")
    load_bytes(store, packed.getvalue())
    load_bytes(store, gzip.compress(FIVE.encode()), OCTOBER)
    assert len(store.releases()) == 2


@pytest.mark.parametrize("cut", [10, 60, 200])
def test_a_cut_archive_is_refused(store: CodeStore, cut: int) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("inside.csv", FIVE)
    with pytest.raises(InputError, match="cut off or damaged"):
        load_bytes(store, packed.getvalue()[:-cut])


def test_a_file_that_is_no_store_is_refused(tmp_path: Path) -> None:
    (tmp_path / "codes.sqlite3").write_text("something else" * 100)
    with pytest.raises(InputError, match="is no store of code sets"):
        CodeStore(tmp_path / "codes.sqlite3")
