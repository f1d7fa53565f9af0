"""Folders of Parquet files: whole or not there, and added to."""

from __future__ import annotations

import fcntl

import pyarrow.parquet as pq
import pytest

from claimwright import bulk
from claimwright.bulk import parquet
from claimwright.errors import ConflictError, InputError
from tests.x12.files import CLAIM, PAYMENT, file_of


@pytest.fixture
def files(tmp_path):
    folder = tmp_path / "files"
    folder.mkdir()
    for number in range(4):
        (folder / f"{number}.835").write_bytes(file_of("835", PAYMENT.replace("CLAIM1", f"CLAIM{number}")))
    return folder


def claims(folder) -> list[str]:
    return sorted(pq.read_table(folder / "claims").column("control_number").to_pylist())


def test_a_folder_holds_every_table(files, tmp_path):
    done = bulk.to_parquet(files, tmp_path / "out")

    assert (done.files, done.files_before, done.rows["claims"]) == (4, 0, 4)
    assert claims(tmp_path / "out") == ["CLAIM0", "CLAIM1", "CLAIM2", "CLAIM3"]
    assert {path.name for path in (tmp_path / "out").iterdir() if path.is_dir()} == set(bulk.schemas())
    assert pq.read_table(tmp_path / "out" / "lines").schema.remove_metadata() == bulk.schemas()["lines"]


def test_what_is_there_is_not_written_again_and_new_files_are_added(files, tmp_path):
    bulk.to_parquet(files, tmp_path / "out")
    (files / "1b.837").write_bytes(file_of("837", CLAIM))

    done = bulk.to_parquet(files, tmp_path / "out")

    assert (done.files, done.files_before) == (1, 4)
    assert claims(tmp_path / "out") == ["CLAIM0", "CLAIM1", "CLAIM1", "CLAIM2", "CLAIM3"]
    assert sorted(pq.read_table(tmp_path / "out" / "files").column("file").to_pylist()) == [0, 1, 2, 3, 4]


def test_a_run_that_was_stopped_goes_on_where_it_was(files, tmp_path, monkeypatch):
    """Every file is a part; the third breaks off when half of its tables are in their place."""
    monkeypatch.setattr(parquet, "_PART_FILES", 1)
    out, finish, finished = tmp_path / "out", parquet._finish, []

    def finish_or_fail(path):
        if path.name == "part-00002.parquet" and path.parent.name == "claims":
            raise KeyboardInterrupt
        finish(path)
        finished.append(path)

    monkeypatch.setattr(parquet, "_finish", finish_or_fail)
    with pytest.raises(KeyboardInterrupt):
        bulk.to_parquet(files, out, workers=1)
    left_behind = [path for path in finished if path.name == "part-00002.parquet"]
    assert left_behind
    assert not (out / "files" / "part-00002.parquet").exists()

    monkeypatch.setattr(parquet, "_finish", finish)
    done = bulk.to_parquet(files, out, workers=1)

    assert (done.files, done.files_before) == (2, 2)
    assert claims(out) == ["CLAIM0", "CLAIM1", "CLAIM2", "CLAIM3"]
    assert [
        path for path in out.rglob("*") if path.is_file() and path.suffix != ".parquet" and path.name != ".lock"
    ] == []


def test_a_file_that_has_changed_since_is_refused(files, tmp_path):
    bulk.to_parquet(files, tmp_path / "out")
    (files / "1.835").write_bytes(file_of("835", PAYMENT, PAYMENT))

    with pytest.raises(InputError, match="has changed"):
        bulk.to_parquet(files, tmp_path / "out")


def test_other_tables_than_those_that_are_there_are_refused(files, tmp_path):
    bulk.to_parquet(files, tmp_path / "out", tables=["claims"])

    with pytest.raises(InputError, match="holds the tables claims, files"):
        bulk.to_parquet(files, tmp_path / "out")


def test_two_runs_do_not_write_to_one_folder(files, tmp_path):
    (tmp_path / "out").mkdir()
    with (tmp_path / "out" / ".lock").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)

        with pytest.raises(ConflictError, match="Another run"):
            bulk.to_parquet(files, tmp_path / "out")


def test_a_database_is_whole_or_not_there(files, tmp_path):
    database = tmp_path / "x12.duckdb"
    bulk.to_duckdb(files, database)

    from claimwright.bulk.duck import connect

    with connect(str(database)) as connection:
        assert connection.sql("SELECT count(*), sum(paid_cents) FROM claims").fetchall() == [(4, 4 * 11875)]
        assert {row[0] for row in connection.sql("SHOW TABLES").fetchall()} == set(bulk.schemas())
    assert [path.name for path in tmp_path.iterdir() if "unfinished" in path.name] == []
    with pytest.raises(ConflictError, match="there already"):
        bulk.to_duckdb(files, database)


def test_duckdb_reads_what_is_written(files, tmp_path):
    from claimwright.bulk.duck import connect

    bulk.to_parquet(files, tmp_path / "out")
    query = f"SELECT count(*), sum(paid_cents), max(claim_offset) FROM '{tmp_path}/out/claims/*.parquet'"

    with connect() as connection:
        assert connection.sql(query).fetchall()[0][:2] == (4, 4 * 11875)
