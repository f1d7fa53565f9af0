"""How fast claims are edited by the whole catalogue, on one core, with the code sets loaded.

    python -m bench.edits [--claims N] [--profile]

A month of many patients at few providers, three lines a claim: three payers (Medicare and a plan that follow NCCI, one
that does not), sixty procedure codes, real diagnoses; one claim in five follows another payer, one in ten has earlier
claims beside it, one in ten has a mistake. Nothing is shared between claims: each is read from JSON of
its own, a batch at a time, and edited then, as it comes.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import product
from random import Random
from statistics import median
from typing import Any

from bench.measuring import Sampler, at_most, out
from claimwright.clock import MovedClock
from claimwright.codesets.identifiers import is_npi
from claimwright.codesets.library import CodeLibrary
from claimwright.codesets.releases import CodeStore
from claimwright.codesets.releases.shipping import load_shipped
from claimwright.documents.claim import Claim
from claimwright.documents.plain import from_plain
from claimwright.edits import EDITS, ClaimContext, Coverage, CoverageState, EarlierClaim, PayerProfile, Scrubber
from claimwright.findings import Severity

_BAR = 20_000
_TIMES_AS_MANY, _RUNS, _BATCH = 8, 3, 500
_FIRST_DAY, _TODAY, _TABLES_DAY = date(2026, 5, 4), date(2026, 6, 8), date(2026, 4, 1)
_VISITS = ("99212", "99213", "99214", "99215", "99203", "99204", "G0438", "G0439")
_OTHERS = tuple(str(number) for number in (*range(20600, 20612), *range(71045, 71049), *range(93000, 93010)))
_TESTS = tuple(str(number) for number in (*range(80048, 80062), *range(81000, 81004), *range(85025, 85033)))
_CODES = (*_VISITS, *_OTHERS, *_TESTS)
_NEVER_USED = tuple(str(number) for number in range(30_000, 37_000))
_PAIRS_AROUND = 30
_PAYERS = (
    PayerProfile(name="Medicare", payer_id="MCR01", kind="medicare", filing_code="MB"),
    PayerProfile(name="Prairie", payer_id="PRA01", kind="commercial", filing_code="CI", filing_limit_days=180),
    PayerProfile(
        name="Lake",
        payer_id="LAK01",
        kind="commercial",
        filing_code="HM",
        filing_limit_days=90,
        applies_ncci=True,
        requires_authorization_for=frozenset(("70551", "70553")),
    ),
)
_MISTAKES = ("no member", "wrong NPI", "unknown diagnosis", "wrong state", "no pointer", "units", "modifier")


@dataclass(frozen=True, slots=True)
class _Job:
    claim: Claim
    profile: PayerProfile
    known: ClaimContext


def main() -> None:
    """Measure everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--claims", type=int, default=20_000)
    parser.add_argument("--profile", action="store_true", help="only show where the time goes")
    options = parser.parse_args()
    library = _library()
    _run(library, _BATCH)
    if options.profile:
        sampler = Sampler()
        _run(library, options.claims, sampler)
        sampler.print(45)
        return
    runs = [_run(library, options.claims) for _ in range(_RUNS)]
    found = runs[0].found
    counted = ", ".join(f"{found[severity]:,} {severity.value}s" for severity in (Severity.ERROR, Severity.WARNING))
    out(f"\n{options.claims:,} claims of three lines by {len(EDITS)} edits, one core: {counted}")
    seconds = median(run.seconds for run in runs)
    speed = options.claims / seconds
    verdict = "holds" if speed >= _BAR else "MISSED"
    out(f"  {'claims edited':44} {speed:12,.0f} claims/s   (at least {_BAR:,}: {verdict})")
    few = median(_run(library, options.claims // _TIMES_AS_MANY).seconds for _ in range(_RUNS))
    ratio = at_most(seconds / few, 1.1 * _TIMES_AS_MANY, "the time")
    out(f"  {f'{_TIMES_AS_MANY} times the claims':44} {ratio}")


@dataclass(frozen=True, slots=True)
class _Run:
    seconds: float
    found: Counter[Severity]


def _run(library: CodeLibrary, count: int, sampler: Sampler | None = None) -> _Run:
    """One scrubber over so many claims, each batch edited as soon as it was read; only the editing is timed."""
    scrubber, seconds = Scrubber(library), 0.0
    counts: Counter[Severity] = Counter()
    for first in range(0, count, _BATCH):
        jobs = [_job(number) for number in range(first, min(first + _BATCH, count))]
        if sampler:
            sampler.start()
        started = time.process_time()
        found = [scrubber.edit(job.claim, job.profile, job.known, _TODAY) for job in jobs]
        seconds += time.process_time() - started
        if sampler:
            sampler.stop()
        counts.update(one.severity for findings in found for one in findings)
    return _Run(seconds, counts)


def _library() -> CodeLibrary:
    """What is shipped (diagnoses, HCPCS II), and made-up tables of the size of the real ones for the rest."""
    store = CodeStore(":memory:")
    load_shipped(store, MovedClock(datetime(2026, 4, 1, tzinfo=UTC)))
    around = (*_CODES, *_NEVER_USED)
    some = Random(5)
    pairs = (
        (one, other, date(2020, 1, 1), None, some.choice("01"), "More extensive procedure")
        for place, one in enumerate(around)
        for other in sorted({*some.sample(around, _PAIRS_AROUND), *around[place + 1 : place + 2]} - {one})
    )
    _add(store, "ptp-practitioner", "ptp_practitioner", pairs)
    _add(store, "mue-practitioner", "mue_practitioner", ((code, 4, "3", "Clinical: Data") for code in around))
    _add(store, "add-ons", "add_ons", ((code, around[7], "1", date(2020, 1, 1), None) for code in _NEVER_USED[:500]))
    _add(store, "mpfs-rvu", "mpfs_rvu", (_relative_values(code) for code in around))
    _add(store, "taxonomy", "taxonomy", ((f"{n:03}Q00000X", "", "", "", "", "") for n in range(874)))
    people = ((n, _npi(50_000 + n), f"N{n}", "X", "", "", None, "", "IL", "", "1128a1") for n in range(10_000))
    _add(store, "exclusions", "exclusions", ((*one, date(2020, 1, 1), None, None, "") for one in people))
    library = CodeLibrary(store)
    for day in _days():
        library.fee_schedule(day)
    return library


def _add(store: CodeStore, code_set: str, table: str, rows: Iterator[tuple[Any, ...]]) -> None:
    at = datetime(2026, 4, 1, tzinfo=UTC)
    release = store.add_release(
        code_set, edition="made up", effective_date=_TABLES_DAY, source="made up", sha256=code_set, loaded_at=at
    )
    store.add_rows(release, table, rows)


def _relative_values(code: str) -> tuple[Any, ...]:
    days = "000" if code.startswith("206") else "XXX"
    amounts = ("1.00", "1.00", "1.00", "0.10", 0, 0)
    after = ("0.10", "0.80", "0.10", "0", "0", "1", "0", "0", "", "33.4009", "09", "99", "0", "0", "0")
    return (code, "", "A", *amounts, "0", days, *after)


def _npi(number: int) -> str:
    return next(f"{1_00000000 + number}{digit}" for digit in range(10) if is_npi(f"{1_00000000 + number}{digit}"))


def _days() -> list[date]:
    days = (_FIRST_DAY + timedelta(days=number) for number in range(28))
    return [day for day in days if day.isoweekday() < 6]


_BILLING = tuple(_npi(number) for number in (1, 2))
_RENDERING = tuple(_npi(number) for number in range(10, 18))
_BILLING_ADDRESS = {"line1": "1 Elm", "city": "Springfield", "state": "IL", "postal_code": "627011234"}
_DIAGNOSES = (
    *("E119", "I10", "R0789", "J0190", "M5450", "E785", "N390", "J209", "R519", "K219", "E039", "F419", "G4733"),
    *("M25561", "M25562", "R059", "R109", "J449", "I4891", "E669", "Z7984", "Z87891", "I2510", "E1165", "F329"),
    *("R5383", "L309", "H6690", "B349", "J029", "J069", "N1830", "I509", "D649", "E559", "R42", "R197", "R0602"),
)
_PLACES = tuple(product(("Elm", "Oak", "Lake", "Hill", "Mill"), ("Street", "Road", "Avenue")))


def _job(number: int) -> _Job:
    some = Random(number)
    profile = some.choice(_PAYERS)
    claim = _claim(number, some, profile)
    if number % 10 == 3:
        _spoil(claim, some.choice(_MISTAKES))
    member = claim["subscriber"]["person"]["id"]
    coverage = Coverage(CoverageState.ACTIVE, date(2026, 1, 1), date(2026, 12, 31), member)
    record = from_plain(Claim, json.loads(json.dumps(claim)))
    earlier = EarlierClaim.of(from_plain(Claim, _claim(10**6 + number, some, profile)))
    return _Job(record, profile, ClaimContext(coverage, (), (earlier,) if number % 10 == 5 else ()))


def _claim(number: int, some: Random, profile: PayerProfile) -> dict[str, Any]:
    patient = some.randrange(1, 5000)
    day = some.choice(_days()).isoformat()
    lines = [_line(place, code, day, number, some) for place, code in enumerate(_services(some), 1)]
    diagnoses = some.sample(_DIAGNOSES, some.randint(1, 4))
    for line in lines:
        of_line = range(1, len(diagnoses) + 1) if line["number"] == 1 else (some.randint(1, len(diagnoses)),)
        line["pointers"] = list(of_line)
    street, kind = _PLACES[patient % len(_PLACES)]
    claim = {
        "control_number": f"CW-{number}",
        "charge_cents": sum(line["charge_cents"] for line in lines),
        "place_of_service": "11",
        "frequency": "1",
        "billing": _provider(
            "Springfield Practice", some.choice(_BILLING), tax_id="123456789", address=_BILLING_ADDRESS
        ),
        "rendering": _provider("Rivera", some.choice(_RENDERING), first_name="Ana", is_person=True),
        "subscriber": {
            "payer_level": "P",
            "filing_code": profile.filing_code,
            "person": _person(patient, f"{patient} {street} {kind}", is_medicare=profile.is_medicare),
        },
        "payer": {"last_name": profile.name, "id_qualifier": "PI", "id": profile.payer_id},
        "diagnoses": [{"code": code, "qualifier": "ABF" if place else "ABK"} for place, code in enumerate(diagnoses)],
        "references": [{"qualifier": "X4", "value": "99D9999999"}],
        "lines": lines,
    }
    if number % 5 == 0 and not profile.is_medicare:
        _follow_another(claim)
    return claim


def _services(some: Random) -> list[str]:
    return [some.choice(_VISITS[:4]), some.choice(_OTHERS[:20] if some.random() < 0.3 else _TESTS), some.choice(_TESTS)]


def _line(number: int, code: str, day: str, claim: int, some: Random) -> dict[str, Any]:
    modifiers = ["25"] if number == 1 else ["59"] if some.random() < 0.3 else []
    return {
        "number": number,
        "procedure": {"code": code, "modifiers": modifiers},
        "charge_cents": some.randrange(1000, 30_000),
        "quantity": "1" if some.random() < 0.9 else "2",
        "unit": "UN",
        "period": {"start": day, "end": day},
        "control_number": f"{claim}L{number}",
    }


def _provider(last_name: str, npi: str, **more: Any) -> dict[str, Any]:
    return {"last_name": last_name, "id_qualifier": "XX", "id": npi, "taxonomy": "207Q00000X", **more}


def _address(line1: str) -> dict[str, str]:
    return {"line1": line1, "city": "Springfield", "state": "IL", "postal_code": "627011234"}


def _person(number: int, line1: str, *, is_medicare: bool) -> dict[str, Any]:
    return {
        "last_name": f"Doe{number % 700}",
        "first_name": "Jane",
        "is_person": True,
        "id_qualifier": "MI",
        "id": f"1EG4TE5MK{number % 90 + 10}" if is_medicare else f"ZZT{number:06}",
        "address": _address(line1),
        "birth_date": f"{1940 + number % 60}-05-04",
        "sex": "FM"[number % 2],
    }


def _follow_another(claim: dict[str, Any]) -> None:
    """Make it the claim to the second payer: the first has paid four fifths of every line."""
    claim["subscriber"]["payer_level"] = "S"
    for line in claim["lines"]:
        left = line["charge_cents"] // 5
        line["adjudications"] = [
            {
                "payer_id": "FST01",
                "paid_cents": line["charge_cents"] - left,
                "procedure": line["procedure"],
                "quantity": line["quantity"],
                "adjustments": [{"group": "PR", "reason": "2", "amount_cents": left}],
                "adjudication_date": "2026-06-02",
            }
        ]
    first = {"payer_level": "P", "filing_code": "CI", "person": claim["subscriber"]["person"]}
    payer = {"last_name": "First", "id_qualifier": "PI", "id": "FST01"}
    paid = sum(line["adjudications"][0]["paid_cents"] for line in claim["lines"])
    claim["other_payers"] = [{"subscriber": first, "payer": payer, "paid_cents": paid}]


def _spoil(claim: dict[str, Any], mistake: str) -> None:
    person, line = claim["subscriber"]["person"], claim["lines"][1]
    match mistake:
        case "no member":
            person["id"] = ""
        case "wrong NPI":
            claim["rendering"]["id"] = "1234567890"
        case "unknown diagnosis":
            claim["diagnoses"][0]["code"] = "E1199"
        case "wrong state":
            person["address"]["state"] = "XX"
        case "no pointer":
            line["pointers"] = []
        case "units":
            line["quantity"] = "9"
        case _:
            line["procedure"]["modifiers"] = ["59", "59"]


if __name__ == "__main__":
    main()
