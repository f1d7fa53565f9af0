"""What each screen says."""

from __future__ import annotations

import re

import pytest
from django.test import Client as Browser
from django.urls import reverse

from claimwright.office.core.models import AuditEntry, StoredFile
from claimwright.office.followup.models import WorkItem
from claimwright.office.patients.models import Patient
from claimwright.office.posting.models import Remittance


@pytest.fixture
def bob(people) -> Browser:
    browser = Browser()
    browser.force_login(people["bob"])
    return browser


def _text(response) -> str:
    """The words of a page, as somebody reads them."""
    page = re.sub(r"(?s)<(script|style).*?</\1>", " ", response.content.decode())
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).replace("&#x27;", "'")


def _page(browser: Browser, name: str, *args: int, **query: str) -> str:
    response = browser.get(reverse(name, args=args), query)
    assert response.status_code == 200
    return _text(response)


def test_today_counts_each_queue_with_its_money_and_its_next_day(bob, world):
    text = _page(bob, "today")
    assert "1 Coverage 1 0.00 today Jan 7 in 2 days 0" in text
    assert "Claims stopped by edits 1 220.00 today" in text
    assert "Denials 1 220.00 today Feb 4 in 30 days 0" in text
    assert "All queues 3 440.00" in text


def test_an_item_whose_day_has_passed_is_overdue(bob, world, office_clock):
    office_clock.advance(days=3)
    assert "Overdue 1" in _page(bob, "today")
    assert "1 day overdue" in _page(bob, "worklist", due="overdue")


def test_an_empty_office_says_why_and_what_next(bob, lakeside):
    assert "Nothing is waiting for you." in _page(bob, "today")
    for name, words in (
        ("worklist", "The worklist is empty."),
        ("claims", "claimwright claims import FILE"),
        ("transmissions", "Nothing was sent or received yet."),
        ("remittances", "claimwright era import FILE"),
        ("patients", "There are no patients yet."),
        ("ageing", "Nobody owes anything."),
        ("find", "Nothing was asked for yet."),
    ):
        assert words in _page(bob, name), name


def test_a_filter_that_leaves_nothing_says_so_and_offers_the_way_out(bob, world):
    text = _page(bob, "worklist", queue="credit")
    assert "No item is like that." in text
    assert "Clear the filters" in text
    assert "No claim is like that." in _page(bob, "claims", word="Void")


def test_a_filter_that_nobody_knows_is_left_out(bob, world):
    assert "3 items" in _page(bob, "worklist", queue="' OR 1=1", owner="x", due="y", page="-7")
    assert "4 claims" in _page(bob, "claims", payer="x", patient="999999999999999999999", page="zz")


def test_the_worklist_shows_what_is_mine_after_i_took_it(bob, world):
    assert "0 items" in _page(bob, "worklist", owner="me")
    bob.post(reverse("item-take", args=[world.denial_item.pk]))
    assert "1 item," in _page(bob, "worklist", owner="me")


def test_an_item_that_somebody_else_took_is_not_taken_away(bob, world, people):
    WorkItem.objects.filter(pk=world.denial_item.pk).update(owner=people["alice"])
    response = bob.post(reverse("item-take", args=[world.denial_item.pk]), follow=True)
    assert "alice took this item first." in _text(response)
    assert world.denial_item.owner == people["alice"]


def test_every_action_on_an_item_has_its_undo(bob, world):
    item = world.denial_item
    before = (item.owner_id, item.due_date, item.state)
    for action, data in (("take", {}), ("date", {"due_date": "+9"}), ("done", {"resolution": "Appeal sent"})):
        page = _undo_form(bob.post(reverse(f"item-{action}", args=[item.pk]), data, follow=True))
        bob.post(page["action"], {"due_date": page["due_date"]})
    item.refresh_from_db()
    assert (item.owner_id, item.due_date, item.state) == before


def _undo_form(response) -> dict[str, str]:
    form = re.search(r'(?s)<form class="message success undo.*?</form>', response.content.decode())
    assert form
    due = re.search(r'name="due_date" value="([^"]*)"', form[0])
    action = re.search(r'action="([^"]+)"', form[0])
    assert action
    return {"action": action[1], "due_date": due[1] if due else ""}


