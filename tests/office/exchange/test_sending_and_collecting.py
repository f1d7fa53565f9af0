"""Files out and in: a crash anywhere loses nothing and does nothing twice."""

from __future__ import annotations

import pytest
from django.db import connection as database

from claimwright import x12
from claimwright.errors import ConflictError, InputError, OutageError
from claimwright.office.claims.models import Submission
from claimwright.office.core import jobs
from claimwright.office.core.models import Job, StoredFile
from claimwright.office.exchange import collecting, intake
from claimwright.office.exchange.collecting import collect, keep, take_in_again, take_in_waiting
from claimwright.office.exchange.connections import add_connection, open_session
from claimwright.office.exchange.intake import file_set_aside, register_remittance_intake, take_in
from claimwright.office.exchange.models import Transmission
from claimwright.office.exchange.sending import mark_sent, send_due
from claimwright.simulator.sftp import serve_sftp
from tests.office.exchange.conftest import ENVELOPE, HOST_KEY


def acknowledgement(transmission: Transmission) -> bytes:
    """The 999 of a file that was sent."""
    envelope = x12.Envelope("ZZ", "CWMEADOW", "ZZ", "LAKESIDE", transmission.created_at, 7, 7)
    return x12.acknowledge(x12.read(transmission.file.data), envelope)


# Out.


def test_a_file_is_sent_and_its_claims_with_it(batch, mailbox, states):
    assert send_due() == 1
    assert mailbox.uploads == {batch.file_name: batch.file.data}
    batch.refresh_from_db()
    assert batch.state == "sent"
    assert states() == ["sent"] * 3
    assert not Submission.objects.filter(sent_at=None).exists()


def test_a_file_is_sent_once(batch, mailbox):
    send_due()
    assert send_due() == 0
    assert mailbox.upload_count == 1


def test_an_outage_is_tried_again(batch, mailbox, states, office_clock):
    mailbox.dies = "upload"
    send_due()
    assert states() == ["batched"] * 3
    office_clock.advance(hours=1)
    send_due()
    assert states() == ["sent"] * 3
    assert mailbox.uploads == {batch.file_name: batch.file.data}


def test_a_death_between_upload_and_note_sends_the_same_bytes_again(batch, mailbox, states, office_clock, monkeypatch):
    def die(_transmission):
        raise OutageError("the machine died")

    monkeypatch.setattr("claimwright.office.exchange.sending.mark_sent", die)
    send_due()
    monkeypatch.undo()
    monkeypatch.setattr("claimwright.office.exchange.sending.open_session", mailbox.session)
    office_clock.advance(hours=1)
    send_due()
    assert (mailbox.upload_count, len(mailbox.uploads)) == (2, 1)
    assert states() == ["sent"] * 3


def test_an_answer_proves_that_a_file_went_out(connection, batch, mailbox, states):
    mailbox.waiting["a.999"] = acknowledgement(batch)
    collect(connection)
    assert states() == ["f999_accepted"] * 3
    send_due()
    assert mailbox.upload_count == 0


def test_noting_twice_changes_nothing(sent, states):
    mark_sent(Transmission.objects.get(pk=sent.pk))
    assert states() == ["sent"] * 3


# In.


def test_a_file_is_stored_whole_before_it_is_taken_away(connection, mailbox):
    mailbox.waiting["note.txt"] = b"hello"
    mailbox.dies = "remove"
    with pytest.raises(OutageError):
        collect(connection)
    assert StoredFile.objects.get().data == b"hello"
    assert "note.txt" in mailbox.waiting


def test_a_file_that_was_stored_before_the_line_broke_is_read_once(connection, sent, mailbox, states):
    mailbox.waiting["a.999"] = acknowledgement(sent)
    mailbox.dies = "remove"
    with pytest.raises(OutageError):
        collect(connection)
    (taken,) = collect(connection)
    assert (taken.kind, taken.findings) == ("999", ())
    assert Transmission.objects.filter(direction="in").count() == 1
    assert mailbox.waiting == {}
    assert states() == ["f999_accepted"] * 3


