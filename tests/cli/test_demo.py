"""`claimwright demo`: a practice's day over real X12, every dollar accounted for, the same again from the same seed."""

from __future__ import annotations

import contextlib
import io
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal

import pdfplumber
import pytest

from claimwright import documents, x12
from claimwright.cli.samples import sample_folder
from claimwright.findings import Severity
from claimwright.office.trial.demonstration import FIRST_DAY, VISITS_A_PATIENT
from claimwright.office.trial.sample import more_people, read_sample
from claimwright.office.trial.visits import plan_visits
from claimwright.simulator.policy import read_policy
from tests.cli import desk
from tests.cli.conftest import ENCOUNTERS, SEED
from tests.judges import pyx12_errors

JUDGED = ("837", "835", "999", "277 005010X214")
"""The messages whose guide pyx12 has."""

Segment = list[str]


@pytest.fixture(scope="module")
def files(demonstration) -> dict[str, bytes]:
    return desk.x12_files(demonstration.home)


def segments_of(data: bytes) -> list[Segment]:
    """The segments of a file that uses our own separators, cut without our reader."""
    return [text.strip().split("*") for text in data.decode("ascii").split("~") if text.strip()]


def message_of(data: bytes) -> str:
    """ST01, and ST03 where the message names its guide."""
    opening = next(segment for segment in segments_of(data) if segment[0] == "ST")
    return " ".join(opening[1::2])


def is_message(data: bytes, messages: tuple[str, ...]) -> bool:
    return message_of(data).startswith(messages)


def all_segments(files: dict[str, bytes], message: str) -> Iterator[Segment]:
    for data in files.values():
        if is_message(data, (message,)):
            yield from segments_of(data)


# What is promised of the run as a whole.


def test_it_ends_well_and_leaves_nothing_unexplained(demonstrations):
    for result in demonstrations.values():
        assert (result.status, result.data["unexplained_cents"]) == (0, 0), result.err


def test_charges_are_payments_and_adjustments_and_what_is_open(demonstrations):
    for result in demonstrations.values():
        told = result.data
        assert told["charges_cents"] == told["payments_cents"] + told["adjustments_cents"] + told["open_cents"]
        assert told["open_cents"] == sum(owner["cents"] for owner in told["open"])
        assert told["charges_cents"] > told["payments_cents"] > 0


def test_standard_output_is_the_result_and_progress_is_elsewhere(demonstration):
    told = json.loads(demonstration.out)
    promised = {"charges_cents", "payments_cents", "adjustments_cents", "open_cents", "unexplained_cents"}
    assert promised | {"claims", "files", "denials", "statements"} <= told.keys()
    assert all(type(told[name]) is int for name in promised)
    assert "Mon 05 Jan 2026" in demonstration.err
    assert "claimwright serve" in demonstration.err


def test_every_claim_and_every_file_is_counted(demonstration, files):
    told = demonstration.data
    twice = sum(visit.mistake is not None and visit.mistake.kind == "entered_twice" for visit in planned()[1])
    uninsured = sum(not visit.patient.coverages for visit in planned()[1])
    assert sum(told["claims"].values()) == ENCOUNTERS + twice - uninsured
    exchanged = {row["name"]: row["bytes"] for row in told["files"] if row["name"].endswith(".x12")}
    assert exchanged == {name.partition("/")[2]: len(data) for name, data in files.items()}
    papers = [row for row in told["files"] if row["name"].endswith(".pdf")]
    assert len(papers) == told["statements"]["count"]


def test_the_same_seed_gives_the_same_files_and_the_same_table(demonstrations):
    first, twin = demonstrations["first"], demonstrations["twin"]
    assert desk.x12_files(first.home) == desk.x12_files(twin.home)
    assert {**first.data, "files_folder": ""} == {**twin.data, "files_folder": ""}


def test_another_seed_gives_other_files(demonstrations):
    first, other = desk.x12_files(demonstrations["first"].home), desk.x12_files(demonstrations["other"].home)
    assert first["sent/270-000000001.x12"] != other["sent/270-000000001.x12"]
    assert demonstrations["first"].data["charges_cents"] != demonstrations["other"].data["charges_cents"]


def test_a_home_in_use_is_refused_with_a_remedy(demonstration):
    before = demonstration.home.joinpath("office.sqlite3").read_bytes()
    again = desk.run("demo", "--encounters", 1, home=demonstration.home)
    assert (again.status, again.out) == (2, "")
    assert "in use already" in again.err
    assert "--home" in again.err
    assert "Traceback" not in again.err
    assert demonstration.home.joinpath("office.sqlite3").read_bytes() == before


def test_the_home_holds_afterwards_what_must_always_hold(demonstration):
    checked = desk.run("check", home=demonstration.home)
    assert (checked.status, checked.out) == (0, "Everything holds.\n"), checked.err


