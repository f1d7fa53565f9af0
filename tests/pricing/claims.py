"""Claims to be priced, and a small schedule in a store: HCPCS II codes with made-up values, two localities."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from claimwright.codesets.library import CodeLibrary
from claimwright.codesets.releases import CodeStore
from claimwright.documents.claim import Claim, ClaimLine, Diagnosis, Subscriber
from claimwright.documents.parties import Address, Party, Period, Person, Procedure, Provider

DAY = date(2026, 2, 16)
HERE, THERE, CALIFORNIA = "62701", "10001", "90001"
_LOADED_AT = datetime(2026, 11, 25, tzinfo=UTC)


def address(zip_code: str) -> Address:
    return Address("1 Test Street", "", "Testtown", "IL", zip_code)


def line(
    code: str, *modifiers: str, number: int = 1, cents: int = 10**8, units: str = "1", unit: str = "UN", **more: object
) -> ClaimLine:
    given = {"period": Period.day(DAY), **more}
    return ClaimLine(number, Procedure(code, modifiers), cents, Decimal(units), unit, **given)  # type: ignore[arg-type]


def claim(*lines: ClaimLine, where: str = "11", zip_code: str = HERE, taxonomy: str = "", **more: object) -> Claim:
    billing = Provider("Test Practice", id_qualifier="XX", id="1234567893", address=address(zip_code))
    rendering = Provider("Sample", "Sam", is_person=True, id_qualifier="XX", id="1245319599", taxonomy=taxonomy)
    return Claim(
        "T-1", sum(one.charge_cents for one in lines), where, "1", billing,
        Subscriber("P", Person("Sample", "Pat", address=address(THERE))), Party("Test Payer"),
        (Diagnosis("E119", "ABK"),), lines, rendering=rendering, **more,  # type: ignore[arg-type]
    )  # fmt: skip


def row(
    code: str, work: str, modifier: str = "", pe: str = "0", facility_pe: str = "0", **policy: str
) -> tuple[object, ...]:
    """A row of relative values: dollars where every index and the factor are 1."""
    told = {"status": "A", "multiple": "0", "bilateral": "0", "pctc": "0", "base": "", "family": "99", **policy}
    return (
        code, modifier, told["status"], work, pe, facility_pe, "0", 0, 0, told["pctc"], "XXX", "0", "0", "0",
        told["multiple"], told["bilateral"], "2", "0", "0", told["base"], "1", "09", told["family"], "0", "0", "0",
    )  # fmt: skip


def library(*rows: tuple[object, ...], years: Sequence[int] = (2026,), zip_day: date = date(2025, 1, 1)) -> CodeLibrary:
    """A library with the schedule of each year; in `THERE` everything is worth twice."""
    store = CodeStore(":memory:")
    for year in years:
        first = date(year, 1, 1)
        _add(store, "mpfs-rvu", "mpfs_rvu", first, f"{year} January", rows)
        indices = [
            ("06102", "12", "IL", "HERE", "1", "1", "1"),
            ("13202", "01", "NY", "THERE", "2", "2", "2"),
            ("01182", "18", "CA", "LOS ANGELES", "3", "3", "3"),
        ]
        _add(store, "mpfs-gpci", "mpfs_gpci", first, str(year), indices)
    zips = [
        (HERE, "06102", "12", "IL", "", 0),
        (THERE, "13202", "01", "NY", "", 0),
        (CALIFORNIA, "01112", "18", "CA", "", 0),
        ("62999", "06102", "12", "IL", "", 1),
    ]
    _add(store, "zip-localities", "zip_localities", zip_day, "2025 quarter 1", zips)
    return CodeLibrary(store)


def _add(
    store: CodeStore, code_set: str, table: str, day: date, edition: str, rows: Sequence[tuple[object, ...]]
) -> None:
    release = store.add_release(
        code_set, edition=edition, effective_date=day, source="made up", sha256=f"{code_set}{day}", loaded_at=_LOADED_AT
    )
    store.add_rows(release, table, rows)
    store.count_rows(release)
