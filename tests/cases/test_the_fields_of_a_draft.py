"""A field of a draft is taken out, replaced or moved; what was received stays in the record."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from accounts.models import Role
from accounts.scopes import CASES_WRITE, IMAGES_WRITE
from audit.models import AuditEvent
from cases.models import Case, Cell, SmearImage
from cases.services.cases import submit_case
from cases.services.draft_fields import move_image, reorder_images, take_out_image
from cases.services.images import receive_image
from cases.states import CaseState
from cases.verification import check_images
from hematovision.errors import Conflict, NotFound, PermissionRefused, Unprocessable, UnsupportedMedia
from tests.factories.cases import CaseFactory, CellFactory, SmearImageFactory
from tests.factories.image_files import image_bytes, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def send(amina, draft):
    def one(seed, **more):
        return receive_image(actor=amina, case=draft, upload=upload(image_bytes("PNG", seed=seed)), **more)[0]

    return one


@pytest.fixture
def three(send):
    return [send(seed) for seed in (1, 2, 3)]


def fields_of(case):
    return list(case.images.counting().order_by("ordinal").values_list("pk", "ordinal"))


@pytest.mark.parametrize("reason", ["wrong", "blurred", "retaken", "other"])
def test_a_field_that_was_taken_out_stays_in_the_record_with_who_when_and_why(
    amina, draft, three, clinical_files, reason
):
    files = clinical_files()
    take_out_image(actor=amina, image=three[0], reason=reason)
    kept = SmearImage.objects.get(pk=three[0].pk)
    step = kept.transitions.last()
    assert (kept.state, kept.taken_out_reason, kept.ordinal) == ("taken_out", reason, 1)
    assert (step.from_state, step.to_state, step.by) == ("received", "taken_out", amina)
    assert clinical_files() == files
    assert fields_of(draft) == [(three[1].pk, 1), (three[2].pk, 2)]
    event = AuditEvent.objects.get(object_id=str(kept.pk), action="transition")
    assert (event.actor_id, event.after["state"]) == (amina.pk, "taken_out")


def test_it_is_out_of_every_count(amina, pavel, draft, three):
    CellFactory(image=three[0])
    SmearImage.objects.filter(pk=three[1].pk).update(state="rejected", problem="It is no smear.")
    for image in three[:2]:
        take_out_image(actor=amina, image=SmearImage.objects.get(pk=image.pk), reason="wrong")
    Case.objects.filter(pk=draft.pk).update(
        state=CaseState.READY, submitted_at=draft.created_at, due_at=draft.created_at
    )
    counted = Case.objects.with_counts(pavel).get(pk=draft.pk)
    assert (counted.image_count, counted.problem_count, counted.cell_count) == (1, 0, 0)
    assert not Cell.objects.current().exists()
    assert Cell.objects.count() == 1


def test_the_same_file_may_be_sent_again(amina, draft, three, send):
    take_out_image(actor=amina, image=three[0], reason="other")
    again = send(1)
    assert again.pk != three[0].pk
    assert again.ordinal == 3
    take_out_image(actor=amina, image=again, reason="other")
    assert draft.images.filter(sha256=again.sha256).count() == 2


def test_taking_out_twice_is_once(amina, three):
    take_out_image(actor=amina, image=three[0], reason="wrong")
    take_out_image(actor=amina, image=three[0], reason="blurred")
    assert SmearImage.objects.get(pk=three[0].pk).taken_out_reason == "wrong"
    assert three[0].transitions.filter(to_state="taken_out").count() == 1


def test_a_case_whose_fields_were_all_taken_out_is_not_submitted(amina, draft, send):
    take_out_image(actor=amina, image=send(1), reason="wrong")
    with pytest.raises(Unprocessable) as caught:
        submit_case(actor=amina, case=draft)
    assert caught.value.code == "no_images"


def test_a_reason_is_one_of_the_list(amina, three):
    with pytest.raises(Unprocessable) as caught:
        take_out_image(actor=amina, image=three[0], reason="ugly")
    assert caught.value.code == "reason_unknown"


def test_a_better_picture_takes_the_place_of_the_field(amina, draft, three, send):
    new = send(4, replaces=three[1])
    assert fields_of(draft) == [(three[0].pk, 1), (new.pk, 2), (three[2].pk, 3)]
    assert SmearImage.objects.get(pk=three[1].pk).taken_out_reason == "retaken"


def test_a_picture_that_is_there_already_replaces_nothing(draft, three, send):
    for seed in (1, 2):
        with pytest.raises(Conflict) as caught:
            send(seed, replaces=three[1])
        assert caught.value.code == "same_file"
    assert len(fields_of(draft)) == 3


def test_what_is_refused_as_a_picture_replaces_nothing(amina, draft, three):
    with pytest.raises(UnsupportedMedia):
        receive_image(actor=amina, case=draft, upload=upload(b"no picture"), replaces=three[1])
    assert len(fields_of(draft)) == 3


def test_a_field_of_another_case_or_one_that_is_gone_is_not_replaced(amina, draft, three, send):
    other = SmearImageFactory(case=CaseFactory(clinic=draft.clinic))
    take_out_image(actor=amina, image=three[2], reason="other")
    for seed, image in ((5, other), (6, three[2])):
        with pytest.raises(Conflict) as caught:
            send(seed, replaces=image)
        assert caught.value.code == "taken_out"
    assert len(fields_of(draft)) == 2


def test_the_order_is_what_was_asked_for(amina, draft, three):
    first, second, third = (image.pk for image in three)
    reorder_images(actor=amina, case=draft, order=[third, first, second])
    assert fields_of(draft) == [(third, 1), (first, 2), (second, 3)]
    move_image(actor=amina, image=SmearImage.objects.get(pk=second), by=-1)
    assert fields_of(draft) == [(third, 1), (second, 2), (first, 3)]
    move_image(actor=amina, image=SmearImage.objects.get(pk=first), by=5)
    assert fields_of(draft) == [(third, 1), (second, 2), (first, 3)]


@pytest.mark.parametrize("order", [[0, 1], [0, 0, 1], [0, 1, 2, 2], []])
def test_an_order_names_every_field_once(amina, draft, three, order):
    with pytest.raises(Conflict) as caught:
        reorder_images(actor=amina, case=draft, order=[three[place].pk for place in order])
    assert caught.value.code == "other_fields"


def test_what_was_done_to_the_fields_verifies(amina, draft, three, send):
    reorder_images(actor=amina, case=draft, order=[image.pk for image in reversed(three)])
    take_out_image(actor=amina, image=SmearImage.objects.get(pk=three[2].pk), reason="wrong")
    send(4, replaces=SmearImage.objects.get(pk=three[0].pk))
    assert list(check_images()) == []
    SmearImage.objects.filter(pk=three[1].pk).update(ordinal=9)
    assert [finding.object_id for finding in check_images()] == [str(three[1].pk)]


@pytest.mark.parametrize("state", sorted(set(CaseState) - {CaseState.DRAFT}))
def test_only_a_draft_changes_its_fields(amina, every_state, state):
    case = every_state[state]
    image = case.images.first() or SmearImageFactory(case=case, analysed=True)
    for change in (
        lambda: take_out_image(actor=amina, image=image, reason="wrong"),
        lambda: reorder_images(actor=amina, case=case, order=[image.pk]),
        lambda: receive_image(actor=amina, case=case, upload=upload(image_bytes(seed=77)), replaces=image),
    ):
        with pytest.raises(Conflict) as caught:
            change()
        assert caught.value.details["state"] == state


def test_the_database_keeps_the_order_of_what_was_submitted(riverside):
    image = SmearImageFactory(case=CaseFactory(clinic=riverside, ready=True), analysed=True)
    with pytest.raises(DatabaseError, match="change refused"), transaction.atomic():
        SmearImage.objects.filter(pk=image.pk).update(ordinal=5)


def test_others_change_nothing(request, three, olga, bora, pavel, client_of, riverside):
    reads = client_of(riverside, CASES_WRITE)
    for actor, error in ((olga, PermissionRefused), (bora, NotFound), (pavel, NotFound), (reads, PermissionRefused)):
        with pytest.raises(error):
            take_out_image(actor=actor, image=three[0], reason="wrong")


def test_an_acting_client_of_the_laboratory_takes_out_for_its_clinic(client_of, central, three):
    acting = client_of(central, CASES_WRITE, IMAGES_WRITE)
    assert acting.role == Role.SERVICE
    take_out_image(actor=acting, image=three[0], reason="blurred")
    assert three[0].transitions.last().by == acting
