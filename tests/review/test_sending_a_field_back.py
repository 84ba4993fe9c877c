"""A reviewer sends one field back: it is out everywhere at once, the clinic takes it again, or the reviewer keeps it."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from audit.models import AuditEvent
from cases.field_return_verification import FIELD_RETURNS
from cases.models import Cell, FieldReturn, SmearImage
from cases.services.images import receive_image
from cases.states import CaseState
from cases.verification import check_images
from classifier.models import Analysis
from hematovision.errors import Conflict, NotFound, PermissionRefused, Unprocessable
from integrations.models import FeedEvent
from integrations.verification import check_feed
from notices.models import Notification
from reports.selectors.case_evidence import case_evidence
from review.selectors import case_tally, sign_blockers, workspace_state
from review.services.field_returns import return_field, take_back_return
from review.services.leases import release
from tests.factories.image_files import image_bytes, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def image(case):
    return SmearImage.objects.get(case=case)


@pytest.fixture
def returned(pavel, image):
    return return_field(actor=pavel, image=image, reason="blurred")


def send(amina, case, image, seed=9):
    kept = SmearImage.objects.get(pk=image.pk)
    return receive_image(actor=amina, case=case, upload=upload(image_bytes("PNG", seed=seed)), replaces=kept)[0]


def test_it_leaves_count_report_and_workspace_at_once_and_its_decisions_stay(pavel, case, cells, act, image):
    act("label", cells[2], label="monocyte")
    return_field(actor=pavel, image=image, reason="stain", words="Too pale in the middle.")
    assert case_tally(case).total == 0
    assert sign_blockers(case) == []
    assert case_evidence(case).images == []
    assert case_evidence(case).differential.n == 0
    shown = workspace_state(case, pavel)
    assert (shown["images"], shown["cells"], shown["undo"]) == ([], [], False)
    kept = Cell.objects.get(pk=cells[2].pk)
    assert (kept.superseded, kept.label, kept.decided_by) == (True, "monocyte", pavel)


def test_other_systems_hear_of_it(case, image, returned):
    event = FeedEvent.objects.get(type="image.sent_back")
    assert (event.case, event.image) == (case, image)
    assert list(check_feed()) == []


def test_a_decision_on_one_of_its_cells_that_comes_late_is_refused(case, cells, act, returned):
    with pytest.raises(Conflict) as caught:
        act("label", cells[0], label="monocyte")
    assert caught.value.code == "stale"


def test_the_clinic_is_told_without_a_word_about_the_patient(amina, bora, case, returned):
    told = Notification.objects.get(kind="field_returned")
    assert told.user == amina
    assert told.path == f"/cases/{case.pk}/#sent-back"
    assert case.accession_number not in told.text
    assert case.patient.family_name not in told.text


def test_the_clinic_takes_it_again_while_the_case_is_in_review(amina, pavel, case, image, returned):
    new = send(amina, case, image)
    assert (new.ordinal, new.state) == (1, "received")
    assert (SmearImage.objects.get(pk=image.pk).state, case.state) == ("taken_out", CaseState.IN_REVIEW)
    returned.refresh_from_db()
    assert (returned.outcome, returned.replacement, returned.ended_by) == ("retaken", new, amina)
    assert sign_blockers(case) == ["1 image is still being analysed."]
    told = Notification.objects.get(kind="field_retaken")
    assert told.user == pavel
    assert not Notification.objects.unread().filter(kind="field_returned").exists()


def test_the_better_picture_is_analysed(amina, case, image, returned, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        new = send(amina, case, image)
    assert Analysis.objects.filter(image=new).exists()


def test_a_case_that_was_let_go_takes_it_too_and_waits_for_the_model(amina, pavel, case, image, returned):
    release(actor=pavel, case=case)
    send(amina, case, image)
    case.refresh_from_db()
    assert case.state == CaseState.ANALYSING


def test_a_case_in_review_takes_nothing_else(amina, case, image, returned):
    with pytest.raises(Conflict) as caught:
        receive_image(actor=amina, case=case, upload=upload(image_bytes("PNG", seed=5)))
    assert caught.value.code == "state"
    send(amina, case, image)
    with pytest.raises(Conflict):
        send(amina, case, image, seed=10)


def test_the_same_picture_again_is_refused(amina, case, image, returned):
    with image.original.open() as file:
        same = file.read()
    kept = SmearImage.objects.get(pk=image.pk)
    with pytest.raises(Conflict) as caught:
        receive_image(actor=amina, case=case, upload=upload(same), replaces=kept)
    assert caught.value.code == "same_file"


def test_one_kept_after_all_counts_as_before_with_its_decisions(pavel, case, cells, act, image):
    act("label", cells[2], label="monocyte")
    before = case_tally(case), workspace_state(case, pavel)["case"]["fingerprint"]
    take_back_return(actor=pavel, returned=return_field(actor=pavel, image=image, reason="light"))
    assert (case_tally(case), workspace_state(case, pavel)["case"]["fingerprint"]) == before
    image.refresh_from_db()
    assert image.state == "analysed"
    assert not Notification.objects.unread().exists()


def test_what_was_superseded_before_stays_so(pavel, case, cells, image):
    Cell.objects.filter(pk=cells[0].pk).update(superseded=True)
    take_back_return(actor=pavel, returned=return_field(actor=pavel, image=image, reason="light"))
    assert case_tally(case).total == 2


def test_one_that_was_taken_again_is_not_kept(amina, pavel, case, image, returned):
    send(amina, case, image)
    with pytest.raises(Conflict) as caught:
        take_back_return(actor=pavel, returned=returned)
    assert caught.value.code == "ended"


def test_it_needs_the_lease_and_a_case_in_review(pavel, vera, case, image):
    with pytest.raises(Conflict) as caught:
        return_field(actor=vera, image=image, reason="blurred")
    assert caught.value.code == "lease_lost"
    release(actor=pavel, case=case)
    with pytest.raises(Conflict) as caught:
        return_field(actor=pavel, image=image, reason="blurred")
    assert caught.value.code == "state"


def test_it_is_for_the_pathologists_of_the_laboratory(amina, nadia, lars, image):
    for actor, refusal in ((amina, PermissionRefused), (nadia, NotFound), (lars, NotFound)):
        with pytest.raises(refusal):
            return_field(actor=actor, image=image, reason="blurred")


@pytest.mark.parametrize(
    ("reason", "words", "code"),
    [("", "", "reason_unknown"), ("ugly", "", "reason_unknown"), ("other", " ", "words_missing")],
)
def test_it_says_why(pavel, image, reason, words, code):
    with pytest.raises(Unprocessable) as caught:
        return_field(actor=pavel, image=image, reason=reason, words=words)
    assert caught.value.code == code


def test_a_field_that_is_being_analysed_is_not_sent_back(pavel, image):
    SmearImage.objects.filter(pk=image.pk).update(state="analysing")
    with pytest.raises(Conflict):
        return_field(actor=pavel, image=image, reason="blurred")


def test_every_step_is_in_the_audit_trail_and_verifies(amina, pavel, case, image, returned):
    send(amina, case, image)
    events = AuditEvent.objects.filter(object_id=str(returned.pk)).order_by("pk")
    assert [(each.action, each.actor_id) for each in events] == [("create", pavel.pk), ("update", amina.pk)]
    assert list(FIELD_RETURNS.check()) == []
    assert [found for found in check_images() if "state" in str(found)] == []
    FieldReturn.objects.filter(pk=returned.pk).update(ended_by=pavel)
    assert [found.sentence for found in FIELD_RETURNS.check()] == ["It was changed after it was written."]


@pytest.mark.parametrize("change", [{"reason": "light"}, {"words": "x"}, {"cells": []}])
def test_why_it_went_back_cannot_be_rewritten(returned, change):
    with pytest.raises(DatabaseError, match="change refused"), transaction.atomic():
        FieldReturn.objects.filter(pk=returned.pk).update(**change)
    with pytest.raises(DatabaseError, match="change refused"), transaction.atomic():
        FieldReturn.objects.filter(pk=returned.pk).delete()


def test_the_pages_lead_from_the_field_to_the_clinic_and_back(client, amina, pavel, case, image):
    address = reverse("review:return_field", args=[image.pk])
    client.force_login(pavel)
    assert b"Send field 1 back?" in client.get(address).content
    assert b"Say why the field goes back." in client.post(address, {}).content
    assert b"Say in words why" in client.post(address, {"reason": "other"}).content
    sent = client.post(address, {"reason": "wrong_area", "words": "Only the thick end."}, follow=True)
    assert b"Field 1 was sent back." in sent.content
    client.force_login(amina)
    page = client.get(reverse("workbench:case", args=[case.pk])).content.decode()
    assert "1 field was sent back" in page
    assert "Only the thick end." in page
    assert "just before the thin end of the smear" in page
    retake = reverse("workbench:retake_field", args=[image.pk])
    assert retake in page
    asked = client.get(retake).content.decode()
    assert "Only the thick end." in asked
    assert f'data-replaces="{image.pk}"' in asked
    files = {"replaces": str(image.pk), "files": upload(image_bytes("PNG", seed=4), name="again.png")}
    assert client.post(reverse("workbench:add_images", args=[case.pk]), files).status_code == 302
    assert client.get(retake).url == f"/cases/{case.pk}/"
    client.force_login(pavel)
    page = client.get(reverse("workbench:case", args=[case.pk])).content.decode()
    assert "Field 1 was taken again" in page


def test_the_reviewer_keeps_it_from_the_page_of_the_case(client, pavel, case, image, returned):
    client.force_login(pavel)
    assert b"Keep field 1 after all" in client.get(reverse("workbench:case", args=[case.pk])).content
    kept = client.post(reverse("review:return_field", args=[image.pk]), {"keep": "yes"}, follow=True)
    assert b"Field 1 counts again." in kept.content
    again = client.post(reverse("review:return_field", args=[image.pk]), {"keep": "yes"})
    assert again.status_code == 404


def test_the_field_page_of_one_that_was_sent_back_leads_to_its_case(client, pavel, case, image, returned):
    client.force_login(pavel)
    answer = client.get(reverse("workbench:field", args=[image.pk]))
    assert answer.url == f"/cases/{case.pk}/#sent-back"
