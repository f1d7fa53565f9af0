"""How fast X12 is checked, on one core, beside splitting the bytes and pyx12 in the same run.

    python -m bench.x12_checking [--claims N] [--profile]

Prints the bars that the project has set itself with what was measured. The engine in Python gets a tenth of the claims,
pyx12 a few hundred: files of the same kind.
"""

from __future__ import annotations

import argparse
import cProfile
import io
import logging
import os
import pstats
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from statistics import median

from bench import x12_files
from bench.measuring import Measured, at_least, at_most, measure, out
from claimwright import x12
from claimwright.x12 import native
from claimwright.x12.engine import EngineName, engine_maker

_CLAIMS_FOR_PYX12 = 500
_FEWER_FOR_PYTHON = 10
_TIMES_AS_MANY = 20
_IMPORTS = 15
_TIMES = 100
_IMPORT_MILLISECONDS = 30
_KINDS: dict[str, Callable[[int], bytes]] = {"835": x12_files.remittances, "837P": x12_files.claims}


def main() -> None:
    """Measure everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--claims", type=int, default=20_000)
    parser.add_argument("--profile", action="store_true", help="only show where the time of the Python engine goes")
    options = parser.parse_args()
    if options.profile:
        _profile(x12_files.remittances(options.claims))
        return
    for kind, make in _KINDS.items():
        _speeds(kind, make, options.claims)
    _small_files()
    _growth(options.claims)
    _import_time()


def _engines() -> list[EngineName]:
    try:
        engine_maker("native")
    except ValueError:
        return ["python"]
    return ["native", "python"]


def _check(data: bytes, engine: EngineName, *, rules: bool = True) -> x12.Verdict:
    verdict = x12.check(data, engine=engine, rules=rules)
    if verdict.findings:
        raise SystemExit(f"the file is not clean: {verdict.findings[0]}")
    return verdict


def _speeds(kind: str, make: Callable[[int], bytes], count: int) -> None:
    data, small = make(count), make(_CLAIMS_FOR_PYX12)
    out(f"\n{kind}: {len(data) / 1e6:.1f} MB, {count:,} claims, checked on one core")
    split = measure('data.split(b"~")', partial(data.split, b"~"), data, count)
    split.print()
    pyx12 = measure("pyx12", partial(judge, small), small, _CLAIMS_FOR_PYX12, runs=1)
    pyx12.print()
    if "native" not in _engines():
        out(f"  (there is no native engine: {native.why_not() or 'not built'})")
    for engine in _engines():
        if engine == "python":
            count //= _FEWER_FOR_PYTHON
            data = make(count)
        levels = measure(f"{engine}, SNIP 1 and 2", partial(_check, data, engine, rules=False), data, count)
        every = measure(f"{engine}, all levels", partial(_check, data, engine), data, count)
        levels.print(*_bars(engine, levels, split, pyx12))
        every.print(at_least(every.bytes_a_second / levels.bytes_a_second, 0.5, "SNIP 1 and 2"))


def _bars(engine: EngineName, levels: Measured, split: Measured, pyx12: Measured) -> list[str]:
    times_pyx12 = levels.bytes_a_second / pyx12.bytes_a_second
    if engine == "python":
        return [at_least(times_pyx12, 35, "pyx12")]
    return [at_most(levels.seconds / split.seconds, 1.1, "the time of split"), at_least(times_pyx12, 500, "pyx12")]


def judge(data: bytes) -> bool:
    """Whether pyx12 finds the file valid."""
    import pyx12.params
    import pyx12.x12n_document

    logging.disable(logging.CRITICAL)
    params = pyx12.params.params()
    return bool(pyx12.x12n_document.x12n_document(params, io.StringIO(data.decode("ascii")), None, None))


def _small_files() -> None:
    data = x12_files.remittances(10)
    out(f"\nAn 835 of ten claims, {len(data) / 1e3:.1f} kB, checked at all levels")
    for engine in _engines():
        seconds = measure(engine, partial(_check_often, data, engine), 0, 0).seconds / _TIMES
        bar = 1_000 if engine == "python" else 60
        verdict = "holds" if seconds * 1e6 < bar else "MISSED"
        out(f"  {engine:44} {seconds * 1e6:9.0f} microseconds   (less than {bar}: {verdict})")


def _check_often(data: bytes, engine: EngineName) -> None:
    for _ in range(_TIMES):
        _check(data, engine)


def _growth(claims: int) -> None:
    out(f"\nThe time for {_TIMES_AS_MANY} times the claims")
    for kind, make in _KINDS.items():
        for engine in _engines():
            count = claims if engine == "native" else claims // _FEWER_FOR_PYTHON
            few = measure("", partial(_check, make(count // _TIMES_AS_MANY), engine), 1, 1)
            many = measure("", partial(_check, make(count), engine), 1, 1, runs=3)
            ratio = at_most(many.seconds / few.seconds, 1.1 * _TIMES_AS_MANY, "the time")
            out(f"  {kind + ', ' + engine:44} {ratio}")


def _import_time() -> None:
    """The time of `import claimwright.x12` beyond that of a bare Python, each in a fresh process."""
    bare, full = (_start_seconds(code) for code in ("pass", "import claimwright.x12"))
    milliseconds = 1e3 * (full - bare)
    verdict = "holds" if milliseconds <= _IMPORT_MILLISECONDS else "MISSED"
    out(f"\nimport claimwright.x12: {milliseconds:.0f} ms (at most {_IMPORT_MILLISECONDS}: {verdict})")


def _start_seconds(code: str) -> float:
    """Process time of a Python that runs this, the median of a few."""
    seconds = []
    for _ in range(_IMPORTS):
        before = os.times()
        subprocess.run([sys.executable, "-c", code], check=True)
        after = os.times()
        seconds.append(after.children_user + after.children_system - before.children_user - before.children_system)
    return median(seconds)


def _profile(data: bytes) -> None:
    started = time.process_time()
    with cProfile.Profile() as profile:
        x12.check(data, engine="python")
    out(f"{time.process_time() - started:.2f} s with the profile's own time")
    pstats.Stats(profile).sort_stats("tottime").print_stats(25)


if __name__ == "__main__":
    main()
