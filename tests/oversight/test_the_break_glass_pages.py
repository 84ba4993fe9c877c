"""Breaking the glass on the page: the form, the banner, the list, and who is told."""

from __future__ import annotations

import pytest

from accounts.models import Role
from audit.models import AuditEvent
from cases.models import BreakGlassAccess
from consult.services import add_comment, ask_opinion
from notices.models import Notification
from review.services.leases import claim
from tests.factories.cases import CaseFactory, CellFactory, SmearImageFactory
from tests.people import laboratory, person

pytestmark = pytest.mark.django_db
PAGE, LIST = "/break-glass/", "/oversight/break-glass/"
WHY = "The patient bleeds in our emergency room."


@pytest.fixture
def abroad(lars):
    """A case of lakeside-clinic, which another laboratory reads."""
    return CaseFactory(clinic=lars.organisation, created_by=lars, ready=True, accession_number="NL-77")


def ask(client, abroad, **changes):
    return client.post(
        PAGE, {"accession_number": "NL-77", "mrn": abroad.patient.mrn, "birth_date": "", "reason": WHY, **changes}
    )


def test_the_form_opens_the_case_and_the_page_says_until_when(client, pavel, abroad):
    client.force_login(pavel)
    assert client.get(PAGE).status_code == 200
    response = ask(client, abroad)
    assert response["Location"] == f"/cases/{abroad.pk}/"
    page = client.get(response["Location"]).content.decode()
    assert "Break-glass access: this case belongs to" in page
    assert WHY in page
    assert "Change details" not in page
    assert "Case NL-77" in client.get(PAGE).content.decode()


def test_what_the_laboratory_says_to_itself_stays_with_it(client, ines, pavel, abroad, nadia):
    claim(actor=nadia, case=abroad)
    add_comment(actor=nadia, case=abroad, text="Toxic granules?")
    colleague = person("Vera", Role.PATHOLOGIST, abroad.laboratory)
    CellFactory(image=SmearImageFactory(case=abroad, analysed=True))
    opinion = ask_opinion(actor=nadia, case=abroad, colleague=colleague, blind=False)
    for stranger in (pavel, ines):
        client.force_login(stranger)
        assert ask(client, abroad).status_code == 302
        page = client.get(f"/cases/{abroad.pk}/").content.decode()
        assert "Toxic granules?" not in page
        assert 'href="#discussion"' not in page
        assert client.get(f"/cases/{abroad.pk}/discussion/").status_code == 403
        assert client.get(f"/opinions/{opinion.pk}/").status_code == 404
        story = client.get(f"/cases/{abroad.pk}/timeline/").context
        assert not {"talk", "access"} & set(story["kinds"])
        assert not {"talk", "access"} & {entry.kind for entry in story["entries"]}


def test_a_case_of_ones_own_shows_no_banner(client, pavel, amina):
    own = CaseFactory(clinic=amina.organisation, created_by=amina, ready=True)
    client.force_login(pavel)
    assert "Break-glass access: this case" not in client.get(f"/cases/{own.pk}/").content.decode()


def test_what_identifies_a_patient_is_in_no_address_and_no_event(client, pavel, abroad):
    client.force_login(pavel)
    response = ask(client, abroad)
    assert abroad.patient.mrn not in response["Location"]
    text = " ".join(f"{event.reason} {event.after}" for event in AuditEvent.objects.all())
    assert abroad.patient.mrn not in text
    assert "1980-02-29" not in text


@pytest.mark.parametrize(
    ("changes", "status", "sentence"),
    [
        ({"mrn": ""}, 422, "Give the record number or the birth date."),
        ({"reason": "x"}, 422, "at least 10 characters"),
        ({"accession_number": "NL-78"}, 404, "The attempt is on record."),
        ({"mrn": "nobody"}, 404, "The attempt is on record."),
        ({"birth_date": "yesterday"}, 422, "Enter a valid date."),
    ],
)
def test_a_refusal_says_why_and_opens_nothing(client, pavel, abroad, changes, status, sentence):
    client.force_login(pavel)
    response = ask(client, abroad, **changes)
    assert response.status_code == status
    assert sentence in response.content.decode()
    assert not BreakGlassAccess.objects.exists()


def test_a_case_one_sees_anyway_is_simply_shown(client, pavel, amina):
    own = CaseFactory(clinic=amina.organisation, created_by=amina, ready=True, accession_number="NL-77")
    client.force_login(pavel)
    assert ask(client, own)["Location"] == f"/cases/{own.pk}/"
    assert not BreakGlassAccess.objects.exists()


@pytest.mark.parametrize("who", ["amina", "olga", "sami", "root"])
def test_others_get_no_form(client, request, who):
    client.force_login(request.getfixturevalue(who))
    assert client.get(PAGE).status_code == 403


def test_the_owners_overseers_are_told_and_nobody_else(
    client, pavel, abroad, petra, timo, nadia, ines, django_capture_on_commit_callbacks
):
    client.force_login(pavel)
    with django_capture_on_commit_callbacks(execute=True):
        ask(client, abroad)
    told = Notification.objects.filter(kind="break-glass")
    assert {notification.user_id for notification in told} == {petra.pk, timo.pk}
    assert abroad.patient.mrn not in told[0].text
    assert abroad.accession_number not in told[0].text
    assert told[0].path == LIST


def test_both_sides_list_it_and_only_the_owner_names_the_case(client, pavel, abroad, petra, olga, ines):
    client.force_login(pavel)
    ask(client, abroad)
    for overseer, sees in ((petra, True), (olga, False), (ines, False)):
        client.force_login(overseer)
        page = client.get(LIST).content.decode()
        assert pavel.full_name in page
        assert WHY in page
        assert ("NL-77" in page) is sees
        assert (str(abroad.pk) in page) is sees


def test_a_third_laboratory_lists_nothing(client, pavel, abroad):
    client.force_login(pavel)
    ask(client, abroad)
    client.force_login(person("Tara", Role.AUDITOR, laboratory("third-laboratory")))
    assert "Nobody has broken the glass" in client.get(LIST).content.decode()
