"""How amounts, states and X12 segments look on a page."""

from __future__ import annotations

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from claimwright.money import format_dollars

register = template.Library()

TONES = {
    "good": {"active", "paid", "posted", "accepted", "payer_accepted", "ch_accepted", "f999_accepted", "processed", "done",
             "overturned", "zero_patient", "settled"},
    "warn": {"partial", "review", "partly_accepted", "pended", "info_requested", "unverified", "scrub_failed", "no_response",
             "warning", "reversed", "held", "in_review", "blocked"},
    "bad": {"denied", "rejected", "refused", "inactive", "ta1_rejected", "f999_rejected", "ch_rejected", "payer_rejected",
            "quarantined", "duplicate", "error", "new"},
    "note": {"in_process", "sent", "batched", "ready", "forwarded", "received", "asked", "open", "appealed", "corrected"},
}  # fmt: skip


@register.filter
def dollars(cents: int | None) -> str:
    """1250 → 12.50; nothing for no amount."""
    return "" if cents is None else format_dollars(cents)


@register.filter
def money(cents: int | None) -> SafeString:
    """An amount in a table cell: negative ones carry a class beside their sign."""
    if cents is None:
        return SafeString("")
    return format_html('<span class="{}">{}</span>', "money negative" if cents < 0 else "money", format_dollars(cents))


@register.filter
def tone(state: str) -> str:
    """The badge colour of a state; the badge's mark and word say the same without colour."""
    return next((tone for tone, states in TONES.items() if state in states), "")


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
