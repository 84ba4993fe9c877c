"""Requests that meet: the database decides, nobody waits for ever, nothing is written twice."""

from __future__ import annotations

import pytest

from cases.models import Case, Order, SmearImage
from cases.services.cases import create_case, settle_case
from cases.services.images import receive_image, transition_image
from cases.services.orders import cancel_order, open_case_of_order, receive_order
from cases.signals import image_received
from cases.states import CaseState, ImageState
from hematovision.errors import Conflict
from tests.factories.cases import CaseFactory, PatientFactory, SmearImageFactory
from tests.factories.image_files import upload
from tests.factories.orders import waiting_order
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nobody_listens(monkeypatch):
    """The model would queue the images of these tests."""
    monkeypatch.setattr(image_received, "receivers", [])


def test_the_same_bytes_sent_twice_at_once_are_one_image(amina, draft, clinical_files):
    results = together(
        *[
            lambda: receive_image(actor=amina, case=Case.objects.get(pk=draft.pk), upload=upload(seed=5))
            for _ in range(4)
        ]
    )
    assert sorted(created for _, created in results) == [False, False, False, True]
    assert len({image.pk for image, _ in results}) == 1
    assert len(clinical_files()) == 1


def test_images_sent_at_once_are_numbered_without_a_gap(amina, draft):
    together(
        *[
            lambda seed=seed: receive_image(actor=amina, case=Case.objects.get(pk=draft.pk), upload=upload(seed=seed))
            for seed in range(4)
        ]
    )
    assert sorted(draft.images.values_list("ordinal", flat=True)) == [1, 2, 3, 4]


def test_one_accession_number_is_given_once(amina):
    patients = [PatientFactory(organisation=amina.organisation) for _ in range(3)]
    results = together(
        *[lambda p=patient: create_case(actor=amina, patient=p, accession_number="A-1") for patient in patients]
    )
    assert sum(isinstance(result, Case) for result in results) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 2


def test_assigned_numbers_differ(amina):
    patients = [PatientFactory(organisation=amina.organisation) for _ in range(4)]
    results = together(*[lambda p=patient: create_case(actor=amina, patient=p) for patient in patients])
    assert len({case.accession_number for case in results}) == 4


def test_images_that_finish_together_leave_the_case_ready(amina):
    case = CaseFactory(clinic=amina.organisation, analysing=True)
    images = [SmearImageFactory(case=case, state=ImageState.ANALYSING) for _ in range(4)]

    def finish(pk):
        image = SmearImage.objects.select_related("case").get(pk=pk)
        transition_image(image=image, to=ImageState.ANALYSED)
        settle_case(case=image.case)

    results = together(
        *[lambda pk=image.pk: finish(pk) for image in images],
        lambda: receive_image(actor=amina, case=Case.objects.get(pk=case.pk), upload=upload(seed=9)),
    )
    assert not [result for result in results if isinstance(result, Exception)]
    case.refresh_from_db()
    assert case.state == CaseState.ANALYSING
    late = case.images.get(state=ImageState.RECEIVED)
    for to in (ImageState.QUEUED, ImageState.ANALYSING, ImageState.ANALYSED):
        transition_image(image=late, to=to)
    assert settle_case(case=case).state == CaseState.READY


def test_one_placer_number_is_one_order(amina):
    patients = [PatientFactory(organisation=amina.organisation) for _ in range(3)]
    results = together(
        *[lambda p=patient: receive_order(actor=amina, patient=p, placer_number="1") for patient in patients]
    )
    assert sum(isinstance(result, Order) for result in results) == 1
    assert {result.code for result in results if isinstance(result, Conflict)} == {"duplicate_placer_number"}


def test_one_order_gets_one_case_or_is_cancelled(amina):
    order = waiting_order(amina)
    results = together(
        *[lambda: open_case_of_order(actor=amina, order=Order.objects.get(pk=order.pk)) for _ in range(3)],
        lambda: cancel_order(actor=amina, order=Order.objects.get(pk=order.pk), reason="Ordered twice."),
    )
    assert all(isinstance(result, Conflict) for result in results if isinstance(result, Exception)), results
    order.refresh_from_db()
    assert Case.objects.count() <= 1
    assert [case.state for case in Case.objects.all()] == (
        ["draft"] if order.state == "accepted" else ["cancelled"] * bool(order.case_id)
    )
