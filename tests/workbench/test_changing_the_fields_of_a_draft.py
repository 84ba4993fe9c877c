"""A clinic retakes, takes out and orders the fields of a draft on its pages, without scripts."""

from __future__ import annotations

import pytest
from django.urls import reverse

from cases.services.cases import submit_case
from tests.factories.cases import CaseFactory, SmearImageFactory
from tests.factories.image_files import image_bytes, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(amina):
    return CaseFactory(clinic=amina.organisation, created_by=amina)


@pytest.fixture
def three(draft):
    return [SmearImageFactory(case=draft, analysed=True, shown=True) for _ in range(3)]


def page_of(image):
    return reverse("workbench:draft_field", args=[image.pk])


def order_of(case):
    return list(case.images.counting().order_by("ordinal").values_list("pk", flat=True))


def test_a_field_is_taken_out_for_a_reason(client, amina, draft, three):
    client.force_login(amina)
    assert b"Retake or take out" in client.get(f"/cases/{draft.pk}/").content
    refused = client.post(page_of(three[0]), {})
    assert refused.status_code == 422
    assert b"Say why it is taken out." in refused.content
    client.post(page_of(three[0]), {"reason": "blurred"})
    assert order_of(draft) == [three[1].pk, three[2].pk]
    page = client.get(f"/cases/{draft.pk}/").content.decode()
    assert f"image-{three[0].pk}" not in page
    assert "Field 1 was taken out. It stays in the record of the case." in page
    assert client.get(page_of(three[0])).status_code == 409
    assert client.get(reverse("workbench:field", args=[three[0].pk])).url == f"/cases/{draft.pk}/"


def test_a_field_is_replaced_with_a_file(client, amina, draft, three):
    client.force_login(amina)
    address = reverse("workbench:add_images", args=[draft.pk])
    client.post(address, {"files": upload(image_bytes(seed=50)), "replaces": str(three[1].pk)})
    order = order_of(draft)
    assert (len(order), order[0], order[2]) == (3, three[0].pk, three[2].pk)
    assert three[1].pk not in order
    two = [upload(image_bytes(seed=seed)) for seed in (51, 52)]
    several = client.post(address, {"files": two, "replaces": str(three[0].pk)})
    assert b"Choose one file." in several.content
    assert order_of(draft) == order
    assert client.post(address, {"files": upload(image_bytes(seed=53)), "replaces": "x"}).status_code == 422


def test_buttons_move_a_field(client, amina, draft, three):
    client.force_login(amina)
    answer = client.post(page_of(three[2]), {"move": "earlier"})
    assert answer.url == f"/cases/{draft.pk}/#image-{three[2].pk}"
    client.post(page_of(three[0]), {"move": "later"})
    assert order_of(draft) == [three[2].pk, three[0].pk, three[1].pk]


def test_after_submission_the_page_says_why_nothing_changes(client, amina, draft, three):
    client.force_login(amina)
    submit_case(actor=amina, case=draft)
    assert b"Retake or take out" not in client.get(f"/cases/{draft.pk}/").content
    answer = client.post(page_of(three[0]), {"reason": "wrong"})
    assert answer.status_code == 409
    assert b"only while it is a draft" in answer.content
    assert len(order_of(draft)) == 3


def test_the_worklist_says_of_a_draft_that_nothing_is_due_yet(client, amina, draft):
    client.force_login(amina)
    row = client.get("/?state=draft").content.decode().split(f'id="case-{draft.pk}"')[1].split("</tr>")[0]
    assert "once submitted" in row
    assert "<time" not in row
