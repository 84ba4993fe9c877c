"""What a page is about to say may name a patient: it does not travel in a cookie, nor lie readable in a session."""

import pytest
from cryptography.fernet import Fernet
from django.contrib.sessions.models import Session
from django.urls import reverse

from tests.factories.cases import CaseFactory


@pytest.fixture
def case(client, amina):
    client.force_login(amina)
    return CaseFactory(clinic=amina.organisation, created_by=amina)


def cancel(client, case):
    answer = client.post(reverse("workbench:cancel_case", args=[case.pk]), {"reason": "Wrong tube."})
    assert answer.status_code == 302
    return answer


def test_a_message_is_in_no_cookie(client, case):
    answer = cancel(client, case)
    assert "messages" not in answer.cookies
    assert f"{case.accession_number} was cancelled" in client.get(answer.url).content.decode()


def test_a_message_in_a_session_is_ciphertext(client, case):
    cancel(client, case)
    waiting = Session.objects.get().get_decoded()["_messages"]
    assert case.accession_number not in waiting
    assert "cancelled" not in waiting


def test_a_page_comes_without_a_message_whose_key_is_gone(client, case, settings):
    """Or that waited in the clear when the installation was updated."""
    answer = cancel(client, case)
    session = client.session
    session["_messages"] = '[["__json_message", 0, 25, "In the clear.", ""]]'
    session.save()
    shown = client.get(answer.url)
    assert shown.status_code == 200
    assert "In the clear." not in shown.content.decode()
    cancelled = CaseFactory(clinic=case.clinic, created_by=case.created_by)
    answer = cancel(client, cancelled)
    settings.HEMATOVISION_FIELD_KEYS = [Fernet.generate_key().decode()]
    assert client.get(reverse("workbench:worklist"), {"state": "open"}).status_code == 200
