"""A process that has Django loaded and forks workers, so that a worker lives from its first moment in the posting.

    python -m tests.crash.nursery HOME [DATABASE_URL]     commands on stdin, answers on stdout, one line each

    prepare CODE COUNT CLAIMS   a practice, and the files of COUNT remittances of CLAIMS claims, some of them twice
    work CODE [LIMIT]           take in and post the files; says `posting TRACE`, then `posted TRACE SECONDS`
    work-planted CODE           the same with a mistake that a test must find: a commit for each claim, the state last
    race CODE COUNT WHAT        two workers at once do the same to one remittance (`RACES`), COUNT times: `report JSON`
    check CODE                  everything that must hold: says `report JSON`

Every command is answered by `worker PID`, later by `ended PID STATUS`.
"""
# ruff: noqa: E402 - Django must be set up before what needs it is imported

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext
from itertools import groupby
from pathlib import Path
from types import SimpleNamespace

os.environ["CLAIMWRIGHT_HOME"], os.environ["CLAIMWRIGHT_DATABASE_URL"] = [*sys.argv[1:], ""][:2]
os.environ["DJANGO_SETTINGS_MODULE"] = "claimwright.office.settings"

import django

django.setup()

from django.core.management import call_command
from django.db import connections, transaction

from claimwright.errors import ConflictError
from claimwright.office.charges.entry import NewEncounter, NewLine, enter_encounters, release_encounters
from claimwright.office.claims.building import build_claims, record_of
from claimwright.office.claims.models import Claim
from claimwright.office.core.files import store_file
from claimwright.office.core.jobs import enqueue
from claimwright.office.core.models import Client, Job, Membership, User
from claimwright.office.core.scope import client_scope, required_client_id
from claimwright.office.ledger.balances import owed_on_encounters
from claimwright.office.ledger.models import JournalEntry
from claimwright.office.patients.models import Coverage, Patient
from claimwright.office.posting import posting
from claimwright.office.posting.decisions import ask_next, explain_unapplied, undo_decision
from claimwright.office.posting.deposits import confirm_match, enter_deposit
from claimwright.office.posting.models import Remittance, RemittanceClaim
from claimwright.office.posting.patient_payments import NO_ENCOUNTER, last_payment_id, refund_credit, take_payment
from claimwright.office.posting.receiving import receive_remittances
from claimwright.office.posting.undoing import undo_claim, undo_line, undo_remittance
from claimwright.office.posting.write_offs import write_off
from claimwright.office.reports.checking import check_practice
from claimwright.remittance.plan import PATIENT
from tests.office.posting.scenes import SERVICE_DATE, Practice

TOLD = 3
PAID = """
    CLP*{number}*1*150*80*20*MB*ICN{number}
    SVC*HC:99213*150*80**1
    CAS*CO*45*50
    CAS*PR*2*20
    REF*6R*{line}
"""
_PAID_CENTS = 80_00


def inbox(code: str) -> Path:
    """Where the practice's files are delivered."""
    folder = Path(sys.argv[1]) / "inbox" / code
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def prepare(code: str, count: str, claims: str) -> None:
    """The practice, its claims, and the files of its payer."""
    call_command("migrate", verbosity=0)
    size, folder = int(claims), inbox(code)
    client = Client.objects.create(name=code.title(), code=code)
    with client_scope(client):
        practice = Practice()
        records = [record_of(claim) for claim in _claims(practice, int(count) * size)]
        for number in range(int(count)):
            own = records[number * size : (number + 1) * size]
            body = "".join(
                PAID.format(number=record.control_number, line=record.lines[0].control_number) for record in own
            )
            data = practice.file(f"T{number:04d}", _PAID_CENTS * size, body)
            (folder / f"{number:04d}.835").write_bytes(data)
            if number % 3 == 0:
                (folder / f"{number:04d}-again.835").write_bytes(data)


def _claims(practice: Practice, count: int):
    patients = Patient.objects.bulk_create(
        [Patient(account_number=f"A{number}", last_name="ROE", first_name="JANE") for number in range(count)]
    )
    payer = practice.payers["medicare"]
    Coverage.objects.bulk_create(
        [Coverage(patient=patient, payer=payer, member_id=f"M{patient.pk}") for patient in patients]
    )
    line = NewLine("99213", 150_00)
    visits = [NewEncounter(patient, practice.billing, SERVICE_DATE, ("J069",), (line,)) for patient in patients]
    encounters = enter_encounters(visits)
    release_encounters(encounters)
    return build_claims(encounters)


