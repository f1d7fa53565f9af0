"""What a cell holds: the interpreter of columns on single segments and small sets."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claimwright import x12
from claimwright.bulk.schema import columns
from claimwright.money import parse_cents, x12_amount
from claimwright.x12.columns import plan_columns
from claimwright.x12.extracting import Extractor, take_tree
from tests.x12.files import CLAIM, DEPENDENT, PAYMENT, file_of, spoil


def rows_of(kind: str, *bodies: str) -> dict[str, list[dict[str, object]]]:
    """The rows of every table of a file, as records."""
    return rows_and_bad(file_of(kind, *bodies))[0]


def rows_and_bad(data: bytes):
    found, bad = {}, []
    for transaction_set in x12.read(data).sets():
        extractor = Extractor(plan_columns(columns(), transaction_set.guide))
        take_tree(extractor, transaction_set.opening, transaction_set.root)
        for table, rows in extractor.take_rows(is_end=True):
            names = ["set_offset", *(column.name for column in table.columns)]
            found.setdefault(table.name, []).extend(
                dict(zip(names, row, strict=True)) for row in zip(*rows, strict=True)
            )
        bad += extractor.take_bad()
    return found, bad


def test_a_paid_claim_has_its_amounts_its_patient_and_its_place_in_the_file():
    data = file_of("835", PAYMENT)
    (claim,) = rows_of("835", PAYMENT)["claims"]

    assert (claim["control_number"], claim["charge_cents"], claim["paid_cents"]) == ("CLAIM1", 15000, 11875)
    assert (claim["patient_last_name"], claim["patient_id"], claim["header_number"]) == ("DOE", "MEM0001", "1")
    assert data[claim["claim_offset"] :].startswith(b"CLP*CLAIM1")
    assert data[claim["set_offset"] :].startswith(b"ST*835")


def test_lines_and_adjustments_name_the_rows_they_belong_to():
    rows = rows_of("835", spoil(PAYMENT, "NM1*QC", "CAS*OA*253*1*2*94*-1\nNM1*QC"))
    (claim,), (first, second) = rows["claims"], rows["lines"]
    found = [
        (one["line_offset"], one["element"], one["reason_code"], one["amount_cents"]) for one in rows["adjustments"]
    ]

    assert {line["claim_offset"] for line in rows["lines"]} == {claim["claim_offset"]}
    assert {one["claim_offset"] for one in rows["adjustments"]} == {claim["claim_offset"]}
    assert found == [
        (None, 2, "253", 100),
        (None, 5, "94", -100),
        (first["line_offset"], 2, "45", 2000),
        (second["line_offset"], 2, "1", 1125),
    ]


def test_every_pair_of_a_plb_is_a_row():
    rows = rows_of("835", PAYMENT + "PLB*1234567893*20261231*WO:X1*5*L6*-5\n")["provider_adjustments"]

    assert [(row["reason_code"], row["reference"], row["amount_cents"]) for row in rows] == [
        ("WO", "X1", 500),
        ("L6", None, -500),
    ]


def test_a_misplaced_adjustment_is_kept_in_the_loop_that_was_open():
    """CAS stands before REF in 2110; behind it, it fits nowhere, and is money all the same."""
    rows = rows_of("835", spoil(PAYMENT, "REF*6R*LINE1", "REF*6R*LINE1\nCAS*PR*2*7"))

    assert [one["amount_cents"] for one in rows["adjustments"]] == [2000, 700, 1125]
    assert rows["adjustments"][1]["line_offset"] == rows["lines"][0]["line_offset"]


def test_the_first_value_counts_when_there_are_two():
    rows = rows_of("835", spoil(PAYMENT, "REF*6R*LINE1", "REF*6R*LINE1\nREF*6R*OTHER"))

    assert rows["lines"][0]["control_number"] == "LINE1"
    assert [one["identifier"] for one in rows["identifiers"] if one["qualifier"] == "6R"] == ["LINE1", "OTHER"]


def test_a_line_has_its_dates_whether_they_are_one_day_or_two():
    whole = rows_of("835", PAYMENT)["lines"][0]
    both = rows_of("835", spoil(PAYMENT, "DTM*472*20260115", "DTM*150*20260115\nDTM*151*20260117"))["lines"][0]

    assert (whole["service_from"], whole["service_to"]) == (day(2026, 1, 15), day(2026, 1, 15))
    assert (both["service_from"], both["service_to"]) == (day(2026, 1, 15), day(2026, 1, 17))


def test_a_claim_knows_its_provider_subscriber_and_payer():
    (claim,) = rows_of("837", CLAIM)["claims"]

    assert (claim["billing_npi"], claim["billing_tax_id"]) == ("1234567893", "123456789")
    assert (claim["subscriber_last_name"], claim["subscriber_id"], claim["payer_id"]) == ("DOE", "MEM0001", "PLAN2")
    assert (claim["payer_level"], claim["rendering_id"], claim["patient_last_name"]) == ("S", "1234567893", None)


def test_a_patient_who_is_not_the_subscriber_is_named_beside_it():
    (claim,) = rows_of("837", DEPENDENT)["claims"]

    assert (claim["subscriber_first_name"], claim["patient_first_name"]) == ("JANE", "JOHN")


def test_what_encloses_a_claim_is_forgotten_with_the_next_subscriber():
    second = (
        CLAIM[CLAIM.index("HL*2*1*22") :].replace("HL*2*", "HL*3*").replace("MEM0001", "").replace("CLAIM1", "CLAIM2")
    )
    claims = rows_of("837", CLAIM + second.replace("*MI*\n", "\n"))["claims"]

    assert [(claim["control_number"], claim["subscriber_id"]) for claim in claims] == [
        ("CLAIM1", "MEM0001"),
        ("CLAIM2", None),
    ]
    assert {claim["billing_npi"] for claim in claims} == {"1234567893"}


def test_what_another_payer_decided_stands_beside_its_claim_and_line():
    rows = rows_of("837", CLAIM)
    (payer,), (first, second) = rows["payers"], rows["decisions"]

    assert (payer["payer_id"], payer["paid_cents"], payer["subscriber_id"]) == ("PLAN1", 8000, "MEM9001")
    assert [one["paid_cents"] for one in rows["decisions"]] == [8000, 0]
    assert [one["decision_offset"] for one in rows["adjustments"]] == [
        first["decision_offset"],
        second["decision_offset"],
    ]
    assert first["line_offset"] == rows["lines"][0]["line_offset"]


def test_diagnoses_come_in_the_order_in_which_lines_point_at_them():
    rows = rows_of("837", CLAIM)["diagnoses"]

    assert [(row["element"], row["qualifier"], row["code"]) for row in rows] == [(1, "ABK", "E119"), (2, "ABF", "I10")]


def test_an_amount_that_is_none_leaves_its_cell_empty_and_is_told():
    rows, bad = rows_and_bad(file_of("835", spoil(PAYMENT, "CAS*CO*45*20", "CAS*CO*45*2O")))

    assert rows["adjustments"][0]["amount_cents"] is None
    assert [(one.table, one.column.name, one.element, one.value) for one in bad] == [
        ("adjustments", "amount_cents", 3, "2O")
    ]


def test_a_bad_date_is_told_once_though_it_is_in_several_columns():
    rows, bad = rows_and_bad(file_of("835", spoil(PAYMENT, "DTM*472*20260115", "DTM*472*20260230")))

    assert rows["lines"][0]["service_from"] is None
    assert [one.value for one in bad] == ["20260230"]


def test_bytes_that_are_not_utf_8_are_read_as_latin_1():
    data = file_of("835", spoil(PAYMENT, "DOE*JANE", "MÜLLER*JANE"))
    rows, _ = rows_and_bad(data.replace("Ü".encode(), b"\xdc"))

    assert rows["claims"][0]["patient_last_name"] == "MÜLLER"
    assert rows_and_bad(data)[0]["claims"][0]["patient_last_name"] == "MÜLLER"


@given(st.integers(-(10**14), 10**14))
def test_money_is_what_the_library_says_it_is(cents):
    text = x12_amount(cents)
    (payment,) = rows_of("835", spoil(PAYMENT, "BPR*I*118.75", f"BPR*I*{text}"))["payments"]

    assert payment["payment_cents"] == parse_cents(text) == cents


@pytest.mark.parametrize(
    ("text", "expected"),
    [("1", 1000), ("0.5", 500), (".125", 125), ("-2", -2000), ("1.1250", 1125), ("1.1235", None), ("1e3", None)],
)
def test_quantities_are_thousandths(text, expected):
    (first, _) = rows_of("835", spoil(PAYMENT, "SVC*HC:99213:25*100*80**1", f"SVC*HC:99213:25*100*80**{text}"))["lines"]

    assert first["quantity"] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("D8*20260115", (date(2026, 1, 15), date(2026, 1, 15))),
        ("RD8*20260115-20260120", (date(2026, 1, 15), date(2026, 1, 20))),
        ("RD8*20260115-20260230", (None, None)),
        ("D8*20260000", (None, None)),
    ],
)
def test_days_and_periods(text, expected):
    lines = rows_of("837", spoil(CLAIM, "DTP*472*D8*20260115", f"DTP*472*{text}"))["lines"]

    found = lines[0]["service_from"], lines[0]["service_to"]
    assert found == tuple(one and one.toordinal() - date(1970, 1, 1).toordinal() for one in expected)


def test_rows_that_may_still_get_values_are_not_given_before_their_end():
    (transaction_set,) = x12.read(file_of("835", PAYMENT)).sets()
    extractor = Extractor(plan_columns(columns(), transaction_set.guide))
    take_tree(extractor, transaction_set.opening, transaction_set.root)

    early = {table.name: len(rows[0]) for table, rows in extractor.take_rows(is_end=False)}
    late = {table.name: len(rows[0]) for table, rows in extractor.take_rows(is_end=True)}

    assert (early["lines"], early["adjustments"], "claims" in early) == (1, 2, False)
    assert (late["lines"], late["claims"], "adjustments" in late) == (1, 1, False)


def day(*parts: int) -> int:
    return (date(*parts) - date(1970, 1, 1)) // timedelta(days=1)