# What happens in it.


def test_files_are_acknowledged_at_every_level(files):
    acknowledged = {segment[1] for segment in all_segments(files, "999") if segment[0] == "AK9"}
    assert acknowledged == {"A"}
    assert any(segment[0] == "TA1" and segment[4] == "A" for segment in all_segments(files, "999"))
    verdicts = {segment[1].split(":")[0] for segment in all_segments(files, "277 005010X214") if segment[0] == "STC"}
    assert verdicts >= {"A1", "A2", "A7"}


def test_coverages_are_asked_about_and_wrong_member_ids_are_found(files):
    assert any(segment[0] == "EQ" for segment in all_segments(files, "270"))
    assert {segment[3] for segment in all_segments(files, "271") if segment[0] == "AAA"} == {"75"}


def test_silent_claims_are_asked_about(files):
    asked = sum(segment[0] == "TRN" for segment in all_segments(files, "276"))
    answered = sum(segment[0] == "STC" for segment in all_segments(files, "277 005010X212"))
    assert asked == answered > 0


@pytest.mark.parametrize(
    ("group", "reason", "what"),
    [
        ("CO", "45", "contractual"),
        ("CO", "16", "information is missing"),
        ("OA", "18", "a duplicate"),
        ("CO", "29", "too late"),
        ("CO", "50", "not necessary"),
        ("CO", "97", "part of another service"),
        ("CO", "197", "not authorized"),
        ("PR", "1", "deductible"),
        ("PR", "2", "coinsurance"),
        ("PR", "3", "copay"),
    ],
)
def test_payers_adjust_for_every_reason_that_the_day_should_show(files, group, reason, what):
    found = Counter(
        (segment[1], code) for segment in all_segments(files, "835") if segment[0] == "CAS" for code in segment[2::3]
    )
    assert found[group, reason], what


def test_payers_decide_in_every_way_that_the_day_should_show(files):
    claims = [segment for segment in all_segments(files, "835") if segment[0] == "CLP"]
    assert {"1", "2", "19", "22"} <= {claim[2] for claim in claims}
    reversed_claims = {claim[1] for claim in claims if claim[2] == "22"}
    assert any(claim[1] in reversed_claims and claim[2] == "1" for claim in claims), "none is corrected"
    assert any(Decimal(claim[4]) == 0 and claim[2] == "1" for claim in claims), "none is paid nothing"
    assert any(Decimal(claim[4]) > 0 and claim[2] == "2" for claim in claims), "no second payer paid"


def test_payers_pay_interest_and_take_money_back(files):
    kinds = {
        code.split(":")[0] for segment in all_segments(files, "835") if segment[0] == "PLB" for code in segment[3::2]
    }
    assert {"L6", "WO"} <= kinds


def test_second_payers_are_billed_from_what_the_first_one_decided(files):
    claims, others = 0, set()
    for segment in all_segments(files, "837"):
        claims += segment[:2] == ["SBR", "S"]
        others |= {segment[0]} & {"SVD"}
    assert claims > 0
    assert others == {"SVD"}


def test_denials_and_statements_are_told(demonstration):
    told = demonstration.data
    assert sum(told["denials"].values()) > 0
    assert told["statements"]["count"] > 0


def test_every_open_denial_waits_with_its_deadline(demonstration):
    with sealed(demonstration.home) as database:
        rows = database.execute(
            "SELECT item.due_date FROM followup_denial denial JOIN followup_workitem item ON denial.item_id = item.id"
            " WHERE denial.state = 'new'"
        ).fetchall()
    assert rows
    assert all(day for (day,) in rows)


def test_statements_are_pdf_files_that_ask_for_what_is_told(demonstration):
    papers = sorted(demonstration.home.glob("files/statements/*.pdf"))
    assert len(papers) == demonstration.data["statements"]["count"]
    with pdfplumber.open(io.BytesIO(papers[0].read_bytes())) as paper:
        text = paper.pages[0].extract_text()
    assert "Lakeside Family Practice" in text
    assert re.search(r"\$?\d+\.\d\d", text)


# Judged by others.


def test_everything_is_accepted_by_an_independent_judge(files):
    judged = {name: data for name, data in files.items() if is_message(data, JUDGED)}
    assert {message_of(data).split()[0] for data in judged.values()} == {"837", "835", "999", "277"}
    assert {name: errors for name, data in judged.items() if (errors := pyx12_errors(data))} == {}


def test_everything_is_accepted_by_our_own_reader(files):
    assert {message_of(data).split()[0] for data in files.values()} >= {"270", "271", "276", "277", "837", "835", "999"}
    for name, data in files.items():
        reading = x12.read(data, name=name)
        found = list(reading.findings)
        for _, record, findings in documents.read_documents(reading):
            assert record is not None, name
            found += findings
        assert [str(one) for one in found if one.severity is Severity.ERROR] == [], name


