"""A field that was taken for something else than a smear is one, says a pathologist, and it is analysed as one."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from audit.models import AuditEvent
from cases.states import CaseState, ImageState
from classifier.models import Analysis, ConfirmedSmear
from classifier.selectors import is_confirmed_smear
from classifier.smear_verification import check_confirmed_smears
from hematovision.errors import Conflict, NotFound, PermissionRefused
from review.services.confirmed_smears import confirm_smear
from tests.factories.analysed_cases import analysed_case
from tests.pages import text

pytestmark = pytest.mark.django_db

WHY = "This does not look like a stained blood smear."
QUALITY = {
    "verdict": "poor",
    "reasons": [WHY],
    "held_back": "",
    "no_smear": WHY,
    "readings": {"smear": {"value": 0.01, "verdict": "poor", "sentence": WHY}},
}


@pytest.fixture
def doubted(riverside):
    """The only field of a case that is ready for review, taken for no smear."""
    image = analysed_case(riverside, []).images.get()
    Analysis.objects.update(quality=QUALITY, scale_source="unknown")
    return image


def pages(image):
    return [reverse("workbench:case", args=[image.case_id]), reverse("workbench:field", args=[image.pk])]


def test_it_is_analysed_again_and_the_trail_says_who_said_so(doubted, pavel):
    said = confirm_smear(actor=pavel, image=doubted)
    doubted.refresh_from_db()
    doubted.case.refresh_from_db()
    assert (doubted.state, doubted.case.state) == (ImageState.QUEUED, CaseState.ANALYSING)
    assert is_confirmed_smear(doubted)
    event = AuditEvent.objects.get(object_id=str(said.pk))
    assert (event.actor_id, event.action, event.after["image"]) == (pavel.pk, "create", str(doubted.pk))
    assert list(check_confirmed_smears()) == []


def test_only_a_pathologist_of_its_laboratory_says_so(doubted, ines, olga, amina, nadia):
    for person in (ines, olga, amina):
        with pytest.raises(PermissionRefused):
            confirm_smear(actor=person, image=doubted)
    with pytest.raises(NotFound):
        confirm_smear(actor=nadia, image=doubted)
    assert not ConfirmedSmear.objects.exists()


def test_what_nobody_doubts_and_what_waits_is_left_alone(doubted, riverside, pavel):
    confirm_smear(actor=pavel, image=doubted)
    with pytest.raises(Conflict) as waits:
        confirm_smear(actor=pavel, image=doubted)
    fine = analysed_case(riverside, []).images.get()
    with pytest.raises(Conflict) as sure:
        confirm_smear(actor=pavel, image=fine)
    assert (waits.value.code, sure.value.code) == ("state", "no_doubt")


def test_a_signed_case_keeps_its_verdict(riverside, pavel):
    image = analysed_case(riverside, [], state="signed").images.get()
    Analysis.objects.update(quality=QUALITY)
    with pytest.raises(Conflict):
        confirm_smear(actor=pavel, image=image)


def test_the_word_is_never_changed(doubted, pavel):
    said = confirm_smear(actor=pavel, image=doubted)
    with pytest.raises(DatabaseError), transaction.atomic():
        ConfirmedSmear.objects.filter(pk=said.pk).delete()
    assert ConfirmedSmear.objects.count() == 1


def test_case_and_field_say_that_it_is_no_smear_and_offer_the_button(client, doubted, pavel):
    client.force_login(pavel)
    for page in pages(doubted):
        told = text(client.get(page))
        assert f"<strong>Not a blood smear.</strong> {WHY}" in told
        assert "Retake this field" not in told
        assert reverse("review:confirm_smear", args=[doubted.pk]) in told
    answer = client.post(reverse("review:confirm_smear", args=[doubted.pk]))
    assert (answer.status_code, answer["Location"]) == (302, pages(doubted)[0])
    assert "is analysed as a blood smear" in text(client.get(pages(doubted)[0]))


def test_a_nurse_reads_the_sentence_and_finds_no_button(client, doubted, amina):
    client.force_login(amina)
    for page in pages(doubted):
        told = text(client.get(page))
        assert "Not a blood smear." in told
        assert reverse("review:confirm_smear", args=[doubted.pk]) not in told
