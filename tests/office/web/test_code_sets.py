"""Code sets as whoever manages the office meets them: what is loaded, loading in the background, taking back."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse

from claimwright.office.core import codesets
from claimwright.office.core.home import Home
from claimwright.office.core.loading import LOAD, LoadingWish, read_loading, work_waiting
from claimwright.office.core.models import AuditEntry, Job


@pytest.fixture
def bob(people) -> Browser:
    browser = Browser()
    browser.force_login(people["bob"])
    return browser


@pytest.fixture(autouse=True)
def own_home(tmp_path, monkeypatch):
    """Each test has a store of its own: releases belong to the whole office, and no test undoes them."""
    monkeypatch.setattr(Home, "current", classmethod(lambda cls: Home(tmp_path)))
    yield
    codesets._library.cache_clear()
    codesets._first_day.cache_clear()


def _load(browser: Browser, name: str, data: bytes, **options: str):
    """Hand a file over, and let the job be done as the thread would do it."""
    response = browser.post(reverse("code-sets-load"), {"files": SimpleUploadedFile(name, data), **options})
    assert response.status_code == 302, response.content.decode()
    work_waiting()
    return browser.get(response["Location"])


@pytest.fixture
def table(publishers) -> bytes:
    """CMS's table of places of service, as it is published."""
    return next((publishers / "pos_codes").glob("*.csv")).read_bytes()


def test_every_set_says_what_is_in_force_since_when_and_whose_it_is(bob):
    text = bob.get(reverse("code-sets")).content.decode()
    for words in ("ICD-10-CM diagnoses", "NCHS and CMS", "not loaded", "may be passed on", "in force", "SHA-256"):
        assert words in text


def test_a_file_of_no_known_layout_is_refused_and_what_is_in_force_stays(bob):
    with codesets.open_codes() as store:
        before = store.version()
    page = _load(bob, "holiday.txt", b"a letter to somebody\n")
    text = page.content.decode()
    assert "Nothing was loaded" in text
    assert "It has the layout of no known publisher" in text
    assert "holiday.txt" in text
    with codesets.open_codes() as store:
        assert store.version() == before


def test_a_refusal_that_another_word_lifts_keeps_the_files_for_it(bob, table):
    page = _load(bob, "places.csv", table)
    job = Job.objects.get(kind=LOAD)
    assert "Write below the first day of the release" in page.content.decode()
    bob.post(reverse("code-sets-again", args=[job.pk]), {"effective": "5/1/26"})
    work_waiting()
    newest = Job.objects.filter(kind=LOAD).latest("pk")
    report = read_loading(newest).reports[0]
    assert (report["title"], report["effective_date"]) == ("Place of service codes", "2026-05-01")
    assert not any((Home.current().path / "incoming-codes").iterdir())


def test_a_load_tells_what_it_changed_against_the_release_before(bob, table):
    lines = table.decode("utf-8-sig").splitlines(keepends=True)
    _load(bob, "places.csv", table, effective="2026-05-01")
    page = _load(bob, "fewer.csv", "".join(lines[:-1]).encode(), effective="2026-06-01")
    (change,) = read_loading(Job.objects.filter(kind=LOAD).latest("pk")).reports[0]["changes"]
    assert (change["added"]["count"], change["dropped"]["count"], change["changed"]["count"]) == (0, 1, 0)
    assert change["dropped"]["examples"][0] in page.content.decode()


def test_what_is_loaded_answers_at_once_and_a_withdrawn_release_answers_no_more(bob, table):
    _load(bob, "places.csv", table, effective="2026-01-02")
    with codesets.open_codes() as store:
        release = store.releases("places")[0]
    address = reverse("code-sets-withdraw", args=[release.id])
    bob.post(address, {"reason": ""})
    with codesets.open_codes() as store:
        assert not store.releases("places")[0].is_withdrawn
    bob.post(address, {"reason": "the wrong quarter"})
    with codesets.open_codes() as store:
        assert next(one for one in store.releases("places") if one.id == release.id).is_withdrawn
    bob.post(reverse("code-sets-restore", args=[release.id]), {"reason": "it was right"})
    with codesets.open_codes() as store:
        assert not any(one.is_withdrawn for one in store.releases("places"))


def test_loading_and_taking_back_stand_in_the_audit_trail_with_who_did_it(bob, people, table):
    _load(bob, "places.csv", table, effective="2026-01-02")
    with codesets.open_codes() as store:
        release = store.releases("places")[0]
    bob.post(reverse("code-sets-withdraw", args=[release.id]), {"reason": "the wrong quarter"})
    actions = set(AuditEntry.objects.filter(actor=people["bob"]).values_list("action", flat=True))
    assert {"codes.load.ask", "codes.load", "codes.withdraw"} <= actions


def test_a_withdrawn_release_is_not_withdrawn_twice(bob):
    with codesets.open_codes() as store:
        release = store.releases("places")[0]
    for _ in range(2):
        page = bob.post(reverse("code-sets-withdraw", args=[release.id]), {"reason": "no"}, follow=True)
    assert f"Release {release.id} is withdrawn already." in page.content.decode()


def test_no_file_and_no_day_are_said_on_the_form(bob):
    assert "files first" in bob.post(reverse("code-sets-load")).content.decode()
    sent = {"files": SimpleUploadedFile("a.csv", b"x"), "effective": "soon"}
    response = bob.post(reverse("code-sets-load"), sent)
    assert response.status_code == 422
    assert 'value="soon"' in response.content.decode()


def test_a_job_that_waits_says_so_and_its_part_can_be_asked_alone(bob):
    response = bob.post(reverse("code-sets-load"), {"files": SimpleUploadedFile("a.csv", b"x")})
    part = bob.get(response["Location"], {"part": "1"}).content.decode()
    assert "data-running" in part
    assert "<html" not in part


def test_the_name_of_a_file_reaches_no_other_folder(bob):
    page = _load(bob, "../../etc/passwd", b"x")
    assert read_loading(Job.objects.latest("pk")).files == ("passwd",)
    assert page.status_code == 200


def test_options_are_kept_as_they_were_given(bob):
    bob.post(
        reverse("code-sets-load"),
        {
            "files": SimpleUploadedFile("a.csv", b"x"),
            "code_set": "mue-outpatient",
            "accept_fewer": "1",
            "licensed": "1",
        },
    )
    assert read_loading(Job.objects.latest("pk")).wish == LoadingWish("", "mue-outpatient", True, True)
