"""The two interpreters of the columns give the same tables, cell by cell, and the same findings."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from bench import x12_files
from hypothesis import given, settings
from hypothesis import strategies as st

from claimwright import bulk
from claimwright.bulk import extraction, scanning
from claimwright.bulk.extraction import uses_native
from claimwright.x12 import native
from claimwright.x12.source import Buffer
from tests.x12.files import CLAIM, DEPENDENT, PAYMENT, file_of, with_delimiters

SAMPLES = Path(__file__).parents[3] / "shared" / "x12-samples"
GOOD = [file_of("835", PAYMENT), file_of("837", CLAIM), file_of("837", DEPENDENT, CLAIM), x12_files.remittances(20)]
ACCIDENTS = [b"", b"*", b"~", b":", b"9", b"-", b".", b"\xe4", "ä".encode(), b" ", b"~CAS*CO*1*"]

pytestmark = pytest.mark.skipif(not uses_native("auto"), reason=f"there is no native core: {native.why_not()}")


def differences(source: bytes | Path) -> list[str]:
    """The tables that the two engines do not agree about."""
    python, core = (bulk.read(source, workers=1, engine=engine) for engine in ("python", "native"))
    same = {name: python[name].drop_columns(["engine"]) if name == "files" else python[name] for name in python}
    other = {name: core[name].drop_columns(["engine"]) if name == "files" else core[name] for name in core}
    return [
        f"{name}: {first} {second}"
        for name in same
        if not same[name].equals(other[name])
        for first, second in [*_unlike(same[name].to_pylist(), other[name].to_pylist())][:2]
    ]


def _unlike(python: list[dict[str, object]], core: list[dict[str, object]]):
    if len(python) != len(core):
        yield len(python), len(core)
    for ours, theirs in zip(python, core, strict=False):
        for name in ours:
            if ours[name] != theirs[name]:
                yield (name, ours[name]), theirs[name]


@pytest.mark.parametrize("make", [x12_files.remittances, x12_files.claims])
def test_good_files_give_the_same_tables(make):
    assert differences(make(300)) == []


@pytest.mark.parametrize("marks", ["|:^~", "*>^\n", "~^|!", "*:^\\"])
def test_any_delimiters_give_the_same_tables(marks):
    for data in GOOD[:3]:
        assert differences(with_delimiters(data, *marks)) == []


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples of other projects are not here")
def test_real_files_give_the_same_tables():
    assert differences(SAMPLES) == []


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damaged_files_give_the_same_tables(data):
    whole = data.draw(st.sampled_from(GOOD))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(whole)))
        new = data.draw(
            st.sampled_from([b"", b"*", b"~", b":", b"9", b"-", b".", b"\xe4", "ä".encode(), b" ", b"~CAS*CO*1*"])
        )
        whole = whole[:at] + new + whole[at + data.draw(st.integers(0, 6)) :]

    assert differences(whole) == []


@pytest.mark.parametrize("engine", ["python", "native"])
def test_tables_do_not_depend_on_how_much_is_read_at_once(engine, monkeypatch, tmp_path):
    path = tmp_path / "paid.835"
    path.write_bytes(x12_files.remittances(30).replace(b"~", b"~\r\n") + b"  ")
    whole = bulk.read(path, workers=1, engine=engine)

    for window in (64, 1000, 1 << 14):
        monkeypatch.setattr(scanning, "Buffer", partial(_small, window))
        assert dict(bulk.read(path, workers=1, engine=engine)) == dict(whole)


def _small(window, source, _):
    return Buffer(source, window)


def test_an_engine_that_is_not_there_is_refused(monkeypatch):
    monkeypatch.setattr(extraction, "load", lambda: None)

    assert not uses_native("auto")
    with pytest.raises(ValueError, match="no native engine"):
        bulk.read(b"", engine="native")
