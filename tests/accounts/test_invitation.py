"""Accounts come from invitations: e-mailed, for one person, once, for a week."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import Invitation, Role, User
from accounts.services import (
    accept_invitation,
    find_invitation,
    invite_user,
    resend_invitation,
    withdraw_invitation,
)
from accounts.verification import invitation_digest
from audit.models import AuditEvent
from hematovision.errors import Conflict, NotFound, PermissionRefused, Unprocessable

pytestmark = pytest.mark.django_db

NEW = "zoe@riverside-clinic.example"
GOOD = {"full_name": "Zoe  Riverside ", "password1": "Stain-and-Count-77", "password2": "Stain-and-Count-77"}


@pytest.fixture
def invited(ines, riverside, django_capture_on_commit_callbacks):
    """An invitation of Ines for an uploader of riverside-clinic, and its token."""
    with django_capture_on_commit_callbacks(execute=True):
        return invite_user(actor=ines, email=NEW.upper(), role=Role.UPLOADER, organisation=riverside)


@pytest.fixture
def address(invited):
    """The path of the invitation's page."""
    return f"/accounts/invitation/{invited[1]}/"


def test_the_link_is_mailed_and_not_stored(invited, address, link_in):
    (message,) = mail.outbox
    assert message.to == [NEW]
    assert link_in(message.body) == address
    assert "Ines Central invites you" in message.body
    assert invited[1] not in str(vars(invited[0]))


def test_it_is_recorded(invited, ines, central):
    event = AuditEvent.objects.filter(action="invite").get()
    assert event.actor_id == ines.pk
    assert event.laboratory_id == central.pk
    row = event.after.pop("row")
    assert event.after == {"email": NEW, "role": "uploader", "organisation": "riverside-clinic"}
    assert row == invitation_digest(Invitation.objects.get())


def test_accepting_opens_the_account_and_signs_in(client, invited, address):
    page = client.get(address)
    assert "Riverside Clinic" in page.content.decode()
    assert page["Referrer-Policy"] == "no-referrer"
    assert "no-store" in page["Cache-Control"]
    response = client.post(address, GOOD)
    assert response.status_code == 302
    user = User.objects.get(email=NEW)
    assert (user.full_name, user.role, user.organisation.slug) == ("Zoe Riverside", "uploader", "riverside-clinic")
    assert not user.is_staff
    assert client.session["_auth_user_id"] == str(user.pk)
    assert user.emailaddress_set.get().verified
    invitation = Invitation.objects.get()
    assert (invitation.state, invitation.accepted_by) == ("accepted", user)


def test_it_works_once(client, invited, address):
    client.post(address, GOOD)
    client.logout()
    assert client.get(address).status_code == 404
    assert client.post(address, GOOD | {"full_name": "Second Person"}).status_code == 404
    assert User.objects.filter(email=NEW).count() == 1


def test_it_expires(client, invited, address):
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    response = client.get(address)
    assert response.status_code == 404
    assert "expired" in response.content.decode()
    assert client.post(address, GOOD).status_code == 404
    assert not User.objects.filter(email=NEW).exists()


def test_a_guessed_token_says_nothing(client, db):
    assert client.get("/accounts/invitation/guess/").status_code == 404


def test_withdrawn_is_gone(client, ines, invited, address):
    withdraw_invitation(actor=ines, invitation=invited[0])
    assert client.get(address).status_code == 404
    assert invited[0].__class__.objects.get().state == "withdrawn"


def test_a_newer_invitation_replaces_the_older(ines, hilltop, invited):
    _, token = invite_user(actor=ines, email=NEW, role=Role.UPLOADER, organisation=hilltop)
    assert find_invitation(token).organisation == hilltop
    with pytest.raises(NotFound):
        find_invitation(invited[1])


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"password2": "Another-One-77"}, "differ"),
        ({"password1": "short", "password2": "short"}, "too short"),
        ({"password1": "password12345", "password2": "password12345"}, "too common"),
        ({"full_name": "   "}, "required"),
    ],
)
def test_what_cannot_be_taken_is_said_and_nothing_is_made(client, address, change, sentence):
    response = client.post(address, GOOD | change)
    assert response.status_code == 400
    assert sentence in response.content.decode()
    assert not User.objects.filter(email=NEW).exists()
    assert client.post(address, GOOD).status_code == 302


def test_the_address_cannot_be_chosen(client, address):
    client.post(address, GOOD | {"email": "somebody-else@x.example"})
    assert User.objects.filter(email=NEW).exists()
    assert not User.objects.filter(email="somebody-else@x.example").exists()


def test_an_account_of_the_same_address_is_not_taken_over(client, invited, address, amina):
    User.objects.filter(pk=amina.pk).update(email=NEW)
    with pytest.raises(Conflict):
        accept_invitation(token=invited[1], full_name="Zoe", password="Stain-and-Count-77")


def test_who_has_an_account_is_not_invited(ines, amina, hilltop):
    with pytest.raises(Conflict):
        invite_user(actor=ines, email=amina.email, role=Role.UPLOADER, organisation=hilltop)


@pytest.mark.parametrize("who", ["amina", "pavel", "olga", "sami"])
def test_only_administrators_invite(request, riverside, who):
    with pytest.raises(PermissionRefused):
        invite_user(actor=request.getfixturevalue(who), email=NEW, role=Role.UPLOADER, organisation=riverside)


def test_an_administrator_invites_into_the_own_laboratory_only(ines, lakeside, northern):
    for organisation in (lakeside, northern):
        with pytest.raises(NotFound):
            invite_user(actor=ines, email=NEW, role=Role.UPLOADER, organisation=organisation)


@pytest.mark.parametrize("role", [Role.PATHOLOGIST, Role.ADMINISTRATOR, Role.AUDITOR, Role.SERVICE])
def test_laboratory_roles_are_not_given_in_a_clinic(ines, riverside, role):
    with pytest.raises(Unprocessable):
        invite_user(actor=ines, email=NEW, role=role, organisation=riverside)


def test_a_closed_organisation_takes_nobody(client, ines, riverside, invited, address):
    riverside.is_active = False
    riverside.save()
    assert client.get(address).status_code == 404
    with pytest.raises(Conflict):
        invite_user(actor=ines, email="other@x.example", role=Role.UPLOADER, organisation=riverside)


def test_an_invitation_sent_again_has_a_new_link_and_the_old_one_ends(invited, ines):
    newer, token = resend_invitation(actor=ines, invitation=invited[0])
    assert (newer.email, newer.role, newer.organisation) == (NEW, Role.UPLOADER, invited[0].organisation)
    assert find_invitation(token) == newer
    with pytest.raises(NotFound):
        find_invitation(invited[1])
    event = AuditEvent.objects.get(action="update", object_id=str(newer.pk))
    assert (event.reason, event.after["sent_again"]) == ("Sent again.", str(invited[0].pk))
    assert token not in str(event.after)


def test_an_expired_invitation_is_sent_again(invited, ines):
    Invitation.objects.update(expires_at=timezone.now() - timedelta(days=1))
    newer, _ = resend_invitation(actor=ines, invitation=invited[0])
    assert newer.state == "open"


def test_an_accepted_invitation_is_not_sent_again(invited, ines):
    accept_invitation(token=invited[1], full_name="Zoe Riverside", password=GOOD["password1"])
    with pytest.raises(Conflict, match="accepted already"):
        resend_invitation(actor=ines, invitation=invited[0])


def test_only_who_administers_the_place_sends_again(invited, amina):
    with pytest.raises((PermissionRefused, NotFound)):
        resend_invitation(actor=amina, invitation=invited[0])
    assert Invitation.objects.count() == 1
