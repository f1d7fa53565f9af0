"""Rules for tests, in the words a biller writes them."""

from __future__ import annotations

from typing import Any

from claimwright.edits.written import WrittenRule, rule_from_data


def rule(**fields: Any) -> WrittenRule:
    """A rule with these fields; it forbids where nothing is asked."""
    return rule_from_data({"name": "A rule", "then": {"forbid": True}, **fields})


MODIFIER_25 = """
[[rule]]
name = "Office visit with an injection needs modifier 25"
payers = ["PRA01"]
from = 2026-01-01
reasons = "4"
catches = ["99213; J1885"]
passes = [
    "99213-25; J1885",
    "99213",
    "99213; J1885; payer OTHER",
    "99213; J1885; on 2025-12-31",
]

[rule.when]
codes = "99202-99215"
with_codes = "J*, 96372"

[rule.then]
modifiers = "25"
"""
