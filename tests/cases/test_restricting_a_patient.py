"""A restricted patient is kept and out of everybody's work: who sees them still, who restricts and lifts, what stands against it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from accounts.models import Role, User
from accounts.scopes import CASES_WRITE, PATIENTS_WRITE
from audit.models import AuditEvent
from cases.keeping_verification import check_holds_and_restrictions
from cases.models import Case, Cell, Patient, PatientRestriction, RestrictionLift, SmearImage
from cases.services.break_glass import open_by_break_glass
from cases.services.cases import create_case
from cases.services.patient_numbers import set_numbers
from cases.services.patients import register_patient, update_patient
from cases.services.restrictions import lift_restriction, restrict_patient
from hematovision.errors import Conflict, NotFound, PermissionRefused, Unprocessable
from tests.append_only import triggers_lifted
from tests.factories.cases import CaseFactory, CellFactory, PatientFactory, SmearImageFactory
from tests.factories.reports import signed_report

pytestmark = pytest.mark.django_db
WHY = "The patient asked for erasure; the record has to stay."
OVER = "The patient withdrew the request in writing."
RECORDS = (Case, SmearImage, Cell, Patient)


@pytest.fixture
def case(amina):
    case = CaseFactory(clinic=amina.organisation, created_by=amina, signed=True, accession_number="R-7")
    CellFactory(image=SmearImageFactory(case=case, analysed=True))
    return case


def counts(user):
    return [model.objects.visible_to(user).count() for model in RECORDS]


@pytest.mark.parametrize(
    ("who", "before", "after"),
    [
        ("amina", [1, 1, 1, 1], [0, 0, 0, 0]),
        ("pavel", [1, 1, 1, 1], [0, 0, 0, 0]),
        ("ines", [1, 1, 1, 1], [1, 1, 1, 1]),
        ("olga", [1, 1, 1, 1], [1, 1, 1, 1]),
        ("petra", [0, 0, 0, 0], [0, 0, 0, 0]),
    ],
)
def test_only_overseers_of_the_laboratory_see_what_is_restricted(request, who, before, after, ines, case):
    user = request.getfixturevalue(who)
    assert counts(user) == before
    restriction = restrict_patient(actor=ines, patient=case.patient, reason=WHY)
    assert counts(user) == after
    lift_restriction(actor=ines, restriction=restriction, reason=OVER)
    assert counts(user) == before


def test_a_number_that_they_have_is_taken_and_no_more_is_said(ines, amina, case):
    """To who does not see them; an administrator of their laboratory is told whose it is."""
    patient = case.patient
    number = ("national", "NAT-7")
    set_numbers(actor=amina, patient=patient, numbers=[number])
    other = PatientFactory(organisation=amina.organisation)
    client = User.objects.create_user("lis@central.example", role=Role.SERVICE, organisation=ines.organisation)
    client.token_scopes = frozenset({CASES_WRITE, PATIENTS_WRITE})
    again = {"mrn": patient.mrn, "family_name": "X", "birth_date": None}

    def said(actor, **clinic):
        with pytest.raises(Conflict) as by_number:
            set_numbers(actor=actor, patient=other, numbers=[number])
        with pytest.raises(Conflict) as by_mrn:
            register_patient(actor=actor, **again, **clinic)
        assert (by_number.value.code, by_mrn.value.code) == ("duplicate_number", "duplicate_mrn")
        return [by_number.value.details, by_mrn.value.details]

    named = {"patient": str(patient.pk)}
    assert said(amina) == [named, named]
    assert said(client, clinic=amina.organisation) == [named, named]
    restrict_patient(actor=ines, patient=patient, reason=WHY)
    assert said(amina) == [{}, {}]
    assert said(client, clinic=amina.organisation) == [{}, {}]


def test_other_patients_are_shown_as_before(ines, amina, pavel, case):
    other = CaseFactory(clinic=amina.organisation, created_by=amina, signed=True)
    restrict_patient(actor=ines, patient=case.patient, reason=WHY)
    for user in (amina, pavel):
        assert list(Case.objects.visible_to(user)) == [other]
        assert list(Patient.objects.visible_to(user)) == [other.patient]
    assert not Patient.objects.visible_to(AnonymousUser()).exists()


def test_the_token_of_an_administrator_sees_no_more_than_a_client(ines, case):
    restrict_patient(actor=ines, patient=case.patient, reason=WHY)
    ines.token_scopes = frozenset({"cases:read"})
    assert counts(ines)[0] == 0


def test_breaking_the_glass_does_not_open_it(client, ines, nadia, petra, case):
    asked = {"accession_number": "R-7", "mrn": case.patient.mrn, "reason": "Bleeding in our emergency room."}
    # Opened before and within its hour: an administrator elsewhere oversees nothing here either.
    for user in (nadia, petra):
        open_by_break_glass(actor=user, **asked)
        assert counts(user)[0] == 1
        client.force_login(user)
        assert "R-7" in client.get(reverse("oversight:break_glass")).content.decode()
    restrict_patient(actor=ines, patient=case.patient, reason=WHY)
    for user in (nadia, petra):
        assert counts(user) == [0, 0, 0, 0]
        client.force_login(user)
        assert "R-7" not in client.get(reverse("oversight:break_glass")).content.decode()
        with pytest.raises(NotFound):
            open_by_break_glass(actor=user, **asked)


def test_nothing_of_it_is_changed_by_those_who_do_not_see_it(ines, amina, case):
    restrict_patient(actor=ines, patient=case.patient, reason=WHY)
    with pytest.raises(NotFound):
        update_patient(actor=amina, patient=case.patient, reason="mistyped", sex="male")


def test_no_case_is_opened_that_nobody_would_see(ines, case):
    restrict_patient(actor=ines, patient=case.patient, reason=WHY)
    with pytest.raises(Conflict) as refused:
        create_case(actor=ines, patient=case.patient)
    assert refused.value.code == "restricted"
    assert list(Case.objects.all()) == [case]


@pytest.mark.parametrize("trait", ["draft", "submitted", "ready", "in_review"])
def test_an_open_case_comes_first(ines, amina, case, trait):
    CaseFactory(
        clinic=amina.organisation, created_by=amina, patient=case.patient, **({} if trait == "draft" else {trait: True})
    )
    with pytest.raises(Conflict) as refused:
        restrict_patient(actor=ines, patient=case.patient, reason=WHY)
    assert refused.value.code == "case_open"
    assert not PatientRestriction.objects.exists()


def test_a_report_that_nobody_acknowledged_comes_first(
    ines, amina, pavel, case, settings, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        signed_report(case, pavel)
    with pytest.raises(Conflict) as refused:
        restrict_patient(actor=ines, patient=case.patient, reason=WHY)
    assert refused.value.code == "report_waits"


def test_it_is_restricted_once_and_lifted_once(ines, case):
    restriction = restrict_patient(actor=ines, patient=case.patient, reason=WHY)
    with pytest.raises(Conflict):
        restrict_patient(actor=ines, patient=case.patient, reason=WHY)
    lift_restriction(actor=ines, restriction=restriction, reason=OVER)
    with pytest.raises(Conflict):
        lift_restriction(actor=ines, restriction=restriction, reason=OVER)
    assert restrict_patient(actor=ines, patient=case.patient, reason=WHY) != restriction


def test_it_asks_why(ines, case):
    with pytest.raises(Unprocessable):
        restrict_patient(actor=ines, patient=case.patient, reason="")
    restriction = restrict_patient(actor=ines, patient=case.patient, reason=WHY)
    with pytest.raises(Unprocessable):
        lift_restriction(actor=ines, restriction=restriction, reason="so")
    assert case.patient.restrictions.in_force().get() == restriction


@pytest.mark.parametrize(
    ("who", "error"),
    [("amina", PermissionRefused), ("pavel", PermissionRefused), ("olga", PermissionRefused), ("petra", NotFound)],
)
def test_only_an_administrator_of_the_laboratory_restricts(request, who, error, case):
    with pytest.raises(error):
        restrict_patient(actor=request.getfixturevalue(who), patient=case.patient, reason=WHY)
    assert not PatientRestriction.objects.exists()


def test_both_are_in_the_audit_trail_with_their_reason(ines, case, central):
    restriction = restrict_patient(actor=ines, patient=case.patient, reason=WHY)
    lift = lift_restriction(actor=ines, restriction=restriction, reason=OVER)
    for target, reason in ((restriction, WHY), (lift, OVER)):
        event = AuditEvent.objects.get(object_type=target._meta.label_lower, object_id=str(target.pk))
        assert (event.reason, event.laboratory_id, event.patient_id) == (reason, central.pk, case.patient_id)


@pytest.mark.parametrize("table", [PatientRestriction, RestrictionLift])
@pytest.mark.parametrize("statement", ["UPDATE {table} SET reason = 'another'", "DELETE FROM {table}"])
def test_the_database_refuses_to_change_it(ines, case, table, statement):
    restriction = restrict_patient(actor=ines, patient=case.patient, reason=WHY)
    lift_restriction(actor=ines, restriction=restriction, reason=OVER)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table=table._meta.db_table))


def test_a_restriction_removed_by_force_and_a_forged_lift_are_found(ines, case):
    restriction = restrict_patient(actor=ines, patient=case.patient, reason=WHY)
    assert not list(check_holds_and_restrictions())
    lift = RestrictionLift.objects.create(restriction=restriction, lifted_by=ines, reason=OVER)
    assert [found.object_id for found in check_holds_and_restrictions()] == [str(lift.pk)]
    with triggers_lifted(connection), connection.cursor() as cursor:
        cursor.execute("DELETE FROM cases_restrictionlift")
        cursor.execute("DELETE FROM cases_patientrestriction")
    assert [found.object_id for found in check_holds_and_restrictions()] == [str(restriction.pk)]


def test_pages_are_not_there_for_anybody_else(client, ines, amina, pavel, case):
    restrict_patient(actor=ines, patient=case.patient, reason=WHY)
    image = case.images.get()
    addresses = [f"/cases/{case.pk}/", f"/patients/{case.patient_id}/", f"/images/{image.pk}/"]
    api = [f"/api/v1/cases/{case.pk}/", f"/api/v1/patients/{case.patient_id}/", f"/api/v1/images/{image.pk}/"]
    for user in (amina, pavel):
        client.force_login(user)
        assert [client.get(address).status_code for address in addresses + api] == [404] * 6
        assert "R-7" not in client.get("/?state=all").content.decode()
    client.force_login(ines)
    for address in addresses[:2]:
        response = client.get(address)
        assert response.status_code == 200
        assert WHY in response.content.decode()


def test_an_administrator_restricts_and_lifts_on_its_page(client, ines, case):
    page = f"/patients/{case.patient_id}/restriction/"
    client.force_login(ines)
    assert client.post(page, {"reason": "short"}).status_code == 422
    assert client.post(page, {"reason": WHY}).status_code == 302
    restriction = case.patient.restrictions.in_force().get()
    assert WHY in client.get(page).content.decode()
    assert client.post(page, {"reason": OVER, "restriction": "nonsense"}).status_code == 404
    assert client.post(page, {"reason": OVER, "restriction": str(restriction.pk)}).status_code == 302
    assert not case.patient.restrictions.in_force().exists()
    assert OVER in client.get(page).content.decode()
