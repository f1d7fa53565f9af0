"""What measurements share: a home for a while, seconds by part of the work, and a sampler of where they go."""

from __future__ import annotations

import gc
import resource
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from statistics import median
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


# One job against another.

_LEAST_SECONDS = 1.0
_RUNS = 5


@dataclass(frozen=True, slots=True)
class Measured:
    """A job that was run a few times: the median of its process seconds, and over how much."""

    name: str
    seconds: float
    bytes: int
    count: int

    @property
    def bytes_a_second(self) -> float:
        return self.bytes / self.seconds

    def print(self, *notes: str) -> None:
        """A line: megabytes and pieces a second, and what else is to be said."""
        speed = f"{self.bytes_a_second / 1e6:9.2f} MB/s {self.count / self.seconds:12,.0f} claims/s"
        out(f"  {self.name:44} {speed}   {'; '.join(note for note in notes if note)}".rstrip())


def measure(name: str, job: Callable[[], object], data: bytes | int, count: int, runs: int = _RUNS) -> Measured:
    """Run the job so often, or for a second, and take the median of its process time.

    The result of a run is gone before the next begins, and the cycle collector is as the job leaves it.
    """
    job()
    seconds: list[float] = []
    while len(seconds) < runs or (sum(seconds) < _LEAST_SECONDS and runs > 1):
        gc.collect()
        started = time.process_time()
        job()
        seconds.append(time.process_time() - started)
    return Measured(name, median(seconds), data if isinstance(data, int) else len(data), count)


def at_least(value: float, bar: float, of: str) -> str:
    """The value as a multiple of something, beside the least that is wanted."""
    return f"{value:,.2f} times {of}{_verdict(bar, is_held=value >= bar, words='at least')}"


def at_most(value: float, bar: float, of: str) -> str:
    """The value as a multiple of something, beside the most that is allowed."""
    return f"{value:,.2f} times {of}{_verdict(bar, is_held=value <= bar, words='at most')}"


def _verdict(bar: float, *, is_held: bool, words: str) -> str:
    return f" ({words} {bar:g}: {'holds' if is_held else 'MISSED'})"


# What getrusage tells of a new process includes what the one that started it held.
_TELL_PEAK = """
with open("/proc/self/status") as status:
    print(next(line.split()[1] for line in status if line.startswith("VmHWM:")))
"""


def peak_megabytes_of(code: str, *arguments: str) -> float:
    """The most memory that a fresh Python holds while it runs this code, in MB; `sys.argv` has the arguments."""
    done = subprocess.run(
        [sys.executable, "-c", code + _TELL_PEAK, *arguments], capture_output=True, text=True, check=True
    )
    return int(done.stdout.split()[-1]) / 1024