def work(code: str, limit: str = "1000000") -> None:
    """Take in what was delivered and post what waits; safe to be started again at any moment."""
    left = int(limit)
    with client_scope(Client.objects.get(code=code)):
        left -= _post_waiting(left)
        for path in _new_files(code):
            if left > 0:
                _take_in(path)
                left -= _post_waiting(left)


def _new_files(code: str) -> list[Path]:
    """What was delivered and not taken in yet, asked once: a worker is started thousands of times."""
    known = set(Job.objects.filter(kind="delivery").values_list("key", flat=True))
    return sorted(path for path in inbox(code).iterdir() if str(path) not in known)


def _take_in(path: Path) -> None:
    with transaction.atomic():
        file, _ = store_file(path.name, path.read_bytes())
        receive_remittances(file)
        enqueue("delivery", str(path), {})


def _post_waiting(limit: int) -> int:
    waiting = list(Remittance.objects.filter(state=Remittance.State.RECEIVED)[:limit])
    for remittance in waiting:
        say(f"posting {remittance.trace_number}")
        start_s = time.perf_counter()
        posting.post_remittance(remittance)
        say(f"posted {remittance.trace_number} {time.perf_counter() - start_s:.4f}")
    return len(waiting)


def work_planted(code: str) -> None:
    plant_a_commit_for_each_claim()
    work(code)


def race(code: str, count: str, what: str = "post") -> None:
    """How the two ended, each time: 0 it was done, `TOLD` told that the other was first. `what`: one of `RACES`."""
    client = Client.objects.get(code=code)
    with client_scope(client):
        for path in _new_files(code):
            _take_in(path)
        waiting = list(Remittance.objects.filter(state=Remittance.State.RECEIVED)[: int(count)])
        deeds = [RACES[what](remittance) for remittance in waiting]
    connections.close_all()
    say(f"report {json.dumps([sorted(_race_for(client, deed)) for deed in deeds])}")


def _to_post(remittance: Remittance) -> Callable[[], object]:
    return lambda: posting.post_remittance(remittance)


def _to_undo(remittance: Remittance) -> Callable[[], object]:
    posting.post_remittance(remittance)
    return lambda: undo_remittance(remittance, reason="posted to the wrong practice")


def _to_match(remittance: Remittance) -> Callable[[], object]:
    """The deposit names no payer and no trace: a person confirms it."""
    posting.post_remittance(remittance)
    reference = f"SLIP {remittance.pk}"
    deposit = enter_deposit(cents=remittance.payment_cents, deposit_date=SERVICE_DATE, reference=reference)
    return lambda: confirm_match(deposit, [remittance])


def _to_post_again(remittance: Remittance) -> Callable[[], object]:
    row, claim = _waiting(remittance)
    return lambda: posting.post_claim_again(row, claim=claim)


def _to_undo_line(remittance: Remittance) -> Callable[[], object]:
    posting.post_remittance(remittance)
    row = remittance.claims.get(position=1)
    charge_id = row.claim.lines.values_list("charge_id", flat=True)[0]
    return lambda: undo_line(row, charge_id, reason="another patient's")


