"""The layouts of the publishers' files, one module for each family.

Promises: a layout is known by its columns or its fixed form, never by the file's name; it gives rows or says what is
wrong, where. Knows text and columns; must not know stores, claims or prices.
"""

from claimwright.codesets.layouts import (
    adjustment_codes,
    coverage,
    cpt,
    exclusions,
    hcpcs,
    icd10cm,
    icd10pcs,
    mpfs,
    ms_drg,
    ncci,
    npi_registry,
    opps,
    places,
    taxonomy,
)
from claimwright.codesets.releases.layouts import Layout

_FAMILIES = (
    *(places, taxonomy, icd10cm, icd10pcs, hcpcs, cpt, ncci, mpfs, opps, exclusions),
    *(coverage, npi_registry, adjustment_codes, ms_drg),
)

LAYOUTS: tuple[Layout, ...] = tuple(layout for family in _FAMILIES for layout in family.LAYOUTS)
"""Every layout."""
