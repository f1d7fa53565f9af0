"""What a bank's file becomes: deposits to the cent, each with its trace number, and findings where its totals lie."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimwright.deposits import BankFormat, Deposit, DepositKind, read_bank_file
from tests.deposits.bank_files import TRN, Entry, ach, bai2


def codes(text: str) -> list[str]:
    return [found.code for found in read_bank_file(text.encode()).findings]


def test_an_ach_credit_becomes_a_deposit_with_its_trace_number_and_the_bytes_it_came_from() -> None:
    text = ach((Entry(11_200, TRN.format(trace="EFT0001")), Entry(7_350, TRN.format(trace="EFT0002"))))
    bank_file = read_bank_file(text.encode())
    assert bank_file.format is BankFormat.ACH
    assert not bank_file.findings
    first, second = bank_file.deposits
    assert (first.cents, first.date, first.kind) == (11_200, date(2026, 3, 18), DepositKind.EFT)
    assert (first.trace, first.company_id, first.company_name) == ("EFT0001", "1512345678", "EXAMPLE PLAN")
    assert (second.cents, second.trace) == (7_350, "EFT0002")
    origin = first.origin
    assert text.encode()[origin.offset : origin.offset + origin.length].startswith(b"622")


def test_an_ach_file_without_line_ends_reads_the_same() -> None:
    text = ach((Entry(100, TRN.format(trace="EFT0001")),), (Entry(200),))
    with_lines, without = read_bank_file(text.encode()), read_bank_file(text.replace("\n", "").encode())
    assert [(d.cents, d.trace) for d in with_lines.deposits] == [(d.cents, d.trace) for d in without.deposits]
    assert not without.findings


def test_a_debit_is_a_negative_deposit_and_a_prenote_is_none() -> None:
    bank_file = read_bank_file(ach((Entry(500, code="27"), Entry(0, code="23"))).encode())
    assert [deposit.cents for deposit in bank_file.deposits] == [-500]
    assert [found.code for found in bank_file.findings] == ["DEP-ROW-004"]


def test_words_of_the_bank_around_the_trace_number_do_not_hide_it() -> None:
    (deposit,) = read_bank_file(
        ach((Entry(100, "PAYMENT FOR " + TRN.format(trace="00123") + " REF 9"),)).encode()
    ).deposits
    assert deposit.trace == "00123"


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("000000011200", "000000011300"), ("000001000001", "000002000001"), ("00000002", "00000003")],
    ids=["credits", "batches", "entries"],
)
def test_a_wrong_ach_trailer_is_named(wrong, right) -> None:
    *lines, last = ach((Entry(11_200, TRN.format(trace="EFT0001")),)).split("\n9", 1)
    assert codes("\n9".join([*lines, last.replace(wrong, right, 1)])) == ["DEP-FILE-003"]


def test_an_ach_file_that_was_cut_says_so() -> None:
    assert codes(ach((Entry(100),)).split("\n9")[0]) == ["DEP-FILE-002"]


def test_bai2_credits_become_deposits_and_its_totals_are_held() -> None:
    text = bai2(
        "142,11200,Z,BANK1,,HCCLAIMPMT TRN*1*EFT0001*1512345678~",
        "115,25000,Z,BANK2,000777,LOCKBOX/",
        "455,900,Z,B3,,FEE/",
    )
    bank_file = read_bank_file(text.encode())
    assert not bank_file.findings
    eft, check, fee = bank_file.deposits
    assert (eft.cents, eft.kind, eft.trace, eft.company_id) == (11_200, DepositKind.EFT, "EFT0001", "1512345678")
    assert (check.cents, check.kind, check.reference) == (25_000, DepositKind.CHECK, "000777")
    assert fee.cents == -900
    assert eft.account == "0001234567"


def test_a_trace_number_on_a_continuation_line_is_found() -> None:
    (deposit,) = read_bank_file(bai2("142,11200,Z,BANK1,,HCCLAIMPMT\nTRN*1*EFT0001*1512345678~").encode()).deposits
    assert deposit.trace == "EFT0001"


@pytest.mark.parametrize(
    ("funds", "rest"),
    [("S,1,2,3", ""), ("V,260319,0930", ""), ("D,2,0,100,1,100", ""), ("", "")],
    ids=["distributed", "value dated", "by day", "unknown"],
)
def test_the_availability_of_funds_does_not_move_the_fields_behind_it(funds, rest) -> None:
    (deposit,) = read_bank_file(bai2(f"142,100,{funds},BANK1,CUST1,TEXT{rest}/").encode()).deposits
    assert (deposit.reference, deposit.text) == ("CUST1", "TEXT")


@pytest.mark.parametrize(("level", "name"), [("49", "account"), ("98", "group"), ("99", "file")])
def test_a_wrong_total_of_a_bai2_trailer_is_named(level, name) -> None:
    text = bai2("142,11200,Z,BANK1,,X/").replace(f"{level},61200", f"{level},61201")
    (found,) = read_bank_file(text.encode()).findings
    assert found.code == "DEP-FILE-003"
    assert name in found.message


def test_a_statement_in_another_currency_is_not_read_as_dollars() -> None:
    assert "DEP-ROW-003" in codes(bai2("142,100,Z,B,C,X/", currency="CAD"))
    assert codes("Date,Amount,Currency\n2026-03-18,10.00,CAD\n") == ["DEP-ROW-003"]


@pytest.mark.parametrize(
    ("line", "cents"),
    [
        ("03/18/2026,112.5,", 11_250),
        ('2026-03-18,"$1,112.50",', 111_250),
        ("20260318,(40.00),", -4_000),
        ("03/18/26,-40,", -4_000),
    ],
)
def test_a_csv_line_is_read_to_the_cent(line, cents) -> None:
    (deposit,) = read_bank_file(f"Date,Amount,Description\n{line}ACH CREDIT\n".encode()).deposits
    assert (deposit.cents, deposit.date) == (cents, date(2026, 3, 18))


def test_a_csv_with_columns_for_credit_and_debit_in_any_order_is_read() -> None:
    text = (
        "Description,Credit Amount,Debit Amount,Posting Date\nCHECK DEPOSIT,10.00,,03/18/2026\nFEE,,2.00,03/18/2026\n"
    )
    assert [deposit.cents for deposit in read_bank_file(text.encode()).deposits] == [1_000, -200]


@pytest.mark.parametrize("amount", ["12.345", "1e5", "twelve", "", "--5", "1.2.3"])
def test_an_amount_that_is_none_leaves_its_line_out_and_says_so(amount) -> None:
    bank_file = read_bank_file(f"Date,Amount\n2026-03-18,{amount}\n2026-03-18,5.00\n".encode())
    assert [deposit.cents for deposit in bank_file.deposits] == [500]
    assert [found.code for found in bank_file.findings] == ["DEP-ROW-001"]
    assert bank_file.findings[0].where.index == 2


def test_a_csv_without_an_amount_names_the_columns_that_it_has() -> None:
    (found,) = read_bank_file(b"Date,Balance\n2026-03-18,5.00\n").findings
    assert found.code == "DEP-FILE-005"
    assert "Date, Balance" in found.message


@given(st.binary(max_size=400))
def test_any_bytes_give_deposits_or_findings(data) -> None:
    bank_file = read_bank_file(data)
    assert bank_file.deposits or bank_file.findings or bank_file.format is not BankFormat.UNKNOWN


@given(st.data())
def test_a_damaged_file_never_breaks_the_reading_and_never_changes_an_amount_without_a_word(data) -> None:
    an_ach_file = ach((Entry(11_200, TRN.format(trace="EFT0001")), Entry(7_350)))
    a_statement = bai2("142,11200,Z,B,C,X/", "115,7350,Z,B,C,Y/")
    text = data.draw(st.sampled_from([an_ach_file, a_statement]))
    at = data.draw(st.integers(0, len(text) - 1))
    digit = data.draw(st.sampled_from("0123456789"))
    damaged = read_bank_file((text[:at] + digit + text[at + 1 :]).encode())
    whole = read_bank_file(text.encode())
    if sorted(map(_size, damaged.deposits)) != sorted(map(_size, whole.deposits)):
        assert damaged.findings


def _size(deposit: Deposit) -> int:
    """Without the sign: a BAI2 type code says which way the money went, and no total guards it."""
    return abs(deposit.cents)
