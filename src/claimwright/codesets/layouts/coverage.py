"""Medicare's coverage database: the contractors' articles with the codes and diagnoses that they cover.

Six tables of the download `all data` (or `current article`), each known by its header; the ZIP may be given as it is,
what else is in it is passed over. Descriptions, which CPT codes have in it too, are never kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date

from claimwright.codesets.releases.layouts import Content, Layout, Row, places_of_columns, refuse
from claimwright.codesets.releases.sources import Source
from claimwright.codesets.shapes import is_hcpcs_shaped

_Cells = Sequence[str]
_SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


def _day(text: str) -> date | None:
    """A day with or without a time: `2026-01-31`, `2026-01-31 00:00:00`, `1/31/2026`."""
    first = text.split(" ")[0]
    match = _SLASHES.fullmatch(first)
    if match is not None:
        return date(int(match[3]), int(match[1]), int(match[2]))
    return date.fromisoformat(first) if first else None


def _article(cells: _Cells) -> Row:
    article, version, title, effective, ended, retired, status, display = cells
    last = min((day for day in (_day(ended), _day(retired)) if day), default=None)
    return article, int(version), display or f"A{article}", title, _day(effective), last, status


def _code(cells: _Cells) -> Row:
    article, version, code, group = cells
    if not is_hcpcs_shaped(code):
        raise ValueError(f"{code!r} is no procedure code")
    return article, int(version), code, group


def _covered(cells: _Cells) -> Row:
    article, version, code, group, asterisk = cells
    return article, int(version), code.replace(".", ""), group, 1, int(asterisk.strip() not in ("", "N"))


def _not_covered(cells: _Cells) -> Row:
    article, version, code, group = cells
    return article, int(version), code.replace(".", ""), group, 0, 0


def _rows(
    source: Source,
    needed: Sequence[str],
    optional: Sequence[str],
    ignored: Sequence[str],
    row_of: Callable[[_Cells], Row],
) -> Iterator[Row]:
    """Each row once: the database has a code again for each version of its own list."""
    rows = source.csv_rows()
    header = next(rows)
    known = (*needed, *(name for name in (*optional, *ignored) if name in header))
    at = places_of_columns(source, header, known)
    seen: set[Row] = set()
    for number, row in enumerate(rows, start=2):
        if not any(row):
            continue
        try:
            cells = [row[at[name]] for name in needed] + [row[at[name]] if name in at else "" for name in optional]
            found = row_of(cells)
        except (ValueError, IndexError) as error:
            hint = "It is cut off or damaged: fetch it again from CMS."
            raise refuse(source, "LOAD-VALUE", f"Row {number}: {error}.", hint, index=number) from error
        if found not in seen:
            seen.add(found)
            yield found


def _layout(
    name: str, table: str, start: str, needed: str, optional: str, ignored: str, row_of: Callable[[_Cells], Row]
) -> Layout:
    """A table known by the first columns of its header and those that it needs."""
    names, others, rest = needed.split(), optional.split(), ignored.split()

    def is_it(source: Source) -> bool:
        header = source.head.partition("\n")[0].replace('"', "").strip().split(",")
        return header[:2] == start.split(",") and set(names) <= set(header)

    def read(source: Source) -> Content:
        return Content("", None, {table: _rows(source, names, others, rest, row_of)})

    return Layout(name, "coverage", is_it, read)


_ARTICLE = "article_id,article_version"
_REST = "last_updated range sort_order description long_description short_description"
LAYOUTS = (
    _layout(
        "Coverage articles",
        "coverage_articles",
        _ARTICLE,
        "article_id article_version title article_eff_date article_end_date",
        "date_retired status display_id",
        "article_type article_pub_date description other_comments sad_url last_updated history_exp key_article"
        " icd9_covered_para icd9_noncovered_para revenue_para thirty_percent article_rev_end_date source_article_id"
        " keywords icd10_doc add_icd10_info cms_cov_policy reference_article",
        _article,
    ),
    _layout(
        "Coverage articles, their procedure codes",
        "coverage_codes",
        _ARTICLE,
        "article_id article_version hcpc_code_id hcpc_code_group",
        "",
        f"hcpc_code_version {_REST}",
        _code,
    ),
    _layout(
        "Coverage articles, covered diagnoses",
        "coverage_diagnoses",
        _ARTICLE,
        "article_id article_version icd10_code_id icd10_covered_group",
        "asterisk",
        f"icd10_code_version {_REST}",
        _covered,
    ),
    _layout(
        "Coverage articles, diagnoses not covered",
        "coverage_diagnoses",
        _ARTICLE,
        "article_id article_version icd10_code_id icd10_noncovered_group",
        "",
        f"icd10_code_version {_REST}",
        _not_covered,
    ),
    _layout(
        "Coverage articles, their contractors",
        "coverage_contractors_of",
        _ARTICLE,
        "article_id article_version contractor_id contractor_type_id contractor_version",
        "",
        "article_type last_updated",
        lambda cells: (cells[0], int(cells[1]), *cells[2:]),
    ),
    _layout(
        "Medicare contractors",
        "coverage_contractors",
        "contractor_id,contractor_type_id",
        "contractor_id contractor_type_id contractor_version contractor_bus_name contractor_number",
        "",
        "dmerc_rgn address1 address2 address3 city state_id zipcode phone fax status last_updated url email ignore"
        " status_flag cmd_name cmd_title contractor_subtype_id",
        lambda cells: (*cells[:3], cells[4], cells[3]),
    ),
)
