"""Files and folders into tables."""

from __future__ import annotations

import subprocess
import sys

import pytest
from bench import x12_files

from claimwright import bulk
from claimwright.errors import InputError
from tests.x12.files import CLAIM, PAYMENT, file_of, spoil


@pytest.fixture
def folder(tmp_path):
    """Three good files in two folders, one that is no X12, one that is hidden."""
    (tmp_path / "in" / "paid").mkdir(parents=True)
    (tmp_path / "in" / "billed.edi").write_bytes(file_of("837", CLAIM))
    (tmp_path / "in" / "notes.txt").write_bytes(b"Nothing to see here.")
    (tmp_path / "in" / ".hidden").write_bytes(file_of("837", CLAIM))
    (tmp_path / "in" / "paid" / "one.835").write_bytes(file_of("835", PAYMENT))
    (tmp_path / "in" / "paid" / "two.835").write_bytes(file_of("835", PAYMENT, PAYMENT.replace("CLAIM1", "CLAIM2")))
    return tmp_path / "in"


def names(tables: bulk.Tables) -> list[str]:
    return [name.rpartition("/")[2] for name in tables["files"].column("name").to_pylist()]


def test_a_folder_is_read_with_all_that_is_in_it(folder):
    tables = bulk.read(folder)

    assert names(tables) == ["billed.edi", "notes.txt", "one.835", "two.835"]
    assert tables["files"].column("readable").to_pylist() == [True, False, True, True]
    assert tables["sets"].column("kind").to_pylist() == ["837P", "835", "835", "835"]
    assert tables["claims"].column("control_number").to_pylist() == ["CLAIM1", "CLAIM1", "CLAIM1", "CLAIM2"]


def test_a_file_that_is_no_x12_is_a_row_that_says_why(folder):
    tables = bulk.read(folder)
    row = tables["files"].to_pylist()[1]

    assert (row["readable"], row["accepted"], row["sets"], row["errors"]) == (False, False, 0, 1)
    assert row["why"] == "There is no interchange in this file: no ISA was found."
    assert [found["code"] for found in tables["findings"].to_pylist() if found["file"] == row["file"]] == [
        "X12-ENV-001"
    ]


def test_a_file_that_cannot_be_opened_is_a_row_that_says_why(folder):
    (folder / "dead.835").symlink_to(folder / "nowhere")
    tables = bulk.read(folder)
    row = next(row for row in tables["files"].to_pylist() if row["name"].endswith("dead.835"))

    assert (row["readable"], row["errors"]) == (False, 1)
    assert "No such file" in row["why"]
    assert tables["claims"].num_rows == 4


def test_a_name_that_is_nothing_is_refused(tmp_path):
    with pytest.raises(InputError, match="neither a file nor a folder"):
        bulk.read(tmp_path / "nowhere")


def test_a_file_named_twice_is_read_once(folder):
    tables = bulk.read([folder / "billed.edi", folder, folder / "billed.edi"])

    assert names(tables) == ["billed.edi", "notes.txt", "one.835", "two.835"]


def test_only_the_tables_asked_for_are_made(folder):
    assert list(bulk.read(folder, tables=["claims", "files"])) == ["files", "claims"]
    with pytest.raises(InputError, match="no table 'clams'"):
        bulk.read(folder, tables=["clams"])


def test_every_table_has_its_columns_even_without_rows():
    tables = bulk.read(b"")

    assert {name: table.schema for name, table in tables.items()} == bulk.schemas()


def test_what_is_wrong_is_told_in_the_same_pass():
    data = file_of("835", spoil(PAYMENT, "CAS*CO*45*20", "CAS*CO*45*2O"))
    tables = bulk.read(data)
    found = {row["code"]: row for row in tables["findings"].to_pylist()}

    assert "BULK-VAL-001" in found
    assert (
        found["BULK-VAL-001"]["message"]
        == "CAS03 '2O' is not an amount of whole cents, so amount_cents of adjustments is empty here."
    )
    assert (found["BULK-VAL-001"]["loop"], found["BULK-VAL-001"]["element"]) == ("2000/2100/2110", 3)
    assert data[found["BULK-VAL-001"]["segment_offset"] :].startswith(b"CAS*CO*45*2O")
    assert found["BULK-VAL-001"]["set_offset"] == tables["sets"]["set_offset"][0].as_py()
    assert tables["sets"].column("accepted").to_pylist() == [False]


def test_the_offsets_of_a_row_are_bytes_of_its_file():
    data = x12_files.remittances(50)
    tables = bulk.read(data)
    marks = {
        "claims": ("claim_offset", b"CLP*"),
        "lines": ("line_offset", b"SVC*"),
        "adjustments": ("segment_offset", b"CAS*"),
    }

    for table, (column, mark) in marks.items():
        assert all(data.startswith(mark, offset) for offset in tables[table].column(column).to_pylist())


def test_batches_hold_the_same_rows_as_tables(folder):
    counts: dict[str, int] = {}
    for batch in bulk.batches(folder):
        counts[batch.table] = counts.get(batch.table, 0) + batch.rows.num_rows
        assert batch.rows.schema == bulk.schemas()[batch.table]

    assert counts == {name: table.num_rows for name, table in bulk.read(folder).items() if table.num_rows}


def test_two_workers_read_what_one_does(folder):
    assert dict(bulk.read(folder, workers=2)) == dict(bulk.read(folder, workers=1))


def test_progress_is_told_until_all_is_done(folder):
    told: list[bulk.Progress] = []
    bulk.read(folder, progress=told.append)

    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and path.name != ".hidden")
    assert told[-1] == bulk.Progress(files=4, files_done=4, bytes=size, bytes_done=size)
    assert [one.bytes_done for one in told] == sorted(one.bytes_done for one in told)


def test_without_pyarrow_the_message_says_what_to_install():
    code = "import sys; sys.modules['pyarrow'] = None\nimport claimwright.bulk"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode
    assert "pip install 'claimwright[bulk]'" in done.stderr


def test_bytes_that_are_not_utf_8_are_kept_wherever_they_are(tmp_path):
    path = tmp_path / "p\udce4id.835"
    path.write_bytes(
        file_of("835", PAYMENT).replace(b"SENDER         *", b"S\xe4NDER         *").replace(b"MI*MEM", b"M\xe4*MEM")
    )
    tables = bulk.read(path)

    assert tables["sets"].column("sender").to_pylist() == ["SäNDER"]
    assert tables["files"].column("name").to_pylist()[0].endswith("päid.835")
    assert any("M" in message for message in tables["findings"].column("message").to_pylist())
    assert (bulk.to_parquet(path, tmp_path / "out").files, bulk.to_parquet(path, tmp_path / "out").files) == (1, 0)
