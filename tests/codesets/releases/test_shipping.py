"""What comes with claimwright: public tables in small packs, the same as their publishers' files."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from claimwright.clock import MovedClock
from claimwright.codesets.layouts import LAYOUTS
from claimwright.codesets.releases import CODE_SETS, CodeStore, Source, load, load_shipped, open_store
from claimwright.codesets.releases.shipping import packs

CLOCK = MovedClock(datetime(2026, 11, 25, tzinfo=UTC))


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> CodeStore:
    return open_store(tmp_path_factory.mktemp("shipped") / "codes.sqlite3", CLOCK)


def test_a_new_store_has_every_pack_once(shipped: CodeStore) -> None:
    assert len(shipped.releases()) == len(packs())
    assert all(release.row_count for release in shipped.releases())
    assert load_shipped(shipped, CLOCK) == ()


def test_only_what_may_be_passed_on_is_shipped(shipped: CodeStore) -> None:
    names = {release.code_set for release in shipped.releases()}
    assert all("may be passed on" in CODE_SETS[name].terms for name in names)


def test_no_pack_holds_a_cpt_or_dental_code(shipped: CodeStore) -> None:
    release = shipped.release_on("hcpcs", date(2026, 1, 1))
    assert release is not None
    codes = [row[0] for row in shipped.rows(release, "hcpcs_codes")]
    assert [code for code in codes if code[0].isdigit() or code[0] == "D"] == []


@pytest.mark.parametrize(
    ("code_set", "paths"),
    [
        ("icd10cm", ["icd10cm_2026/icd10c-tabular-April-1-2026.xml"]),
        ("hcpcs", [f"hcpcs2_2024q3/hcpcs_lvl2_{part}_2024jul.csv" for part in ("descriptions", "indicators")]),
        ("places", ["pos_codes/pos_codes.csv"]),
        ("mpfs-gpci", ["rvu25d/GPCI2025.csv"]),
        ("mpfs-localities", ["rvu25d/25LOCCO.csv"]),
        ("mpfs-anesthesia", ["rvu25d/ANES2025.csv"]),
        ("zip-localities", ["zip5_oct2025/ZIP5_OCT2025.txt"]),
        ("ms-drg", ["drg_fy2026/drg_weights.txt"]),
    ],
)
def test_a_pack_is_what_its_publishers_file_says(
    shipped: CodeStore, publishers: Path, code_set: str, paths: list[str]
) -> None:
    with CodeStore(":memory:") as read:
        ours = shipped.releases(code_set)[0]
        sources = [source for path in paths for source in Source.open(publishers / path)]
        load(read, sources, clock=CLOCK, layouts=LAYOUTS, effective_date=ours.effective_date)
        theirs = read.releases(code_set)[0]
        assert (ours.sha256, ours.effective_date) == (theirs.sha256, theirs.effective_date)
        for table in CODE_SETS[code_set].tables:
            assert list(shipped.rows(ours, table.name)) == list(read.rows(theirs, table.name))
