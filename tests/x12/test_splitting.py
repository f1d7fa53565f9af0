"""Pieces of a file are files of their own: right by the guide and by pyx12, and nothing is lost among them."""

from __future__ import annotations

import pytest

from claimwright import x12
from claimwright.errors import InputError
from claimwright.x12.splitting import split_by_claim, split_by_payer, split_by_set
from tests.judges import pyx12_errors
from tests.x12.files import ACKNOWLEDGEMENT, CLAIM, DEPENDENT, PAYMENT, file_of, spoil, with_delimiters

SUBSCRIBER = "HL*2*" + CLAIM.partition("HL*2*")[2]
OTHER_SUBSCRIBER = (
    SUBSCRIBER.replace("HL*2*1", "HL*3*1")
    .replace("CLAIM1", "CLAIM3")
    .replace("SECOND PLAN*****PI*PLAN2", "CEDAR*****PI*CEDAR")
)
SECOND_CLAIM = "CLM*" + CLAIM.partition("CLM*")[2].replace("CLAIM1", "CLAIM2")
THREE = file_of("837", CLAIM + SECOND_CLAIM + OTHER_SUBSCRIBER)
"""Two claims of one subscriber, a third of another one at another payer."""
FAMILY = file_of("837", DEPENDENT)


def right(data: bytes) -> bool:
    return x12.read(data).findings == [] and pyx12_errors(data) == []


def claims_of(data: bytes) -> list[str]:
    return [segment[1] for segment in x12.read(data).segments() if segment.id == "CLM"]


def test_the_files_that_are_cut_are_right():
    assert right(THREE)
    assert right(FAMILY)


def test_every_set_is_a_piece_with_its_own_numbers():
    data = file_of("837", CLAIM, CLAIM.replace("CLAIM1", "CLAIM2"))
    pieces = list(split_by_set(x12.read(data), control=41))
    assert [claims_of(piece.data) for piece in pieces] == [["CLAIM1"], ["CLAIM2"]]
    assert all(right(piece.data) for piece in pieces)
    assert [x12.read(piece.data).interchanges[0].control for piece in pieces] == ["000000041", "000000042"]
    assert [piece.name for piece in pieces] == ["0001", "0002"]


def test_every_claim_is_a_piece_with_the_levels_above_it():
    pieces = list(split_by_claim(x12.read(THREE)))
    assert [claims_of(piece.data) for piece in pieces] == [["CLAIM1"], ["CLAIM2"], ["CLAIM3"]]
    assert all(right(piece.data) for piece in pieces)
    levels = [str(segment) for segment in x12.read(pieces[2].data).segments() if segment.id == "HL"]
    assert levels == ["HL*1**20*1", "HL*2*1*22*0"]


def test_a_claim_of_a_dependent_keeps_the_subscriber():
    (piece,) = split_by_claim(x12.read(FAMILY))
    assert right(piece.data)
    levels = [str(segment) for segment in x12.read(piece.data).segments() if segment.id == "HL"]
    assert levels == ["HL*1**20*1", "HL*2*1*22*1", "HL*3*2*23*0"]


def test_nothing_of_a_claim_is_lost():
    whole = [str(segment) for segment in x12.read(THREE).segments()]
    for piece in split_by_claim(x12.read(THREE)):
        body = [str(segment) for segment in x12.read(piece.data).segments()]
        start = body.index(next(line for line in body if line.startswith("CLM")))
        inner = body[start : next(number for number, line in enumerate(body) if line.startswith("SE*"))]
        at = whole.index(inner[0])
        assert whole[at : at + len(inner)] == inner


def test_claims_are_put_together_by_payer():
    pieces = list(split_by_payer(x12.read(THREE)))
    assert [(piece.name, claims_of(piece.data)) for piece in pieces] == [
        ("PLAN2", ["CLAIM1", "CLAIM2"]), ("CEDAR", ["CLAIM3"]),
    ]  # fmt: skip
    assert all(right(piece.data) for piece in pieces)


def test_payments_are_put_together_by_payer():
    other = PAYMENT.replace("N1*PR*EXAMPLE HEALTH PLAN", "N1*PR*CEDAR HMO")
    pieces = list(split_by_payer(x12.read(file_of("835", PAYMENT, other, PAYMENT))))
    assert [piece.name for piece in pieces] == ["EXAMPLE HEALTH PLAN", "CEDAR HMO"]
    assert [len(list(x12.read(piece.data).sets())) for piece in pieces] == [2, 1]
    assert all(right(piece.data) for piece in pieces)


def test_delimiters_and_line_ends_stay():
    data = with_delimiters(THREE, "|", ">", "!", "\\").replace(b"\n", b"\r\n")
    for piece in split_by_claim(x12.read(data)):
        assert piece.data.endswith(b"IEA|1|" + piece.data[90:99] + b"\\\r\n")
        assert x12.read(piece.data).findings == []


@pytest.mark.parametrize("data", [file_of("835", PAYMENT), file_of("999", ACKNOWLEDGEMENT)])
def test_what_is_no_claim_is_not_cut_by_claim(data):
    with pytest.raises(InputError) as refusal:
        list(split_by_claim(x12.read(data)))
    assert refusal.value.findings[0].code == "X12-CUT-001"


def test_what_names_no_payer_is_not_cut_by_payer():
    with pytest.raises(InputError):
        list(split_by_payer(x12.read(file_of("999", ACKNOWLEDGEMENT))))


def test_a_damaged_set_is_cut_as_far_as_it_is_read():
    data = file_of("837", spoil(CLAIM, "NM1*85*2*LAKESIDE CLINIC*****XX*1234567893", "ZZZ*1"))
    (piece,) = split_by_claim(x12.read(data))
    assert claims_of(piece.data) == ["CLAIM1"]
