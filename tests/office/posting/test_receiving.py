"""Every 835 that comes is kept, once to be posted; what comes again, or cannot be read, is shown and never dropped."""

from __future__ import annotations

import dataclasses

import pytest

from claimwright.documents.remittance import Remittance as Document
from claimwright.errors import ConflictError, InputError
from claimwright.findings import has_errors
from claimwright.office.ledger.balances import account_totals
from claimwright.office.ledger.models import Account
from claimwright.office.posting.models import Remittance
from claimwright.office.posting.posting import post_remittance
from claimwright.office.posting.receiving import findings_of, receive_remittances, record_of
from tests.office.posting.scenes import NPI, PAID, PAID_A2, Practice, interchange, stored

State = Remittance.State


def test_the_record_comes_back_whole_from_the_rows(practice):
    practice.bill("A1", [("99213", 150_00)])
    remittance = practice.receive("T1", 160_00, PAID + PAID_A2)
    record = record_of(remittance)
    assert isinstance(record, Document)
    assert [claim.control_number for claim in record.claims] == ["A1", "A2"]
    assert record.payment_cents == sum(claim.paid_cents for claim in record.claims)
    assert record.claims[1].lines[0].adjustments[0].origin.sha256 == remittance.file.sha256


def test_the_payer_is_known_by_its_tax_number(practice):
    remittance = practice.receive("T1", 80_00, PAID)
    assert remittance.payer == practice.payers["medicare"]


def test_the_same_file_delivered_twice_is_a_duplicate_and_never_posted(practice):
    practice.bill("A1", [("99213", 150_00)])
    practice.post("T1", 80_00, PAID)
    again = practice.receive("T1", 80_00, PAID)
    assert again.state == State.DUPLICATE
    with pytest.raises(ConflictError):
        post_remittance(again)
    assert account_totals()[Account.CASH_DUE] == 80_00


@pytest.mark.parametrize("control", [1, 2])
def test_a_set_in_another_envelope_or_beside_others_is_still_the_same(practice, control):
    practice.bill("A1", [("99213", 150_00)])
    practice.post("T1", 80_00, PAID)
    same, other = practice.set("T1", 80_00, PAID), practice.set("T2", 80_00, PAID_A2)
    file = stored("renamed.835", interchange([other, same], control=control + 1))
    assert [row.state for row in receive_remittances(file)] == [State.RECEIVED, State.DUPLICATE]


def test_the_same_trace_with_other_content_goes_to_a_person(practice):
    practice.bill("A1", [("99213", 150_00)])
    practice.post("T1", 80_00, PAID)
    look_alike = practice.receive("T1", 80_00, PAID.replace("ICN1", "ICN9"))
    assert look_alike.state == State.DUPLICATE


def test_an_equal_amount_on_another_trace_is_a_remittance_of_its_own(practice):
    practice.bill("A1", [("99213", 150_00)])
    practice.bill("A2", [("99213", 150_00)])
    practice.post("T1", 80_00, PAID)
    other = practice.post("T2", 80_00, PAID_A2)
    assert other.state == State.POSTED
    assert account_totals()[Account.CASH_DUE] == 160_00


def test_a_second_row_that_was_waiting_is_refused_when_the_first_is_posted(practice):
    practice.bill("A1", [("99213", 150_00)])
    first = practice.receive("T1", 80_00, PAID)
    second = practice.receive("T1", 80_00, PAID)
    Remittance.objects.filter(pk=second.pk).update(state=State.RECEIVED)
    post_remittance(first)
    assert not post_remittance(second).accepted
    assert second.state == State.DUPLICATE


def test_one_that_does_not_balance_is_kept_with_its_findings_and_posts_nothing(practice):
    practice.bill("A1", [("99213", 150_00)])
    remittance = practice.receive("T1", 80_00, PAID.replace("CAS*CO*45*50", "CAS*CO*45*49"))
    assert remittance.state == State.REFUSED
    found = findings_of(remittance)
    assert has_errors(found)
    assert any(finding.code == "REM-BAL-001" and "A1" in finding.message for finding in found)


def test_a_corrected_one_may_come_under_the_trace_of_a_refused_one(practice):
    practice.bill("A1", [("99213", 150_00)])
    practice.receive("T1", 80_00, PAID.replace("CAS*CO*45*50", "CAS*CO*45*49"))
    corrected = practice.post("T1", 80_00, PAID)
    assert corrected.state == State.POSTED


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("empty", lambda data: b""),
        ("binary", lambda data: bytes(range(256)) * 4),
        ("prose", lambda data: b"Dear Sir or Madam"),
        ("cut", lambda data: data[: len(data) // 2]),
        ("one byte short of its end", lambda data: data[:-12]),
    ],
)
def test_a_file_that_cannot_be_read_is_kept_and_refused(practice, name, spoil):
    practice.bill("A1", [("99213", 150_00)])
    (remittance,) = receive_remittances(stored(f"{name}.835", spoil(practice.file("T1", 80_00, PAID))))
    assert remittance.state == State.REFUSED
    assert has_errors(findings_of(remittance))
    assert Account.CASH_DUE not in account_totals()


def test_every_strict_prefix_of_a_file_is_refused(practice):
    data = practice.file("T1", 80_00, PAID)
    for length in range(0, len(data) - 1, 7):
        rows = receive_remittances(stored("cut.835", data[:length]))
        assert {row.state for row in rows} <= {State.REFUSED, State.DUPLICATE}, length


def test_a_remittance_that_could_not_be_read_cannot_be_posted(practice):
    (remittance,) = receive_remittances(stored("prose.835", b"Dear Sir or Madam"))
    with pytest.raises(InputError):
        post_remittance(remittance)


def test_a_byte_order_mark_does_not_keep_a_file_from_being_read(practice):
    practice.bill("A1", [("99213", 150_00)])
    (remittance,) = receive_remittances(stored("bom.835", b"\xef\xbb\xbf" + practice.file("T1", 80_00, PAID)))
    assert remittance.state in (State.RECEIVED, State.REFUSED)
    assert record_of(remittance).trace_number == "T1"


def test_a_test_file_is_not_posted(practice):
    practice.bill("A1", [("99213", 150_00)])
    remittance = practice.post("T1", 80_00, PAID, usage="T")
    assert remittance.state == State.REFUSED


def test_a_file_of_two_remittances_gives_two(practice):
    practice.bill("A1", [("99213", 150_00)])
    sets = [practice.set("T1", 80_00, PAID), practice.set("T2", 80_00, PAID_A2, npi=NPI)]
    rows = receive_remittances(stored("two.835", interchange(sets)))
    assert [row.trace_number for row in rows] == ["T1", "T2"]
    assert rows[0].offset < rows[1].offset


def test_what_the_real_files_say_is_kept_word_for_word(lakeside, samples):
    """Every real 835 becomes remittances or findings, and each record is what the file says."""
    Practice()
    files = sorted(path for path in samples.rglob("*") if path.is_file() and b"*835*" in path.read_bytes()[:3000])
    assert files
    for path in files:
        rows = receive_remittances(stored(path.name, path.read_bytes()))
        assert rows, path
        for row in rows:
            if row.record:
                record = record_of(row)
                assert record.payment_cents == row.payment_cents
                assert len(record.claims) == row.claim_count
                assert dataclasses.replace(record) == record
            else:
                assert row.state in (State.REFUSED, State.DUPLICATE), path
