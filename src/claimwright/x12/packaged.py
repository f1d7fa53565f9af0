"""The texts that come with this package: guides, code lists, rules. Plain files, as `importlib.resources` is slow."""

from __future__ import annotations

import os

_FOLDER = os.path.dirname(__file__)


def packaged_text(folder: str, name: str) -> str:
    """The text of a file of a folder of this package."""
    with open(os.path.join(_FOLDER, folder, name), encoding="utf-8") as file:
        return file.read()


def packaged_names(folder: str, ending: str) -> list[str]:
    """The files of a folder of this package that end so, in order."""
    return sorted(name for name in os.listdir(os.path.join(_FOLDER, folder)) if name.endswith(ending))
