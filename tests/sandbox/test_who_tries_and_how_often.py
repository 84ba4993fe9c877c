"""Everybody who is signed in tries 40 pictures a day; visitors five, where the installation lets them; each their own."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from sandbox.models import TriedPicture
from sandbox.services.limits import digest_of
from tests.sandbox.conftest import answered

pytestmark = pytest.mark.django_db

ROUTES = ("result", "live", "picture", "thumbnail", "csv", "overlay")


def test_a_day_has_so_many_pictures(student, send, monkeypatch):
    monkeypatch.setattr("sandbox.conf.DAILY_PICTURES", 2)
    for _ in range(2):
        assert send(student).status_code == 302
    refused = send(student)
    assert refused.status_code == 429
    assert "2 pictures were tried in 24 hours" in refused.content.decode()


def test_a_minute_has_so_many_files_those_that_are_refused_included(student, send, monkeypatch):
    monkeypatch.setattr("sandbox.conf.TRIES_PER_MINUTE", 2)
    for _ in range(2):
        assert send(student, b"text").status_code == 415
    assert send(student).status_code == 429


@pytest.mark.parametrize("who", ["pavel", "ines", "olga", "sami"])
def test_the_page_is_for_laboratories_and_students_and_in_their_bar(client, request, who):
    client.force_login(request.getfixturevalue(who))
    page = client.get(reverse("sandbox:try"))
    assert page.status_code == 200
    assert f'href="{reverse("sandbox:try")}"' in page.content.decode()


def test_whoever_waits_for_a_signature_tries_nothing(client, amina, send, field, settings):
    client.force_login(amina)
    page = reverse("sandbox:try")
    for refused in (client.get(page), send(client)):
        assert refused.status_code == 403
        assert "sees nothing of the model before the report is signed" in refused.content.decode()
        assert f'href="{page}"' not in refused.content.decode()
    over_api = {"file": SimpleUploadedFile("field.png", field), "confirmed": "true"}
    assert client.post(reverse("api:try"), over_api).status_code == 403
    assert not TriedPicture.objects.exists()
    assert page not in client.get(reverse("education:home")).content.decode()

    settings.HIDE_AI_FROM_UPLOADERS = False
    assert f'href="{page}"' in client.get(page).content.decode()
    assert send(client).status_code == 302


def test_somebody_elses_picture_is_not_there(tried, pavel, ines):
    for person in (pavel, ines):
        browser = Client()
        browser.force_login(person)
        for route in ROUTES:
            assert browser.get(reverse(f"sandbox:{route}", args=[tried.pk])).status_code == 404, route
        assert browser.post(reverse("sandbox:own_labels", args=[tried.pk])).status_code == 404
        assert browser.post(reverse("sandbox:heat", args=[tried.pk, 1])).status_code == 404
        assert browser.get(reverse("api:tried_picture", args=[tried.pk])).status_code == 404


def test_visitors_are_sent_to_sign_in_where_nobody_let_them_in(client, send, db):
    page = reverse("sandbox:try")
    assert client.get(page)["Location"].endswith(f"/accounts/login/?next={page}")
    assert send(client).status_code == 302
    assert not TriedPicture.objects.exists()


@pytest.mark.parametrize("is_public", [True, False])
def test_the_page_to_sign_in_leads_visitors_to_it_where_they_may(client, settings, db, is_public):
    settings.PUBLIC_TRY = is_public
    assert ("Try a picture without an account" in client.get(reverse("account_login")).text) == is_public


def test_visitors_try_five_a_day_from_one_address(client, send, settings, active):
    settings.PUBLIC_TRY = True
    assert "Up to 5 pictures a day." in client.get(reverse("sandbox:try")).content.decode()
    for _ in range(5):
        assert send(client).status_code == 302
    assert send(Client()).status_code == 429, "another browser at the same address"
    tried = answered()
    assert tried.owner is None
    assert "127.0.0.1" not in tried.address_digest
    assert len(tried.address_digest) == 64
    shown = client.get(reverse("sandbox:result", args=[tried.pk]))
    assert "For learning. Not a diagnosis." in shown.content.decode()
    assert Client().get(reverse("sandbox:result", args=[tried.pk])).status_code == 404, "another visitor"


def test_visitors_together_keep_so_many(client, send, student, settings, monkeypatch):
    settings.PUBLIC_TRY = True
    monkeypatch.setattr("sandbox.conf.MOST_OF_VISITORS", 1)
    visitor = Client()
    assert send(visitor).status_code == 302
    refused = send(visitor)
    assert refused.status_code == 429
    assert "Too many pictures are being tried by visitors. Try again later." in refused.content.decode()
    assert send(student).status_code == 302, "of an account they are not counted"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("203.0.113.7", "203.0.113.8", False),
        ("203.0.113.7", "::ffff:203.0.113.7", True),
    ],
)
def test_the_addresses_of_one_connection_count_as_one(one, other, same):
    assert (digest_of(one) == digest_of(other)) is same