def _to_explain(remittance: Remittance) -> Callable[[], object]:
    row, _ = _waiting(remittance)
    told = {"reference": row.control_number, "as_what": "advance", "reason": "paid ahead"}
    seen = row.paid_cents
    return lambda: explain_unapplied(remittance.pk, cents=seen // 2, seen_cents=seen, **told)


def _to_write_off(remittance: Remittance) -> Callable[[], object]:
    claim, charge_id, cents = _owed_by_patient(remittance)
    told = {"owner": PATIENT, "charge_id": charge_id, "seen_cents": cents, "reason": "courtesy"}
    return lambda: write_off(claim.encounter, cents=cents // 2, actor=_manager(), **told)


def _to_ask(remittance: Remittance) -> Callable[[], object]:
    claim, charge_id, cents = _owed_by_patient(remittance)
    told = {"owner": PATIENT, "charge_id": charge_id, "seen_cents": cents, "reason": "not_the_patients"}
    return lambda: ask_next(claim.encounter, to="P", cents=cents // 2, **told)


def _to_undo_decision(remittance: Remittance) -> Callable[[], object]:
    claim, charge_id, cents = _owed_by_patient(remittance)
    told = {"owner": PATIENT, "charge_id": charge_id, "reason": "courtesy"}
    number = write_off(claim.encounter, cents=cents, actor=_manager(), **told)
    return lambda: undo_decision(number, reason="not a courtesy")


def _to_take(remittance: Remittance) -> Callable[[], object]:
    claim, _, cents = _owed_by_patient(remittance)
    seen = last_payment_id(claim.patient)
    return lambda: take_payment(claim.patient, cents=cents, method="cash", seen_id=seen)


def _to_give_back(remittance: Remittance) -> Callable[[], object]:
    claim, _, _ = _owed_by_patient(remittance)
    seen = take_payment(claim.patient, cents=10_00, method="cash", encounter_id=NO_ENCOUNTER).pk
    told = {"method": "cash", "reason": "asked", "actor": _manager(), "seen_id": seen}
    return lambda: refund_credit(claim.patient, cents=5_00, **told)


def _waiting(remittance: Remittance) -> tuple[RemittanceClaim, Claim]:
    """Its first answer, whose money waits, and the claim that it is about."""
    posting.post_remittance(remittance)
    row = remittance.claims.get(position=1)
    claim = row.claim
    undo_claim(row, reason="another patient's")
    return row, claim


def _owed_by_patient(remittance: Remittance) -> tuple[Claim, int, int]:
    """A claim that it has posted to, with a charge of it and what the patient owes there."""
    posting.post_remittance(remittance)
    claim = remittance.claims.get(position=1).claim
    owed = owed_on_encounters([claim.encounter_id])[claim.encounter_id]
    charge_id, cents = next((charge, owners[PATIENT]) for charge, owners in owed.items() if owners.get(PATIENT))
    return claim, charge_id, cents


def _manager() -> User:
    user, _ = User.objects.get_or_create(username="manager")
    Membership.objects.get_or_create(
        user=user, client_id=required_client_id(), defaults={"role": Membership.Role.MANAGER}
    )
    return user


RACES = {
    "post": _to_post,
    "undo": _to_undo,
    "match": _to_match,
    "post-again": _to_post_again,
    "undo-line": _to_undo_line,
    "explain": _to_explain,
    "write-off": _to_write_off,
    "ask": _to_ask,
    "undo-decision": _to_undo_decision,
    "take": _to_take,
    "give-back": _to_give_back,
}
"""What a deed needs before two do it at once, and the deed."""


def _race_for(client: Client, deed: Callable[[], object]) -> list[int]:
    racers = []
    for _ in range(2):
        racer = os.fork()
        if racer == 0:
            os._exit(_do_or_be_told(client, deed))
        racers.append(racer)
    return [os.waitstatus_to_exitcode(os.waitpid(racer, 0)[1]) for racer in racers]


def _do_or_be_told(client: Client, deed: Callable[[], object]) -> int:
    with client_scope(client):
        try:
            deed()
        except ConflictError:
            return TOLD
    return 0


def check(code: str) -> None:
    """What must hold, and what was done, as JSON."""
    client = Client.objects.get(code=code)
    findings = [str(finding) for finding in check_practice(client)]
    with client_scope(client):
        rows = Remittance.objects.order_by("pk").values_list("pk", "trace_number", "state")
        unposted = [key for key, _, state in rows if state in ("received", "duplicate")]
        half_done = RemittanceClaim.objects.filter(remittance__in=unposted).exclude(outcome="").count()
        strays = JournalEntry.objects.filter(remittance_id__in=unposted).count()
        undecided = RemittanceClaim.objects.filter(outcome="").exclude(remittance__in=unposted)
        unfinished = undecided.exclude(remittance__state=Remittance.State.UNDONE).count()
        report = {
            "findings": findings,
            "states": [[trace, state] for _, trace, state in rows],
            "partial": half_done + strays + unfinished,
        }
    say(f"report {json.dumps(report)}")


def plant_a_commit_for_each_claim() -> None:
    """The mistake: no transaction around the remittance, one for each claim."""
    post_parts = posting.post_parts

    def post_by_claim(parts):
        for part in parts:
            groups = groupby(part, key=lambda entry: entry.encounter_id)
            yield [number for _, group in groups for numbers in post_parts([list(group)]) for number in numbers]

    posting.transaction = SimpleNamespace(atomic=nullcontext)
    posting.take_turn = lambda: None
    posting.post_parts = post_by_claim


def say(line: str) -> None:
    """One line, in one piece."""
    os.write(sys.stdout.fileno(), f"{line}\n".encode())


VERBS = {"prepare": prepare, "work": work, "work-planted": work_planted, "race": race, "check": check}


def main() -> None:
    say("ready")
    for line in iter(sys.stdin.readline, ""):
        verb, *arguments = line.split()
        worker = os.fork()
        if worker == 0:
            VERBS[verb](*arguments)
            os._exit(0)
        say(f"worker {worker}")
        _, status = os.waitpid(worker, 0)
        say(f"ended {worker} {status}")


if __name__ == "__main__":
    main()
