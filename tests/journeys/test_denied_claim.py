"""The bar: from today's list to the payer's own bytes of a denied claim, with the keyboard alone."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect

from claimwright.office.core.models import AuditEntry
from claimwright.office.followup.models import WorkItem
from tests.journeys.conftest import PASSWORD, sign_in


def _heading(page: Any, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text(words)
    # The heading stands before the script has run that listens to the keys.
    page.wait_for_load_state("load")


def test_a_denied_claim_is_found_read_and_traced_to_its_segment_with_the_keyboard_alone(office, world):
    sign_in(office)
    digit = office.locator("[data-digit]", has_text="Denials").get_attribute("data-digit")
    office.keyboard.press(digit)
    _heading(office, "Denials")
    expect(office.locator("a.row-link").first).to_be_focused()
    office.keyboard.press("Enter")
    _heading(office, "denied 220.00")
    expect(office.get_by_text("Payer says not medically necessary")).to_be_visible()
    expect(office.get_by_role("link", name=f"Open claim {world.denied.number}")).to_be_focused()
    office.keyboard.press("Enter")
    _heading(office, f"Claim {world.denied.number}")
    expect(office.get_by_role("heading", name="Why it was not paid")).to_be_visible()
    reason = office.get_by_role("link", name=re.compile("CO-50: open the payer.s segment"))
    expect(reason).to_be_focused()
    office.keyboard.press("Enter")
    _heading(office, "EFT0001.835")
    here = office.locator(".segment.here")
    expect(here).to_contain_text("CAS*CO*50*195")
    expect(here).to_be_in_viewport()
    seen = AuditEntry.objects.filter(patient_id=world.denied.patient_id, actor__username="bob")
    assert "claim.view" in seen.values_list("action", flat=True)


def test_an_item_is_taken_noted_dated_done_and_undone_with_the_keyboard_alone(office, world):
    sign_in(office)
    office.goto(f"{office.url}worklist/{world.denial_item.pk}/?queue=denial")
    office.get_by_role("button", name="Take it").focus()
    office.keyboard.press("Enter")
    expect(office.get_by_role("status")).to_contain_text("It is yours now.")
    office.keyboard.press("Alt+n")
    office.keyboard.type("Called the payer, reference 4711")
    office.keyboard.press("Control+Enter")
    expect(office.get_by_text("Called the payer, reference 4711")).to_be_visible()
    office.keyboard.press("Alt+d")
    office.keyboard.type("+3")
    office.keyboard.press("Enter")
    expect(office.get_by_role("status")).to_contain_text("Look again on 2026-01-08.")
    office.get_by_label("Done: what was done?").focus()
    office.keyboard.type("Appeal sent")
    office.keyboard.press("Enter")
    expect(office.get_by_role("status")).to_contain_text("Done.")
    assert world.denial_item.state == WorkItem.State.DONE
    office.get_by_role("button", name="Undo").focus()
    office.keyboard.press("Enter")
    expect(office.get_by_role("status")).to_contain_text("Open again.")
    assert world.denial_item.state == WorkItem.State.OPEN


def test_anything_is_one_key_away_and_what_is_typed_never_stands_in_the_address(office, world):
    sign_in(office)
    office.keyboard.press("Control+k")
    office.keyboard.type("quill, ida")
    office.keyboard.press("Enter")
    _heading(office, "Quill, Ida")
    office.keyboard.press("Control+k")
    office.keyboard.type("nobody of this name")
    office.keyboard.press("Enter")
    expect(office.get_by_text("Nothing fits")).to_be_visible()
    assert "nobody" not in office.url
    assert "quill" not in office.url.casefold()


def test_arrows_and_letters_move_in_a_list_and_escape_leaves_a_field_without_losing_the_place(office, world):
    sign_in(office)
    office.goto(office.url + "claims/")
    links = office.locator("a.row-link")
    expect(links.nth(0)).to_be_focused()
    office.keyboard.press("j")
    office.keyboard.press("ArrowDown")
    expect(links.nth(2)).to_be_focused()
    office.keyboard.press("/")
    expect(office.get_by_label("Payer")).to_be_focused()
    office.keyboard.press("Escape")
    expect(links.nth(2)).to_be_focused()
    office.keyboard.press("k")
    office.keyboard.press("Home")
    expect(links.nth(0)).to_be_focused()
    office.keyboard.press("Control+/")
    expect(office.get_by_role("dialog")).to_be_visible()


def test_single_keys_can_be_turned_off_and_chords_still_work(office, world):
    sign_in(office)
    office.keyboard.press("Control+/")
    expect(office.get_by_role("dialog")).to_be_visible()
    office.get_by_label("Single keys").focus()
    office.keyboard.press("Space")
    office.keyboard.press("Escape")
    office.keyboard.press("1")
    _heading(office, "Today")
    office.keyboard.press("Control+k")
    expect(office.get_by_role("search").get_by_role("textbox")).to_be_focused()


def test_trying_values_of_a_filter_out_with_the_keyboard_goes_nowhere_until_enter(office, world):
    sign_in(office)
    office.goto(office.url + "worklist/")
    office.get_by_label("Queue").focus()
    office.keyboard.press("ArrowDown")
    office.keyboard.press("ArrowDown")
    assert "queue=" not in office.url
    office.keyboard.press("Enter")
    _heading(office, "Claims stopped by edits")


def test_what_has_the_focus_is_never_hidden_under_the_top_bar(office, world):
    """WCAG 2.4.11, which axe cannot see: every stop of the Tab key is looked at."""
    sign_in(office)
    office.goto(f"{office.url}claims/{world.denied.pk}/")
    for _ in range(60):
        office.keyboard.press("Tab")
        hidden = office.evaluate(
            """() => {
                const one = document.activeElement;
                if (!one || one === document.body) return "";
                const box = one.getBoundingClientRect();
                if (!box.width || one.closest(".topbar, .skip")) return "";
                const top = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height / 2, 8));
                return top && top.closest(".topbar") ? one.outerHTML.slice(0, 120) : "";
            }"""
        )
        assert hidden == ""


def test_a_second_factor_is_set_up_and_then_asked_for(office, live_server, browser, world):
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

    def code(secret: str) -> str:
        return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))

    sign_in(office)
    office.goto(live_server.url + "/accounts/2fa/totp/activate/")
    if office.get_by_label("Password").count():
        office.get_by_label("Password").fill(PASSWORD)
        office.keyboard.press("Enter")
    secret = office.get_by_label("Authenticator secret").input_value()
    office.get_by_label("Authenticator code").fill(code(secret))
    office.keyboard.press("Enter")
    expect(office.get_by_role("heading", level=1)).to_contain_text("Recovery")
    other = browser.new_context().new_page()
    other.goto(live_server.url)
    other.get_by_label("Username").fill("bob")
    other.get_by_label("Password").fill(PASSWORD)
    other.keyboard.press("Enter")
    expect(other.get_by_role("heading", level=1)).to_contain_text("Two-Factor")
    other.goto(live_server.url + "/claims/")
    expect(other.get_by_role("heading", level=1)).to_contain_text("Two-Factor")
    other.context.close()


def test_a_wrong_password_keeps_the_name_and_says_what_to_do(office):
    office.get_by_label("Username").fill("bob")
    office.get_by_label("Password").fill("not this one")
    office.keyboard.press("Enter")
    expect(office.get_by_role("alert")).to_contain_text("not correct")
    expect(office.get_by_label("Username")).to_have_value("bob")