def test_what_was_typed_stays_when_it_is_wrong(bob, world):
    item = world.denial_item
    response = bob.post(reverse("item-date", args=[item.pk]), {"due_date": "next monday"})
    assert response.status_code == 422
    assert 'value="next monday"' in response.content.decode()
    assert "+3 for in three days" in _text(response)
    long_note = "x" * 2001
    response = bob.post(reverse("item-note", args=[item.pk]), {"text": long_note})
    assert response.status_code == 422
    assert long_note in response.content.decode()
    assert not item.notes.exists()


def test_a_denied_claim_says_why_by_when_and_what_to_do(bob, world):
    text = _page(bob, "claim", world.denied.pk)
    assert f"Claim {world.denied.number} Denied" in text
    assert "Payer says not medically necessary" in text
    assert "appeal by Jul 4, 2026" in text
    assert "Marked: the services that were denied" in text
    assert "CLM * C000002" in re.sub(r" ?\* ?", " * ", text)


def test_a_stopped_claim_shows_each_finding_with_its_field_and_its_remedy(bob, world):
    text = _page(bob, "claim", world.stopped.pk)
    assert "Needs correction" in text
    finding = world.stopped.findings.filter(severity="error").first()
    assert finding
    assert finding.message in text
    assert finding.hint in text
    assert finding.field in text
    assert "It was not written as X12 yet." in text


def test_an_item_about_a_file_opens_it(bob, world):
    from claimwright.office.followup.worklists import open_item

    item = open_item("other", f"file {world.transmission.pk}", title="Set aside: a file", reason="It is cut short.")
    page = bob.get(reverse("item", args=[item.pk])).content.decode()
    assert f'href="{reverse("file", args=[world.transmission.file_id])}">Open the file' in page


def test_claims_are_found_by_what_became_of_them(bob, world):
    text = _page(bob, "claims", word="Denied")
    assert world.denied.number in text
    assert world.paid.number not in text


def test_a_remittance_shows_that_it_adds_up_and_why_each_cent_was_not_paid(bob, world):
    text = _page(bob, "remittance", world.remittance.pk)
    assert "Does it add up? it does Paid on 2 claims 130.00 Payment (BPR02) 130.00" in text
    assert "CO-45 50.00 Charge is above the contract" in text
    assert "N115 Decision used a Local Coverage Determination" in text
    assert "a contract reduction without a contract rate on file: written off, and counted as unpriced" in text


def test_a_remittance_that_waits_shows_its_plan_and_is_posted_by_it(bob, world):
    waiting = world.waiting_remittance
    assert "what posting it now would do" in _page(bob, "remittance", waiting.pk)
    response = bob.post(reverse("remittance-post", args=[waiting.pk]), follow=True)
    assert "Posted; 0 to review." in _text(response)
    waiting.refresh_from_db()
    assert waiting.state == Remittance.State.POSTED
    response = bob.post(reverse("remittance-post", args=[waiting.pk]), follow=True)
    assert "nothing was posted" in _text(response)


def test_a_balance_is_explained_entry_by_entry_down_to_the_payers_bytes(bob, world):
    text = _page(bob, "encounter", world.paid.encounter_id)
    assert "Why this balance: 30.00" in text
    assert "Patient owes 30.00" in text
    assert "CAS*CO*45*50" in text
    response = bob.get(reverse("encounter", args=[world.denied.encounter_id]))
    assert "Left open by a payer" in _text(response)
    link = re.search(r'href="(/files/\d+/\?at=\d+)&amp;length=\d+" title="EFT0001', response.content.decode())
    assert link
    assert 'class="segment here"' in bob.get(link[1]).content.decode()


def test_a_charge_of_an_encounter_is_explained_alone(bob, world):
    charge = world.paid.lines.get(code="36415").charge
    text = _page(bob, "encounter", world.paid.encounter_id, charge=str(charge.pk))
    assert "Why this balance: 0.00 Service 36415" in text


def test_the_statement_is_saved_as_the_pdf_that_was_made(bob, world):
    response = bob.get(reverse("statement", args=[world.statement.pk]))
    assert response.content.startswith(b"%PDF")
    assert response["Content-Disposition"].startswith("attachment;")


def test_a_stored_file_is_saved_as_it_came_and_never_run_by_the_browser(bob, lakeside):
    from claimwright.office.core.files import store_file

    file, _ = store_file('<script>"evil\r\n.html', b"<script>alert(1)</script>")
    response = bob.get(reverse("file-download", args=[file.pk]))
    assert response.content == b"<script>alert(1)</script>"
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"] == 'attachment; filename="_script__evil__.html"'
    assert "<script>alert" not in bob.get(reverse("file", args=[file.pk])).content.decode()


