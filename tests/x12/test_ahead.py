"""Sets walked ahead by several workers: the same verdict as with one, in the same order, whatever the sizes of blocks
and windows."""

from __future__ import annotations

import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from claimwright import x12
from claimwright.x12 import ahead, native, steps
from claimwright.x12.bounds import find_sets
from claimwright.x12.native import bounds as native_bounds
from claimwright.x12.settings import Limits
from claimwright.x12.tree import Delimiters
from tests.x12.files import CLAIM, DEPENDENT, PAYMENT, file_of, spoil, spoil_bytes
from tests.x12.test_checking import FILES

SPOILT = spoil(DEPENDENT, "25*100*UN", "25*101*UN")
GROUPS = file_of("837", CLAIM, SPOILT, CLAIM, CLAIM).replace(b"~\nSE*", b"~\n\nSE*")
MANY = {
    **FILES,
    "sets of the same number": GROUPS.replace(b"*0002", b"*0001"),
    "a segment between sets": spoil_bytes(GROUPS, "ST*837*0003", "XX*1~\nST*837*0003"),
    "an empty segment between sets": spoil_bytes(GROUPS, "ST*837*0003", "~\nST*837*0003"),
    "a set that is not closed": GROUPS.replace(b"SE*", b"SX*", 1),
    "a set that is none": spoil_bytes(GROUPS, "ST*837*0002", "ST*000*0002"),
    "binary sets": GROUPS.replace(b"ST*837*0002*005010X222A1", b"ST*275*0002*006020X314"),
    "what looks like an ISA": spoil_bytes(GROUPS, "HI*ABK", "NTE*ADD*ISA*X~\nHI*ABK"),
    "payments": file_of("835", PAYMENT, PAYMENT.replace("*150*", "*151*"), PAYMENT),
}
ENGINES = ["python", pytest.param("native", marks=pytest.mark.skipif(not native.available(), reason=native.why_not()))]
PLAIN = Delimiters()


@pytest.fixture(autouse=True)
def small_sets_are_worth_it(monkeypatch):
    monkeypatch.setattr(ahead, "LEAST_SET_BYTES", 1)


def checked(data: bytes, engine: str, workers: int = 1, **options) -> x12.Verdict:
    return x12.check(io.BytesIO(data), engine=engine, workers=workers, **options)


@pytest.fixture
def in_threads(monkeypatch):
    """Python's engine in threads too: starting processes takes longer than these files."""
    make = ahead.Ahead.__init__
    monkeypatch.setattr(
        ahead.Ahead, "__init__", lambda self, make_walker, count, kind: make(self, make_walker, count, "threads")
    )


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("block", [1, 900, 1 << 19])
@pytest.mark.parametrize("data", MANY.values(), ids=MANY)
def test_two_workers_find_what_one_finds(data, block, engine, monkeypatch, in_threads):
    monkeypatch.setattr(ahead, "BLOCK_BYTES", block)

    assert checked(data, engine, 2) == checked(data, engine)


@pytest.mark.parametrize("engine", ENGINES)
@settings(max_examples=60, deadline=None)
@given(st.sampled_from([*MANY.values()]), st.integers(1, 3000), st.integers(1, 4000), st.integers(1, 5000), st.data())
def test_neither_windows_nor_blocks_nor_accidents_change_a_verdict(engine, data, window, block, reach, draw):
    for _ in range(draw.draw(st.integers(0, 3))):
        at = draw.draw(st.integers(0, len(data)))
        new = draw.draw(
            st.sampled_from([b"", b"~", b"*", b"~SE*1*1~", b"~ST*837*9~", b"~GE*1*1~", b"~ISA*", b" \n", b"\xe4"])
        )
        data = data[:at] + new + data[at + draw.draw(st.integers(0, 5)) :]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ahead, "BLOCK_BYTES", block)
        patch.setattr(ahead, "REACH_BYTES", reach)
        patch.setattr(ahead, "ProcessPoolExecutor", ahead.ThreadPoolExecutor)

        assert checked(data, engine, 2, window=window) == checked(data, engine)


def test_processes_walk_ahead_too(monkeypatch):
    monkeypatch.setattr(ahead, "BLOCK_BYTES", 1)

    assert checked(GROUPS, "python", 2) == checked(GROUPS, "python")


