"""The clearinghouse over its folders: every file is answered, in valid X12, once, and the same way every time."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claimwright import x12
from claimwright.documents.acknowledgement_x12 import (
    read_claim_acknowledgement,
    read_functional,
    read_interchange_acknowledgements,
)
from claimwright.documents.claim import ClaimKind
from claimwright.documents.claim_x12 import read_claims, write_claims
from claimwright.documents.eligibility import EligibilityInquiry, EligibilityInquiryBatch
from claimwright.documents.eligibility_x12 import read_responses, write_inquiries
from claimwright.documents.parties import Party, Period
from claimwright.documents.remittance_x12 import read_remittance, write_remittance
from claimwright.documents.status import StatusInquiry, StatusInquiryBatch
from claimwright.documents.status_x12 import read_responses as read_status_responses
from claimwright.documents.status_x12 import write_inquiries as write_status_inquiries
from claimwright.errors import InputError
from claimwright.findings import Severity
from claimwright.simulator import intake
from claimwright.simulator.adjudicate import Standing, Submission, adjudicate
from claimwright.simulator.clearinghouse import Clearinghouse, weekday
from claimwright.simulator.policy import Hostile, Outcome, Recovery, read_policy
from claimwright.simulator.remit import PayeeAccount, Payment, payee_of, remit
from tests.conftest import ROOT
from tests.judges import pyx12_errors
from tests.simulator import cast
from tests.simulator.cast import ADA, BEN, MEDICARE, MORNING, PLAN, SEEN, batch, claim, line

SAMPLE = ROOT / "examples" / "practice"
A_DAY = timedelta(days=1)


class Day:
    """A practice that sends files to a clearinghouse and watches its clock."""

    PLAIN = x12.Envelope("ZZ", "LAKESIDE", "ZZ", "CWSIMULATOR", MORNING, 1, 1)

    def __init__(self, folder: Path, policy=None) -> None:
        self.house = Clearinghouse(policy or cast.policy(), folder)
        self.now = MORNING
        self.control = 0

    def envelope(self, **fields) -> x12.Envelope:
        self.control += 1
        usual = {"control": self.control, "group_control": self.control, "usage": "P"}
        return x12.Envelope("ZZ", "LAKESIDE", "ZZ", "CWSIMULATOR", self.now, **{**usual, **fields})

    def send(self, *sets: x12.OutgoingSet, **fields) -> bytes:
        data = x12.write_interchange(self.envelope(**fields), sets)
        assert [str(found) for found in x12.read(data).findings] == []
        self.deliver(data)
        return data

    def deliver(self, data: bytes, name: str = "claims.x12") -> None:
        self.house.receive(name, data, self.now)

    def send_claims(self, *claims, **fields) -> bytes:
        return self.send(write_claims(batch(*claims, at=self.now)), **fields)

    def pass_days(self, days: int) -> None:
        for _ in range(days):
            self.house.work(self.now)
            self.now += A_DAY
        self.house.work(self.now)

    def names(self) -> list[str]:
        return sorted(path.name for path in self.house.outbound.iterdir())

    def files(self, kind: str) -> list[bytes]:
        return [(self.house.outbound / name).read_bytes() for name in self.names() if f"-{kind}." in name]

    def sets(self, kind: str):
        return [one for data in self.files(kind) for one in x12.read(data).sets()]

    def remittances(self):
        found = []
        for one in self.sets("835"):
            remittance, findings = read_remittance(one)
            assert list(map(str, findings)) == []
            found.append(remittance)
        return found

    def results(self):
        return [result for remittance in self.remittances() for result in remittance.claims]

    def acknowledged(self):
        """Claim number to STC code over all 277CAs."""
        records = [read_claim_acknowledgement(one)[0] for one in self.sets("277CA")]
        return {one.trace: str(one.statuses[0].codes[0]) for record in records for one in record.claims}


@pytest.fixture
def day(tmp_path):
    return Day(tmp_path)


def adjustments(result):
    return [str(one) for one in result.all_adjustments]


def assert_valid(data: bytes, kind: str) -> None:
    """By our own guides, and by pyx12 where it has the guide. A warning may stem from what the practice sent."""
    errors = [str(found) for found in x12.read(data).findings if found.severity is Severity.ERROR]
    assert errors == []
    if kind in ("835", "277CA", "999"):
        assert pyx12_errors(data) == []


def assert_all_valid(house: Clearinghouse) -> Counter:
    kinds: Counter = Counter()
    for path in sorted(house.outbound.iterdir()):
        kind = path.name.rsplit("-", 1)[1].split(".")[0]
        kinds[kind] += 1
        if kind != "report":
            assert_valid(path.read_bytes(), kind)
    return kinds


def ask_coverage(*members):
    inquiries = tuple(
        EligibilityInquiry(
            f"T{number}",
            Party(last_name="PAYER", id_qualifier="PI", id=member.payer_id),
            replace(cast.PRACTICE, address=None, tax_id="", tax_id_qualifier=""),
            replace(claim(member=member).subscriber.person, address=None),
            SEEN,
        )
        for number, member in enumerate(members)
    )
    return write_inquiries(EligibilityInquiryBatch("E1", MORNING, inquiries))


def ask_status(*claims):
    receiver = Party(last_name="LAKESIDE", id_qualifier="46", id="LAKESIDE")
    provider = replace(cast.PRACTICE, address=None, tax_id="", tax_id_qualifier="")
    inquiries = tuple(
        StatusInquiry(
            f"Q{one.control_number}", one.payer, receiver, provider, replace(one.subscriber.person, address=None),
            one.control_number, one.charge_cents, Period.day(SEEN),
        )
        for one in claims
    )  # fmt: skip
    return write_status_inquiries(StatusInquiryBatch("S1", MORNING, inquiries))


# What answers what, and when.


def test_a_claim_file_gets_ta1_and_999_at_once_277ca_the_next_day_and_835_when_it_is_decided(day):
    day.send_claims(claim())
    day.house.work(day.now)
    assert [name.rsplit("-", 1)[1] for name in day.names()] == ["999.x12"]
    (reading,) = map(x12.read, day.files("999"))
    (ta1,) = read_interchange_acknowledgements(reading.interchanges[0])
    assert (ta1.code, ta1.note) == ("A", "000")
    assert read_functional(next(reading.sets()))[0].code == "A"
    day.pass_days(1)
    assert day.acknowledged() == {"A1001": "A2:20:PR"}
    assert not day.files("835")
    day.pass_days(14)
    (remittance,) = day.remittances()
    assert (remittance.payment_cents, remittance.payment_date) == (7500, date(2026, 3, 16))
    assert not remittance.is_test
    assert_all_valid(day.house)


def test_answers_carry_the_usage_of_the_question(day):
    day.send_claims(claim(), usage="T")
    day.pass_days(20)
    assert all(
        x12.read(data).interchanges[0].isa[15] == "T" for kind in ("999", "277CA", "835") for data in day.files(kind)
    )


def test_the_payers_number_of_the_277ca_is_the_one_of_the_835(day):
    day.send_claims(claim())
    day.pass_days(20)
    record, _ = read_claim_acknowledgement(day.sets("277CA")[0])
    assert record.claims[0].payer_claim_number == day.results()[0].payer_claim_number != ""


def test_an_unknown_member_is_sent_back_and_the_mended_claim_is_paid(day):
    day.send_claims(claim(member=replace(ADA, id="BLU000000000")))
    day.pass_days(2)
    assert day.acknowledged() == {"A1001": "A3:33:IL"}
    day.send_claims(claim())
    day.pass_days(20)
    assert day.acknowledged() == {"A1001": "A2:20:PR"}
    assert [result.paid_cents for result in day.results()] == [7500]


def test_coverage_questions_are_answered_at_once(day):
    day.send(ask_coverage(ADA, BEN, replace(ADA, id="BLU000000000")))
    day.house.work(day.now)
    responses = read_responses(day.sets("271")[0])[0].responses
    assert [(one.trace, one.is_active) for one in responses] == [("T0", True), ("T1", True), ("T2", False)]
    assert_all_valid(day.house)


def test_a_271_knows_what_earlier_claims_took_from_the_deductible(tmp_path):
    day = Day(tmp_path, cast.policy())
    member = cast.Member(
        "CWBLU", "BLU555000009", "DALTON", "DEE", date(1985, 1, 1), "F", date(2020, 1, 1), deductible_left_cents=5000
    )
    policy = day.house.policy
    day.house.policy = replace(policy, members={**policy.members, (member.payer_id, member.id): member})
    day.send_claims(claim(line(code="93000", cents=5000), member=member))
    day.pass_days(20)
    day.send(ask_coverage(member))
    day.house.work(day.now)
    benefits = read_responses(day.sets("271")[0])[0].responses[0].benefits
    assert [one.amount_cents for one in benefits if (one.information, one.period) == ("C", "29")] == [3000]


def test_status_questions_follow_the_claim_from_pending_to_paid(day):
    one = claim()
    codes = []
    for days in (0, 20):
        day.send_claims(one) if not days else None
        day.pass_days(days)
        day.send(ask_status(one, claim(number="NEVER")))
        day.house.work(day.now)
        answers = read_status_responses(day.sets("277")[-1])[0].claims
        codes.append([str(answer.statuses[0].codes[0]) for answer in answers])
    assert codes == [["P1:20", "A4:35"], ["F1:65", "A4:35"]]
    assert_all_valid(day.house)


def test_a_denied_a_late_and_a_duplicate_claim_are_told_by_their_causes(day):
    old = claim(line(period=Period.day(SEEN - timedelta(days=120))), number="OLD")
    scan = claim(line(code="73721", cents=60000), number="SCAN")
    day.send_claims(claim(), old, scan)
    day.send_claims(claim(number="AGAIN"))
    day.pass_days(20)
    told = {result.control_number: adjustments(result) for result in day.results()}
    assert told["OLD"] == ["CO-29"]
    assert told["SCAN"] == ["CO-197"]
    assert told["AGAIN"] == ["OA-18"]
    assert "CO-45" in told["A1001"]


def test_a_claim_denied_for_missing_data_may_come_again_as_a_new_one(tmp_path):
    day = Day(tmp_path, cast.policy(replace(PLAN, chances={Outcome.MISSING_DATA: 1000})))
    day.send_claims(claim())
    day.pass_days(20)
    day.send_claims(claim())
    day.pass_days(20)
    assert [result.paid_cents for result in day.results()] == [0, 7500]


def test_the_supplement_pays_a_claim_that_nobody_sent_to_it(day):
    day.send_claims(claim(member=BEN, payer=MEDICARE))
    day.pass_days(40)
    medicare, supplement = day.remittances()
    assert (medicare.claims[0].status, medicare.claims[0].crossover_carrier.id) == ("19", "CWOAK")
    assert (supplement.payer.name, supplement.claims[0].status) == ("OAKLEAF SUPPLEMENT", "2")
    assert supplement.payment_cents == medicare.claims[0].patient_responsibility_cents
    assert supplement.payment_date > medicare.payment_date
    assert_all_valid(day.house)


def test_billing_the_supplement_for_a_forwarded_claim_is_denied_as_its_duplicate(day):
    day.send_claims(claim(member=BEN, payer=MEDICARE))
    day.pass_days(13)
    primary = day.results()[0].lines[0]
    own = cast.secondary(claim(member=BEN, payer=MEDICARE), cast.SUPPLEMENT, primary.paid_cents, *primary.adjustments)
    person = replace(own.subscriber.person, id="OAK70000001")
    day.send_claims(replace(own, subscriber=replace(own.subscriber, person=person)))
    day.pass_days(30)
    denied = day.results()[-1]
    assert (adjustments(denied), denied.lines[0].remarks) == (["OA-18"], ("N522",))


def test_a_replacement_reverses_the_original_and_pays_anew(day):
    day.send_claims(claim())
    day.pass_days(20)
    original = day.results()[0]
    changed = claim(line(code="93000", cents=5000), frequency="7", original_reference=original.payer_claim_number)
    day.send_claims(changed)
    day.pass_days(20)
    reversal, corrected = day.results()[1:]
    assert (reversal.status, reversal.paid_cents) == ("22", -original.paid_cents)
    assert (corrected.status, corrected.charge_cents, corrected.frequency) == ("1", 5000, "7")
    assert_all_valid(day.house)


def test_a_replacement_must_name_the_newest_number(day):
    day.send_claims(claim())
    day.pass_days(20)
    number = day.results()[0].payer_claim_number
    for _ in range(2):
        day.send_claims(claim(frequency="7", original_reference=number))
        day.pass_days(20)
    assert adjustments(day.results()[-1]) == ["CO-16"]
    assert day.results()[-1].lines[0].remarks == ("M47",)


def test_a_void_reverses_the_original_and_pays_nothing_anew(day):
    day.send_claims(claim())
    day.pass_days(20)
    day.send_claims(claim(frequency="8", original_reference=day.results()[0].payer_claim_number))
    day.pass_days(20)
    assert [result.status for result in day.results()] == ["1", "22"]
    assert sum(result.paid_cents for result in day.results()) == 0
    assert day.remittances()[1].provider_adjustments[0].reason == "FB"


@pytest.mark.parametrize(("frequency", "paid"), [("7", [7500]), ("8", [])])
def test_a_claim_that_was_not_decided_yet_is_replaced_or_voided_without_a_trace_in_the_835(day, frequency, paid):
    day.send_claims(claim())
    day.pass_days(1)
    number = read_claim_acknowledgement(day.sets("277CA")[0])[0].claims[0].payer_claim_number
    day.send_claims(claim(frequency=frequency, original_reference=number))
    day.pass_days(25)
    assert [result.paid_cents for result in day.results()] == paid


def test_a_correction_comes_later_and_the_payer_keeps_its_books_to_the_cent(tmp_path):
    taking = replace(PLAN, recovery=Recovery.NOTIFY, chances={Outcome.CORRECTED: 1000}, days_to_recover=3)
    day = Day(tmp_path, cast.policy(taking))
    day.send_claims(claim(number="A1"))
    day.pass_days(15)
    day.send_claims(claim(line(period=Period.day(SEEN - A_DAY)), number="A2"))
    day.pass_days(40)
    decided = sum(result.paid_cents for result in day.results())
    received = sum(remittance.payment_cents for remittance in day.remittances())
    open_cents = Counter()
    for remittance in day.remittances():
        for one in remittance.provider_adjustments:
            open_cents[one.reason] += one.amount_cents
    assert [result.status for result in day.results()].count("22") == 2
    assert received == decided - open_cents["WO"] - open_cents["FB"] - open_cents["L6"]
    assert any(one.reason == "WO" and one.amount_cents > 0 for r in day.remittances() for one in r.provider_adjustments)


# Whatever arrives is answered.


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00\x01\x02\xff" * 50, b"PK\x03\x04 not for us", b"Dear clearinghouse,\n", b"ISA*00*", b"\xef\xbb\xbf"],
    ids=["empty", "binary", "zip", "letter", "cut", "bom"],
)
def test_a_file_that_is_no_x12_gets_a_report(day, data):
    day.deliver(data, "strange.dat")
    day.house.work(day.now)
    (report,) = (day.house.outbound / name for name in day.names())
    assert report.suffix == ".txt"
    assert "strange.dat" in report.read_text("utf-8")
    assert [path.name.endswith("strange.dat") for path in day.house.archive.iterdir()] == [True]


def test_the_same_control_number_twice_is_refused_and_the_claims_are_paid_once(day):
    data = day.send_claims(claim())
    day.deliver(data, "again.x12")
    day.pass_days(20)
    notes = [read_interchange_acknowledgements(x12.read(data).interchanges[0])[0].note for data in day.files("TA1")]
    assert notes == ["025"]
    assert len(day.results()) == 1


def test_the_same_control_number_of_another_sender_is_another_file(day):
    day.send(ask_coverage(ADA))
    other = replace(day.envelope(), sender_id="HILLCREST", control=1)
    day.deliver(x12.write_interchange(other, [ask_coverage(ADA)]))
    day.house.work(day.now)
    assert len(day.files("271")) == 2
    assert not day.files("TA1")


def test_a_set_with_an_error_is_rejected_and_its_neighbour_is_worked(day):
    good, bad = write_claims(batch(claim())), write_claims(batch(claim(number="BAD"), reference="B2"))
    bad = replace(bad, segments=[one for one in bad.segments if one[0] != "HI"])
    day.deliver(x12.write_interchange(day.envelope(), [good, bad]))
    day.pass_days(20)
    record, _ = read_functional(day.sets("999")[0])
    assert (record.code, [one.code for one in record.sets]) == ("P", ["A", "R"])
    assert list(day.acknowledged()) == ["A1001"]
    assert_all_valid(day.house)


def test_a_cut_file_is_refused_and_none_of_its_claims_is_taken(day):
    data = x12.write_interchange(day.envelope(), [write_claims(batch(claim()))])
    day.deliver(data[: len(data) // 2])
    day.pass_days(20)
    assert not day.files("277CA")
    assert not day.files("835")
    assert day.files("TA1") or day.files("999")


def test_a_kind_of_message_that_no_clearinghouse_takes_gets_a_report(day):
    day.send_claims(claim())
    day.pass_days(20)
    (remittance,) = day.files("835")
    day.deliver(remittance, "back.x12")
    day.house.work(day.now)
    assert "A 835 is nothing" in "".join(data.decode() for data in day.files("report"))


def test_an_acknowledgement_is_taken_without_an_answer(day):
    day.send_claims(claim())
    day.house.work(day.now)
    (answer,) = day.files("999")
    day.deliver(answer, "thanks.x12")
    day.house.work(day.now)
    assert len(day.names()) == 1


def test_other_delimiters_are_answered_in_kind_and_nothing_in_them_is_lost(day):
    marks = x12.Delimiters("|", ">", "^", "!")
    one = claim(number="A*1:2~")
    day.deliver(x12.write_interchange(day.envelope(delimiters=marks), [write_claims(batch(one))]))
    day.pass_days(20)
    assert [result.control_number for result in day.results()] == ["A*1:2~"]
    assert list(day.acknowledged()) == ["A*1:2~"]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_bytes_stop_the_work(tmp_path_factory, data):
    day = Day(tmp_path_factory.mktemp("fuzz"))
    good = x12.write_interchange(day.envelope(), [write_claims(batch(claim())), ask_coverage(ADA)])
    at = data.draw(st.integers(0, len(good)))
    junk = data.draw(st.binary(max_size=12))
    cut = data.draw(st.integers(0, 12))
    day.deliver(good[:at] + junk + good[at + cut :])
    day.pass_days(1)
    day.now += 30 * A_DAY
    day.house.work(day.now)
    assert not list(day.house.inbound.iterdir())
    assert day.names()


@pytest.mark.parametrize("place", [b"CLM*", b"NM1*IL*1*", b"ISA*00*          *00*          *ZZ*"])
def test_a_byte_that_is_no_text_stops_no_work(day, place):
    good = x12.write_interchange(day.envelope(), [write_claims(batch(claim()))])
    assert place in good
    day.deliver(good.replace(place, place + b"\xff"))
    day.now += 30 * A_DAY
    day.house.work(day.now)
    assert not list(day.house.inbound.iterdir())


@pytest.mark.parametrize("name", ["", "..", "/", "claims.part", "claims.x12.tmp"])
def test_a_name_that_could_never_be_read_is_refused(day, name):
    with pytest.raises(InputError):
        day.house.receive(name, b"data", day.now)


def test_a_name_cannot_lead_out_of_the_folder(day):
    path = day.house.receive("../../etc/claims.x12", b"data", day.now)
    assert path.parent == day.house.inbound


def test_an_upload_under_way_is_left_alone(day):
    (day.house.inbound / ".claims.x12.part").write_bytes(b"half")
    (day.house.inbound / "claims.x12.filepart").write_bytes(b"half")
    day.house.work(day.now)
    assert not day.names()
    assert len(list(day.house.inbound.iterdir())) == 2


# The same again, and again after a death.


def sample_day(folder: Path, policy, *, reopen: bool = False) -> dict[str, str]:
    """A small practice's quarter; the answers by name and hash. `reopen`: the process dies after every step."""
    day = Day(folder, policy)
    members = [member for member in policy.members.values() if member.payer_id != "CWOAK"]
    for number in range(2):
        seen = SEEN + timedelta(days=number)
        claims = [
            claim(
                line(1, period=Period.day(seen)), line(2, "93000", 4000, period=Period.day(seen)),
                number=f"A{number}{place:03d}", member=member, payer=policy.payers[member.payer_id],
            )
            for place, member in enumerate(members)
        ]  # fmt: skip
        day.now = datetime.combine(seen + 2 * A_DAY, MORNING.timetz())
        day.send_claims(*claims)
        if reopen:
            day.house.close()
            day.house = Clearinghouse(policy, folder)
        day.house.work(day.now)
    for _ in range(70):
        day.now += A_DAY
        if reopen:
            day.house.close()
            day.house = Clearinghouse(policy, folder)
        day.house.work(day.now)
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in day.house.outbound.iterdir()}


