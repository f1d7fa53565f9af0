"""HCPCS level II: CMS's own lines and the tables made of them, with the days of each code."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from claimwright.clock import MovedClock
from claimwright.codesets.hcpcs import Hcpcs
from claimwright.codesets.layouts import LAYOUTS
from claimwright.codesets.library import CodeLibrary
from claimwright.codesets.releases import CodeStore, Source, load
from claimwright.errors import InputError

DAY = date(2026, 1, 5)
TABLE = (
    "hcpcs,type,long_description,short_description,price,mult_pi,cim,mcm,statute,labcert,xref,cov,asc_grp,asc_dt,"
    "procnote,betos,tos,date_added,date_action,date_ended,action\n"
    'G0101,code,"A screening, with an examination",Screening,11,A,,,,,,D,,,,M1A,1,1998-01-01,1998-01-01,,N\n'
    "G0102,code,An older screening,Older,11,A,,,,,,D,,,,M1A,1,1998-01-01,2020-01-01,2019-12-31,D\n"
    "LT,mod,Left side,Left side,,,,,,,,C,,,,,,1984-01-01,1997-01-01,,N\n"
)


def fixed(code: str, number: int, record: str, long: str, short: str = "", added: str = "", ended: str = "") -> str:
    """One of CMS's lines, of 320 bytes."""
    rest = f"{short:<28}{'11':<8}A".ljust(268 - 91)
    return f"{code:>5}{number:05}{record}{long:<80}{rest}{added:<8}{added:<8}{ended:<8}N".ljust(320)


LINES = "***Disclaimers\t\t\r\n\r\n" + "\r\n".join(
    (
        fixed("LT", 100, "7", "Left side", "Left side", "19840101"),
        fixed("G0101", 100, "3", "A screening, with", "Screening", "19980101"),
        fixed("G0101", 200, "4", "an examination"),
        fixed("G0102", 100, "3", "An older screening", "Older", "19980101", "20191231"),
    )
)


@pytest.fixture
def store(tmp_path: Path) -> CodeStore:
    return CodeStore(tmp_path / "codes.sqlite3")


def loaded(store: CodeStore, *texts: str) -> Hcpcs:
    clock = MovedClock(datetime(2026, 11, 25, tzinfo=UTC))
    sources = [Source.of("given", text.encode()) for text in texts]
    load(store, sources, clock=clock, layouts=LAYOUTS, effective_date=DAY)
    found = CodeLibrary(store).hcpcs(DAY)
    assert found is not None
    return found


@pytest.mark.parametrize("text", [TABLE, LINES], ids=["one table", "CMS's lines"])
def test_a_code_has_its_descriptions_and_its_days(store: CodeStore, text: str) -> None:
    codes = loaded(store, text).codes
    assert sorted(codes) == ["G0101", "G0102", "LT"]
    assert (codes["G0101"].long, codes["G0101"].short) == ("A screening, with an examination", "Screening")
    assert codes["LT"].is_modifier
    assert codes["G0101"].is_valid(DAY)
    assert not codes["G0101"].is_valid(date(1997, 12, 31))
    assert codes["G0102"].is_valid(date(2019, 12, 31))
    assert not codes["G0102"].is_valid(date(2020, 1, 1))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TABLE.replace("G0102", "D0120"), "describes D0120, whose owner sells it"),
        (TABLE.replace("G0102", "99213"), "describes 99213, whose owner sells it"),
        (TABLE.replace("statute", "law"), "does not know the column 'law' and misses 'statute'"),
        (TABLE[:-40], "is no HCPCS code|Row 4"),
        (LINES[:-200], "'G0102' is no HCPCS code"),
        (LINES.replace("G010200100", "GO10200100"), "is no HCPCS code"),
    ],
)
def test_a_file_that_may_not_be_kept_or_is_damaged_is_refused_whole(store: CodeStore, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        loaded(store, text)
    assert not store.releases()


def test_the_published_files_have_the_codes_that_were_counted(store: CodeStore, publishers: Path) -> None:
    clock = MovedClock(datetime(2026, 11, 25, tzinfo=UTC))
    counted = []
    for year, paths in (
        (2019, ["hcpcs2_raw/HCPC2019_CONTR_ANWEB.txt"]),
        (2024, ["hcpcs2_2024q1/hcpcs_anweb_2024.csv"]),
        (
            2025,
            [f"hcpcs2_2024q3/hcpcs_lvl2_{part}_2024jul.csv" for part in ("indicators", "descriptions")],
        ),
    ):
        sources = [source for path in paths for source in Source.open(publishers / path)]
        load(store, sources, clock=clock, layouts=LAYOUTS, effective_date=date(year, 1, 1))
        found = Hcpcs.from_store(store, DAY)
        counted.append(len(found.codes) if found else 0)
    assert counted == [6_800, 8_285, 8_033]
