"""Nothing that moves money is lost between a file and its tables: counted and summed by other means."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from bench import x12_files

from claimwright import bulk, documents, x12
from claimwright.money import parse_cents

SAMPLES = Path(__file__).parents[3] / "shared" / "x12-samples"
COUNT = 200

needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples of other projects are not here")


@pytest.fixture(scope="module")
def paid() -> bulk.Tables:
    return bulk.read(x12_files.remittances(COUNT))


def segments(data: bytes, name: str) -> list[list[str]]:
    """The segments of that name, split by hand."""
    return [line.split("*") for line in data.decode().split("~") if line.startswith(f"{name}*")]


def triplets(data: bytes) -> Counter[tuple[str, str, int]]:
    return Counter(
        (cas[1], cas[at], parse_cents(cas[at + 1])) for cas in segments(data, "CAS") for at in range(2, len(cas), 3)
    )


def cents(tables: bulk.Tables, query: str) -> list[tuple[int, ...]]:
    return bulk.connect_to(tables).sql(query).fetchall()


@pytest.mark.parametrize("make", [x12_files.remittances, x12_files.claims])
def test_every_adjustment_of_a_file_is_a_row(make):
    data = make(COUNT)
    rows = bulk.read(data, tables=["adjustments"])["adjustments"].to_pylist()

    assert Counter((row["group_code"], row["reason_code"], row["amount_cents"]) for row in rows) == triplets(data)


def test_every_remark_of_a_file_is_a_row(paid):
    data = x12_files.remittances(COUNT)
    expected = Counter(lq[2] for lq in segments(data, "LQ")) + Counter(moa[3] for moa in segments(data, "MOA"))

    assert Counter(paid["remarks"].column("code").to_pylist()) == expected


def test_every_provider_adjustment_of_a_file_is_a_row(paid):
    (plb,) = segments(x12_files.remittances(COUNT), "PLB")

    rows = paid["provider_adjustments"].to_pylist()

    assert [f"{row['reason_code']}:{row['reference']}" for row in rows] == plb[3::2]
    assert [row["amount_cents"] for row in rows] == [parse_cents(text) for text in plb[4::2]]


def test_the_three_balances_of_a_remittance_can_be_worked_out_from_its_tables(paid):
    lines = cents(
        paid,
        """
        SELECT count(*) FROM lines LEFT JOIN (
            SELECT file, line_offset, sum(amount_cents) AS adjusted FROM adjustments GROUP BY ALL
        ) USING (file, line_offset)
        WHERE charge_cents - coalesce(adjusted, 0) <> paid_cents
        """,
    )
    claims = cents(
        paid,
        """
        SELECT count(*) FROM claims LEFT JOIN (
            SELECT file, claim_offset, sum(amount_cents) AS adjusted FROM adjustments GROUP BY ALL
        ) USING (file, claim_offset)
        WHERE charge_cents - coalesce(adjusted, 0) <> paid_cents
        """,
    )
    payments = cents(
        paid,
        """
        SELECT payment_cents - claims.paid + moved.amount
        FROM payments
        JOIN (SELECT file, set_offset, sum(paid_cents) AS paid FROM claims GROUP BY ALL) AS claims
            USING (file, set_offset)
        JOIN (SELECT file, set_offset, sum(amount_cents) AS amount FROM provider_adjustments GROUP BY ALL) AS moved
            USING (file, set_offset)
        """,
    )

    assert lines == claims == [(0,)]
    assert payments == [(0,)]


def test_claims_and_what_was_paid_for_them_join_by_their_numbers():
    tables = bulk.read(x12_files.claims(COUNT))
    answers = bulk.read(x12_files.remittances(COUNT))
    billed = {row["control_number"]: row["charge_cents"] for row in tables["claims"].to_pylist()}
    paid = [row for row in answers["claims"].to_pylist() if row["status"] != "22"]
    line_numbers = set(tables["lines"].column("control_number").to_pylist())

    assert {row["control_number"]: row["charge_cents"] for row in paid} == billed
    assert set(answers["lines"].column("control_number").to_pylist()) == line_numbers


@needs_samples
def test_the_tables_of_real_files_say_what_the_records_say():
    """Two ways through the same 835: the records of `documents`, and the tables."""
    compared = 0
    for path in sorted(SAMPLES.rglob("*")):
        data = path.read_bytes() if path.is_file() else b""
        records = [record for _, record, _ in documents.read_documents(x12.read(data))] if b"835" in data else []
        remittances = [record for record in records if isinstance(record, documents.Remittance)]
        if not remittances:
            continue
        compared += 1
        tables = bulk.read(data, tables=["adjustments", "provider_adjustments"])
        claims = [claim for remittance in remittances for claim in remittance.claims]
        told = Counter((one.group, one.reason, one.amount_cents) for claim in claims for one in claim.all_adjustments)
        moved = Counter(one.amount_cents for remittance in remittances for one in remittance.provider_adjustments)
        rows = [row for row in tables["adjustments"].to_pylist() if row["kind"] == "835"]
        found = Counter((row["group_code"], row["reason_code"], row["amount_cents"]) for row in rows)

        assert told - found == Counter(), path  # A claim that cannot be read has no record, but its rows.
        assert moved - Counter(tables["provider_adjustments"].column("amount_cents").to_pylist()) == Counter(), path

    assert compared >= 30
