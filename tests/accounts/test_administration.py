"""Administrators reach their laboratory and its clinics; every change is a service call with an event."""

from __future__ import annotations

import pytest
from django.core import mail
from django.urls import reverse

from accounts.models import ApiClient, Invitation, Organisation, User
from accounts.services import create_api_client, invite_user
from audit.models import AuditEvent

pytestmark = pytest.mark.django_db

OWN = ["user", "organisation", "invitation", "apiclient"]


def listed(client, model):
    response = client.get(reverse(f"admin:accounts_{model}_changelist"))
    assert response.status_code == 200
    return {str(row) for row in response.context["cl"].queryset}


@pytest.fixture
def world(amina, bora, pavel, olga, ines, lars, nadia, petra, riverside, lakeside):
    """People of both laboratories, an invitation and an API client in each."""
    for place in (riverside, lakeside):
        create_api_client(actor=None, name=f"LIS {place.slug}", organisation=place, scopes=["cases:read"])
        invite_user(actor=None, email=f"new@{place.slug}.example", role="uploader", organisation=place)


def test_lists_end_at_the_own_laboratory(client, ines, world):
    client.force_login(ines)
    assert listed(client, "organisation") == {"Central Laboratory", "Riverside Clinic", "Hilltop Clinic"}
    people = listed(client, "user")
    assert {"Amina Riverside", "Bora Hilltop", "Pavel Central"} <= people
    assert not any("Northern" in name or "Lakeside" in name for name in people)
    assert listed(client, "apiclient") == {"LIS riverside-clinic (Riverside Clinic)"}
    assert all("Riverside" in line for line in listed(client, "invitation"))


def test_the_superuser_sees_all(client, root, world):
    client.force_login(root)
    assert {"Northern Laboratory", "Central Laboratory"} <= listed(client, "organisation")
    assert {"Nadia Northern", "Pavel Central"} <= listed(client, "user")


def test_a_foreign_row_is_not_there(client, ines, world, nadia, lakeside):
    client.force_login(ines)
    rows = {
        "user": nadia,
        "organisation": lakeside,
        "apiclient": ApiClient.objects.get(organisation=lakeside),
        "invitation": Invitation.objects.get(organisation=lakeside),
    }
    for model, row in rows.items():
        address = reverse(f"admin:accounts_{model}_change", args=[row.pk])
        response = client.get(address)
        assert response["Location"] == reverse("admin:index")
        assert str(row).encode() not in response.content


@pytest.mark.parametrize("who", ["amina", "pavel", "olga", "sami"])
def test_other_roles_do_not_get_in(client, request, who):
    client.force_login(request.getfixturevalue(who))
    for model in OWN:
        response = client.get(reverse(f"admin:accounts_{model}_changelist"), follow=True)
        assert response.status_code == 403


def test_records_of_third_party_apps_are_not_offered(client, root):
    client.force_login(root)
    page = client.get("/admin/").content.decode()
    for word in ("Authenticator", "User Sessions", "Access attempts", "Groups", "Email addresses", "Tokens"):
        assert word not in page


def save(client, model, row, **form):
    return client.post(reverse(f"admin:accounts_{model}_change", args=[row.pk]), form)


def test_changing_a_role_is_recorded_with_before_and_after(client, ines, pavel, central):
    client.force_login(ines)
    save(
        client, "user", pavel,
        full_name=pavel.full_name, role="auditor", organisation=str(central.pk), is_active="on",
    )  # fmt: skip
    pavel.refresh_from_db()
    assert (pavel.role, pavel.is_staff) == ("auditor", False)
    event = AuditEvent.objects.filter(action="permission_change").first()
    assert (event.actor_id, event.object_id) == (ines.pk, str(pavel.pk))
    assert event.before["role"] == "pathologist"
    assert event.after["role"] == "auditor"


def test_an_administrator_gets_into_the_administration(client, ines, pavel, central):
    client.force_login(ines)
    save(
        client, "user", pavel,
        full_name=pavel.full_name, role="administrator", organisation=str(central.pk), is_active="on",
    )  # fmt: skip
    pavel.refresh_from_db()
    assert pavel.is_staff
    assert not pavel.is_superuser


