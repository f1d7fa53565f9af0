"""Where the sample practice's files are: in the repository, or in the installed package."""

from __future__ import annotations

from pathlib import Path

from claimwright.errors import InputError

_IN_REPOSITORY = Path(__file__).resolve().parents[3] / "examples" / "practice"


def sample_folder() -> Path:
    """The folder of the sample practice. Raises `InputError` when it did not come with this installation."""
    if (_IN_REPOSITORY / "practice.toml").exists():
        return _IN_REPOSITORY
    raise InputError("The sample practice did not come with this installation. Name its folder with --sample.")
