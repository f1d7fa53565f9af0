"""Where the sample practice's files are: `examples/practice`, which comes with the package."""

from __future__ import annotations

from pathlib import Path

import claimwright
from claimwright.errors import InputError

_SAMPLE = Path(claimwright.__file__).parent / "examples" / "practice"


def sample_folder() -> Path:
    """The folder of the sample practice. Raises `InputError` when it did not come with this installation."""
    if (_SAMPLE / "practice.toml").exists():
        return _SAMPLE
    raise InputError("The sample practice did not come with this installation. Name its folder with --sample.")
