"""Demo people: the same after every start, and only where demo accounts are allowed."""

from __future__ import annotations

import pytest

from accounts.demo import DEMO_PASSWORD, seed_people
from accounts.models import Organisation, Role, User
from audit.models import AuditEvent
from hematovision.errors import PermissionRefused

pytestmark = pytest.mark.django_db


def test_places_and_their_people():
    seed_people()
    assert set(Organisation.objects.values_list("slug", flat=True)) == {
        "central-laboratory", "riverside-clinic", "hilltop-clinic",
    }  # fmt: skip
    assert set(User.objects.values_list("email", flat=True)) == {
        "uploader@riverside-clinic.example",
        "uploader@hilltop-clinic.example",
        "new.uploader@hilltop-clinic.example",
        "pathologist@central-laboratory.example",
        "second.pathologist@central-laboratory.example",
        "administrator@central-laboratory.example",
        "second.administrator@central-laboratory.example",
        "auditor@central-laboratory.example",
        "student@central-laboratory.example",
    }
    assert set(User.objects.values_list("role", flat=True)) == set(Role.values) - {"service"}
    assert set(User.objects.filter(is_staff=True).values_list("role", flat=True)) == {"administrator"}


def test_record_numbers_of_every_clinic_have_an_authority():
    seed_people()
    clinics = Organisation.objects.filter(kind="clinic")
    assert dict(clinics.values_list("slug", "hl7_authority")) == {
        "riverside-clinic": "RIVERSIDE", "hilltop-clinic": "HILLTOP",
    }  # fmt: skip


def test_they_sign_in_with_the_printed_password(client):
    person = seed_people()[0]
    response = client.post("/accounts/login/", {"login": person.email, "password": DEMO_PASSWORD})
    assert response.status_code == 302


def test_a_second_start_changes_nothing():
    seed_people()
    events = AuditEvent.objects.count()
    uploader = User.objects.get(email="uploader@riverside-clinic.example")
    uploader.set_password("changed-by-hand-41")
    uploader.full_name = "Changed By Hand"
    uploader.save()
    seed_people()
    uploader.refresh_from_db()
    assert uploader.full_name == "Changed By Hand"
    assert uploader.check_password("changed-by-hand-41")
    assert AuditEvent.objects.count() == events


def test_elsewhere_it_refuses(settings):
    settings.DEMO_ACCOUNTS = False
    with pytest.raises(PermissionRefused):
        seed_people()
    assert not User.objects.exists()


def test_production_has_none():
    source = (__import__("pathlib").Path(__file__).parents[2] / "hematovision/settings/production.py").read_text()
    assert "DEMO_ACCOUNTS = False" in source
