"""The layouts of the publishers' files, one module for each family.

Promises: a layout is known by its columns or its fixed form, never by the file's name; it gives rows or says what is
wrong, where. Knows text and columns; must not know stores, claims or prices.
"""

from claimwright.codesets.layouts import hcpcs, icd10cm, mpfs, ncci, places, taxonomy
from claimwright.codesets.releases.layouts import Layout

LAYOUTS: tuple[Layout, ...] = (
    *places.LAYOUTS,
    *taxonomy.LAYOUTS,
    *icd10cm.LAYOUTS,
    *hcpcs.LAYOUTS,
    *ncci.LAYOUTS,
    *mpfs.LAYOUTS,
)
"""Every layout, in the order in which they are tried."""
