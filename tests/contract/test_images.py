"""Images are received once, and bad input gets its sentence."""

import hashlib
import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from cases.models import SmearImage
from tests.contract.conftest import API, picture, problem_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(lis):
    return lis.new_case()["id"]


def saved(picture_, form, **options):
    file = io.BytesIO()
    picture_.save(file, form, **options)
    return file.getvalue()


def zipped():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", "a")
    return file.getvalue()


def animated():
    frames = [Image.new("RGB", (40, 40), (shade, 0, 0)) for shade in (10, 200)]
    return saved(frames[0], "WEBP", save_all=True, append_images=frames[1:])


def test_an_image_is_received(lis, case):
    content = picture()
    response = lis.send(case, content, name="../../Ada Okafor.png")
    assert response.status_code == 201
    body = response.json()
    assert body["case"] == case
    assert body["state"] in {"received", "queued"}
    assert body["sha256"] == hashlib.sha256(content).hexdigest()
    assert (body["width"], body["height"]) == (64, 48)
    assert (body["media_type"], body["byte_size"]) == ("image/png", len(content))
    assert "Okafor" not in response.content.decode()
    assert response["Location"].endswith(f"/api/v1/images/{body['id']}/")
    with SmearImage.objects.get().original.open("rb") as original:
        assert original.read() == content


def test_the_same_bytes_again_are_the_image_there_is(lis, case):
    first = lis.send(case, picture())
    again = lis.send(case, picture(), name="other.png")
    assert again.status_code == 200
    assert again.json()["id"] == first.json()["id"]
    other_case = lis.new_case("A-2")["id"]
    assert lis.send(other_case, picture()).status_code == 201


def test_images_are_listed_in_the_order_they_came(lis, case):
    sent = [lis.send(case, picture(shade)).json()["id"] for shade in (1, 2, 3)]
    listed = lis.get(f"/cases/{case}/images/").json()["results"]
    assert [row["id"] for row in listed] == sent
    assert [row["id"] for row in lis.get(f"/cases/{case}/").json()["images"]] == sent


def test_an_image_before_its_analysis(lis, case):
    sent = lis.send(case, picture()).json()
    body = lis.get(f"/images/{sent['id']}/").json()
    assert body["id"] == sent["id"]
    assert body["cells"] == []
    assert body["quality"] is None


@pytest.mark.parametrize(
    ("content", "status"),
    [
        pytest.param(b"", 415, id="empty"),
        pytest.param(b"just text", 415, id="text"),
        pytest.param(b"%PDF-1.7\n%...", 415, id="pdf"),
        pytest.param(b'<svg xmlns="http://www.w3.org/2000/svg"/>', 415, id="svg"),
        pytest.param(b"<!DOCTYPE html><html></html>", 415, id="html"),
        pytest.param(zipped(), 415, id="zip"),
        pytest.param(picture()[:-40], 422, id="truncated"),
        pytest.param(animated(), 422, id="animated"),
        pytest.param(picture(size=(1, 1)), 422, id="one pixel"),
    ],
)
def test_bad_input_gets_its_status_and_a_sentence(lis, case, content, status):
    problem = problem_of(lis.send(case, content, name="field.jpg"), status)
    assert len(problem["detail"]) > 20
    assert not SmearImage.objects.exists()


def test_a_file_over_the_limit_is_refused(lis, case, settings):
    settings.UPLOAD_MAX_BYTES = 100
    problem = problem_of(lis.send(case, picture()), 413)
    assert "limit" in problem["detail"] or "up to" in problem["detail"]


def test_a_request_announced_over_the_limit_is_refused_unread(lis, case, settings):
    settings.UPLOAD_MAX_BYTES = 1000
    problem_of(lis.send(case, b"x" * 200_000), 413)


def test_too_many_pixels_are_refused(lis, case, settings):
    settings.UPLOAD_MAX_PIXELS = 1000
    assert lis.send(case, picture()).status_code in {413, 422}
    assert not SmearImage.objects.exists()


def test_a_request_without_a_file_is_named(lis, case):
    answer = lis.http.post(f"{API}/cases/{case}/images/", {"other": "x"})
    problem = problem_of(answer, 400)
    assert set(problem["errors"]) == {"file", "other"}


def test_two_files_in_one_request_are_refused(lis, case):
    files = [SimpleUploadedFile(f"{n}.png", picture(n)) for n in (1, 2)]
    answer = lis.http.post(f"{API}/cases/{case}/images/", {"file": files})
    assert list(problem_of(answer, 400)["errors"]) == ["file"]
    assert not SmearImage.objects.exists()


def test_an_image_sent_as_json_is_refused(lis, case):
    problem_of(lis.post(f"/cases/{case}/images/", {"file": "aGVsbG8="}), 415)


def test_an_image_of_another_clinic_is_not_found(lis, lis_of, hilltop, case):
    image = lis.send(case, picture()).json()["id"]
    other = lis_of(hilltop)
    problem_of(other.get(f"/images/{image}/"), 404)
    problem_of(other.get(f"/cases/{case}/images/"), 404)