def test_the_same_bytes_under_another_name_are_another_delivery(connection, sent):
    keep("a.999", acknowledgement(sent), connection=connection)
    keep("b.999", acknowledgement(sent), connection=connection)
    assert [taken.is_quarantined for taken in take_in_waiting()] == [False, False]
    assert StoredFile.objects.count() == 2


def test_a_file_is_read_once(connection, sent):
    transmission, _ = keep("a.999", acknowledgement(sent), connection=connection)
    assert take_in(transmission) is not None
    assert take_in(Transmission.objects.get(pk=transmission.pk)) is None


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "EXC-IN-001"),
        (b"About your file: all is well.", "EXC-IN-001"),
        (b"\x00\xff\xfe" * 300, "EXC-IN-001"),
    ],
    ids=["empty", "prose", "binary"],
)
def test_what_is_not_x12_is_set_aside_with_its_reason(connection, data, code):
    heard = []

    def listen(sender, transmission, findings, **_more):
        heard.append((transmission, findings))

    file_set_aside.connect(listen)
    keep("strange.bin", data, connection=connection)
    (taken,) = take_in_waiting()
    file_set_aside.disconnect(listen)
    assert taken.is_quarantined
    assert taken.findings[0].code == code
    assert taken.findings[0].where.file == "strange.bin"
    assert [transmission for transmission, _ in heard] == [taken.transmission]


def test_of_a_file_that_is_cut_short_nothing_is_taken(connection, sent, states):
    data = acknowledgement(sent)
    for end in range(110, len(data) - 1, 19):
        keep(f"{end}.999", data[:end], connection=connection)
    assert all(taken.is_quarantined for taken in take_in_waiting())
    assert states() == ["sent"] * 3


def test_any_garbage_in_a_good_envelope_is_stored_and_told(connection, sent):
    data = acknowledgement(sent).replace(b"AK2", b"A\x00\xff").replace(b"*837*", b"*\xfe\xed\x01*")
    keep("garbage.999", data, connection=connection)
    (taken,) = take_in_waiting()
    assert taken.findings
    taken.transmission.refresh_from_db()
    assert taken.transmission.findings


def test_a_message_of_no_use_here_is_set_aside(connection, batch):
    keep("claims.837", batch.file.data, connection=connection)
    (taken,) = take_in_waiting()
    assert taken.is_quarantined
    assert {finding.code for finding in taken.findings} == {"EXC-IN-003"}


def test_one_file_that_cannot_be_taken_does_not_hold_up_the_others(connection, sent, states, monkeypatch):
    real = intake.take_functional
    calls = []

    def stumble(record, transmission):
        calls.append(transmission.file_name)
        if transmission.file_name == "a.999":
            raise ConflictError("somebody was faster")
        return real(record, transmission)

    monkeypatch.setattr(intake, "take_functional", stumble)
    keep("a.999", acknowledgement(sent), connection=connection)
    keep("b.999", acknowledgement(sent), connection=connection)
    first, second = take_in_waiting()
    assert (first.is_quarantined, first.findings[0].code) == (True, "EXC-IN-006")
    assert (second.is_quarantined, states()) == (False, ["f999_accepted"] * 3)
    monkeypatch.undo()
    again = take_in_again(Transmission.objects.get(file_name="a.999"))
    assert again is not None
    assert not again.is_quarantined


REMITTANCE = (
    b"ISA*00*          *00*          *ZZ*CWMEADOW       *ZZ*LAKESIDE       *260105*0900*^*00501*000000009*0*T*:~"
    b"GS*HP*CWMEADOW*LAKESIDE*20260105*0900*9*X*005010X221A1~ST*835*0001~BPR*H*0*C*NON************20260105~"
    b"TRN*1*T1*1123456789~SE*4*0001~GE*1*9~IEA*1*000000009~"
)


def test_a_remittance_is_handed_over_unread(connection, monkeypatch):
    monkeypatch.setattr(intake, "_remittance_intakes", [])
    given = []
    register_remittance_intake(given.append)
    keep("era.835", REMITTANCE, connection=connection)
    (taken,) = take_in_waiting()
    assert (taken.kind, taken.is_quarantined) == ("835", False)
    assert [file.data for file in given] == [REMITTANCE]


