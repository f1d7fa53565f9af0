"""pyarrow, or what to do when it is not there."""

from __future__ import annotations

try:
    import pyarrow
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError(
        "claimwright.bulk needs pyarrow, which is not installed: pip install 'claimwright[bulk]'", name="pyarrow"
    ) from missing

__all__ = ["pyarrow"]