@pytest.mark.parametrize(
    ("field", "value"), [("role", "auditor"), ("is_active", ""), ("is_superuser", "on"), ("email", "x@y.example")]
)
def test_nobody_changes_their_own_reach(client, ines, central, field, value):
    client.force_login(ines)
    form = {"full_name": ines.full_name, "role": "administrator", "organisation": str(central.pk), "is_active": "on"}
    save(client, "user", ines, **(form | {field: value}))
    stored = User.objects.get(pk=ines.pk)
    assert (stored.role, stored.is_active, stored.is_superuser, stored.email) == (
        "administrator", True, False, ines.email,
    )  # fmt: skip


def test_nobody_is_moved_to_a_foreign_laboratory(client, ines, pavel, northern):
    client.force_login(ines)
    save(
        client, "user", pavel,
        full_name=pavel.full_name, role="pathologist", organisation=str(northern.pk), is_active="on",
    )  # fmt: skip
    pavel.refresh_from_db()
    assert pavel.organisation.slug == "central-laboratory"


def test_a_laboratory_role_in_a_clinic_is_refused_with_a_sentence(client, ines, amina, riverside):
    client.force_login(ines)
    response = save(
        client, "user", amina,
        full_name=amina.full_name, role="pathologist", organisation=str(riverside.pk), is_active="on",
    )  # fmt: skip
    assert "belong to a laboratory" in response.content.decode()
    amina.refresh_from_db()
    assert amina.role == "uploader"


def test_closing_an_account_ends_its_sessions(client, ines, pavel, central):
    from django.test import Client

    from tests.people import PASSWORD

    theirs = Client()
    theirs.post("/accounts/login/", {"login": pavel.email, "password": PASSWORD})
    assert theirs.get("/accounts/profile/").status_code == 200
    client.force_login(ines)
    save(client, "user", pavel, full_name=pavel.full_name, role="pathologist", organisation=str(central.pk))
    assert theirs.get("/accounts/profile/").status_code == 302
    assert not User.objects.get(pk=pavel.pk).is_active


def test_a_laboratory_keeps_an_administrator(client, root, ines, central):
    client.force_login(root)
    response = client.post(
        reverse("admin:accounts_user_change", args=[ines.pk]),
        {"full_name": ines.full_name, "role": "auditor", "organisation": str(central.pk), "is_active": "on"},
        follow=True,
    )
    assert "last administrator" in response.content.decode()
    assert User.objects.get(pk=ines.pk).role == "administrator"


def test_inviting_sends_the_mail(client, ines, riverside, django_capture_on_commit_callbacks):
    client.force_login(ines)
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(
            reverse("admin:accounts_invitation_add"),
            {"email": "zoe@x.example", "role": "uploader", "organisation": str(riverside.pk)},
        )
    assert response.status_code == 302
    assert [message.to for message in mail.outbox] == [["zoe@x.example"]]
    assert Invitation.objects.get().invited_by == ines
    token = mail.outbox[0].body.partition("/accounts/invitation/")[2].partition("/")[0]
    assert token
    # The link is shown once to who invites, for where e-mail does not arrive; nothing stored gives it again.
    assert f"/accounts/invitation/{token}/" in client.get(response["Location"]).content.decode()
    assert token not in client.get(response["Location"]).content.decode()


def test_sending_an_invitation_again_from_the_list(client, ines, riverside, django_capture_on_commit_callbacks):
    first, old = invite_user(actor=ines, email="zoe@x.example", role="uploader", organisation=riverside)
    client.force_login(ines)
    page = reverse("admin:accounts_invitation_changelist")
    with django_capture_on_commit_callbacks(execute=True):
        client.post(page, {"action": "send_again", "_selected_action": [str(first.pk)]})
    (message,) = mail.outbox
    new = message.body.partition("/accounts/invitation/")[2].partition("/")[0]
    assert f"/accounts/invitation/{new}/" in client.get(page).content.decode()
    assert client.get(f"/accounts/invitation/{old}/").status_code == 404
    assert client.get(f"/accounts/invitation/{new}/").status_code == 200


