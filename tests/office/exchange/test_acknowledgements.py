"""What became of what was sent: TA1, 999, 277CA."""

from __future__ import annotations

from dataclasses import replace

import pytest

from claimwright import x12
from claimwright.documents.acknowledgement import (
    ClaimAcknowledgement,
    ElementError,
    FunctionalAcknowledgement,
    ProviderAcknowledgement,
    SegmentError,
    SetAcknowledgement,
)
from claimwright.documents.acknowledgement_x12 import write_claim_acknowledgement, write_functional
from claimwright.documents.parties import Party, Person, Provider
from claimwright.documents.status import ClaimStatus, StatusCode, StatusInformation
from claimwright.office.claims.lifecycle import S
from claimwright.office.claims.mending import mend_claim, resubmit_claim, return_to_ready
from claimwright.office.claims.models import Adjudication, ClaimEvent, ClaimFinding, Submission
from claimwright.office.core import clock
from claimwright.office.core.scope import client_scope
from claimwright.office.exchange.batching import batch_claims
from claimwright.office.exchange.collecting import keep, take_in_waiting
from claimwright.office.exchange.models import Transmission
from claimwright.office.exchange.places import claim_places
from claimwright.office.exchange.sending import mark_sent

HOUSE = Party(last_name="MEADOW", id_qualifier="46", id="CWMEADOW")
US = Party(last_name="LAKESIDE", id_qualifier="46", id="LAKESIDE")


def envelope() -> x12.Envelope:
    return x12.Envelope("ZZ", "CWMEADOW", "ZZ", "LAKESIDE", clock.now(), 7, 7)


@pytest.fixture
def answer(connection):
    """Give the other side's answer, and take it in."""

    def give(*sets: x12.OutgoingSet, acks=()):
        data = x12.write_interchange(envelope(), sets, acks=acks)
        keep(f"{Transmission.objects.count()}.x12", data, connection=connection)
        return take_in_waiting()[0]

    return give


def ta1(sent: Transmission, code: str, note: str):
    return ("TA1", sent.interchange_control, "260105", "0900", code, note)


def functional(sent: Transmission, code: str, *sets: SetAcknowledgement, **fields) -> x12.OutgoingSet:
    group = fields.get("group", sent.group_control)
    return write_functional(
        FunctionalAcknowledgement("HC", group, "005010X222A1", code, len(sets) or 2, len(sets) or 2, 0, sets)
    )


def a_set(number: str, code: str, *segments: SegmentError) -> SetAcknowledgement:
    errors = ("5",) if segments else ()
    return SetAcknowledgement("837", number, "005010X222A1", code, errors, segments)


def claim_status(row: Submission, *codes: StatusCode, action: str = "WQ", **fields) -> ClaimStatus:
    return ClaimStatus(
        trace=row.claim.number,
        statuses=(StatusInformation(tuple(codes), clock.today(), action, row.claim.charge_cents),),
        payer=HOUSE,
        provider=Provider(last_name="LAKESIDE", id_qualifier="XX", id=row.claim.billing.npi),
        patient=Person(last_name="QUILL", first_name="IDA", is_person=True, id_qualifier="MI", id="M1"),
        **fields,
    )


def claims_acknowledged(row: Submission, *claims: ClaimStatus, role: str = "AY", **fields) -> x12.OutgoingSet:
    statuses = fields.pop("statuses", (StatusInformation((StatusCode("A1", "19", "PR"),), clock.today(), "WQ", 1),))
    provider = ProviderAcknowledgement(Provider(last_name="LAKESIDE", id_qualifier="XX", id=row.claim.billing.npi), "0")
    acknowledgement = ClaimAcknowledgement(
        reference="R1",
        created_at=clock.now(),
        source=HOUSE,
        receiver=US,
        batch_reference=row.reference,
        statuses=statuses,
        claims=claims,
        providers=fields.pop("providers", (provider,)),
        source_role=role,
        receipt="R1",
        received_date=clock.today(),
        processed_date=clock.today(),
    )
    return write_claim_acknowledgement(acknowledgement)


@pytest.fixture
def rows(sent):
    return list(Submission.objects.select_related("claim__billing").order_by("pk"))


def levels() -> list[str]:
    return list(Adjudication.objects.order_by("pk").values_list("state", flat=True))


def errors_of(row: Submission) -> list[ClaimFinding]:
    return list(ClaimFinding.objects.filter(submission=row, resolved_at=None).exclude(source="edit"))


# TA1.


def test_an_accepted_interchange_changes_nothing_yet(sent, answer, states):
    assert answer(acks=[ta1(sent, "A", "000")]).findings == ()
    assert states() == ["sent"] * 3


def test_a_refused_interchange_brings_all_its_claims_back(sent, answer, states, rows):
    answer(acks=[ta1(sent, "R", "006")])
    assert states() == ["ta1_rejected"] * 3
    sent.refresh_from_db()
    assert sent.state == "rejected"
    (finding,) = errors_of(rows[0])
    assert (finding.source, bool(finding.hint)) == ("TA1", True)


