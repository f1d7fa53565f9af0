"""One job done for many items, on all cores: in this process, in threads, or in processes.

A job gives steps as it goes. They are handed on through a queue of bounded length, so that memory does not grow when
the one who takes them is slower than those who make them.
"""

from __future__ import annotations

import multiprocessing
import queue
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

Item = TypeVar("Item")
Step = TypeVar("Step")
Job = Callable[[Item], Iterator[Step]]
Kind = Literal["threads", "processes"]

_WAITING_MAX = 8
_LOOK_EVERY_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class _Done:
    """A worker has no more items; `failure` is what it broke off with."""

    failure: str = ""


class WorkerError(RuntimeError):
    """A worker broke off: a defect, or the system killed it (out of memory)."""


def work(job: Job[Item, Step], items: Sequence[Item], workers: int, kind: Kind) -> Iterator[Step]:
    """The steps of the job for every item, in no order between items. Raises `WorkerError`."""
    count = min(workers, len(items))
    if count <= 1:
        for item in items:
            yield from job(item)
    else:
        yield from (_threads if kind == "threads" else _processes)(job, items, count)


def _serve(job: Job[Any, Any], items: Any, steps: Any, is_wanted: Callable[[], bool]) -> None:
    """Take items until there is none, and put the steps of the job."""
    failure = ""
    try:
        while is_wanted() and (item := items.get()) is not None:
            for step in job(item):
                _put(steps, step, is_wanted)
    except BaseException:
        failure = traceback.format_exc()
        raise
    finally:
        _put(steps, _Done(failure), is_wanted)


def _put(steps: Any, step: object, is_wanted: Callable[[], bool]) -> None:
    while is_wanted():
        try:
            steps.put(step, timeout=_LOOK_EVERY_SECONDS)
        except queue.Full:
            continue
        return


def _threads(job: Job[Item, Step], items: Sequence[Item], count: int) -> Iterator[Step]:
    todo: queue.SimpleQueue[Item | None] = queue.SimpleQueue()
    steps: queue.Queue[Any] = queue.Queue(_WAITING_MAX)
    stopped = threading.Event()
    for item in (*items, *[None] * count):
        todo.put(item)
    threads = [
        threading.Thread(target=_serve, args=(job, todo, steps, lambda: not stopped.is_set()), daemon=True)
        for _ in range(count)
    ]
    for thread in threads:
        thread.start()
    try:
        yield from _steps(steps, count, lambda: any(thread.is_alive() for thread in threads))
    finally:
        stopped.set()
        for thread in threads:
            thread.join()


def _processes(job: Job[Item, Step], items: Sequence[Item], count: int) -> Iterator[Step]:
    todo: Any = multiprocessing.Queue()
    steps: Any = multiprocessing.Queue(_WAITING_MAX)
    for item in (*items, *[None] * count):
        todo.put(item)
    processes = [
        multiprocessing.Process(target=_serve, args=(job, todo, steps, _always), daemon=True) for _ in range(count)
    ]
    for process in processes:
        process.start()
    try:
        yield from _steps(steps, count, lambda: all(process.exitcode in (None, 0) for process in processes))
    finally:
        for process in processes:
            process.terminate()
            process.join()
        todo.cancel_join_thread()


def _always() -> bool:
    return True


def _steps(steps: Any, count: int, is_well: Callable[[], bool]) -> Iterator[Any]:
    """What the workers put, until all of them are done."""
    while count:
        try:
            step = steps.get(timeout=_LOOK_EVERY_SECONDS)
        except queue.Empty:
            if not is_well():
                raise WorkerError("a worker process ended before its work was done; is there enough memory?") from None
            continue
        if not isinstance(step, _Done):
            yield step
        elif step.failure:
            raise WorkerError(step.failure)
        else:
            count -= 1
