"""The page of the language names every field and every finding."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from claimwright.edits.written import examples, failed_examples, read_rules, reading
from claimwright.edits.written.rule import FIELD_NAMES, Then, When, WrittenRule
from claimwright.findings import Kind

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/reference/written-rules.md").read_text(encoding="utf-8")
GUIDE = (ROOT / "docs/guide/biller.md").read_text(encoding="utf-8")


def test_every_field_is_on_the_page():
    names = {
        FIELD_NAMES.get(field.name, field.name)
        for record in (WrittenRule, When, Then)
        for field in dataclasses.fields(record)
    }
    assert {name for name in names if f"`{name}`" not in PAGE} == set()


def test_every_finding_is_on_the_page():
    codes = {kind.code for module in (reading, examples) for kind in vars(module).values() if isinstance(kind, Kind)}
    assert codes == set(re.findall(r"WRITTEN-\d{3}", PAGE))


def test_the_rules_that_pages_show_pass_their_own_tests():
    blocks = [block for page in (PAGE, GUIDE) for block in re.findall(r"```toml\n(.*?)```", page, re.DOTALL)]
    assert len(blocks) >= 2
    for block in blocks:
        rules, findings = read_rules(block)
        assert findings == ()
        assert [failed_examples(rule) for rule in rules] == [()] * len(rules)
