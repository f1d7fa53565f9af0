"""Spark reads the same tables: what was billed against what was paid gives the same totals in Spark and in DuckDB."""

from __future__ import annotations

import os
import shutil
import sys

import pytest
from bench import x12_files

from claimwright import bulk
from claimwright.errors import InputError

if shutil.which("java") is None:
    pytest.skip("Spark needs Java, which is not here", allow_module_level=True)
pytest.importorskip("pyspark", reason="pyspark is not here")

TOTALS = """
SELECT count(*), count(DISTINCT billed.control_number), sum(billed.charge_cents), sum(paid.paid_cents)
FROM claims AS billed
JOIN claims AS paid ON paid.control_number = billed.control_number AND paid.kind = '835' AND paid.status <> '22'
WHERE billed.kind = '837P'
"""
BY_REASON = """
SELECT adjustments.group_code, adjustments.reason_code, count(*), sum(adjustments.amount_cents)
FROM adjustments
JOIN lines AS paid ON paid.file = adjustments.file AND paid.line_offset = adjustments.line_offset
JOIN lines AS billed ON billed.control_number = paid.control_number AND billed.kind = '837P'
WHERE adjustments.kind = '835' AND paid.kind = '835'
GROUP BY adjustments.group_code, adjustments.reason_code
ORDER BY adjustments.group_code, adjustments.reason_code
"""


@pytest.fixture(scope="module")
def session():
    from pyspark.sql import SparkSession

    from claimwright.bulk import spark

    os.environ["PYSPARK_PYTHON"] = sys.executable
    options = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2",
        "spark.log.level": "ERROR",
    }
    session = SparkSession.builder.master("local[2]").config(map=options).getOrCreate()
    spark.register(session)
    yield session
    session.stop()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("x12")
    (folder / "billed.837").write_bytes(x12_files.claims(120))
    (folder / "paid.835").write_bytes(x12_files.remittances(120))
    return folder


def test_a_join_of_claims_and_payments_gives_the_same_totals_in_spark_and_duckdb(session, folder):
    for table in ("claims", "lines", "adjustments"):
        frame = session.read.format("x12").option("table", table).load(str(folder))
        frame.createOrReplaceTempView(table)
    connection = bulk.connect_to(bulk.read(folder))

    for query in (TOTALS, BY_REASON):
        in_spark = [tuple(row) for row in session.sql(query).collect()]
        assert in_spark == connection.sql(query).fetchall()
    (count, claims, charged, paid), *_ = connection.sql(TOTALS).fetchall()
    assert (count, claims) == (120, 120)
    assert charged > paid > 0


def test_the_schema_in_spark_is_that_of_the_table(session, folder):
    frame = session.read.format("x12").option("table", "files").load(str(folder))

    assert frame.columns == bulk.schemas()["files"].names
    assert sorted(row["readable"] for row in frame.collect()) == [True, True]


def test_a_table_that_is_not_there_is_refused():
    from claimwright.bulk.spark import X12DataSource

    with pytest.raises(InputError, match="no table 'clams'"):
        X12DataSource({"table": "clams"}).schema()