def test_a_remittance_that_nobody_takes_is_told(connection, monkeypatch):
    monkeypatch.setattr(intake, "_remittance_intakes", [])
    keep("era.835", REMITTANCE, connection=connection)
    (taken,) = take_in_waiting()
    assert [finding.code for finding in taken.findings] == ["EXC-IN-004"]


# Over real SFTP.


@pytest.fixture
def served(practice, tmp_path):
    with serve_sftp(tmp_path, "lakeside", "a long password") as address:
        columns = {"port": address.port, "host_key": address.host_key, "username": "lakeside", **ENVELOPE}
        yield add_connection("Served", address.host, password="a long password", **columns), tmp_path


def test_files_go_up_whole_and_come_down_once(served):
    connection, folder = served
    (folder / "outbound" / "b.txt").write_bytes(b"second")
    (folder / "outbound" / "a.txt").write_bytes(b"first")
    (folder / "outbound" / ".c.txt.part").write_bytes(b"half")
    with open_session(connection) as session:
        session.upload("claims.x12", b"claims")
        session.upload("claims.x12", b"claims")
        assert session.names() == ["a.txt", "b.txt"]
        assert session.download("a.txt") == b"first"
        session.remove("a.txt")
        session.remove("a.txt")
    assert (folder / "inbound" / "claims.x12").read_bytes() == b"claims"
    assert sorted(path.name for path in (folder / "outbound").iterdir()) == [".c.txt.part", "b.txt"]


def test_another_host_key_is_refused_for_good(served):
    connection, _ = served
    connection.host_key = HOST_KEY
    with pytest.raises(OutageError) as refused, open_session(connection):
        pass
    assert refused.value.permanent


def test_a_wrong_password_is_refused_for_good_and_never_shown(served):
    connection, _ = served
    connection.password = "Unmistakable"
    with pytest.raises(OutageError) as refused, open_session(connection):
        pass
    assert refused.value.permanent
    assert "Unmistakable" not in str(refused.value)


def test_nobody_there_is_an_outage_that_may_pass(served):
    connection, _ = served
    connection.port = 1
    with pytest.raises(OutageError) as refused, open_session(connection):
        pass
    assert not refused.value.permanent


def test_a_job_that_cannot_succeed_fails_and_can_be_tried_again(batch, served, office_clock):
    connection, folder = served
    type(connection).objects.filter(pk=batch.connection_id).update(
        host=connection.host, port=connection.port, username="lakeside", password="wrong"
    )
    send_due()
    (failed,) = jobs.failed_jobs()
    assert failed.state == Job.State.FAILED
    type(connection).objects.filter(pk=batch.connection_id).update(
        password=connection.password, host_key=connection.host_key
    )
    jobs.retry(failed)
    send_due()
    assert (folder / "inbound" / batch.file_name).read_bytes() == batch.file.data


def test_a_name_is_given_once(connection):
    with pytest.raises(ConflictError):
        add_connection("Meadow", "localhost", host_key=HOST_KEY, **ENVELOPE)


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"host_key": "ssh-ed25519 nonsense"}, "EXC-CON-001"),
        ({"sender_id": ""}, "EXC-CON-002"),
        ({"receiver_id": "SIXTEEN-LETTERS-"}, "EXC-CON-002"),
        ({"port": 0}, "EXC-CON-003"),
        ({"usage": "X"}, "EXC-CON-004"),
    ],
)
def test_a_connection_with_a_fault_is_refused(practice, columns, code):
    with pytest.raises(InputError) as refused:
        add_connection("Meadow", "localhost", **{"host_key": HOST_KEY, **ENVELOPE, **columns})
    assert [finding.code for finding in refused.value.findings] == [code]


def test_reading_a_file_is_one_transaction(connection, sent, states, monkeypatch):
    def fail(*_args, **_more):
        raise ZeroDivisionError

    transmission, _ = keep("a.999", acknowledgement(sent), connection=connection)
    monkeypatch.setattr(intake.audit, "record", fail)
    with pytest.raises(ZeroDivisionError):
        take_in(transmission)
    monkeypatch.undo()
    assert states() == ["sent"] * 3
    assert Transmission.objects.get(pk=transmission.pk).state == "received"
    assert not database.needs_rollback
    assert collecting.take_in_waiting()[0].kind == "999"
