"""Shapes of outside codes and identifiers, which `lookup` asks for by name.

A shape is a mask or a few of them, or a function. In a mask `d` is a digit, `l` a capital letter, `c` a digit or a
capital letter; any other character is itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from types import MappingProxyType

from claimwright.x12.rules.identifiers import is_npi, is_routing_number

MASKS = MappingProxyType(
    {
        "tax_number": ("ddddddddd",),
        "tax_number_or_so": ("ddddddddd", "dd-ddddddd", "ddd-dd-dddd"),
        "tax_number_with_hyphens": ("dd-ddddddd", "ddd-dd-dddd"),
        "zip": ("ddddd", "ddddddddd"),
        "zip_full": ("ddddddddd",),
        "phone": ("dddddddddd",),
        "taxonomy": ("dddccccccX",),
        "clia": ("ddDddddddd",),
        "ndc": ("ddddddddddd",),
        "hcpcs": ("ddddd", "ldddd", "ddddl"),
        "dental_procedure": ("Ddddd",),
        "modifier": ("cc",),
        "revenue": ("dddd",),
        "revenue_or_so": ("ddd", "dddd"),
        "revenue_without_zero": ("ddd",),
        "icd10cm": ("ldc", "ldcc", "ldccc", "ldcccc", "ldccccc", "QAd", "QAdd", "QAddc", "QAddcc", "QAddccc"),
        "icd10pcs": ("ccccccc",),
        "anesthesia": ("00ddd", "01ddd"),
        "drg": ("ddd", "dddd"),
        "two_characters": ("cc",),
        "payer_tax_number": ("1ddddddddd", "3ddddddddd", "9ddddddddd"),
    }
)
"""By name, the masks of which one must fit the whole value."""

_CLASSES = {"d": "[0-9]", "l": "[A-Z]", "c": "[0-9A-Z]"}
_AMOUNT = re.compile(r"(?P<sign>-?)(?P<digits>\d*\.?\d*)\Z", re.ASCII)
_PLACED_IN_A_BOX = re.compile(r"(?:P\.? ?O\.?|POST OFFICE) ?BOX\b|LOCK ?BOX\b", re.ASCII)


def _matching(masks: tuple[str, ...]) -> Callable[[str], object]:
    forms = ("".join(_CLASSES.get(sign, re.escape(sign)) for sign in mask) for mask in masks)
    return re.compile(f"(?:{'|'.join(forms)})\\Z", re.ASCII).match


MATCHES: dict[str, Callable[[str], object]] = {name: _matching(masks) for name, masks in MASKS.items()}
"""By the name of masks, what gives something true for a text that fits one of them."""


def _is_matched(match: Callable[[str], object]) -> Callable[[str], bool]:
    return lambda text: match(text) is not None


def _sign(text: str) -> int:
    """-1, 0 or 1 for a number; 1 for what is none, which has its own finding."""
    match = _AMOUNT.match(text)
    if not match or not match["digits"].strip("."):
        return 1
    if not match["digits"].strip("0."):
        return 0
    return -1 if match["sign"] else 1


def is_period(text: str) -> bool:
    """A range of days does not end before it begins; what is no range has its own finding."""
    first, mark, last = text.partition("-")
    return not mark or len(first) != len(last) or first <= last


def is_share(text: str) -> bool:
    """A percentage as a fraction of 1."""
    sign = _sign(text)
    whole, _, parts = text.partition(".")
    return sign == 0 or (sign > 0 and (not whole.strip("0") or (whole.lstrip("0") == "1" and not parts.strip("0"))))


def is_street(text: str) -> bool:
    """An address of a street, not of a post office box."""
    return not _PLACED_IN_A_BOX.match(text)


SHAPES: dict[str, Callable[[str], bool]] = {
    **{name: _is_matched(match) for name, match in MATCHES.items()},
    "npi": is_npi,
    "routing_number": is_routing_number,
    "positive": lambda text: _sign(text) > 0,
    "not_negative": lambda text: _sign(text) >= 0,
    "not_zero": lambda text: _sign(text) != 0,
    "zero": lambda text: _sign(text) == 0,
    "share": is_share,
    "period": is_period,
    "street": is_street,
}
"""By the name that a file of rules calls them."""
