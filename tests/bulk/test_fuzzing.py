"""Mutated sets through the columns of the core, under the sanitizers, in a short run: see `make fuzz-native`."""

from __future__ import annotations

import shutil

import pytest
from bench import x12_files

from claimwright import bulk
from claimwright.bulk.extraction import uses_native
from tests.fuzz import columns as fuzzing
from tests.fuzz import native

_INPUTS = 2_000


@pytest.mark.skipif(not shutil.which(native.COMPILER), reason="no gcc")
@pytest.mark.skipif(not uses_native("auto"), reason="no native core")
def test_mutated_sets_stay_within_the_memory_of_the_columns(tmp_path):
    program, tables = native.build(tmp_path, fuzzing.SOURCE), fuzzing.write_tables(tmp_path)

    assert native.start(program, tables, _INPUTS, seed=1).wait() == 0


@pytest.mark.skipif(not uses_native("auto"), reason="no native core")
@pytest.mark.parametrize("claims", [63, 64, 65, 128])
def test_a_table_may_be_full_to_its_last_row(claims):
    data = x12_files.remittances(claims)

    assert dict(bulk.read(data, engine="native"))["claims"] == dict(bulk.read(data, engine="python"))["claims"]
