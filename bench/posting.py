"""How fast one large remittance is read, planned and posted, on the embedded database and on PostgreSQL.

python -m bench.posting [--claims N] [--only library|embedded|postgresql] [--profile]

The file is one 835, one transaction set of N claims with three lines each: nine claims in ten are paid (contract,
copay on the first line, coinsurance on every fourth claim's lines), the tenth is denied; three provider adjustments.
The books are filled with the N claims beforehand, which is not timed. Every part runs in a process of its own.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from bench.measuring import Sampler, out, peak_megabytes, scratch_folder
from claimwright import x12
from claimwright.documents.parties import Period
from claimwright.documents.remittance import Remittance
from claimwright.money import x12_amount
from claimwright.remittance import KnownClaim, KnownLevel, KnownLine, Plan, PostingPolicy, plan_remittance
from claimwright.remittance.books import PayerItem

_NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
_SERVICE_DAY = date(2026, 1, 15)
_PROCEDURES = ("99213", "99214", "36415", "85025", "80053", "71046")
_NAMES = ("DOE", "ROE", "POE", "MOE", "LOE")
_NPI = "1234567893"
_PAYER_TAX_ID = "512345678"
_LINES = 3
_PLANNED_A_SECOND = 20_000
_POSTED_A_SECOND = 3_000
_BARE_ROWS = 200_000


def main() -> None:
    """Measure, and print a line for each part."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--claims", type=int, default=20_000)
    parser.add_argument("--only", choices=("library", "embedded", "postgresql"), default="")
    parser.add_argument("--profile", action="store_true", help="say in which functions the time goes")
    options = parser.parse_args()
    if options.only == "library":
        _library(options.claims, is_profiled=options.profile)
    elif options.only:
        with scratch_folder() as folder:
            _office(folder, options.claims, is_profiled=options.profile)
    else:
        _each_by_itself(["--claims", str(options.claims), *(["--profile"] if options.profile else [])])


def _each_by_itself(words: Sequence[str]) -> None:
    from tests import postgresql

    _run("library", words, {})
    _run("embedded", words, {"CLAIMWRIGHT_DATABASE_URL": ""})
    if postgresql.binaries() is None:
        out(postgresql.ABSENT)
        return
    with postgresql.server() as url:
        _run("postgresql", words, {"CLAIMWRIGHT_DATABASE_URL": url})


def _run(only: str, words: Sequence[str], variables: dict[str, str]) -> None:
    command = [sys.executable, "-m", "bench.posting", "--only", only, *words]
    done = subprocess.run(command, env={**os.environ, **variables}, check=False)
    if done.returncode:
        sys.exit(done.returncode)


# The visits, and what the payer says about them.


@dataclass(frozen=True, slots=True)
class _Line:
    """charge = paid + contractual + share"""

    number: int
    code: str
    charge: int
    contractual: int
    share: int
    reason: str