@pytest.fixture(scope="module")
def quarter(tmp_path_factory):
    """The sample practice's quarter, lived once for all tests: its folder, and the hashes of its answers."""
    folder = tmp_path_factory.mktemp("quarter")
    return folder, sample_day(folder, read_policy(SAMPLE, seed=1))


def test_the_sample_practice_meets_everything_that_a_day_must_contain(quarter):
    day = Day(quarter[0])
    assert set(assert_all_valid(day.house)) == {"999", "277CA", "835"}
    told = Counter(str(one) for result in day.results() for one in result.all_adjustments)
    denials = {"CO-16", "OA-18", "CO-29", "CO-50", "CO-97", "CO-197"}
    assert denials | {"CO-45", "CO-253", "OA-23", "PR-1", "PR-2", "PR-3"} <= set(told)
    assert {result.status for result in day.results()} >= {"1", "2", "19", "22"}
    moved = {one.reason for remittance in day.remittances() for one in remittance.provider_adjustments}
    assert moved >= {"L6", "WO"}
    assert {code[:2] for code in day.acknowledged().values()} >= {"A2", "A7"}


def test_every_remittance_of_the_sample_practice_balances_when_counted_differently(quarter):
    files = list(quarter[0].glob("outbound/*-835.x12"))
    assert files
    for path in files:
        segments = [one.split("*") for one in path.read_text("ascii").split("~")]

        def total(name, first, step):
            """The sum of every `step`th element from `first` on, in all segments of that name."""
            amounts = (one[first::step] for one in segments if one[0] == name)  # noqa: B023
            return sum(Decimal(amount) for row in amounts for amount in row)

        charged = sum(Decimal(one[2]) for one in segments if one[0] == "SVC")
        paid = sum(Decimal(one[3]) for one in segments if one[0] == "SVC")
        (payment,) = (Decimal(one[2]) for one in segments if one[0] == "BPR")
        assert charged - total("CAS", 3, 3) == paid == sum(Decimal(one[4]) for one in segments if one[0] == "CLP")
        assert paid - total("PLB", 4, 2) == payment


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(quarter, tmp_path):
    assert sample_day(tmp_path / "1", read_policy(SAMPLE, seed=1)) == quarter[1]
    assert sample_day(tmp_path / "2", read_policy(SAMPLE, seed=2)) != quarter[1]


