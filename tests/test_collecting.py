"""The cycle collector rests while many records are made, and works again afterwards."""

from __future__ import annotations

import gc

import pytest

from claimwright.collecting import collector_paused


def test_the_collector_rests_within_the_block_and_works_after_it():
    with collector_paused():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_the_end_of_an_inner_pause_does_not_end_the_outer_one():
    with collector_paused():
        with collector_paused():
            pass
        assert not gc.isenabled()


def test_the_collector_works_again_after_an_error():
    with pytest.raises(ZeroDivisionError), collector_paused():
        _ = 1 // 0
    assert gc.isenabled()
