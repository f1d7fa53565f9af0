"""Several cores on one file make the tables that one makes: every row, in the same order."""

from __future__ import annotations

import io
from concurrent.futures import BrokenExecutor

import pytest
from bench import x12_files
from hypothesis import given, settings
from hypothesis import strategies as st

from claimwright import bulk
from claimwright.bulk.extraction import uses_native
from claimwright.bulk.tables import share_cores
from claimwright.bulk.working import WorkerError
from claimwright.x12 import ahead, native
from tests.bulk.test_engines import ACCIDENTS
from tests.x12.files import CLAIM, DEPENDENT, PAYMENT, file_of

ENGINES = ["python", pytest.param("native", marks=pytest.mark.skipif(not uses_native("auto"), reason=native.why_not()))]
BAD = PAYMENT.replace("CAS*CO*45*", "CAS*CO*45*x").replace("DTM*232*2026", "DTM*232*x026")
FILES = [
    file_of("835", PAYMENT, BAD, PAYMENT, BAD),
    file_of("837", CLAIM, DEPENDENT, CLAIM, DEPENDENT),
    file_of("837", CLAIM, DEPENDENT, CLAIM).replace(b"ST*837*0002", b"ST*277*0002"),
    x12_files.remittances(20),
]


@pytest.fixture(autouse=True)
def small_blocks_in_threads(monkeypatch):
    monkeypatch.setattr(ahead, "BLOCK_BYTES", 1)
    monkeypatch.setattr(ahead, "LEAST_SET_BYTES", 1)
    monkeypatch.setattr(ahead, "ProcessPoolExecutor", ahead.ThreadPoolExecutor)


def tables(data: bytes, engine: str, workers: int) -> dict[str, object]:
    return dict(bulk.read(data, engine=engine, workers=workers))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("data", FILES)
def test_two_workers_make_the_tables_that_one_makes(data, engine):
    assert tables(data, engine, 2) == tables(data, engine, 1)


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=40, deadline=None)
@given(st.sampled_from(FILES), st.sampled_from([1, 2000, 9000]), st.data())
def test_damaged_files_give_the_same_tables(engine, data, block, draw):
    for _ in range(draw.draw(st.integers(1, 4))):
        at = draw.draw(st.integers(0, len(data)))
        new = draw.draw(st.sampled_from([*ACCIDENTS, b"~SE*1*1~", b"~ST*835*9~", b"~GE*1*1~"]))
        data = data[:at] + new + data[at + draw.draw(st.integers(0, 6)) :]
    ahead.BLOCK_BYTES = block

    assert tables(data, engine, 2) == tables(data, engine, 1)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("workers", [1, 2])
def test_rows_stand_in_the_order_of_the_file_though_kinds_of_sets_take_turns(engine, workers):
    claims = file_of("837", *[CLAIM] * 3)
    institutional = claims.replace(b"ST*837*0002*005010X222A1", b"ST*837*0002*005010X223A2")
    found = tables(institutional, engine, workers)

    assert [row["kind"] for row in found["sets"].to_pylist()] == ["837P", "837I", "837P"]
    offsets = found["claims"].column("claim_offset").to_pylist()
    assert len(offsets) == 3
    assert offsets == sorted(offsets)


def test_a_file_that_breaks_off_gives_what_was_read_before(monkeypatch, tmp_path):
    path = tmp_path / "paid.835"
    path.write_bytes(x12_files.remittances(50))

    class Breaking(io.FileIO):
        def read(self, size=-1):
            if self.tell() > 9000:
                raise OSError(5, "Input/output error")
            return super().read(1000)

    monkeypatch.setattr(type(path), "open", lambda self, *_, **__: Breaking(str(self)))

    one, two = (dict(bulk.read(path, workers=workers)) for workers in (1, 2))
    assert one == two
    assert one["claims"].num_rows > 5
    assert "Input/output error" in one["files"].to_pylist()[0]["why"]


def test_whoever_stops_taking_batches_stops_the_workers():
    batches = bulk.batches(x12_files.remittances(200), workers=2)
    next(batches)

    batches.close()

    assert list(batches) == []


def test_a_worker_that_is_killed_is_told(monkeypatch):
    def break_off(*_):
        raise BrokenExecutor("killed")

    monkeypatch.setattr(ahead.Ahead, "walk", break_off)

    with pytest.raises(WorkerError, match="killed"):
        bulk.read(FILES[0], workers=2)


def test_a_file_that_is_alone_gets_all_cores_and_several_files_get_one_each():
    assert share_cores(["one"], [], 4) == (1, 4)
    assert share_cores(["one", "other"], [], 4) == (4, 1)
    assert share_cores(["small"], [], None) == (1, 1)
