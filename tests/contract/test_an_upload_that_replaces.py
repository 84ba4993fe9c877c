"""A resumable upload takes the place of a field of a draft, and says what became of the file."""

import pytest

from cases.models import SmearImage, Upload
from cases.services import resumable_uploads
from cases.states import ImageState
from tests.contract.conftest import Caller, picture, problem_of
from tests.contract.tus import ask, begin, piece

pytestmark = pytest.mark.django_db

BETTER = picture(4)


@pytest.fixture
def case(lis):
    return lis.new_case()["id"]


@pytest.fixture
def two(lis, case):
    return [lis.send(case, picture(seed)).json()["id"] for seed in (1, 2)]


def listed(case):
    return [str(image.pk) for image in SmearImage.objects.filter(case=case).counting().order_by("ordinal")]


def test_the_better_picture_gets_the_place(lis, case, two):
    place = begin(lis, case, length=len(BETTER), replaces=two[0])["Location"]
    last = piece(lis, place, 0, BETTER)
    assert (last.status_code, last["Upload-Field"], last["Upload-Image-New"]) == (204, "1", "yes")
    assert listed(case) == [last["Upload-Image"], two[1]]
    assert SmearImage.objects.get(pk=two[0]).taken_out_reason == "retaken"


def test_a_field_that_is_gone_is_refused_before_a_byte_is_sent(lis, case, two):
    assert lis.delete(f"/images/{two[0]}/?reason=wrong").status_code == 204
    assert problem_of(begin(lis, case, replaces=two[0]), 409)["type"].endswith("taken-out")
    other = lis.new_case(accession_number="OTHER-1")["id"]
    assert problem_of(begin(lis, other, replaces=two[1]), 409)["type"].endswith("taken-out")
    assert begin(lis, case, replaces="nothing").status_code == 400
    assert begin(lis, case, replaces=case).status_code == 404
    assert not Upload.objects.exists()


def test_a_process_that_ends_after_the_picture_was_made_replaces_nothing_twice(lis, case, two, monkeypatch):
    place = begin(lis, case, length=len(BETTER), replaces=two[0])["Location"]
    with monkeypatch.context() as broken:

        def end_of_the_process(*_, **__):
            raise SystemExit

        broken.setattr(resumable_uploads, "_end", end_of_the_process)
        with pytest.raises(SystemExit):
            piece(lis, place, 0, BETTER)
    last = piece(lis, place, int(ask(lis, place)["Upload-Offset"]), BETTER)
    assert (last.status_code, last["Upload-Image-New"]) == (204, "yes")
    assert listed(case) == [last["Upload-Image"], two[1]]
    assert SmearImage.objects.filter(state=ImageState.TAKEN_OUT).count() == 1


def test_the_same_file_again_says_which_field_it_is(lis, case, two):
    content = picture(2)
    place = begin(lis, case, length=len(content))["Location"]
    last = piece(lis, place, 0, content)
    assert (last["Upload-Image"], last["Upload-Field"], last["Upload-Image-New"]) == (two[1], "2", "no")
    assert ask(lis, place)["Upload-Image-New"] == "no"


def test_a_page_that_another_person_opened_sends_nothing(session_of, amina, ines, case):
    mine = Caller(session_of(amina).http)
    assert begin(mine, case, by=str(amina.pk)).status_code == 201
    refused = begin(mine, case, by=str(ines.pk))
    assert problem_of(refused, 403)["type"].endswith("other-person")
