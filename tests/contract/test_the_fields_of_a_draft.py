"""Images of a draft are taken out, replaced and ordered over the API."""

import pytest

from tests.contract.conftest import picture, problem_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(lis):
    return lis.new_case()["id"]


@pytest.fixture
def three(lis, case):
    return [lis.send(case, picture(shade)).json()["id"] for shade in (1, 2, 3)]


def listed(lis, case):
    return [(one["id"], one["ordinal"]) for one in lis.get(f"/cases/{case}/images/").json()["results"]]


def test_an_image_is_taken_out_and_stays_to_be_fetched(lis, case, three):
    assert lis.delete(f"/images/{three[0]}/?reason=blurred").status_code == 204
    assert listed(lis, case) == [(three[1], 1), (three[2], 2)]
    assert [one["id"] for one in lis.get(f"/cases/{case}/").json()["images"]] == three[1:]
    kept = lis.get(f"/images/{three[0]}/").json()
    assert (kept["state"], kept["taken_out_reason"]) == ("taken_out", "blurred")
    assert lis.delete(f"/images/{three[0]}/?reason=wrong").status_code == 204
    assert lis.send(case, picture(1)).status_code == 201


@pytest.mark.parametrize("query", ["", "?reason=", "?reason=ugly", "?reason=wrong&more=1"])
def test_it_takes_a_reason_of_the_list(lis, case, three, query):
    response = lis.delete(f"/images/{three[0]}/{query}")
    assert response.status_code == 400
    assert len(listed(lis, case)) == 3


def test_a_better_picture_takes_its_place(lis, case, three):
    response = lis.send(case, picture(4), replaces=three[1])
    assert response.status_code == 201
    assert listed(lis, case) == [(three[0], 1), (response.json()["id"], 2), (three[2], 3)]
    assert problem_of(lis.send(case, picture(5), replaces=three[1]), 409)["type"].endswith("taken-out")
    assert problem_of(lis.send(case, picture(3), replaces=three[0]), 409)["type"].endswith("same-file")
    assert lis.send(case, picture(6), replaces=case).status_code == 400


def test_the_order_is_put_and_changes_the_version_of_the_case(lis, case, three):
    tag = lis.get(f"/cases/{case}/")["ETag"]
    turned = [three[2], three[0], three[1]]
    response = lis.put(f"/cases/{case}/images/order/", {"images": turned}, headers={"If-Match": tag})
    assert [one["id"] for one in response.json()["images"]] == turned
    assert response["ETag"] != tag
    again = lis.put(f"/cases/{case}/images/order/", {"images": three}, headers={"If-Match": tag})
    assert again.status_code == 412
    few = problem_of(lis.put(f"/cases/{case}/images/order/", {"images": three[:2]}), 409)
    assert few["type"].endswith("other-fields")


def test_what_was_submitted_keeps_its_images(lis, case, three):
    assert lis.post(f"/cases/{case}/submit/").status_code == 200
    for response in (
        lis.delete(f"/images/{three[0]}/?reason=wrong"),
        lis.put(f"/cases/{case}/images/order/", {"images": three[::-1]}),
        lis.send(case, picture(7), replaces=three[0]),
    ):
        assert "only while it is a draft" in problem_of(response, 409)["detail"]
    assert [pk for pk, _ in listed(lis, case)] == three
