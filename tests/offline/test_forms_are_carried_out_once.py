"""A form that waited on a device may come twice; the second time it is answered as the first time and does nothing."""

from uuid import uuid4

import pytest

from cases.models import Case, Patient
from offline.models import SentForm

pytestmark = pytest.mark.django_db

FORM = {
    "action": "create",
    "mrn": "R-1",
    "family_name": "Okafor",
    "given_name": "Ada",
    "birth_date": "1990-01-01",
    "sex": "female",
    "priority": "routine",
    "stain": "wright_giemsa",
    "accession_number": "A-2026-14",
}


@pytest.fixture
def send(client, amina):
    """`send(key, **changes)` -> the answer to the form of a new case, as a script that keeps it sends it."""
    client.force_login(amina)

    def send(key, *, path="/cases/new/", accept="application/json", **changes):
        headers = {"X-Queued-Form": str(key), "Accept": accept} if key else {"Accept": accept}
        return client.post(path, FORM | changes, headers=headers)

    return send


def test_a_script_is_told_where_the_form_led(send):
    answer = send(uuid4())
    assert answer.status_code == 200
    assert answer.json() == {"location": f"/cases/{Case.objects.get().pk}/"}


def test_the_same_form_twice_is_one_case(send):
    key = uuid4()
    assert send(key).json() == send(key).json()
    assert Case.objects.count() == Patient.objects.count() == SentForm.objects.count() == 1


def test_under_another_id_it_is_another_form(send):
    send(uuid4())
    send(uuid4(), accession_number="A-2026-15")
    assert Case.objects.count() == 2


def test_a_page_that_sends_it_itself_is_led_on(send):
    key = uuid4()
    send(key)
    again = send(None, path=f"/cases/new/?queued={key}", accept="text/html")
    assert (again.status_code, again["Location"]) == (302, f"/cases/{Case.objects.get().pk}/")
    assert Case.objects.count() == 1


def test_a_question_keeps_nothing_so_that_the_answer_goes_under_the_same_id(send):
    key = uuid4()
    send(uuid4())
    refused = send(key, mrn="R-2", given_name="Other")
    assert refused.status_code in {409, 422}
    assert SentForm.objects.count() == 1
    answered = send(key, mrn="R-2", given_name="Other", accession_number="A-2026-16", not_a_duplicate="yes")
    assert "location" in answer_of(answered)


def answer_of(response):
    return response.json() if response.status_code == 200 else {}


def test_who_was_signed_out_is_told_so_and_the_form_stays_where_it_is(client, send):
    client.logout()
    answer = send(uuid4(), accept="text/html")
    assert answer.status_code == 401
    assert not Case.objects.exists()


def test_two_people_may_use_the_same_id(client, send, bora):
    key = uuid4()
    send(key)
    client.force_login(bora)
    send(key, mrn="H-1", accession_number="A-2026-17")
    assert Case.objects.count() == 2


def test_without_an_id_nothing_is_different(send):
    assert send(None, accept="text/html").status_code == 302
    assert not SentForm.objects.exists()
