"""Places: a clinic refers to a laboratory, and the database knows."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Organisation, User
from accounts.services import create_organisation, update_organisation
from audit.models import AuditEvent
from hematovision.errors import Conflict, NotFound, PermissionRefused, Unprocessable

pytestmark = pytest.mark.django_db


def test_a_laboratory_is_its_own_and_a_clinic_has_one(central, riverside):
    assert central.laboratory == central
    assert riverside.laboratory == central


def test_people_belong_to_the_laboratory_of_their_place(amina, pavel, root, central):
    assert amina.laboratory == pavel.laboratory == central
    assert root.laboratory is None


@pytest.mark.parametrize("kind", ["clinic", "laboratory"])
def test_the_database_refuses_the_wrong_reference(central, kind):
    refers_to = central if kind == "laboratory" else None
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.create(slug="x", name="X", kind=kind, refers_to=refers_to)


def test_the_database_refuses_two_accounts_of_one_address(amina):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=User.objects.create_user("b@x.example", organisation=amina.organisation).pk).update(
            email=amina.email.upper()
        )


def test_a_clinic_refers_to_no_clinic(riverside):
    with pytest.raises(Unprocessable):
        create_organisation(actor=None, slug="x", name="X", kind="clinic", refers_to=riverside)


def test_closing_is_recorded(ines, riverside):
    update_organisation(actor=ines, organisation=riverside, name=riverside.name, is_active=False)
    event = AuditEvent.objects.filter(action="configuration").get()
    assert (event.before["is_active"], event.after["is_active"]) == (True, False)


def test_nobody_closes_the_place_they_work_at(ines, central):
    with pytest.raises(Conflict):
        update_organisation(actor=ines, organisation=central, name="Central", is_active=False)


def test_a_foreign_place_is_not_found_and_others_are_refused(ines, pavel, riverside, lakeside):
    with pytest.raises(NotFound):
        update_organisation(actor=ines, organisation=lakeside, name="Taken", is_active=True)
    with pytest.raises(PermissionRefused):
        update_organisation(actor=pavel, organisation=riverside, name="Taken", is_active=True)


def test_a_token_never_administers(ines, riverside):
    ines.token_scopes = frozenset({"cases:write"})
    with pytest.raises(PermissionRefused):
        update_organisation(actor=ines, organisation=riverside, name="Taken", is_active=True)
