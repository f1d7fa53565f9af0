"""The language in which tables are described, and the plans made of it."""

from __future__ import annotations

import pytest

from claimwright.bulk.schema import columns
from claimwright.x12.columns import ColumnsError, Opening, Place, parse_columns, plan_columns
from claimwright.x12.guides import guide_names, load_guide

GUIDES = {guide.version: guide for guide in map(load_guide, guide_names())}

PAID = """
guide 005010X221A1 835
table claims
  at 2100/CLP
  claim_offset offset
  control_number text CLP01
  header text 2000/LX01
  patient text 2100/NM1[QC]03
table adjustments # all
  at */CAS each 2.. by 3
  claim_offset row claims
  reason_code text CAS+0 # why
"""


def test_a_table_is_what_its_lines_say():
    claims, adjustments = parse_columns(PAID).tables

    assert [column.name for column in claims.columns] == ["claim_offset", "control_number", "header", "patient"]
    assert claims.openings == (Opening(Place("2100", "CLP")),)
    assert claims.columns[3].places == (Place("2100", "NM1", "QC", 3),)
    assert adjustments.openings[0].starts[:3] == (2, 5, 8)
    assert adjustments.openings[0].span == 3
    assert adjustments.columns[1].places == (Place("", "CAS", "", 0, 0, is_relative=True),)
    assert (adjustments.meaning, adjustments.columns[1].meaning) == ("all", "why")


def test_groups_begin_where_the_list_says():
    (table,) = parse_columns("table t\n  at */MIA each 2,4,6..8,24\n").tables

    assert table.openings[0].starts == (2, 4, 6, 7, 8, 24)


@pytest.mark.parametrize(
    "line",
    [
        "nothing t",
        "table t\n  at 2100",
        "table t\n  name words CLP01",
        "table t\n  name text clp01",
        "  at */CAS",
        "table t\n  at */CAS each 2-4",
    ],
)
def test_a_line_that_cannot_be_read_is_named(line):
    with pytest.raises(ColumnsError, match=f"line {line.count(chr(10)) + 1}"):
        parse_columns(line)


def test_a_row_of_a_table_that_is_not_there_is_refused():
    wrong = parse_columns(PAID.replace("row claims", "row nothing"))

    with pytest.raises(ColumnsError, match="nothing"):
        plan_columns(wrong, GUIDES["005010X221A1"])


def test_a_guide_that_the_tables_do_not_name_has_no_plan():
    assert plan_columns(parse_columns(PAID), GUIDES["005010X231A1"]) is None


def test_only_the_tables_asked_for_are_filled():
    plan = plan_columns(parse_columns(PAID), GUIDES["005010X221A1"], ["adjustments"])

    assert plan is not None
    assert [table.name for table in plan.tables] == ["adjustments"]
    assert [column.name for column in plan.tables[0].columns] == ["claim_offset", "reason_code"]


def test_every_column_and_every_opening_is_of_some_guide():
    """A place that no guide has is a slip of the pen."""
    plans = [plan_columns(columns(), GUIDES[version]) for version in columns().kinds]
    filled = {(table.name, column.name) for plan in plans if plan for table in plan.tables for column in table.columns}

    assert {(table.name, column.name) for table in columns().tables for column in table.columns} == filled


def test_every_place_is_of_some_guide():
    nodes = [loop for version in columns().kinds for loop in _loops(GUIDES[version].root)]
    places = {
        (table.name, place)
        for table in columns().tables
        for column in table.columns
        for place in column.places
        if place.loop
    } | {(table.name, opening.place) for table in columns().tables for opening in table.openings}

    assert [(table, place) for table, place in places if not any(_stands_in(loop, place) for loop in nodes)] == []


def _loops(loop):
    yield loop
    for members in loop.groups:
        for member in members:
            if hasattr(member, "groups"):
                yield from _loops(member)


def _stands_in(loop, place):
    positions = (member for members in loop.groups for member in members if not hasattr(member, "groups"))
    return place.is_in(loop.id) and any(
        position.id == place.segment and (not place.qualifier or place.qualifier in position.values)
        for position in positions
    )
