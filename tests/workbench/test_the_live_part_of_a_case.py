"""What the case page asks for while the model works: nothing when nothing changed, the changed parts when it did."""

import re

from microscopes.models import Microscope
from tests.factories.analysed_cases import analysed_case
from tests.factories.cases import CaseFactory, SmearImageFactory
from tests.factories.standings import stands


def polled(page):
    found = re.search(r'hx-get="(/cases/[^"]+)"', page)
    return found.group(1).replace("&amp;", "&") if found else None


def test_nothing_new_is_an_empty_answer(client, amina, riverside):
    case = CaseFactory(clinic=riverside)
    SmearImageFactory(case=case)
    client.force_login(amina)
    address = polled(client.get(f"/cases/{case.pk}/").content.decode())
    assert client.get(address).status_code == 204


def test_a_finished_image_comes_with_every_part_it_changes(client, amina, riverside):
    case = CaseFactory(clinic=riverside)
    image = SmearImageFactory(case=case)
    client.force_login(amina)
    address = polled(client.get(f"/cases/{case.pk}/").content.decode())
    type(image).objects.filter(pk=image.pk).update(state="analysed")
    answer = client.get(address).content.decode()
    assert "Analysed" in answer
    assert answer.count('hx-swap-oob="true"') == 6
    assert polled(answer) is None


def test_the_first_image_brings_the_submit_form(client, amina, riverside):
    case = CaseFactory(clinic=riverside)
    SmearImageFactory(case=case)
    client.force_login(amina)
    assert "Submit for review" in client.get(f"/cases/{case.pk}/live/?had=0").content.decode()
    assert "Submit for review" not in client.get(f"/cases/{case.pk}/live/?had=1").content.decode()


def test_another_clinic_gets_404(client, bora, riverside):
    case = CaseFactory(clinic=riverside)
    client.force_login(bora)
    assert client.get(f"/cases/{case.pk}/live/").status_code == 404


def test_who_uploads_hears_with_the_result_that_the_camera_is_not_known_and_what_to_do(
    client, amina, central, riverside
):
    case = analysed_case(riverside, state="analysing")
    image = case.images.get()
    client.force_login(amina)
    address = f"/cases/{case.pk}/live/?had=1"
    assert "Unknown camera" not in client.get(address).content.decode()

    # The laboratory's microscope: a clinic sees its name, and not its page.
    image.microscope, image.microscope_source = (
        Microscope.objects.create(organisation=central, name="Lab One"),
        "chosen",
    )
    image.save()
    stands(image)

    told = " ".join(client.get(address).content.decode().split())
    assert "Unknown camera: Lab One" in told
    assert "was not trained on images like these" in told
    assert "If another microscope took these fields, correct it on each of them." in told
    assert f"/microscopes/{image.microscope_id}/" not in told