@pytest.mark.parametrize("data", [b"", b"no X12", b"ISA", b"ISA*00", b"\xff\x00~~~", b"ISA" + b"*" * 500])
def test_a_file_that_is_no_x12_is_shown_all_the_same(bob, lakeside, data):
    from claimwright.office.core.files import store_file

    file, _ = store_file("odd.x12", data)
    assert bob.get(reverse("file", args=[file.pk]), {"at": "3"}).status_code == 200


def test_a_name_that_is_a_script_is_shown_as_its_letters(bob, world):
    Patient.objects.filter(pk=world.patient.pk).update(last_name="<img src=x onerror=alert(1)>")
    for name, args in (("patients", []), ("patient", [world.patient.pk]), ("claim", [world.paid.pk]), ("claims", [])):
        page = bob.get(reverse(name, args=args)).content.decode()
        assert "<img src=x" not in page, name
        assert "&lt;img src=x" in page, name


def test_ageing_opens_the_encounters_behind_each_cell_and_they_sum_to_it(bob, world):
    response = bob.get(reverse("ageing"))
    assert "Harbor Health (primary) \u2013 660.00" in _text(response)
    cell = re.search(r'href="([^"]+31-60)" aria-label="Harbor', response.content.decode())
    assert cell
    text = _text(bob.get(cell[1].replace("&amp;", "&")))
    assert "3 encounters, 660.00" in text
    assert bob.get(reverse("ageing-cell"), {"level": "P", "name": "Nobody", "age": "all"}).status_code == 404


def test_find_opens_the_one_thing_that_fits_and_lists_several(bob, world):
    ask = reverse("find-ask")
    assert bob.post(ask, {"q": world.denied.number})["Location"] == reverse("claim", args=[world.denied.pk])
    assert bob.post(ask, {"q": "EFT0001"})["Location"] == reverse("remittance", args=[world.remittance.pk])
    assert bob.post(ask, {"q": "Ida Quill"})["Location"] == reverse("patient", args=[world.patient.pk])
    member = world.patient.coverages.get().member_id
    assert bob.post(ask, {"q": member})["Location"] == reverse("patient", args=[world.patient.pk])
    assert bob.post(ask, {"q": "C0000"})["Location"] == reverse("find")
    assert "4 results" in _page(bob, "find")


def test_the_front_desk_sees_patients_and_no_money(world, people, lakeside):
    from claimwright.office.core.models import Membership

    Membership.objects.filter(user=people["bob"], client=lakeside).update(role=Membership.Role.FRONT_DESK)
    desk = Browser()
    desk.force_login(people["bob"])
    text = _page(desk, "patient", world.patient.pk)
    assert "Quill, Ida" in text
    assert "30.00" not in text
    assert "denied" not in _page(desk, "worklist")


def test_the_day_of_a_trial_is_shown_in_the_top_bar(bob, lakeside, monkeypatch, tmp_path):
    from claimwright.office.core import clock

    file = tmp_path / "clock"
    file.write_text("2026-03-02T08:00:00+00:00", "ascii")
    with clock.use_clock(clock.HomeClock(file)):
        assert "Trial day Mon, Mar 2, 2026" in _page(bob, "today")


def test_pages_allow_nothing_but_the_offices_own_and_are_kept_by_no_cache(bob, lakeside):
    response = bob.get(reverse("today"))
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]
    assert response["Cache-Control"] == "no-store"
    page = response.content.decode()
    assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", page)


def test_what_a_page_needs_is_served_without_collecting_it_first(bob, lakeside):
    for name in ("office.css", "office.js", "icon.svg"):
        assert bob.get(f"/static/claimwright/{name}").status_code == 200


def test_looking_changes_nothing_but_the_audit_trail(bob, world):
    before = (WorkItem.objects.count(), StoredFile.objects.count(), Remittance.objects.values_list("state").count())
    entries = AuditEntry.objects.count()
    _page(bob, "remittance", world.waiting_remittance.pk)
    _page(bob, "claim", world.denied.pk)
    assert before == (
        WorkItem.objects.count(),
        StoredFile.objects.count(),
        Remittance.objects.values_list("state").count(),
    )
    assert AuditEntry.objects.count() > entries
