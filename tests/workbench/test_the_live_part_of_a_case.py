"""What the case page asks for while the model works: nothing when nothing changed, the changed parts when it did."""

import re

from tests.factories.cases import CaseFactory, SmearImageFactory


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