def test_claims_of_a_refused_interchange_go_out_again_under_new_numbers(sent, answer, connection, rows):
    answer(acks=[ta1(sent, "R", "006")])
    return_to_ready(list(Submission.objects.all()), why="envelope corrected")
    again = batch_claims(connection)
    assert (again.item_count, again.interchange_control != sent.interchange_control) == (3, True)
    assert errors_of(rows[0]) == []


def test_a_duplicate_interchange_sends_nothing_back(sent, answer, states):
    taken = answer(acks=[ta1(sent, "R", "025")])
    assert states() == ["sent"] * 3
    assert [finding.code for finding in taken.findings] == ["EXC-ACK-003"]


def test_an_interchange_that_was_never_sent_is_told(sent, answer, states):
    taken = answer(acks=[("TA1", "999999999", "260105", "0900", "R", "006")])
    assert [finding.code for finding in taken.findings] == ["EXC-ACK-001"]
    assert states() == ["sent"] * 3


# 999.


def test_an_accepted_group_puts_its_claims_in_process(sent, answer, states):
    answer(functional(sent, "A", a_set("0001", "A"), a_set("0002", "A")))
    assert states() == ["f999_accepted"] * 3
    assert levels() == ["in_process"] * 3
    sent.refresh_from_db()
    assert sent.state == "accepted"


def test_a_group_accepted_without_its_sets_is_accepted(sent, answer, states):
    answer(functional(sent, "A"))
    assert states() == ["f999_accepted"] * 3


def test_a_group_refused_without_its_sets_is_refused(sent, answer, states):
    answer(functional(sent, "R"))
    assert states() == ["f999_rejected"] * 3
    assert levels() == ["not_submitted"] * 3


def test_only_the_refused_set_comes_back_and_its_faulty_claim_says_why(sent, answer, states, rows):
    place = next(one for one in claim_places(sent.file.data) if one.number == rows[1].claim.number)
    error = SegmentError("CLM", place.first, "2300", "8", (ElementError(5, "7", value="X"),))
    answer(functional(sent, "P", a_set("0001", "R", error), a_set("0002", "A")))
    assert states() == ["f999_rejected", "f999_rejected", "f999_accepted"]
    sent.refresh_from_db()
    assert sent.state == "partly_accepted"
    faulty, innocent = errors_of(rows[1]), errors_of(rows[0])
    assert [(one.code, one.severity, one.field) for one in faulty] == [("999-8", "error", "2300 CLM05")]
    assert [(one.code, one.severity) for one in innocent] == [("EXC-ACK-006", "info")]


def test_a_fault_above_the_claims_is_every_claims_fault(sent, answer, rows):
    error = SegmentError("NM1", 9, "2010AA", "8", (ElementError(9, "7"),))
    places = [place for place in claim_places(sent.file.data) if place.set_control == "0001"]
    assert all(place.touches(9) for place in places)
    answer(functional(sent, "P", a_set("0001", "R", error), a_set("0002", "A")))
    assert [[one.code for one in errors_of(row)] for row in rows] == [["999-8"], ["999-8"], []]


def test_a_fault_of_the_whole_set_is_every_claims_fault(sent, answer, rows):
    answer(functional(sent, "P", replace(a_set("0001", "R"), errors=("4",)), a_set("0002", "A")))
    assert [[one.code for one in errors_of(row)] for row in rows] == [["EXC-ACK-007"], ["EXC-ACK-007"], []]


def test_errors_that_were_only_noted_are_warnings(sent, answer, states, rows):
    place = next(one for one in claim_places(sent.file.data) if one.number == rows[2].claim.number)
    error = SegmentError("CLM", place.first, "2300", "8", (ElementError(5, "7"),))
    answer(functional(sent, "E", a_set("0001", "A"), a_set("0002", "E", error)))
    assert states() == ["f999_accepted"] * 3
    assert [one.severity for one in errors_of(rows[2])] == ["warning"]


def test_a_refused_claim_goes_out_again(sent, answer, rows):
    answer(functional(sent, "R", a_set("0001", "R"), a_set("0002", "R")))
    assert resubmit_claim(rows[0].claim, why="the other claim was wrong").state == S.READY
    assert errors_of(rows[0]) == []


def test_an_answer_twice_changes_nothing(sent, answer, states):
    for _ in range(2):
        answer(functional(sent, "A", a_set("0001", "A"), a_set("0002", "A")))
    assert ClaimEvent.objects.filter(to_state="f999_accepted").count() == 3


def test_a_group_that_was_never_sent_is_told(sent, answer, states):
    taken = answer(functional(sent, "R", group="424242"))
    assert [finding.code for finding in taken.findings] == ["EXC-ACK-004"]
    assert states() == ["sent"] * 3


def test_a_999_made_by_the_engine_is_understood(sent, answer, states, connection):
    data = x12.acknowledge(x12.read(sent.file.data), envelope())
    keep("a.999", data, connection=connection)
    assert take_in_waiting()[0].findings == ()
    assert states() == ["f999_accepted"] * 3


# 277CA.


