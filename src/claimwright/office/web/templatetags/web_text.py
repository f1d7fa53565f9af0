"""How amounts, states and X12 segments look on a page."""

from __future__ import annotations

from datetime import date, datetime

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from claimwright.money import format_dollars
from claimwright.office.claims.status_word import StatusWord
from claimwright.office.web.words import owner_word
from claimwright.remittance.table import ROWS

register = template.Library()

_TONES = {
    "good": "active paid posted accepted payer_accepted ch_accepted f999_accepted processed done overturned "
    "zero_patient settled ok exact matched",
    "warn": "partial partly review partly_accepted pended info_requested unverified scrub_failed no_response warning "
    "reversed held in_review blocked flagged estimated new proposed undone",
    "bad": "denied rejected refused inactive ta1_rejected f999_rejected ch_rejected payer_rejected quarantined "
    "duplicate error stop upheld",
    "note": "in_process sent batched ready forwarded received asked open appealed corrected wait set_aside superseded",
}
"""The badge that each state, and each tone of a status word, wears."""

TONES = {state: tone for tone, states in _TONES.items() for state in states.split()}


@register.filter
def dollars(cents: int | None) -> str:
    """1250 → 12.50; nothing for no amount."""
    return "" if cents is None else format_dollars(cents)


@register.filter
def money(cents: int | None) -> SafeString:
    """An amount among other words: it never breaks over two lines."""
    if cents is None:
        return SafeString("")
    return format_html('<span class="money">{}</span>', format_dollars(cents))


@register.filter
def tone(state: str) -> str:
    """The badge colour of a state; the badge's mark and word say the same without colour."""
    return TONES.get(state, "")


@register.simple_tag
def badge(state: str, label: str = "") -> SafeString:
    """A state as a badge."""
    return format_html('<span class="badge {}">{}</span>', tone(state), label or state.replace("_", " "))


@register.filter
def segment_markup(text: str, separator: str) -> SafeString:
    """A raw segment with its name set apart, everything escaped."""
    name, mark, rest = text.partition(separator or "*")
    return format_html("<b>{}</b>{}{}", name, mark, rest)


@register.simple_tag
def modifiers(values: list[str]) -> SafeString:
    """`25 59` after a code."""
    return format_html_join(" ", '<span class="soft">{}</span>', ((value,) for value in values))


@register.simple_tag
def word_badge(word: StatusWord | None) -> SafeString:
    """The one status word of a claim as a badge."""
    return badge(word.tone, word.word) if word else SafeString("")


@register.simple_tag
def rule(row: int) -> str:
    """A row of the decision table in plain words: when it applies, and what is done; nothing for no row."""
    return f"Row {row}: {ROWS[row].condition}: {ROWS[row].action}" if row in ROWS else ""


@register.filter
def due_in_words(day: date | None, today: date) -> str:
    """`3 days overdue`, `today`, `in 5 days`; nothing for no day."""
    if day is None:
        return ""
    days = (day - today).days
    if days == 0:
        return "today"
    plural = "" if abs(days) == 1 else "s"
    return f"in {days} day{plural}" if days > 0 else f"{-days} day{plural} overdue"


@register.filter
def age_in_words(at: datetime | date | None, today: date) -> str:
    """How many days ago an instant or a day was: `today`, `1 day`, `12 days`."""
    if at is None:
        return ""
    days = (today - (at.date() if isinstance(at, datetime) else at)).days
    return "today" if days <= 0 else f"{days} day{'' if days == 1 else 's'}"


@register.filter
def units(thousandths: int) -> str:
    """1000 → 1, 1500 → 1.5."""
    return f"{thousandths / 1000:g}"


@register.filter
def number(value: int) -> str:
    """1775818 → 1,775,818."""
    return f"{value:,}"


@register.filter
def icd(code: str) -> str:
    """`J069` → `J06.9`, as people write a diagnosis; names of sections and chapters stay as they are."""
    return f"{code[:3]}.{code[3:]}" if len(code) > 3 and code.isalnum() else code


@register.filter
def level(code: str) -> str:
    """P → primary."""
    return owner_word(code) if code else ""


@register.filter
def negated(cents: int) -> int:
    """The amount with the other sign."""
    return -cents


@register.filter
def first_segment(text: str) -> str:
    """The first of several segments."""
    return text.partition("~")[0].strip()


@register.filter
def without(text: str, beginning: str) -> str:
    """The text without a beginning that was said already."""
    return text.removeprefix(beginning).strip(" :")


@register.filter
def words(code: str) -> str:
    """`patient_payment` → `Patient payment`."""
    return code.replace("_", " ").capitalize()
