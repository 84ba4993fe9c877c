"""Pages of microscopes: what is there, adding, changing, retiring, and naming the one of a field."""

from __future__ import annotations

import pytest

from cases.models import SmearImage
from microscopes.models import Microscope
from tests.factories.cases import CaseFactory, SmearImageFactory
from tests.factories.image_files import upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def window(riverside):
    return Microscope.objects.create(
        organisation=riverside, name="By the window", camera="Canon EOS 80D", objective=100
    )


@pytest.fixture
def case(riverside):
    return CaseFactory(clinic=riverside)


def page(client, user, address):
    client.force_login(user)
    return client.get(address)


def test_an_empty_list_says_what_comes_next(client, ines, amina):
    assert "Add a microscope" in page(client, ines, "/microscopes/").content.decode()
    told = page(client, amina, "/microscopes/").content.decode()
    assert "An administrator of the laboratory adds them" in told
    assert "/microscopes/new/" not in told


def test_the_list_names_each_with_its_scale_and_its_fields(client, amina, window, case):
    window.typed_um_per_px = 0.0712
    window.save()
    SmearImageFactory(case=case, microscope=window, microscope_source="only")

    told = page(client, amina, "/microscopes/").content.decode()

    assert "By the window" in told
    assert "0.0712" in told
    assert "Retired" not in told


def test_the_page_of_a_microscope_says_how_its_scale_is_known(client, pavel, window):
    assert "Not known yet" in page(client, pavel, f"/microscopes/{window.pk}/").content.decode()

    window.measured_um_per_px, window.measured_spread, window.measured_fields = 0.0712, 0.0004, 12
    window.save()
    told = " ".join(client.get(f"/microscopes/{window.pk}/").content.decode().split())
    assert "0.0712 µm/px</strong>, measured from the red cells (median of 12 fields" in told


def test_an_administrator_adds_one_for_a_clinic(client, ines, riverside):
    client.force_login(ines)
    typed = {"organisation": str(riverside.pk), "name": "By the door", "typed_um_per_px": "0.07", "objective": "50"}

    answer = client.post("/microscopes/new/", typed)

    added = Microscope.objects.get()
    assert answer.url == f"/microscopes/{added.pk}/"
    assert (added.organisation, added.um_per_px, added.objective) == (riverside, 0.07, 50)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "by the window"}, "name"),
        ({"typed_um_per_px": "0"}, "typed_um_per_px"),
        ({"objective": "many"}, "objective"),
        ({"organisation": "elsewhere"}, "organisation"),
        ({"calibrated_on": "yesterday"}, "calibrated_on"),
    ],
)
def test_what_is_wrong_is_said_by_its_field(client, ines, riverside, window, change, field):
    client.force_login(ines)

    answer = client.post("/microscopes/new/", {"organisation": str(riverside.pk), "name": "New", **change})

    assert answer.status_code in {409, 422}
    assert field in answer.context["form"].errors
    assert Microscope.objects.count() == 1


def test_a_change_is_saved_and_the_organisation_stays(client, ines, window, riverside, hilltop):
    client.force_login(ines)

    client.post(f"/microscopes/{window.pk}/edit/", {"organisation": str(hilltop.pk), "name": "Renamed", "camera": "X"})

    window.refresh_from_db()
    assert (window.name, window.camera, window.organisation) == ("Renamed", "X", riverside)


def test_retiring_asks_first_and_can_be_taken_back(client, ines, window):
    asked = page(client, ines, f"/microscopes/{window.pk}/use/").content.decode()
    assert "Retire By the window?" in asked

    client.post(f"/microscopes/{window.pk}/use/")
    assert "Retired: no further image" in client.get(f"/microscopes/{window.pk}/").content.decode()
    client.post(f"/microscopes/{window.pk}/use/")
    window.refresh_from_db()
    assert window.is_active


def test_the_upload_offers_the_microscopes_in_use(client, amina, case, window, riverside, hilltop):
    Microscope.objects.create(organisation=riverside, name="Broken", is_active=False)
    Microscope.objects.create(organisation=hilltop, name="Hilltop One")

    told = page(client, amina, f"/cases/{case.pk}/").content.decode()

    assert "By the window, the only one in use" in told
    assert "Broken" not in told
    assert "Hilltop One" not in told


def test_the_upload_asks_nothing_where_there_is_no_microscope(client, amina, case):
    assert 'name="microscope"' not in page(client, amina, f"/cases/{case.pk}/").content.decode()


def sent(client, case, microscope):
    form = {"files": upload(), "microscope": microscope}
    return client.post(f"/cases/{case.pk}/images/", form, headers={"Accept": "application/json"})


def test_what_was_chosen_is_named_in_the_answer(client, amina, case, window, riverside):
    Microscope.objects.create(organisation=riverside, name="By the door")
    client.force_login(amina)

    answer = sent(client, case, str(window.pk))

    assert answer.json()["sentence"] == "Received. Taken with By the window."
    assert SmearImage.objects.get().microscope_source == "chosen"


def test_who_names_none_gets_none(client, amina, case, window):
    client.force_login(amina)

    assert sent(client, case, "none").json()["sentence"] == "Received."
    assert SmearImage.objects.get().microscope is None


@pytest.mark.parametrize("microscope", ["not-an-id", "00000000-0000-0000-0000-000000000000"])
def test_an_unknown_microscope_is_refused_with_a_sentence(client, amina, case, window, microscope):
    client.force_login(amina)

    answer = sent(client, case, microscope)

    assert answer.status_code == 422
    assert "microscope" in answer.json()["sentence"]
    assert not SmearImage.objects.exists()


def test_case_and_field_say_what_each_image_was_taken_with(client, amina, case, window):
    unnamed = SmearImageFactory(case=case)
    named = SmearImageFactory(case=case, microscope=window, microscope_source="camera")

    told = " ".join(page(client, amina, f"/cases/{case.pk}/").content.decode().split())

    assert "Taken with By the window" in told
    assert "Microscope not named" in told
    assert "By the window" in client.get(f"/images/{named.pk}/").content.decode()
    assert "microscope not named" in client.get(f"/images/{unnamed.pk}/").content.decode()


def test_one_form_names_the_microscope_of_all_fields(client, amina, case, window):
    images = [SmearImageFactory(case=case) for _ in range(3)]
    client.force_login(amina)

    answer = client.post(f"/images/{images[0].pk}/microscope/", {"microscope": str(window.pk), "all_fields": "on"})

    assert answer.url == f"/cases/{case.pk}/"
    assert {image.microscope for image in SmearImage.objects.all()} == {window}


def test_naming_nothing_is_said_above_the_form(client, amina, case, window):
    image = SmearImageFactory(case=case)
    client.force_login(amina)

    answer = client.post(f"/images/{image.pk}/microscope/", {})

    assert answer.status_code == 422
    assert "choose one of the microscopes" in answer.content.decode()


def test_with_nothing_to_choose_the_page_says_who_adds_one(client, amina, case):
    image = SmearImageFactory(case=case)

    assert "No microscope to choose from" in page(client, amina, f"/images/{image.pk}/microscope/").content.decode()
