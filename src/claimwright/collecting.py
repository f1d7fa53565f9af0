"""Pausing the cycle collector while many records are made at once.

Records form no cycles: they are freed when nobody names them any more. But every few hundred of them set the collector
off, and it walks all that are alive to find nothing; making a million costs more walking than making.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Collect no cycles until the end of the block, in no thread of the process; within a pause, go on pausing."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        if not gc.get_freeze_count():
            # What was made and still lives is old now: the next small collection need not walk all of it.
            gc.freeze()
            gc.unfreeze()
        gc.enable()