def test_the_payer_takes_a_claim_in_under_its_own_number(sent, answer, states, rows):
    status = claim_status(rows[0], StatusCode("A2", "20", "PR"), payer_claim_number="PCN1", clearinghouse_number="CH1")
    answer(claims_acknowledged(rows[0], status))
    assert states() == ["payer_accepted", "sent", "sent"]
    level = Adjudication.objects.get(claim=rows[0].claim)
    assert (level.payer_claim_number, level.accepted_at, level.state) == ("PCN1", clock.now(), "in_process")
    assert Submission.objects.get(pk=rows[0].pk).clearinghouse_number == "CH1"


def test_a_clearinghouse_that_has_it_proves_nothing_of_the_payer(sent, answer, states, rows):
    answer(claims_acknowledged(rows[0], claim_status(rows[0], StatusCode("A1", "19", "AY"))))
    assert states()[0] == "ch_accepted"
    assert Adjudication.objects.get(claim=rows[0].claim).accepted_at is None


@pytest.mark.parametrize(("role", "state"), [("AY", "ch_rejected"), ("PR", "payer_rejected")])
def test_a_claim_sent_back_says_what_is_wrong_and_what_to_do(sent, answer, states, rows, role, state):
    answer(functional(sent, "A", a_set("0001", "A"), a_set("0002", "A")))
    answer(claims_acknowledged(rows[0], claim_status(rows[0], StatusCode("A7", "164", "IL"), action="U"), role=role))
    assert states() == [state, "f999_accepted", "f999_accepted"]
    (finding,) = errors_of(rows[0])
    assert (finding.code, finding.source) == ("A7:164:IL", "277CA")
    assert finding.hint
    assert Adjudication.objects.get(claim=rows[0].claim).state == "not_submitted"
    event = ClaimEvent.objects.get(claim=rows[0].claim, to_state=state)
    assert event.file.data[event.offset :].startswith(f"TRN*2*{rows[0].claim.number}~".encode())


def test_a_claim_sent_back_is_mended_and_sent_again(sent, answer, rows, connection):
    answer(claims_acknowledged(rows[0], claim_status(rows[0], StatusCode("A7", "164", "IL"), action="U")))
    again = mend_claim(rows[0].claim, {"subscriber.person.id": "M77"}, why="the card says so")
    assert (again.state, again.attempt, again.frequency) == (S.READY, 2, "1")
    assert batch_claims(connection).item_count == 1


def test_a_late_999_does_not_take_a_claim_back(sent, answer, states, rows):
    status = claim_status(rows[0], StatusCode("A2", "20", "PR"))
    answer(claims_acknowledged(rows[0], status))
    answer(functional(sent, "A", a_set("0001", "A"), a_set("0002", "A")))
    assert states() == ["payer_accepted", "f999_accepted", "f999_accepted"]


def test_the_payer_may_send_back_what_the_clearinghouse_took(sent, answer, states, rows):
    answer(claims_acknowledged(rows[0], claim_status(rows[0], StatusCode("A1", "19", "AY"))))
    answer(claims_acknowledged(rows[0], claim_status(rows[0], StatusCode("A3", "33", "IL"), action="U"), role="PR"))
    assert states()[0] == "payer_rejected"


def test_an_answer_to_the_first_attempt_does_not_touch_the_second(sent, answer, states, rows, connection):
    refusal = claims_acknowledged(rows[0], claim_status(rows[0], StatusCode("A7", "164", "IL"), action="U"))
    answer(refusal)
    resubmit_claim(rows[0].claim, why="again")
    mark_sent(batch_claims(connection))
    answer(refusal)
    assert Submission.objects.get(claim=rows[0].claim, attempt=2).state == S.SENT


def test_when_a_whole_batch_is_sent_back_all_its_claims_are(sent, answer, states, rows):
    refused = (StatusInformation((StatusCode("A3", "24", "41"),), clock.today(), "U", 1),)
    answer(claims_acknowledged(rows[0], statuses=refused, providers=()))
    assert states() == ["ch_rejected", "ch_rejected", "sent"]


def test_when_a_providers_claims_are_sent_back_they_all_are(sent, answer, states, rows):
    refused = StatusInformation((StatusCode("A3", "24", "85"),), clock.today(), "U", 1)
    provider = Provider(last_name="LAKESIDE", id_qualifier="XX", id=rows[0].claim.billing.npi)
    answer(claims_acknowledged(rows[0], providers=(ProviderAcknowledgement(provider, "0", (refused,)),)))
    assert states() == ["ch_rejected", "ch_rejected", "sent"]


def test_a_claim_that_was_never_sent_is_told(sent, answer, rows):
    status = replace(claim_status(rows[0], StatusCode("A2", "20", "PR")), trace="NOBODY")
    taken = answer(claims_acknowledged(rows[0], status))
    assert [finding.code for finding in taken.findings if finding.code.startswith("EXC")] == ["EXC-ACK-005"]


def test_another_practice_is_not_touched(sent, answer, states, hillcrest, rows):
    data = x12.write_interchange(envelope(), [functional(sent, "R")])
    with client_scope(hillcrest):
        keep("a.999", data)
        (taken,) = take_in_waiting()
        assert [finding.code for finding in taken.findings] == ["EXC-ACK-004"]
    assert states() == ["sent"] * 3
