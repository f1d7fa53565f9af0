"""Many items, one job, all cores."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from claimwright.bulk.working import WorkerError, work

KINDS = ("threads", "processes")


def count_up(item: int) -> Iterator[tuple[int, int]]:
    for step in range(20):
        yield item, step


def break_off(item: int) -> Iterator[int]:
    yield item
    raise ValueError("worse than thought")


def die(item: int) -> Iterator[int]:
    yield item
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("workers", [1, 2])
def test_every_step_of_every_item_comes_in_the_order_of_its_item(kind, workers):
    steps = list(work(count_up, range(5), workers, kind))

    assert sorted(steps) == [(item, step) for item in range(5) for step in range(20)]
    assert all([step for item, step in steps if item == one] == list(range(20)) for one in range(5))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_worker_that_breaks_off_is_told_with_its_reason(kind):
    with pytest.raises(WorkerError, match="worse than thought"):
        list(work(break_off, range(4), 2, kind))


def test_a_worker_that_is_killed_is_told():
    with pytest.raises(WorkerError, match="memory"):
        list(work(die, range(4), 2, "processes"))


@pytest.mark.parametrize("kind", KINDS)
def test_whoever_stops_taking_stops_the_workers(kind):
    steps = work(count_up, range(100), 2, kind)
    next(steps)

    steps.close()

    assert list(steps) == []
