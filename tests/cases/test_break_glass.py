"""Break-glass access: who, to what, how long, read-only, on record."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.models import User
from audit.models import AuditEvent
from cases.models import BreakGlassAccess, Case, Cell, Patient, SmearImage
from cases.permissions import is_read_only
from cases.services.break_glass import open_by_break_glass
from cases.services.cases import cancel_case, create_case, update_case
from cases.services.images import receive_image
from cases.services.patient_merges import merge_patients
from cases.services.patients import update_patient
from cases.signals import break_glass_opened
from hematovision.errors import Conflict, NotFound, PermissionRefused, TooManyAttempts, Unprocessable
from tests.factories.cases import CaseFactory, CellFactory, PatientFactory, SmearImageFactory
from tests.factories.image_files import image_bytes

pytestmark = pytest.mark.django_db
WHY = "The patient bleeds in our emergency room."


@pytest.fixture
def abroad(lars):
    """A case of lakeside-clinic, which another laboratory reads."""
    case = CaseFactory(clinic=lars.organisation, created_by=lars, ready=True, accession_number="NL-77")
    CellFactory(image=SmearImageFactory(case=case, analysed=True))
    return case


def opened(pavel, abroad, **changes):
    asked = {"accession_number": "nl-77", "mrn": abroad.patient.mrn, "reason": WHY, **changes}
    return open_by_break_glass(actor=pavel, **asked)


def test_it_opens_case_image_cells_and_patient_for_an_hour(pavel, abroad):
    for model in (Case, SmearImage, Cell, Patient):
        assert not model.objects.visible_to(pavel).exists()
    access = opened(pavel, abroad)
    for model in (Case, SmearImage, Cell, Patient):
        assert model.objects.visible_to(pavel).count() == 1
    assert access.expires_at - access.opened_at == timedelta(minutes=60)


def test_it_ends_by_itself_even_for_the_same_user_object(pavel, abroad, monkeypatch):
    opened(pavel, abroad)
    assert Case.objects.visible_to(pavel).exists()
    later = timezone.now() + timedelta(minutes=61)
    monkeypatch.setattr(timezone, "now", lambda: later)
    assert not Case.objects.visible_to(pavel).exists()
    assert not Case.objects.visible_to(User.objects.get(pk=pavel.pk)).exists()


def test_it_opens_one_case_to_one_person(pavel, ines, abroad, lars):
    other = CaseFactory(clinic=lars.organisation, created_by=lars, ready=True, patient=abroad.patient)
    opened(pavel, abroad)
    assert not Case.objects.visible_to(pavel).filter(pk=other.pk).exists()
    assert not Case.objects.visible_to(ines).exists()


@pytest.mark.parametrize(
    "given",
    [
        {"mrn": "", "birth_date": date(1980, 2, 29)},
        {"birth_date": date(1980, 2, 29)},
    ],
)
def test_the_birth_date_will_do_too(pavel, abroad, given):
    assert opened(pavel, abroad, **given).case == abroad


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"mrn": "", "birth_date": None}, Unprocessable),
        ({"reason": "now"}, Unprocessable),
        ({"mrn": "somebody-else"}, NotFound),
        ({"birth_date": date(1980, 3, 1)}, NotFound),
        ({"accession_number": "NL-78"}, NotFound),
    ],
)
def test_it_asks_for_two_identifiers_and_a_reason(pavel, abroad, given, error):
    with pytest.raises(error):
        opened(pavel, abroad, **given)
    assert not BreakGlassAccess.objects.exists()


@pytest.mark.parametrize("who", ["amina", "olga", "sami", "root"])
def test_others_have_none_and_the_refusal_is_on_record(request, who, abroad):
    with pytest.raises(PermissionRefused):
        opened(request.getfixturevalue(who), abroad)
    assert AuditEvent.objects.first().outcome == "denied"


def test_a_token_never_breaks_glass(pavel, abroad):
    opened(pavel, abroad)
    pavel.token_scopes = frozenset({"cases:read"})
    assert not Case.objects.visible_to(pavel).exists()
    with pytest.raises(PermissionRefused):
        opened(pavel, abroad)


def test_a_draft_stays_with_its_clinic(pavel, lars):
    draft = CaseFactory(clinic=lars.organisation, created_by=lars, accession_number="NL-99")
    with pytest.raises(NotFound):
        opened(pavel, draft, accession_number="NL-99")


def test_a_case_of_ones_own_needs_none(pavel, amina):
    case = CaseFactory(clinic=amina.organisation, created_by=amina, ready=True, accession_number="A-1")
    with pytest.raises(Conflict) as refused:
        opened(pavel, case, accession_number="A-1")
    assert refused.value.code == "already_visible"


def test_guessing_is_stopped_and_on_record_without_what_was_typed(pavel, abroad):
    for number in range(5):
        with pytest.raises(NotFound):
            opened(pavel, abroad, mrn=f"guess-{number}")
    with pytest.raises(TooManyAttempts):
        opened(pavel, abroad)
    misses = AuditEvent.objects.filter(action="break_glass", outcome="denied")
    assert misses.count() == 5
    assert "guess" not in "".join(f"{event.reason}{event.after}{event.before}" for event in misses)


def test_two_clicks_are_one_access(pavel, abroad):
    assert opened(pavel, abroad) == opened(pavel, abroad)
    assert BreakGlassAccess.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda pavel, case: cancel_case(actor=pavel, case=case, reason="no"),
        lambda pavel, case: update_case(actor=pavel, case=case, priority="stat"),
        lambda pavel, case: update_patient(actor=pavel, patient=case.patient, reason="mistyped", sex="male"),
        lambda pavel, case: create_case(actor=pavel, patient=case.patient),
        lambda pavel, case: receive_image(actor=pavel, case=case, upload=_upload()),
    ],
    ids=["cancel", "update", "patient", "new case", "image"],
)
def test_nothing_can_be_changed_through_it(pavel, abroad, change):
    opened(pavel, abroad)
    state = Case.objects.values().get(pk=abroad.pk)
    with pytest.raises(PermissionRefused, match="for viewing"):
        change(pavel, abroad)
    assert Case.objects.values().get(pk=abroad.pk) == state
    assert Case.objects.count() == 1
    assert AuditEvent.objects.first().outcome == "denied"


def _upload():
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile("field.png", image_bytes(), content_type="image/png")


def test_only_what_was_opened_is_read_only(pavel, abroad, amina):
    own = CaseFactory(clinic=amina.organisation, created_by=amina, ready=True)
    opened(pavel, abroad)
    assert is_read_only(pavel, abroad)
    assert not is_read_only(pavel, own)
    update_case(actor=pavel, case=own, priority="stat")


def test_both_laboratories_have_it_in_their_audit_trail(pavel, abroad, central, northern):
    opened(pavel, abroad)
    events = AuditEvent.objects.filter(action="break_glass", outcome="success")
    assert {event.laboratory_id for event in events} == {central.pk, northern.pk}
    assert {event.reason for event in events} == {WHY}
    assert {event.object_id for event in events} == {str(abroad.pk)}


def test_it_is_announced_once_it_holds(pavel, abroad, django_capture_on_commit_callbacks):
    heard = []

    def hear(sender, access_id, **_):
        heard.append(access_id)

    break_glass_opened.connect(hear)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            access = opened(pavel, abroad)
    finally:
        break_glass_opened.disconnect(hear)
    assert heard == [access.pk]


@pytest.mark.parametrize(
    "statement", ["UPDATE {table} SET expires_at = '2099-01-01 00:00:00+00:00'", "DELETE FROM {table}"]
)
def test_the_database_refuses_to_change_it(pavel, abroad, statement):
    opened(pavel, abroad)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table=BreakGlassAccess._meta.db_table))


def test_the_page_of_the_case_opens_and_is_in_the_owners_audit_trail(client, pavel, abroad, northern):
    client.force_login(pavel)
    assert client.get(f"/cases/{abroad.pk}/").status_code == 404
    opened(pavel, abroad)
    response = client.get(f"/cases/{abroad.pk}/")
    assert response.status_code == 200
    event = AuditEvent.objects.filter(action="view", object_id=str(abroad.pk)).first()
    assert (event.actor_id, event.laboratory_id) == (pavel.pk, northern.pk)
    assert not response.context["may_upload"]
    assert not response.context["may_edit"]
    assert not response.context["may_cancel"]


def test_the_number_of_a_merged_record_will_do(pavel, lars, abroad):
    survivor = PatientFactory(organisation=lars.organisation)
    merge_patients(actor=lars, patient=abroad.patient, into=survivor, reason="Registered twice at the desk.")
    assert Case.objects.get(pk=abroad.pk).patient == survivor
    assert opened(pavel, abroad).case == abroad
    with pytest.raises(NotFound):
        opened(pavel, abroad, mrn="somebody-else")
