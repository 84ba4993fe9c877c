"""The list of a class: shown first, then people of the laboratory come in and others are invited."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import Invitation, Role, User
from accounts.services import accept_invitation, invite_student, invite_user
from audit.models import Action, AuditEvent
from education.models import MailFailure, MailState
from education.services import class_invitations
from education.services.class_invitations import (
    SEND_INVITATIONS,
    invite_again,
    send_invitations,
    send_waiting_invitations,
)
from education.services.class_lists import MOST_ROWS, read_list, take_list
from education.services.student_groups import make_group, people_of
from hematovision.errors import Conflict, PermissionRefused, TooManyAttempts, Unprocessable
from tests.people import clinic, laboratory, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(central):
    return person("Ann", Role.STUDENT, central)


@pytest.fixture
def group(pavel):
    return make_group(actor=pavel, name="Spring")


def fates(rows):
    return [(row.email, row.fate) for row in rows]


def test_what_a_list_would_do(pavel, group, ann, amina, ines):
    noor = person("Noor", Role.STUDENT, laboratory("northern-laboratory"))
    invite_user(actor=ines, email="doc@x.example", role=Role.PATHOLOGIST, organisation=ines.organisation)
    text = f"""Name;E-mail
Ann;{ann.email.upper()}
"Bell, Ben";ben@x.example
{amina.email};Amina Riverside
Ben again;ben@x.example
Nobody;nobody
Only a name
Noor;{noor.email}
Doc;doc@x.example
;cleo@x.example
"""
    rows = read_list(actor=pavel, group=group, text="\ufeff" + text)
    assert [(row.line, row.name, row.fate) for row in rows] == [
        (2, "Ann", "enters"),
        (3, "Bell, Ben", "invited"),
        (4, "Amina Riverside", "joins"),
        (5, "Ben again", "refused"),
        (6, "Nobody", "refused"),
        (7, "", "refused"),
        (8, "Noor", "refused"),
        (9, "Doc", "refused"),
        (10, "", "refused"),
    ]
    # Who has an account elsewhere reads as who was invited elsewhere.
    assert rows[6].error == rows[7].error
    assert not Invitation.objects.filter(email="ben@x.example").exists()


def test_a_list_with_an_error_sends_nothing(pavel, group, ann):
    with pytest.raises(Unprocessable, match="Nothing was sent"):
        take_list(actor=pavel, pk=group.pk, text=f"Ann,{ann.email}\nBen,ben")
    assert not group.members.exists()


@pytest.mark.parametrize("text", ["", "name,e-mail\n", "\n".join(f"P,p{n}@x.example" for n in range(MOST_ROWS + 1))])
def test_lists_that_are_none(pavel, group, text):
    with pytest.raises(Unprocessable):
        read_list(actor=pavel, group=group, text=text)


def test_who_accepts_comes_into_the_class(pavel, group, ann):
    take_list(actor=pavel, pk=group.pk, text=f"Ann,{ann.email}\nBen,ben@x.example")
    send_invitations(group_id=group.pk)
    assert fates(read_list(actor=pavel, group=group, text=f"Ann,{ann.email}\nBen,ben@x.example")) == [
        (ann.email, "inside"), ("ben@x.example", "expected"),
    ]  # fmt: skip
    token = re.search(r"/invitation/([^/\s]+)", mail.outbox[0].body)[1]
    ben = accept_invitation(token=token, full_name="Ben Bell", password="Smear-under-Glass-41")
    assert (ben.role, ben.organisation) == (Role.STUDENT, pavel.organisation)
    assert {each.person for each in group.members.all()} == {ann, ben}
    assert not group.expected.exists()


def test_an_invitation_of_a_teacher_is_for_students_of_their_laboratory_and_on_record(pavel, ann, olga):
    invitation, _ = invite_student(actor=pavel, email="Ben@x.example")
    assert (invitation.role, invitation.organisation, invitation.email) == (
        Role.STUDENT, pavel.organisation, "ben@x.example",
    )  # fmt: skip
    event = AuditEvent.objects.get(action=Action.INVITE)
    assert (event.actor_id, event.laboratory_id) == (pavel.pk, pavel.organisation_id)
    for other in (ann, olga):
        with pytest.raises(PermissionRefused):
            invite_student(actor=other, email="cleo@x.example")


def test_a_teacher_takes_no_invitation_of_an_administrator_away(pavel, ines):
    invite_user(actor=ines, email="doc@x.example", role=Role.PATHOLOGIST, organisation=ines.organisation)
    with pytest.raises(Conflict):
        invite_student(actor=pavel, email="doc@x.example")
    assert Invitation.objects.open().get().role == Role.PATHOLOGIST
    assert not User.objects.filter(email="doc@x.example").exists()


def test_a_colleague_is_not_put_into_a_class_and_who_is_stands_in_the_record(pavel, group, ann, olga, amina):
    rows = take_list(actor=pavel, pk=group.pk, text=f"Ann,{ann.email}\nOlga,{olga.email}\nAmina,{amina.email}")
    assert [row.fate for row in rows] == ["enters", "joins", "joins"]
    assert [each.person for each in group.members.all()] == [ann]
    event = AuditEvent.objects.get(object_id=str(group.pk), action=Action.UPDATE)
    assert event.after["people"] == [str(ann.pk)]


def test_who_teaches_at_a_clinic_brings_in_the_people_of_that_clinic(central, ann, amina, pavel):
    vera = person("Vera", Role.PATHOLOGIST, clinic("hilltop-clinic", central))
    assert (set(people_of(vera)), {ann, amina, pavel} <= set(people_of(pavel))) == ({vera}, True)


@pytest.fixture
def refuses_ben(monkeypatch):
    """A mail server that does not take what is for Ben, until its value is emptied."""
    refused = ["ben@x.example"]
    send = mail.EmailMessage.send

    def send_unless(self, *args, **options):
        if self.to == refused:
            raise OSError
        return send(self, *args, **options)

    monkeypatch.setattr(mail.EmailMessage, "send", send_unless)
    return refused


def mails(group):
    return {each.email: (each.mail, each.failure) for each in group.expected.all()}


def test_a_worker_sends_each_invitation_once_and_one_refused_loses_no_other(pavel, group, refuses_ben):
    take_list(actor=pavel, pk=group.pk, text="Ben,ben@x.example\nCleo,cleo@x.example")
    assert set(mails(group).values()) == {(MailState.WAITING, "")}
    assert not mail.outbox
    assert [send_invitations(group_id=group.pk), send_invitations(group_id=group.pk)] == [1, 0]
    assert [each.to for each in mail.outbox] == [["cleo@x.example"]]
    assert mails(group) == {
        "ben@x.example": (MailState.FAILED, MailFailure.SERVER), "cleo@x.example": (MailState.SENT, ""),
    }  # fmt: skip


def test_what_failed_is_sent_again_and_so_is_who_is_named(pavel, group, refuses_ben):
    take_list(actor=pavel, pk=group.pk, text="Ben,ben@x.example\nCleo,cleo@x.example")
    send_invitations(group_id=group.pk)
    refuses_ben.clear()
    assert invite_again(actor=pavel, pk=group.pk) == 1
    assert invite_again(actor=pavel, pk=group.pk, email="cleo@x.example") == 1
    assert send_invitations(group_id=group.pk) == 2
    assert sorted(each.to[0] for each in mail.outbox[1:]) == ["ben@x.example", "cleo@x.example"]
    assert (Invitation.objects.open().count(), set(mails(group).values())) == (2, {(MailState.SENT, "")})


@pytest.mark.parametrize("failure", [MailFailure.PERSON, MailFailure.TEACHER, MailFailure.LIMIT])
def test_what_changed_before_the_worker_came_is_said(pavel, group, ines, monkeypatch, failure):
    take_list(actor=pavel, pk=group.pk, text="Ben,ben@x.example")
    meanwhile = {
        MailFailure.PERSON: lambda: invite_user(
            actor=ines, email="ben@x.example", role=Role.PATHOLOGIST, organisation=ines.organisation
        ),
        MailFailure.TEACHER: lambda: User.objects.filter(pk=pavel.pk).update(role=Role.AUDITOR),
        MailFailure.LIMIT: lambda: monkeypatch.setattr("accounts.services.invitations.MOST_STUDENTS_A_DAY", 0),
    }
    meanwhile[failure]()
    assert send_invitations(group_id=group.pk) == 0
    assert mails(group) == {"ben@x.example": (MailState.FAILED, failure)}


def test_what_was_lost_with_a_worker_is_asked_for_again(pavel, group, monkeypatch):
    asked = []
    monkeypatch.setattr(class_invitations, "hint", lambda *names, **_rank: not asked.append(names))
    take_list(actor=pavel, pk=group.pk, text="Ben,ben@x.example\nCleo,cleo@x.example")
    group.expected.filter(name="Ben").update(mail=MailState.SENDING)
    assert (send_waiting_invitations(), asked) == (0, [])
    group.expected.update(mail_at=timezone.now() - class_invitations.GIVEN_UP_AFTER - timedelta(seconds=1))
    assert (send_waiting_invitations(), asked) == (1, [(SEND_INVITATIONS, group.pk)])
    assert {state for state, _ in mails(group).values()} == {MailState.WAITING}


def test_the_page_says_what_became_of_each_and_sends_again(client, pavel, group, refuses_ben):
    take_list(actor=pavel, pk=group.pk, text="Ben,ben@x.example\nCleo,cleo@x.example")
    client.force_login(pavel)
    address = f"/learn/teach/classes/{group.pk}/invitations/"
    assert "hx-trigger" in client.get(address).content.decode()
    send_invitations(group_id=group.pk)
    page = client.get(f"/learn/teach/classes/{group.pk}/").content.decode()
    assert "The mail server did not take the e-mail." in page
    assert f'hx-get="{address}"' not in page
    assert client.post(address, {"email": "ben@x.example"}).status_code == 302
    assert mails(group)["ben@x.example"] == (MailState.WAITING, "")


def test_a_teacher_invites_so_many_in_a_day(pavel, group, monkeypatch):
    monkeypatch.setattr("accounts.services.invitations.MOST_STUDENTS_A_DAY", 2)
    text = "\n".join(f"P,p{n}@x.example" for n in range(3))
    with pytest.raises(TooManyAttempts, match="Nothing was sent"):
        take_list(actor=pavel, pk=group.pk, text=text)
    assert not group.expected.exists()