@dataclass(frozen=True, slots=True)
class _Visit:
    number: int
    lines: tuple[_Line, ...]

    @property
    def control(self) -> str:
        return f"CLM{self.number:08d}"

    @property
    def charge(self) -> int:
        return sum(line.charge for line in self.lines)

    @property
    def is_denied(self) -> bool:
        return self.number % 10 == 7

    @property
    def member(self) -> str:
        return f"MEM{self.number // 4:07d}"

    @property
    def last_name(self) -> str:
        return _NAMES[self.number // 4 % 5]

    def line_control(self, line: _Line) -> str:
        return f"{self.number}L{line.number}"

    def paid(self, line: _Line) -> int:
        return 0 if self.is_denied else line.charge - line.contractual - line.share


def _visits(count: int) -> Iterator[_Visit]:
    for number in range(1, count + 1):
        yield _Visit(number, tuple(_line(number, index) for index in range(1, _LINES + 1)))


def _line(number: int, index: int) -> _Line:
    charge = 5_000 + (number * 7_919 + index * 104_729) % 35_000
    is_copay = index == 1
    share = 2_000 if is_copay else charge // 20 if number % 4 == 0 else 0
    return _Line(index, _PROCEDURES[(number + index) % 6], charge, charge * 3 // 10, share, "3" if is_copay else "2")


def _file(visits: Sequence[_Visit]) -> bytes:
    envelope = x12.Envelope("ZZ", "PAYER", "ZZ", "PRACTICE", _NOW, 1, 1, usage="P")
    return x12.write_interchange(envelope, [x12.OutgoingSet("835", "005010X221A1", list(_payment(visits)))])


def _payment(visits: Sequence[_Visit]) -> Iterator[x12.OutgoingSegment]:
    moves = {("WO", "OVER1"): 1_250, ("L6", "INT1"): -375, ("FB", "FWD1"): -200}
    paid = sum(visit.paid(line) for visit in visits for line in visit.lines) - sum(moves.values())
    banks = ("01", "111000025", "DA", "123456", f"1{_PAYER_TAX_ID}", "", "01", "222000024", "DA", "654321")
    yield ("BPR", "I", x12_amount(paid), "C", "ACH", "CCP", *banks, "20260302")
    yield ("TRN", "1", "EFT000000001", f"1{_PAYER_TAX_ID}")
    yield ("DTM", "405", "20260302")
    yield ("N1", "PR", "EXAMPLE HEALTH PLAN")
    yield ("N3", "1 PLAN STREET")
    yield ("N4", "SPRINGFIELD", "IL", "627010001")
    yield ("PER", "BL", "EDI DESK", "TE", "5555550100")
    yield ("N1", "PE", "EXAMPLE CLINIC", "XX", _NPI)
    yield ("LX", "1")
    for visit in visits:
        yield from _answer(visit)
    pairs = [part for reason, amount in moves.items() for part in (reason, x12_amount(amount))]
    yield ("PLB", _NPI, "20261231", *pairs)


def _answer(visit: _Visit) -> Iterator[x12.OutgoingSegment]:
    paid = sum(visit.paid(line) for line in visit.lines)
    share = 0 if visit.is_denied else sum(line.share for line in visit.lines)
    amounts = (x12_amount(visit.charge), x12_amount(paid), x12_amount(share) if share else "")
    yield ("CLP", visit.control, "1", *amounts, "12", f"ICN{visit.number:09d}", "11", "1")
    yield ("NM1", "QC", "1", visit.last_name, "JANE", "", "", "", "MI", visit.member)
    yield ("NM1", "82", "1", "WELBY", "MARCUS", "", "", "", "XX", _NPI)
    yield ("MOA", "", "", "MA01")
    yield ("DTM", "050", "20260120")
    for line in visit.lines:
        yield ("SVC", ("HC", line.code), x12_amount(line.charge), x12_amount(visit.paid(line)), "", "1")
        yield ("DTM", "472", f"{_SERVICE_DAY:%Y%m%d}")
        if visit.is_denied:
            yield ("CAS", "CO", "96", x12_amount(line.charge))
        else:
            yield ("CAS", "CO", "45", x12_amount(line.contractual))
            if line.share:
                yield ("CAS", "PR", line.reason, x12_amount(line.share))
        yield ("REF", "6R", visit.line_control(line))
        if visit.is_denied:
            yield ("LQ", "HE", "N130")
        else:
            yield ("AMT", "B6", x12_amount(line.charge - line.contractual))


# The library: read, planned.


class _Books:
    """What the planner asks, from a dictionary."""

    policy = PostingPolicy()

    def __init__(self, visits: Sequence[_Visit]) -> None:
        self._known = {visit.control: [_known(visit)] for visit in visits}

    def prepare(self, remittance: Remittance) -> None:
        """Nothing to load."""

    def earlier_remittance(self, remittance: Remittance) -> str | None:
        return None

    def is_our_payee(self, npi: str, tax_id: str) -> bool:
        return npi == _NPI

    def is_cash_seen(self, remittance: Remittance) -> bool:
        return True

    def payer_key(self, remittance: Remittance) -> int | None:
        return 1

    def claims_by_control_number(self, control_number: str) -> Sequence[KnownClaim]:
        return self._known.get(control_number, ())

    def claims_by_payer_claim_number(self, payer_claim_number: str) -> Sequence[KnownClaim]:
        return ()

    def claims_by_service(self, member_id: str, start: date, charge_cents: int, npi: str) -> Sequence[KnownClaim]:
        return ()

    def open_payer_items(self, remittance: Remittance) -> Sequence[PayerItem]:
        return ()


def _known(visit: _Visit) -> KnownClaim:
    lines = tuple(
        KnownLine(
            visit.number * 10 + line.number,
            line.number,
            visit.line_control(line),
            line.code,
            (),
            line.charge,
            _SERVICE_DAY,
            {"P": line.charge},
            line.charge - line.contractual,
        )
        for line in visit.lines
    )
    return KnownClaim(
        visit.number,
        visit.control,
        visit.charge,
        (KnownLevel("P", 1, visit.member),),
        lines,
        visit.last_name,
        "JANE",
        Period.day(_SERVICE_DAY),
        _NPI,
    )


def _library(count: int, *, is_profiled: bool) -> None:
    from claimwright import documents

    visits = list(_visits(count))
    data = _file(visits)
    out(f"\nAn 835 of {len(data) / 1e6:.1f} MB: {count:,} claims, {count * _LINES:,} lines, one transaction set")
    with _timed("read to records, checked at all levels", count):
        claims = [part.claim for part in documents.stream_claims(data) if part.claim is not None]
    del claims
    ((_, remittance, _),) = documents.read_documents(x12.read(data))
    if not isinstance(remittance, Remittance):
        raise SystemExit("the remittance cannot be read")
    books = _Books(visits)
    before = peak_megabytes()
    with _timed("planned by the library", count, _PLANNED_A_SECOND, Sampler() if is_profiled else None):
        plan = plan_remittance(remittance, books, _NOW.date())
    _describe(plan, count)
    out(f"  {peak_megabytes()} MB at most, {before} MB before planning")


def _describe(plan: Plan, count: int) -> None:
    if not plan.accepted:
        raise SystemExit(f"the remittance is refused: {plan.findings[:1]}")
    words = f"{len(plan.moves):,} moves, {len(plan.moves) / count:.1f} a claim"
    out(f"  {words}; {len(plan.denials):,} denials, {len(plan.reviews):,} reviews")


@contextmanager
def _timed(
    name: str, count: int, bar: float = 0, sampler: Sampler | None = None, server: Callable[[], float] = lambda: 0.0
) -> Iterator[None]:
    """Wall time and process time of a part. A bar is held against process time, the database server's included, so
    that other work on the machine does not count."""
    wall, process = time.perf_counter(), time.process_time() + server()
    if sampler:
        sampler.start()
    yield
    if sampler:
        sampler.stop()
    wall, process = time.perf_counter() - wall, time.process_time() + server() - process
    verdict = f"   (at least {bar:,.0f}: {'holds' if count / process >= bar else 'MISSED'})" if bar else ""
    out(f"  {name:42} {wall:7.2f} s wall {process:7.2f} s process {count / process:10,.0f} claims/s{verdict}")
    if sampler:
        sampler.print()


def _server_clock() -> Callable[[], float]:
    """The process seconds of the database server for our connection; none for the embedded database."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return lambda: 0.0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        stat = Path(f"/proc/{cursor.fetchone()[0]}/stat")
    ticks = os.sysconf("SC_CLK_TCK")

    def seconds() -> float:
        user, system = stat.read_text("ascii").rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / ticks

    return seconds


# The office: received, planned, posted.


def _office(folder: Path, count: int, *, is_profiled: bool) -> None:
    from claimwright.cli.office import open_office

    home = open_office(folder)
    from django.db import connection

    from claimwright.office.core.clock import HomeClock
    from claimwright.office.core.files import store_file
    from claimwright.office.core.models import Client
    from claimwright.office.core.scope import client_scope
    from claimwright.office.posting.posting import plan_of, post_remittance
    from claimwright.office.posting.receiving import receive_remittances

    HomeClock(home.clock_file).move_to(_NOW)
    visits = list(_visits(count))
    client = Client.objects.create(name="Example Clinic", code="bench")
    with client_scope(client):
        _fill(visits)
        file, _ = store_file("bench.835", _file(visits))
        del visits
        engine = "PostgreSQL" if connection.vendor == "postgresql" else "the embedded database (SQLCipher)"
        out(f"\nThe same 835 in an office on {engine}")
        _bare_driver()
        server = _server_clock()
        before = peak_megabytes()
        with _timed("received (read, checked, stored)", count, server=server):
            (row,) = receive_remittances(file)
        received = peak_megabytes()
        with _timed("planned (a dry run, books from the database)", count, server=server):
            plan = plan_of(row)
        _describe(plan, count)
        del plan
        with _timed("posted", count, _POSTED_A_SECOND, Sampler() if is_profiled else None, server):
            plan = post_remittance(row)
        _describe(plan, count)
        out(f"  {peak_megabytes()} MB at most; {before} MB before, {received} MB when it was received")
        _prove(plan)


def _prove(plan: Plan) -> None:
    from claimwright.office.ledger.balances import account_totals
    from claimwright.office.ledger.models import JournalEntry, Posting

    totals = account_totals()
    if sum(totals.values()) or totals["cash_due"] != plan.payment_cents:
        raise SystemExit(f"the ledger is wrong: {totals}")
    out(f"  {JournalEntry.objects.count():,} entries and {Posting.objects.count():,} postings in the ledger, balanced")


def _fill(visits: Sequence[_Visit]) -> None:
    """The practice, its payer, and the claims as they were sent."""
    from claimwright.office.charges.models import Charge, Encounter
    from claimwright.office.claims.models import Adjudication, Claim, ClaimLine
    from claimwright.office.patients.models import Coverage, Patient, Payer, Provider

    clinic = Provider.objects.create(last_name="EXAMPLE CLINIC", npi=_NPI, tax_id="123456789", is_billing=True)
    payer = Payer.objects.create(name="EXAMPLE HEALTH PLAN", payer_id="PLAN1", tax_id=_PAYER_TAX_ID)
    members = {visit.member: visit for visit in visits}
    patients = Patient.objects.bulk_create(
        [
            Patient(account_number=member, last_name=visit.last_name, first_name="JANE")
            for member, visit in members.items()
        ]
    )
    patient_of = dict(zip(members, patients, strict=True))
    coverages = Coverage.objects.bulk_create(
        [Coverage(patient=patient, payer=payer, member_id=member) for member, patient in patient_of.items()]
    )
    coverage_of = dict(zip(members, coverages, strict=True))
    encounters = Encounter.objects.bulk_create(
        [
            Encounter(
                number=visit.control,
                patient=patient_of[visit.member],
                billing=clinic,
                service_date=_SERVICE_DAY,
                state=Encounter.State.RELEASED,
                entered_at=_NOW,
            )
            for visit in visits
        ]
    )
    pairs = [
        (visit, encounter, line) for visit, encounter in zip(visits, encounters, strict=True) for line in visit.lines
    ]
    charges = Charge.objects.bulk_create(
        [
            Charge(encounter=encounter, number=line.number, code=line.code, charge_cents=line.charge)
            for _, encounter, line in pairs
        ]
    )
    claims = Claim.objects.bulk_create(
        [
            Claim(
                number=visit.control,
                encounter=encounter,
                patient=patient_of[visit.member],
                billing=clinic,
                charge_cents=visit.charge,
                service_date=_SERVICE_DAY,
                record={},
                created_at=_NOW,
            )
            for visit, encounter in zip(visits, encounters, strict=True)
        ]
    )
    claim_of = {visit.number: claim for visit, claim in zip(visits, claims, strict=True)}
    ClaimLine.objects.bulk_create(
        [
            ClaimLine(
                claim=claim_of[visit.number],
                charge=charge,
                number=line.number,
                control_number=visit.line_control(line),
                code=line.code,
                charge_cents=line.charge,
                service_date=_SERVICE_DAY,
                expected_cents=line.charge - line.contractual,
            )
            for (visit, _, line), charge in zip(pairs, charges, strict=True)
        ]
    )
    Adjudication.objects.bulk_create(
        [
            Adjudication(
                claim=claim,
                level="P",
                payer=payer,
                coverage=coverage_of[visit.member],
                state=Adjudication.State.IN_PROCESS,
            )
            for visit, claim in zip(visits, claims, strict=True)
        ]
    )
    _charge(charges, encounters)


def _charge(charges: Sequence[Any], encounters: Sequence[Any]) -> None:
    from claimwright.office.ledger.journal import NewEntry, NewPosting, post_entries
    from claimwright.office.ledger.models import Account

    patients = {encounter.pk: encounter.patient_id for encounter in encounters}
    post_entries(
        [
            NewEntry(
                kind="charge",
                postings=(
                    NewPosting(Account.RECEIVABLE, charge.charge_cents, charge_id=charge.pk, owner="P"),
                    NewPosting(Account.CHARGES, -charge.charge_cents, charge_id=charge.pk),
                ),
                text=f"Charge {charge.code}",
                patient_id=patients[charge.encounter_id],
                encounter_id=charge.encounter_id,
            )
            for charge in charges
        ]
    )


def _bare_driver() -> None:
    """How many rows a second the driver alone inserts: as wide as a posting, without an index, a rule or Django."""
    from django.db import connection, transaction

    rows = [(number, number, "receivable", -number, 1, 1, 1, "P", None, "CO-45") for number in range(_BARE_ROWS)]
    columns = "id bigint, entry_id bigint, account varchar(20), cents bigint, patient_id bigint, encounter_id bigint,"
    columns += " charge_id bigint, owner varchar(8), payer_id bigint, reference varchar(50)"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bench_rows ({columns})")
        wall = time.perf_counter()
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with cursor.cursor.copy("COPY bench_rows FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)
            else:
                cursor.executemany(f"INSERT INTO bench_rows VALUES ({', '.join(['%s'] * 10)})", rows)
        wall = time.perf_counter() - wall
        cursor.execute("DROP TABLE bench_rows")
    out(f"  {'the bare driver, rows like postings':42} {wall:7.2f} s wall {_BARE_ROWS / wall:31,.0f} rows/s")


if __name__ == "__main__":
    main()
