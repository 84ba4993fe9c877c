"""Everybody is answered in the language they chose, or else in the one their browser or program asks for."""

from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client

from accounts.services import choose_language, create_api_client
from audit.models import AuditEvent
from hematovision.errors import Unprocessable

pytestmark = pytest.mark.django_db

PROFILE = "/accounts/profile/"
FRENCH = {"Accept-Language": "fr"}
# What the framework says of a member that is missing, and has in French itself.
MISSING = {"en": "This field is required.", "fr": "Ce champ est obligatoire."}


def test_the_profile_offers_each_language_in_itself(client, amina):
    client.force_login(amina)
    page = client.get(PROFILE).content.decode()
    assert '<option value="" selected>As the browser asks</option>' in page
    assert '<option value="fr" lang="fr">français</option>' in page


def test_the_chosen_language_holds_from_the_next_page_on(client, amina):
    client.force_login(amina)
    answer = client.post(PROFILE, {"full_name": amina.full_name, "language": "fr"}, follow=True)
    assert answer["Content-Language"] == "fr"
    assert '<html lang="fr"' in answer.content.decode()
    assert '<option value="fr" selected lang="fr">' in answer.content.decode()
    event = AuditEvent.objects.get(action="update")
    assert (event.before, event.after) == ({"language": ""}, {"language": "fr"})


def test_a_choice_is_taken_back(client, amina):
    choose_language(actor=amina, language="fr")
    client.force_login(amina)
    answer = client.post(PROFILE, {"full_name": amina.full_name, "language": ""}, follow=True)
    assert '<html lang="en"' in answer.content.decode()


def test_an_unknown_language_is_refused(client, amina):
    client.force_login(amina)
    assert client.post(PROFILE, {"full_name": amina.full_name, "language": "tlh"}).status_code == 400
    with pytest.raises(Unprocessable):
        choose_language(actor=amina, language="tlh")
    amina.refresh_from_db()
    assert amina.language == ""


def test_who_chose_nothing_is_answered_as_the_browser_asks(client, amina):
    client.force_login(amina)
    assert '<html lang="fr"' in client.get(PROFILE, headers=FRENCH).content.decode()


def test_a_choice_comes_before_what_the_browser_asks(client, amina):
    choose_language(actor=amina, language="es")
    client.force_login(amina)
    assert '<html lang="es"' in client.get(PROFILE, headers=FRENCH).content.decode()


def test_a_page_says_which_way_it_is_written(client, amina):
    choose_language(actor=amina, language="ar")
    client.force_login(amina)
    assert '<html lang="ar" dir="rtl"' in client.get(PROFILE).content.decode()


@pytest.mark.parametrize(("asked", "language"), [("fr", "fr"), ("ar", "ar"), ("tlh", "en")])
def test_an_error_page_is_in_the_language_too(client, asked, language):
    page = client.get("/no-such-page/", headers={"Accept-Language": asked, "Accept": "text/html"}).content.decode()
    assert f'<html lang="{language}"' in page


def test_the_api_answers_a_session_in_the_chosen_language(client, amina):
    choose_language(actor=amina, language="fr")
    client.force_login(amina)
    answer = client.post("/api/v1/patients/", {}, content_type="application/json")
    assert answer.json()["errors"]["mrn"] == [MISSING["fr"]]


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_program_is_answered_as_it_asks(client, riverside, language):
    made = create_api_client(actor=None, name="LIS", organisation=riverside, scopes=["cases:write"])
    form = {"grant_type": "client_credentials", "client_id": made.client_id, "client_secret": made.client_secret}
    token = client.post("/identity/o/api/token", form).json()["access_token"]
    program = Client(headers={"Authorization": f"Bearer {token}", "Accept-Language": language})
    answer = program.post("/api/v1/patients/", {}, content_type="application/json")
    assert answer.json()["errors"]["mrn"] == [MISSING[language]]


def test_a_mail_is_in_the_language_of_whom_it_goes_to(client, amina, answer_requests):
    choose_language(actor=amina, language="fr")
    client.post("/accounts/password/reset/", {"email": amina.email})
    answer_requests()
    (message,) = mail.outbox
    assert message.subject == "HematoVision: E-mail de réinitialisation de mot de passe"
