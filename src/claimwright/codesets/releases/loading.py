"""Load publishers' files: all of them, or nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain

from claimwright.clock import Clock
from claimwright.codesets.releases.layouts import Content, Layout, Row, refuse
from claimwright.codesets.releases.sources import Source
from claimwright.codesets.releases.store import CodeStore, Release
from claimwright.codesets.releases.tables import CODE_SETS, Dating

Progress = Callable[[str, int], None]
"""Told, now and then, what is read and how many rows there are so far."""

_PROGRESS_EVERY_ROWS = 20_000
_LEAST_SHARE = 0.8
"""With fewer rows than this share of the release in force a file is taken for cut off, until somebody accepts it."""


@dataclass(frozen=True, slots=True)
class TableChanges:
    """What a release changed in one table: the keys added, dropped and changed against the release before it."""

    table: str
    added: tuple[Row, ...]
    dropped: tuple[Row, ...]
    changed: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class LoadReport:
    """A release that was loaded, and what it changed; `before` is the one that answered for its first day until now."""

    release: Release
    layouts: tuple[str, ...]
    before: Release | None
    changes: tuple[TableChanges, ...]


def load(
    store: CodeStore,
    sources: Sequence[Source],
    *,
    clock: Clock,
    layouts: Sequence[Layout],
    code_set: str = "",
    effective_date: date | None = None,
    accept_fewer: bool = False,
    is_licensed: bool = False,
    progress: Progress | None = None,
) -> tuple[LoadReport, ...]:
    """Load files, those of one code set together as one release; one report for each code set.

    What a ZIP holds beside tables (letters, record layouts) is passed over.

    `code_set` says which it is where the layout alone does not (NCCI's edits for practitioners and for hospitals have
    one layout); `is_licensed`, that its reader holds the licence which a set needs; `effective_date` is the day from
    which they hold, for files that do not say so. Raises `InputError`, with findings, for a file of no known layout,
    with columns that are not known, cut off, or with far fewer rows than the release in force (`accept_fewer` takes it
    all the same); `ConflictError` for files that are loaded already. Then nothing has changed.
    """
    by_set: dict[str, list[tuple[Layout, Source]]] = {}
    for source in _tables_in(sources, layouts):
        layout = recognise(source, layouts, code_set)
        if CODE_SETS[layout.code_set].needs_licence and not is_licensed:
            raise refuse(source, "LOAD-LICENCE", CODE_SETS[layout.code_set].terms, "If you hold one: --licensed.")
        by_set.setdefault(layout.code_set, []).append((layout, source))
    with store.writing():
        return tuple(
            _Loading(store, clock, effective_date, accept_fewer, progress).load(code_set, parts)
            for code_set, parts in by_set.items()
        )


def _tables_in(sources: Sequence[Source], layouts: Sequence[Layout]) -> Sequence[Source]:
    """The files themselves; of a ZIP, those that are tables, if any is."""
    known = [one for one in sources if not one.is_member or any(layout.recognise(one) for layout in layouts)]
    return known or sources


def recognise(source: Source, layouts: Iterable[Layout], code_set: str = "") -> Layout:
    """The layout of a file. Raises `InputError` when it has none, or is of several code sets and nobody says which."""
    known = list(layouts)
    matching = [layout for layout in known if layout.recognise(source)]
    if not matching:
        names = "; ".join(dict.fromkeys(layout.name for layout in known))
        raise refuse(source, "LOAD-LAYOUT", "It has the layout of no known publisher's file.", f"Known are: {names}.")
    meant = [layout for layout in matching if code_set in ("", layout.code_set)]
    if len(meant) == 1:
        return meant[0]
    sets = " or ".join(sorted(layout.code_set for layout in matching))
    raise refuse(source, "LOAD-WHICH", f"By its layout it is {sets}.", f"Say which: --as {matching[0].code_set}.")


@dataclass(frozen=True)
class _Loading:
    store: CodeStore
    clock: Clock
    effective_date: date | None
    accept_fewer: bool
    progress: Progress | None

    def load(self, code_set: str, parts: Sequence[tuple[Layout, Source]]) -> LoadReport:
        contents = [layout.read(source) for layout, source in parts]
        effective = self._effective_date(code_set, parts, contents)
        before = self.store.release_on(code_set, effective)
        release = self.store.add_release(
            code_set,
            edition=next((content.edition for content in contents if content.edition), ""),
            effective_date=effective,
            source=", ".join(source.name for _, source in parts),
            sha256=_sha256([source for _, source in parts]),
            loaded_at=self.clock.now(),
        )
        for table in dict.fromkeys(name for content in contents for name in content.rows):
            parts_of_table = (content.rows[table] for content in contents if table in content.rows)
            self.store.add_rows(release, table, self._watched(table, chain.from_iterable(parts_of_table)))
        count = self.store.count_rows(release)
        self._check_count(parts[0][1], count, before)
        return LoadReport(
            next(one for one in self.store.releases(code_set) if one.id == release.id),
            tuple(layout.name for layout, _ in parts),
            before,
            () if before is None else self._changes(code_set, before, release),
        )

    def _effective_date(
        self, code_set: str, parts: Sequence[tuple[Layout, Source]], contents: Sequence[Content]
    ) -> date:
        said = {content.effective_date for content in contents if content.effective_date}
        if len(said) > 1:
            days = ", ".join(day.isoformat() for day in sorted(said))
            hint = "Load each release for itself."
            raise refuse(parts[0][1], "LOAD-DATES", f"The files are of several releases ({days}).", hint)
        day = next(iter(said), self.effective_date)
        if day is not None:
            return day
        if CODE_SETS[code_set].dating is Dating.ROWS:
            return self.clock.today()
        hint = "Say it: --effective YYYY-MM-DD, the first day of the release by its publisher's page."
        raise refuse(parts[0][1], "LOAD-DATE", "The file does not say from which day it holds.", hint)

    def _watched(self, table: str, rows: Iterable[Row]) -> Iterator[Row]:
        for count, row in enumerate(rows, start=1):
            if self.progress is not None and count % _PROGRESS_EVERY_ROWS == 0:
                self.progress(table, count)
            yield row

    def _check_count(self, source: Source, count: int, before: Release | None) -> None:
        if count == 0:
            raise refuse(source, "LOAD-EMPTY", "It has no rows.", "Fetch it again from its publisher.")
        if before is not None and count < before.row_count * _LEAST_SHARE and not self.accept_fewer:
            message = f"It has {count:,} rows, the release in force {before.row_count:,}: it may be cut off."
            raise refuse(source, "LOAD-FEWER", message, "If it is whole all the same, load it with --accept-fewer.")

    def _changes(self, code_set: str, before: Release, after: Release) -> tuple[TableChanges, ...]:
        found = []
        for table in CODE_SETS[code_set].tables:
            added, dropped, changed = self.store.changes(table, before, after)
            found.append(TableChanges(table.name, tuple(added), tuple(dropped), tuple(changed)))
        return tuple(found)


def _sha256(sources: Sequence[Source]) -> str:
    if len(sources) == 1:
        return sources[0].sha256
    return hashlib.sha256("".join(sorted(source.sha256 for source in sources)).encode()).hexdigest()
