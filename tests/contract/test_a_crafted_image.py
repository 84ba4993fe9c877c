"""An image over its budget is refused with the same sentence by the API and by the page, and kept nowhere."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from cases.models import SmearImage
from tests.contract.conftest import problem_of
from tests.factories.cases import CaseFactory
from tests.factories.hostile_files.jpeg import jpeg_with_thousands_of_scans

SENTENCE = "Opening this image would take far more time or memory than an image of its size needs."


def test_the_api_refuses_it_with_a_problem(lis):
    problem = problem_of(lis.send(lis.new_case()["id"], jpeg_with_thousands_of_scans()), 422)
    assert problem["type"] == "urn:hematovision:problem:image-over-budget"
    assert problem["detail"].startswith(SENTENCE)
    assert not SmearImage.objects.exists()


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
def test_the_page_says_it_beside_the_file(amina, accept):
    case = CaseFactory(clinic=amina.organisation, created_by=amina)
    http = Client(headers={"accept": accept})
    http.force_login(amina)
    file = SimpleUploadedFile("field.jpg", jpeg_with_thousands_of_scans())
    response = http.post(reverse("workbench:add_images", args=[case.pk]), {"files": file})
    assert response.status_code == 422
    assert SENTENCE in response.content.decode()
    assert not SmearImage.objects.exists()
