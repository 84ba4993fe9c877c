"""Whoever reviews reads in the workspace that the model does not know the camera, and what became of its names."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.factories.standings import stands

pytestmark = pytest.mark.django_db


def told(client, case):
    return " ".join(client.get(reverse("review:workspace", args=[case.pk])).content.decode().split())


def test_an_unknown_camera_and_the_rule_of_the_laboratory_are_named(client, pavel, case, central):
    client.force_login(pavel)
    assert "Unknown camera" not in told(client, case)

    stands(case.images.get())
    assert "Unknown camera" in told(client, case)
    assert "Names that are not highly confident are held back" in told(client, case)

    central.unknown_camera = "mark"
    central.save()
    assert "Its names are shown all the same" in told(client, case)


def test_a_blinded_reviewer_is_told_nothing_of_the_model(client, pavel, case, central):
    central.blind_review = True
    central.save()
    stands(case.images.get())
    client.force_login(pavel)
    assert "Unknown camera" not in told(client, case)
