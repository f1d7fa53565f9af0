"""Checking one file as the options of the command say."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal, cast

from claimwright.cli import console
from claimwright.cli.x12.inputs import Source
from claimwright.cli.x12.inputs import unreadable as unreadable_file
from claimwright.errors import InputError

if TYPE_CHECKING:
    from claimwright.x12 import Reading, Settings, Verdict

NPI_CODE = "X12-IDN-001"
HIGHEST_LEVEL = 7
_WORTH_A_BAR_BYTES = 32 << 20

EngineName = Literal["auto", "python", "native"]


@dataclass(frozen=True)
class Options:
    """What `claimwright x12 check` was asked for; `npi` empty: as the rules have it."""

    engine: EngineName = "auto"
    npi: str = ""
    overlays: tuple[Path, ...] = ()
    level: int = HIGHEST_LEVEL
    workers: int | None = None


def settings_of(options: Options) -> Settings:
    """The settings that options ask for. Raises `InputError` for an overlay that cannot be read or followed."""
    from claimwright.x12 import Settings
    from claimwright.x12.catalogue import kinds

    severities: dict[str, str] = {}
    overlays = []
    if options.overlays:
        from claimwright.x12.overlays import parse_overlay

        for path in options.overlays:
            overlay = parse_overlay(_text(path))
            overlay.check()
            overlays.append(overlay)
    if options.npi:
        severities[NPI_CODE] = options.npi
    if options.level < HIGHEST_LEVEL:
        severities |= {kind.code: "off" for kind in kinds().values() if kind.snip > options.level}
    return Settings(severities=severities, overlays=tuple(overlays))


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as wrong:
        raise unreadable_file(str(path), wrong) from wrong


def check(source: Source, options: Options, settings: Settings) -> Verdict:
    """Check one file as a stream. Raises `InputError` when it cannot be read."""
    from claimwright import x12

    with source.opened() as file, _watched(source, file) as watched:
        try:
            return x12.check(
                watched,
                name=source.name,
                rules=options.level > 2,
                engine=options.engine,
                settings=settings,
                workers=options.workers,
            )
        except ValueError as refused:
            raise InputError(f"{refused} Without --engine native the Python engine does the same.") from refused


class _Watched:
    """A binary file that tells how much of it was read."""

    def __init__(self, file: BinaryIO, size: int, told: console.Told) -> None:
        self._file, self._size, self._told, self._done = file, size, told, 0

    def fileno(self) -> int:
        return self._file.fileno()

    def read(self, size: int = -1, /) -> bytes:
        data = self._file.read(size)
        self._done += len(data)
        self._told(self._done, self._size)
        return data


@contextmanager
def _watched(source: Source, file: BinaryIO) -> Iterator[BinaryIO]:
    size = source.size_bytes or 0
    if size < _WORTH_A_BAR_BYTES:
        yield file
        return
    with console.bar(source.name) as told:
        yield cast("BinaryIO", _Watched(file, size, told))


def unreadable(name: str, refused: InputError) -> Verdict:
    """The verdict on a file that the system does not give."""
    from claimwright.x12 import Verdict

    return Verdict(name, readable=False, accepted=False, engine="", sets=(), findings=refused.findings, counts={})


def exit_status(verdict: Verdict | Reading) -> int:
    """0 accepted, 1 findings of error severity, 2 unreadable."""
    return 2 if not verdict.readable else int(not verdict.accepted)
