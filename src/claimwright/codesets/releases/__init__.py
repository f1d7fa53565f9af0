"""The publishers' tables: recognised, loaded whole or not at all, in force by date, rolled back.

    load           publishers' files in, a report of what changed out; refuses what it does not know, by name
    CodeStore      the releases on this machine, one SQLite file; rows of a table as of a day
    Release        one release of one code set: edition, days, source, state
    open_store     a store that begins with what comes with claimwright (ICD-10-CM, HCPCS II, localities ...)
    CODE_SETS      every code set that can be loaded: its tables, how it is dated, whether it may be shipped

Promises: a file is recognised by its layout, never by its name; a release that cannot be read whole changes nothing,
and the one in force stays; what a day's rows were yesterday they are today, unless somebody loads or withdraws a
release. Knows files and tables; must not know what an edit or a price makes of a row. The layouts themselves are in
`codesets.layouts`, the questions asked of the tables in `codesets` (`icd10cm`, `ncci`, `mpfs` ...).
"""

from claimwright.codesets.releases.loading import LoadReport, load
from claimwright.codesets.releases.shipping import load_shipped, open_store
from claimwright.codesets.releases.sources import Source
from claimwright.codesets.releases.store import CodeStore, Release
from claimwright.codesets.releases.tables import CODE_SETS, CodeSet, Column, Dating, Table

__all__ = [
    "CODE_SETS",
    "CodeSet",
    "CodeStore",
    "Column",
    "Dating",
    "LoadReport",
    "Release",
    "Source",
    "Table",
    "load",
    "load_shipped",
    "open_store",
]
