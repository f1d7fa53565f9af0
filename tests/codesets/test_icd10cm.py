"""ICD-10-CM: the real tabular list, by the counts that are published and by another program's list of codes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from claimwright.clock import MovedClock
from claimwright.codesets.icd10cm import Icd10cm, Validity
from claimwright.codesets.layouts import LAYOUTS
from claimwright.codesets.releases import CodeStore, Source, load
from claimwright.errors import InputError

APRIL = date(2026, 4, 1)
FRACTURE = """<ICD10CM.tabular><version>2026</version><chapter><name>19</name><desc>Injury (S00-T88)</desc>
<sectionIndex><sectionRef first="S70" last="S79" id="S70-S79">Injuries to the hip and thigh</sectionRef></sectionIndex>
<section id="S70-S79"><desc>Injuries to the hip and thigh (S70-S79)</desc><diag><name>S72</name><desc>Fracture</desc>
<excludes1><note>amputation (S78.-)</note></excludes1>
<sevenChrDef><extension char="A">first visit</extension><extension char="D">later visit</extension></sevenChrDef>
<diag><name>S72.0</name><desc>of the neck</desc></diag></diag><diag><name>S78</name><desc>Amputation</desc></diag>
</section></chapter></ICD10CM.tabular>"""


def loaded(store: CodeStore, data: bytes, day: date = APRIL) -> Icd10cm:
    clock = MovedClock(datetime(2026, 11, 25, tzinfo=UTC))
    load(store, (Source.of("given", data),), clock=clock, layouts=LAYOUTS, effective_date=day)
    found = Icd10cm.from_store(store, day)
    assert found is not None
    return found


@pytest.fixture
def store(tmp_path: Path) -> CodeStore:
    return CodeStore(tmp_path / "codes.sqlite3")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Icd10cm:
    folder = Path(__file__).parents[3] / "shared" / "data" / "icd10cm_2026"
    if not folder.exists():
        pytest.skip("the publishers' real files are not here (../shared/data)")
    data = (folder / "icd10c-tabular-April-1-2026.xml").read_bytes()
    return loaded(CodeStore(tmp_path_factory.mktemp("icd10cm") / "codes.sqlite3"), data)


def test_the_tabular_list_gives_the_published_number_of_valid_codes(published: Icd10cm) -> None:
    assert len(published.valid) == 74_719


def test_every_code_is_one_of_the_list_that_another_program_reads_from_it(published: Icd10cm, publishers: Path) -> None:
    listed = (publishers / "icd10cm_2026" / "code-list-April-2026.txt").read_text().split()
    judged = {name.replace(".", "") for name in listed if name[0].isalpha() and "-" not in name}
    assert judged == set(published.descriptions)


@pytest.mark.parametrize(
    ("code", "validity"),
    [
        ("E119", Validity.VALID),
        ("E11", Validity.INCOMPLETE),
        ("S72001", Validity.INCOMPLETE),
        ("S72001A", Validity.VALID),
        ("T360X1A", Validity.VALID),
        ("S061X7A", Validity.VALID),
        ("S061X7D", Validity.UNKNOWN),
        ("E1199", Validity.UNKNOWN),
        ("C00-C96", Validity.UNKNOWN),
        ("B20", Validity.VALID),
    ],
)
def test_a_code_is_valid_incomplete_or_unknown(published: Icd10cm, code: str, validity: Validity) -> None:
    assert published.validity(code) is validity


@pytest.mark.parametrize(
    "pair", ["E119 E109", "I10 O109", "F329 F319", "J209 J40", "M5450 M5126", "S72001A S78011A", "I7389 E1152"]
)
def test_codes_that_exclude_each_other_are_found_both_ways_with_the_note(published: Icd10cm, pair: str) -> None:
    code, other = pair.split()
    note = published.excludes1(code, other)
    assert note is not None
    assert note.owner in (code, other, *published.ancestors(code), *published.ancestors(other))
    assert published.excludes1(other, code) is not None


@pytest.mark.parametrize("pair", ["E119 E1165", "J449 J45909", "I10 I119", "E119 I10"])
def test_codes_that_stand_together_exclude_nothing(published: Icd10cm, pair: str) -> None:
    assert published.excludes1(*pair.split()) is None


def test_nearly_every_excludes1_note_with_codes_is_understood(published: Icd10cm) -> None:
    from claimwright.codesets.excludes import targets

    texts = [note.text for notes in published.notes_of.values() for note in notes if note.kind == "excludes1"]
    understood = [text for text in texts if targets(text)]
    assert (len(texts), len(understood)) == (5_407, 5_253)


def test_a_missing_placeholder_is_found(published: Icd10cm) -> None:
    assert published.with_placeholders("T3601A") == "T360X1A"
    assert published.with_placeholders("T360X1A") is None
    assert published.with_placeholders("E11") is None


def test_an_incomplete_code_is_answered_with_what_completes_it(published: Icd10cm) -> None:
    assert published.completions("S72001", most=3) == ("S72001A", "S72001B", "S72001C")
    assert published.completions("E119") == ()
    assert set(published.seventh_characters("S72001")) == set("ABCDEFGHJKMNPQRS")


def test_sides_and_manifestations_are_read_from_the_description(published: Icd10cm) -> None:
    assert (published.side("S72001A"), published.side("M1711"), published.side("E119")) == ("right", "right", "")
    assert published.is_manifestation("G63")
    assert not published.is_manifestation("G629")
    assert published.needs_code_first("G63")


def test_a_code_has_the_notes_of_all_its_ancestors(published: Icd10cm) -> None:
    owners = [note.owner for note in published.notes("S72001A")]
    assert owners.index("S72") < owners.index("chapter 19")


def test_a_category_with_seventh_characters_is_filled_with_placeholders(store: CodeStore) -> None:
    codes = loaded(store, FRACTURE.encode())
    assert sorted(codes.valid) == ["S720XXA", "S720XXD", "S78"]
    assert codes.description("S720XXA") == "of the neck, first visit"
    assert codes.validity("S720") is Validity.INCOMPLETE


def test_an_order_file_says_which_codes_are_headings(store: CodeStore) -> None:
    short, long = "Type 2 diabetes mellitus without complications", "Type 2 diabetes mellitus without complications"
    lines = [
        f"12345 {'E11':<7} 0 {'Type 2 diabetes mellitus':<60} Type 2 diabetes mellitus",
        f"12346 {'E119':<7} 1 {short:<60} {long}",
    ]
    codes = loaded(store, "\r\n".join(lines).encode())
    assert (codes.validity("E11"), codes.validity("E119")) == (Validity.INCOMPLETE, Validity.VALID)
    assert codes.description("E119") == long


def test_a_file_of_codes_holds_valid_codes_only(store: CodeStore) -> None:
    codes = loaded(store, b"A000    Cholera, one kind\nA001    Cholera, another\n")
    assert codes.valid == {"A000", "A001"}


def test_a_code_of_last_year_is_judged_by_last_year(store: CodeStore) -> None:
    loaded(store, b"A000    Cholera, one kind\nA001    Cholera, another\n", date(2024, 10, 1))
    loaded(store, b"A000    Cholera, one kind\nA002    Cholera, a new kind\n", date(2025, 10, 1))
    before, after = (Icd10cm.from_store(store, day) for day in (date(2025, 9, 30), date(2025, 10, 1)))
    assert before is not None
    assert after is not None
    assert before.validity("A001") is Validity.VALID
    assert after.validity("A001") is Validity.UNKNOWN


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (FRACTURE[:-40], "no XML"),
        (FRACTURE.replace("excludes1", "excludes3"), "'excludes3' that is not known"),
        (FRACTURE.replace("<desc>of the neck</desc>", ""), "has no description"),
        (FRACTURE.replace("amputation (S78.-)", "7th characters of some codes do not apply"), "is not understood"),
        (f"<!DOCTYPE x [<!ENTITY a 'b'>]>{FRACTURE}", "no known publisher's file"),
        ("A000    Cholera\nA00?    Cholera\n", "Line 2 is not of this layout"),
    ],
)
def test_a_damaged_or_changed_file_is_refused_whole(store: CodeStore, data: str, said: str) -> None:
    with pytest.raises(InputError, match=said.replace("?", r"\?")):
        loaded(store, data.encode())
    assert not store.releases()