def test_withdrawing_from_the_list(client, ines, riverside):
    invitation, _ = invite_user(actor=ines, email="zoe@x.example", role="uploader", organisation=riverside)
    client.force_login(ines)
    client.post(
        reverse("admin:accounts_invitation_changelist"),
        {"action": "withdraw", "_selected_action": [str(invitation.pk)]},
    )
    assert Invitation.objects.get().state == "withdrawn"


def test_an_api_client_shows_its_secret_once(client, ines, riverside):
    client.force_login(ines)
    response = client.post(
        reverse("admin:accounts_apiclient_add"),
        {"name": "LIS", "organisation": str(riverside.pk), "scopes": ["cases:read", "images:write"]},
        follow=True,
    )
    made = ApiClient.objects.get()
    assert made.created_by == ines
    page = response.content.decode()
    assert made.client_id in page
    assert "client_secret" in page
    assert "client_secret" not in client.get(reverse("admin:accounts_apiclient_changelist")).content.decode()


def test_a_clinic_is_opened_for_the_own_laboratory_only(client, ines, central, northern):
    client.force_login(ines)
    address = reverse("admin:accounts_organisation_add")
    form = {"name": "Meadow Clinic", "slug": "meadow-clinic", "kind": "clinic"}
    client.post(address, form | {"refers_to": str(northern.pk)})
    assert not Organisation.objects.filter(slug="meadow-clinic").exists()
    client.post(address, form | {"refers_to": str(central.pk)})
    assert Organisation.objects.get(slug="meadow-clinic").is_active
    client.post(address, {"name": "My Lab", "slug": "my-lab", "kind": "laboratory", "refers_to": ""})
    assert not Organisation.objects.filter(slug="my-lab").exists()


def test_nothing_is_deleted(client, root, ines, riverside):
    client.force_login(root)
    for model, row in (("user", ines), ("organisation", riverside)):
        assert client.post(reverse(f"admin:accounts_{model}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403


def test_the_audit_trail_is_read_only_here_and_views_are_recorded(client, ines, timo):
    from audit.services import record

    mine = record(actor=ines, action="view")
    theirs = record(actor=timo, action="view")
    client.force_login(ines)
    address = reverse("admin:audit_auditevent_changelist")
    shown = {event.pk for event in client.get(address).context["cl"].queryset}
    assert mine.pk in shown
    assert theirs.pk not in shown
    page = client.get(reverse("admin:audit_auditevent_change", args=[mine.pk]))
    assert page.status_code == 200
    assert b'name="_save"' not in page.content
    assert AuditEvent.objects.first().object_id == str(mine.pk)
    assert client.post(reverse("admin:audit_auditevent_delete", args=[mine.pk])).status_code == 403


def test_numbers_of_a_place_are_typed_one_a_line(client, ines, riverside):
    client.force_login(ines)
    form = {
        "name": riverside.name,
        "is_active": "on",
        "unknown_camera": "strict",
        "poor_fields": "ask",
        "report_language": "en",
        "leave_out_metadata": "on",
        "hl7_authority": "RIV&1.2.3&ISO",
    }
    save(client, "organisation", riverside, **form, numbers="npi 1234567893\n\nlis  RIV\n")
    riverside.refresh_from_db()
    assert riverside.hl7_authority == "RIV&1.2.3&ISO"
    assert [str(number) for number in riverside.numbers.all()] == ["lis RIV", "npi 1234567893"]
    page = client.get(reverse("admin:accounts_organisation_change", args=[riverside.pk])).content.decode()
    assert "lis RIV\nnpi 1234567893" in page
    refused = save(client, "organisation", riverside, **form, numbers="nothing")
    assert "one number a line" in refused.content.decode()
    assert riverside.numbers.count() == 2