# An accounting of our own: from what was planned, the contracts and the payers' files, by nothing but sums.


def planned():
    """The sample and the visits, from the seed."""
    sample, _ = more_people(
        read_sample(sample_folder()), read_policy(sample_folder(), seed=SEED), ENCOUNTERS // VISITS_A_PATIENT
    )
    return sample, plan_visits(sample, count=ENCOUNTERS, first_day=FIRST_DAY, seed=SEED)


def cents(text: str) -> int:
    return int(Decimal(text) * 100)


def test_charges_are_those_of_the_visits(demonstration):
    sample, visits = planned()
    total = 0
    for visit in visits:
        charge = sum(sample.charges_cents[line.code] * line.units for line in visit.kind.lines)
        times = 2 if visit.mistake and visit.mistake.kind == "entered_twice" else 1
        total += charge * times
    assert demonstration.data["charges_cents"] == total


def test_insurance_payments_are_those_of_the_payers_files(demonstration, files):
    claims = [segment for segment in all_segments(files, "835") if segment[0] == "CLP"]
    assert demonstration.data["insurance_payments_cents"] == sum(cents(claim[4]) for claim in claims)


def test_what_payers_keep_and_add_beside_the_claims_is_told(demonstration, files):
    transfers = sum(cents(segment[2]) for segment in all_segments(files, "835") if segment[0] == "BPR")
    beside = sum(demonstration.data["payer_accounts"].values())
    assert transfers == demonstration.data["insurance_payments_cents"] + beside


def test_sequestration_is_that_of_the_payers_files(demonstration, files):
    found = sum(adjustment_cents(segment, "CO", "253") for segment in all_segments(files, "835"))
    assert demonstration.data["write_offs"]["sequestration"] == found


def test_contractual_adjustments_are_those_of_the_payers_files_as_far_as_contracts_go(demonstration, files):
    """By line: the payer's CO-45, but no more than what is above the fee agreed on; the rest stays open with it."""
    policy = read_policy(sample_folder(), seed=SEED)
    agreed = {payer.id: policy.payers[payer.id] for payer in planned()[0].payers if payer.has_contract}
    reduced: dict[tuple[str, ...], int] = defaultdict(int)
    charged: dict[tuple[str, ...], int] = {}
    units: dict[tuple[str, ...], int] = {}
    payer = claim = line = ("",)
    for segment in all_segments(files, "835"):
        if segment[:2] == ["N1", "PR"]:
            payer = (segment[2],)
        elif segment[0] == "CLP":
            claim = line = (*payer, segment[1], "")
        elif segment[0] == "SVC":
            line = (*claim[:2], segment[1].split(":")[1])
            if cents(segment[2]) > 0:  # not a reversal
                charged[line] = cents(segment[2])
                units[line] = int(segment[5]) if len(segment) > 5 and segment[5] else 1
        reduced[line] += adjustment_cents(segment, "CO", "45")
    names = {one.name: one for one in agreed.values()}
    total = 0
    for key, given in reduced.items():
        contract = names.get(key[0])
        if contract and key in charged:
            fee = contract.fees.get(key[2])
            allowed = fee * units[key] if fee is not None else charged[key] * contract.percent_of_charge / 100
            given = min(given, charged[key] - int(allowed))
        total += given
    assert demonstration.data["contractual_cents"] == total


def test_patient_payments_are_what_patients_gave(demonstration):
    with sealed(demonstration.home) as database:
        (given,) = database.execute("SELECT sum(cents) FROM posting_patientpayment").fetchone()
    told = demonstration.data
    assert told["patient_payments_cents"] + told["patient_credit_cents"] == given


def test_other_write_offs_were_decided_by_a_person_about_a_denial(demonstration, files):
    bundled = sum(adjustment_cents(segment, "CO", "97") for segment in all_segments(files, "835"))
    write_offs = demonstration.data["write_offs"]
    assert write_offs.keys() <= {"sequestration", "write_off"}
    assert 0 < write_offs["write_off"] <= bundled


def adjustment_cents(segment: Segment, group: str, reason: str) -> int:
    """What a CAS segment takes off for one reason; 0 for every other segment."""
    if segment[:2] != ["CAS", group]:
        return 0
    pairs = zip(segment[2::3], segment[3::3], strict=False)
    return sum(cents(amount) for code, amount in pairs if code == reason)


def sealed(home):
    """The encrypted database of a home, opened without the office."""
    sqlcipher3 = pytest.importorskip("sqlcipher3", reason="the embedded database is not here (sqlcipher3)")
    key = (home / "keys" / "database").read_text("ascii").strip()
    database = sqlcipher3.connect(str(home / "office.sqlite3"))
    database.execute(f"PRAGMA key = \"x'{key}'\"")
    return contextlib.closing(database)
