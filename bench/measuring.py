"""What measurements share: a home for a while, seconds by part of the work, and a sampler of where they go."""

from __future__ import annotations

import resource
import signal
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from types import CodeType, FrameType
from typing import Any

_SAMPLE_EVERY_SECONDS = 0.004
_SITE, _SOURCE = "site-packages/", "/src/claimwright/"


@contextmanager
def scratch_folder(wanted: str = "") -> Iterator[Path]:
    """The folder that was asked for, or one that is gone afterwards."""
    if wanted:
        yield Path(wanted)
        return
    with TemporaryDirectory(prefix="claimwright-bench-") as folder:
        yield Path(folder)


def peak_megabytes() -> int:
    """The most memory that this process has held (Linux counts in kilobytes)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


class Stopwatch:
    """Process seconds by part of the work; a part within another is taken out of it."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._running: list[str] = []
        self._since = time.process_time()

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Count what is done inside as this part."""
        self._book()
        self._running.append(name)
        try:
            yield
        finally:
            self._book()
            self._running.pop()

    def watch(self, owner: Any, attribute: str, name: str) -> None:
        """Count every call of this function as a part, from now on."""
        original: Callable[..., Any] = getattr(owner, attribute)

        def watched(*args: Any, **options: Any) -> Any:
            with self.part(name):
                return original(*args, **options)

        setattr(owner, attribute, watched)

    def _book(self) -> None:
        now = time.process_time()
        if self._running:
            self.seconds[self._running[-1]] += now - self._since
        self._since = now

    @property
    def total(self) -> float:
        return sum(self.seconds.values())

    def print(self, count: int, what: str) -> None:
        """A line for each part, the longest first: seconds, share, milliseconds for each of `count`."""
        for name, seconds in sorted(self.seconds.items(), key=itemgetter(1), reverse=True):
            share = 100 * seconds / self.total
            out(f"{name:42} {seconds:8.2f} s {share:5.1f} % {1000 * seconds / count:8.2f} ms a {what}")


class Sampler:
    """Looks every few milliseconds of process time where the main thread is. Costs next to nothing, unlike a tracer."""

    def __init__(self) -> None:
        self._own: Counter[CodeType] = Counter()
        self._within: Counter[CodeType] = Counter()

    def start(self) -> None:
        signal.signal(signal.SIGPROF, self._look)
        signal.setitimer(signal.ITIMER_PROF, _SAMPLE_EVERY_SECONDS, _SAMPLE_EVERY_SECONDS)

    def stop(self) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)

    def _look(self, _signal: int, frame: FrameType | None) -> None:
        if frame:
            self._own[frame.f_code] += 1
        codes = set()
        while frame:
            codes.add(frame.f_code)
            frame = frame.f_back
        self._within.update(codes)

    def print(self, lines: int = 60) -> None:
        """The functions in which the time was, with what they called, then by themselves, in percent."""
        all_samples = sum(self._own.values()) or 1
        for title, counts in (("with what it called", self._within), ("by itself", self._own)):
            out(f"\n% of the time, {title}")
            for code, count in counts.most_common(lines):
                out(f"{100 * count / all_samples:6.1f} {_name(code)}")


def _name(code: CodeType) -> str:
    file = code.co_filename
    for mark in (_SITE, _SOURCE):
        file = file.rpartition(mark)[2]
    return f"{file}:{code.co_qualname}"


def out(line: str) -> None:
    """Print a line now."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
