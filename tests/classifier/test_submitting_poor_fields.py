"""Fields of poor quality are asked about before a case is submitted, as its laboratory decides."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from accounts.services import update_organisation
from cases.models import SmearImage
from cases.services.cases import submit_case
from cases.services.draft_fields import take_out_image
from classifier.models import Analysis
from hematovision.errors import Conflict
from tests.factories.analysed_cases import finished_analysis
from tests.factories.cases import CaseFactory, SmearImageFactory

pytestmark = pytest.mark.django_db

BLURRED = "The picture is out of focus. Focus again and retake it."


@pytest.fixture
def case(amina, active):
    return CaseFactory(clinic=amina.organisation, created_by=amina)


@pytest.fixture
def fields(case, active):
    """A good field, two that are poor, and one that waits."""
    images = [SmearImageFactory(case=case, analysed=True) for _ in range(3)]
    for image, verdict in zip(images, ("good", "poor", "poor"), strict=True):
        run = finished_analysis(image, active)
        readings = {"focus": {"verdict": verdict, "sentence": BLURRED}}
        Analysis.objects.filter(pk=run.pk).update(
            quality={"verdict": verdict, "reasons": [BLURRED], "readings": readings}
        )
    return [*images, SmearImageFactory(case=case)]


def decide(ines, central, rule):
    update_organisation(actor=ines, organisation=central, name=central.name, is_active=True, poor_fields=rule)


def refused(amina, case, seen=()):
    with pytest.raises(Conflict) as caught:
        submit_case(actor=amina, case=case, seen_poor_fields=seen)
    assert caught.value.code == "poor_fields"
    return caught.value


def test_a_clinic_is_asked_until_it_has_seen_all_of_them(amina, case, fields):
    poor = [fields[1].pk, fields[2].pk]
    error = refused(amina, case)
    assert error.details["images"] == [str(pk) for pk in poor]
    assert "field 2, field 3" in error.sentence
    refused(amina, case, poor[:1])
    submit_case(actor=amina, case=case, seen_poor_fields=poor)
    step = case.transitions.get(to_state="submitted")
    assert step.reason == "Submitted although the quality is poor: field 2, field 3."


def test_a_laboratory_that_takes_them_asks_nobody(amina, ines, central, case, fields):
    decide(ines, central, "allow")
    case.refresh_from_db()
    submit_case(actor=amina, case=case)
    assert case.transitions.get(to_state="submitted").reason == ""


def test_a_laboratory_that_refuses_them_takes_the_case_without_them(amina, ines, central, case, fields):
    decide(ines, central, "refuse")
    case.refresh_from_db()
    refused(amina, case, [image.pk for image in fields])
    for image in fields[1:3]:
        take_out_image(actor=amina, image=SmearImage.objects.get(pk=image.pk), reason="blurred")
    submit_case(actor=amina, case=case)
    assert case.submitted_at is not None


def test_the_page_lists_them_with_their_advice_and_asks_once(client, amina, case, fields):
    client.force_login(amina)
    address = reverse("workbench:submit_case", args=[case.pk])
    asked = client.post(address, {"identity": "confirmed"})
    page = asked.content.decode()
    assert asked.status_code == 409
    assert page.count(BLURRED) >= 2
    assert "Submit all the same" in page
    seen = [str(image.pk) for image in fields[1:3]]
    assert all(f'name="seen" value="{pk}"' in page for pk in seen)
    client.post(address, {"identity": "confirmed", "seen": seen})
    case.refresh_from_db()
    assert case.submitted_at is not None


def test_the_page_of_a_laboratory_that_refuses_offers_no_way_round(client, amina, ines, central, case, fields):
    decide(ines, central, "refuse")
    client.force_login(amina)
    page = client.post(reverse("workbench:submit_case", args=[case.pk]), {"identity": "confirmed"}).content.decode()
    assert "takes no fields of poor quality" in page
    assert 'name="seen"' not in page


def test_the_api_names_them_and_takes_that_they_were_seen(client, amina, case, fields):
    client.force_login(amina)
    address = reverse("api:case_submit", args=[case.pk])
    body = client.post(address, "{}", content_type="application/json").json()
    assert body["type"].endswith("poor-fields")
    assert (body["status"], body["images"], body["rule"]) == (409, [str(image.pk) for image in fields[1:3]], "ask")
    sent = json.dumps({"seen_poor_fields": body["images"]})
    assert client.post(address, sent, content_type="application/json").status_code == 200