def test_settings_hold_for_what_is_walked_ahead(monkeypatch, in_threads):
    strict = x12.Settings(severities={"X12-BAL-001": "off", "X12-ELM-001": "warning"}, limits=Limits(segment_bytes=60))

    for data in MANY.values():
        assert checked(data, "python", 2, settings=strict) == checked(data, "python", settings=strict)


def test_small_sets_are_not_worth_threads(monkeypatch, in_threads):
    monkeypatch.setattr(ahead, "LEAST_SET_BYTES", 1 << 13)
    monkeypatch.setattr(ahead, "BLOCK_BYTES", 1)
    blocks = []
    submit = ahead.Ahead._submit
    monkeypatch.setattr(ahead.Ahead, "_submit", lambda self, block: blocks.append(block) or submit(self, block))

    assert checked(GROUPS, "python", 2) == checked(GROUPS, "python")
    assert len(blocks) == 1


def test_as_many_workers_as_there_are_cores_are_worth_a_large_file(monkeypatch, tmp_path):
    monkeypatch.setattr(ahead, "WORTH_BYTES", 1000)
    monkeypatch.setattr(ahead, "cores", lambda: 3)
    path = tmp_path / "large.837"
    path.write_bytes(GROUPS)

    with path.open("rb") as file:
        assert ahead.worthwhile(file) == 3
    assert ahead.worthwhile(GROUPS) == 3
    assert ahead.worthwhile(GROUPS[:900]) == ahead.worthwhile(io.BytesIO(GROUPS)) == 1
    assert x12.check(path, workers=None).findings == x12.check(path).findings


def test_no_thread_sees_a_position_that_is_worked_out_by_half(monkeypatch):
    tables = steps.Tables(x12.find_guide("837", "005010X222A1"), PLAIN, rules=True)
    stop = next(stop for stop in tables.stops if stop.position.id == "HI" and stop.plan)
    seen = []
    monkeypatch.setattr(steps, "quick_plan", lambda *_: seen.append(stop.match))
    monkeypatch.setattr(steps, "note_breaker", lambda *_: seen.append(stop.match))

    for _ in range(30):
        tables.judge(stop, "HI*ABK:E119", ["HI", "ABK:E119"])

    assert stop.match is not None
    assert set(seen) == {None}


# The bounds of sets.

PIECES = ["ST*837*1", "ST", "STX*1", "SE*1*1", "SE", "S", "", " ", "NM1*X", "GS*1", "GE", "ISA*", "TA1", "IEA*", "ISAX"]
PIECES += ["ST*275*1", "ST*275", "ST*2755"]


@pytest.mark.skipif(native_bounds.load() is None, reason="there is no native core")
@settings(max_examples=500, deadline=None)
@example("~", ["ST*837*1", "NM1*X", "SE*1*1", "ST*837*1", "SE*1*1"], 0, 1 << 20, 1000)
@given(
    st.sampled_from("~\n "), st.lists(st.sampled_from(PIECES)), st.integers(0, 9), st.integers(0, 99), st.integers(0, 9)
)
def test_the_core_finds_the_sets_that_python_finds(mark, pieces, blanks, wanted, longest):
    text = ("\r\n" * (blanks % 3) + " " * (blanks // 3)).join(piece + mark for piece in pieces)
    data, marks = text.encode(), Delimiters(terminator=mark)

    for begin, end in ((0, len(data)), (blanks, len(data) - blanks // 2)):
        end = max(begin, end)
        if end <= len(data):
            found = find_sets(data, begin, end, marks, wanted=wanted, longest=longest)
            assert native_bounds.find_sets(data, begin, end, marks, wanted=wanted, longest=longest) == found


def test_sets_are_found_as_long_as_they_follow_one_another():
    data = b"\nST*837*1~NM1~SE*3*1~\r\nST*837*2~SE*2*2~ GE*2*1~ST*837*3~SE*2*3~"

    found, is_cut = find_sets(data, 0, len(data), PLAIN, wanted=1000, longest=1000)

    assert [data[one.begin : one.end] for one in found] == [b"ST*837*1~NM1~SE*3*1~", b"ST*837*2~SE*2*2~"]
    assert [data[one.body : one.close] for one in found] == [b"NM1~", b""]
    assert [one.segments for one in found] == [3, 2]
    assert not is_cut
    assert find_sets(data, 0, 30, PLAIN, wanted=1000, longest=1000)[1]