def test_a_process_that_dies_after_every_step_gives_the_same_answers(quarter, tmp_path):
    assert sample_day(tmp_path, read_policy(SAMPLE, seed=1), reopen=True) == quarter[1]


@pytest.mark.parametrize("moment", ["outbound", "archive", "taken"])
def test_a_death_while_files_are_moved_loses_nothing_and_answers_nothing_twice(tmp_path, monkeypatch, moment):
    day = Day(tmp_path)
    day.send_claims(claim())

    def die(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        if moment == "outbound":
            patch.setattr("claimwright.simulator.clearinghouse.write_whole", die)
        elif moment == "archive":
            patch.setattr(Path, "replace", die)
        else:
            patch.setattr("claimwright.simulator.state.State.archived", die)
        with pytest.raises(KeyboardInterrupt):
            day.house.work(day.now)
    day.house.close()
    day.house = Clearinghouse(day.house.policy, tmp_path)
    day.pass_days(20)
    assert len(day.files("999")) == 1
    assert [result.paid_cents for result in day.results()] == [7500]
    assert not list(day.house.inbound.iterdir())
    assert len(list(day.house.archive.iterdir())) == 1


def test_a_death_in_the_middle_of_a_run_takes_the_run_back(tmp_path, monkeypatch):
    day = Day(tmp_path)
    day.send_claims(claim())

    def die(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("claimwright.simulator.state.State.take", die)
        with pytest.raises(KeyboardInterrupt):
            day.house.work(day.now)
    assert not day.names()
    day.pass_days(20)
    assert [result.paid_cents for result in day.results()] == [7500]
    assert not day.files("TA1")


def test_work_without_news_changes_nothing(day):
    day.send_claims(claim())
    day.pass_days(20)
    before = day.names()
    for _ in range(3):
        day.house.work(day.now)
    assert day.names() == before


# On order, what a careful receiver must stop.


def test_bad_remittances_come_only_when_the_policy_orders_them(tmp_path):
    day = Day(tmp_path, cast.policy(hostile=frozenset(Hostile)))
    day.send_claims(claim())
    day.pass_days(20)
    good, again, unbalanced, other, cut = day.files("835")
    assert_valid(good, "835")
    assert again == good
    assert [found.code for found in x12.read(unbalanced).findings] == ["X12-PAY-004"]
    assert read_remittance(next(x12.read(other).sets()))[0].payee.npi != cast.PRACTICE.npi
    is_cut_accepted = x12.read(cut).accepted
    assert not is_cut_accepted


# Real claims of other systems.


def test_real_claims_of_other_systems_are_all_answered(samples, tmp_path):
    day = Day(tmp_path, read_policy(SAMPLE))
    sent = {}
    rows = csv.DictReader((samples / "MANIFEST.tsv").open(encoding="utf-8"), delimiter="\t")
    for row in rows:
        if row["transaction_set"] != "837P" or not row["believed"].startswith("valid") or int(row["bytes"]) > 50_000:
            continue
        for number, one in enumerate(x12.read((samples / row["path"]).read_bytes()).sets()):
            record, _ = read_claims(one)
            if record.claim_kind is not ClaimKind.PROFESSIONAL:
                continue
            renamed = tuple(
                replace(each, control_number=f"R{len(sent)}N{number}P{place}")
                for place, each in enumerate(record.claims)
            )
            written = x12.write_interchange(day.envelope(), [write_claims(replace(record, claims=renamed))])
            if renamed and x12.read(written).accepted:
                sent |= {each.control_number: each for each in renamed}
                day.deliver(written, f"{day.control:05d}.x12")
    assert len(sent) >= 15
    day.pass_days(3)
    day.now += 120 * A_DAY
    day.pass_days(1)
    told = day.acknowledged()
    assert set(told) == set(sent)
    accepted = {number for number, code in told.items() if code.startswith("A2")}
    assert {result.control_number for result in day.results()} == accepted
    assert len(accepted) >= 10
    assert_all_valid(day.house)


def test_real_claims_are_decided_and_paid_in_balance_whatever_their_files_are_worth(samples):
    policy = read_policy(SAMPLE)
    remittances = 0
    for row in csv.DictReader((samples / "MANIFEST.tsv").open(encoding="utf-8"), delimiter="\t"):
        if row["transaction_set"] != "837P":
            continue
        for one in x12.read((samples / row["path"]).read_bytes()).sets():
            decisions = []
            claims = read_claims(one)[0].claims if one.st01 == "837" else ()
            for each in claims[:50]:
                payer = policy.payer(each.payer)
                submission = Submission(each, "26001", date(2026, 3, 4))
                if intake.screen(submission, payer, None, 1) == intake.ACCEPTED:
                    decisions.append(adjudicate(submission, payer, Standing(), 1))
            if decisions:
                payment = Payment(policy.default_payer, payee_of(claims[0].billing), date(2026, 3, 16), "EFT1")
                remittance, _ = remit(payment, decisions, PayeeAccount())
                written = x12.write_interchange(Day.PLAIN, [write_remittance(remittance)])
                found = [str(one) for one in x12.read(written).findings if one.code.startswith("X12-PAY")]
                assert found == []
                remittances += 1
    assert remittances >= 15


@pytest.mark.parametrize(
    ("day_of_week", "pays_on"),
    [(date(2026, 3, 6), date(2026, 3, 6)), (date(2026, 3, 7), date(2026, 3, 9)), (date(2026, 3, 8), date(2026, 3, 9))],
)
def test_banks_pay_on_weekdays(day_of_week, pays_on):
    assert weekday(day_of_week) == pays_on
