"""How fast claims go through the office and one remittance through posting.

python -m bench.office [--claims N] [--profile]

Visits of the sample practice are entered, released, built into claims, edited and batched; then one 835 pays all of
them (contractual adjustment, copay, and every tenth line denied), is read, received, planned and posted.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.measuring import Sampler, Stopwatch, out, peak_megabytes, scratch_folder

if TYPE_CHECKING:
    from claimwright.documents.claim import Claim
    from claimwright.documents.remittance import Remittance, RemittanceClaim, RemittanceLine
    from claimwright.office.core.home import Home

_DAY = date(2026, 1, 5)
_NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
_PAYMENT_DAY = date(2026, 2, 27)
_DENIED_EVERY = 10


def main() -> None:
    """Measure, and print a line for each part."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--claims", type=int, default=1000)
    parser.add_argument("--profile", action="store_true", help="say in which functions the time of posting goes")
    options = parser.parse_args()
    with scratch_folder() as folder:
        _measure(folder, options.claims, is_profiled=options.profile)


def _measure(folder: Path, count: int, *, is_profiled: bool) -> None:
    from claimwright.cli.office import open_office

    home = open_office(folder)
    from claimwright import documents, x12
    from claimwright.office.core.clock import HomeClock
    from claimwright.office.core.files import store_file
    from claimwright.office.core.scope import client_scope
    from claimwright.office.posting.posting import plan_of, post_remittance
    from claimwright.office.posting.receiving import receive_remittances

    HomeClock(home.clock_file).move_to(_NOW)
    watch, sampler = Stopwatch(), Sampler()
    client, send = _practice(home, count, watch)
    with client_scope(client):
        records = send()
        data = _file(_paid(records))
        with watch.part("835 read and checked by the library"):
            reading = x12.read(data)
            ((_, remittance, findings),) = documents.read_documents(reading)
        if reading.findings or findings or remittance is None:
            raise SystemExit(f"the remittance is not clean: {[*reading.findings, *findings][:1]}")
        file, _ = store_file("bench.x12", data)
        with watch.part("835 received (read, stored)"):
            (row,) = receive_remittances(file)
        with watch.part("835 planned (a dry run)"):
            plan = plan_of(row)
        if is_profiled:
            sampler.start()
        with watch.part("835 posted (planned, entries, work)"):
            posted = post_remittance(row).accepted
        sampler.stop()
    for name, seconds in watch.seconds.items():
        out(f"{name:42} {seconds:7.2f} s {len(records) / seconds:8.0f} claims/s")
    words = "posted" if posted else f"refused: {plan.findings[:1]}"
    out(f"{len(records)} claims, an 835 of {len(data) / 1000:.0f} kB, {len(plan.moves)} moves of money, {words}")
    out(f"{peak_megabytes()} MB at most")
    if is_profiled:
        sampler.print()


def _practice(home: Home, count: int, watch: Stopwatch) -> tuple[Any, Callable[[], list[Claim]]]:
    """The sample practice with patients enough, and the function that sends their claims."""
    from claimwright.cli.samples import sample_folder
    from claimwright.office.trial.mailbox import open_mailbox
    from claimwright.office.trial.opening import open_practice
    from claimwright.office.trial.sample import more_people, read_sample
    from claimwright.office.trial.visits import plan_visits
    from claimwright.simulator.policy import read_policy

    folder = sample_folder()
    sample, policy = more_people(read_sample(folder), read_policy(folder, seed=1), count // 4)
    opened = open_practice(sample, policy, since=_DAY)
    visits = plan_visits(sample, count=count, first_day=_DAY, seed=1)
    right = [visit for visit in visits if visit.mistake is None and visit.patient.coverages]

    def send() -> list[Claim]:
        from claimwright.office.charges.entry import release_encounters
        from claimwright.office.claims.building import build_claims, record_of
        from claimwright.office.claims.scrubbing import scrub_claims
        from claimwright.office.exchange.batching import batch_claims
        from claimwright.office.exchange.sending import mark_sent
        from claimwright.office.trial.entering import enter_visits

        with open_mailbox(home, opened.client, policy, sender_id=sample.sender_id, phone=sample.phone) as mailbox:
            with watch.part("visits entered"):
                encounters = [encounter for encounter, _ in enter_visits(sample, opened, right)]
            release_encounters(encounters)
            with watch.part("claims built"):
                build_claims(encounters)
            with watch.part("claims edited"):
                ready = scrub_claims().ready
            with watch.part("837P batched"):
                transmission = batch_claims(mailbox.connection)
            if transmission is None:
                raise SystemExit("no claim passed the edits")
            mark_sent(transmission)
        return [record_of(row) for row in ready]

    return opened.client, send


def _paid(records: Sequence[Claim]) -> Remittance:
    from claimwright.documents.remittance import Remittance

    claims = tuple(_answer(record, number) for number, record in enumerate(records, 1))
    return Remittance(
        handling="I",
        payment_cents=sum(claim.paid_cents for claim in claims),
        credit_or_debit="C",
        method="CHK",
        payment_date=_PAYMENT_DAY,
        trace_number="BENCH1",
        payer_tax_id="1999999999",
        payer=_payer(records[0].billing.address),
        payee=records[0].billing,
        claims=claims,
    )


def _payer(address: Any) -> Any:
    from claimwright.documents.parties import Contact, Party

    desk = Contact("EDI DESK", (("TE", "5555550100"),), function="BL")
    return Party(last_name="EXAMPLE HEALTH PLAN", address=address, contacts=(desk,))


def _answer(record: Claim, number: int) -> RemittanceClaim:
    from claimwright.documents.remittance import RemittanceClaim

    is_denied = number % _DENIED_EVERY == 0
    lines = tuple(_line(line, is_denied=is_denied) for line in record.lines)
    return RemittanceClaim(
        control_number=record.control_number,
        status="1",
        charge_cents=record.charge_cents,
        paid_cents=sum(line.paid_cents for line in lines),
        filing_code="12",
        payer_claim_number=f"BENCH{number:07d}",
        facility_code="11",
        frequency="1",
        patient=record.patient_person,
        lines=lines,
    )


def _line(line: Any, *, is_denied: bool) -> RemittanceLine:
    from claimwright.documents.adjustments import Adjustment
    from claimwright.documents.remittance import RemittanceLine

    contractual = line.charge_cents if is_denied else line.charge_cents * 3 // 10
    adjustments = [Adjustment("CO", "50" if is_denied else "45", contractual)]
    copay = 0 if is_denied else line.charge_cents // 10
    if copay:
        adjustments.append(Adjustment("PR", "3", copay))
    return RemittanceLine(
        procedure=line.procedure,
        charge_cents=line.charge_cents,
        paid_cents=line.charge_cents - contractual - copay,
        adjustments=tuple(adjustments),
        quantity=line.quantity,
        period=line.period,
        control_number=line.control_number,
    )


def _file(remittance: Remittance) -> bytes:
    from claimwright import x12
    from claimwright.documents.remittance_x12 import write_remittance
    from claimwright.office.core import clock

    envelope = x12.Envelope("ZZ", "PAYER", "ZZ", "PRACTICE", clock.now(), 1, 1, usage="P")
    return x12.write_interchange(envelope, [write_remittance(remittance)])


if __name__ == "__main__":
    main()
