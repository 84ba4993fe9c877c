"""Resumable uploads answer as tus 1.0 says, keep what came before a cut, and make one image with the last byte."""

import base64
import hashlib
import io
from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.test import Client
from django.utils import timezone

from audit.models import AuditEvent
from cases.models import Case, SmearImage, Upload, UploadState
from cases.services import resumable_uploads
from cases.services.resumable_uploads import expire_uploads
from cases.states import CaseState
from hematovision.errors import NoRoom
from tests.contract.conftest import API, Caller, problem_of
from tests.contract.tus import FILE, PIECE, TUS, ask, begin, metadata, piece

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(lis):
    return lis.new_case()["id"]


@pytest.fixture
def place(lis, case):
    return begin(lis, case, filename="Ada Okafor.png")["Location"]


def kept(place):
    """How many pieces of an upload lie in the storage."""
    try:
        return len(storages["clinical"].listdir(f"uploads/{place.split('/')[-2]}")[1])
    except FileNotFoundError:
        return 0


def test_a_server_says_what_it_can(lis):
    response = lis.http.options(f"{API}/uploads/")
    assert response.status_code == 204
    assert response["Tus-Version"] == "1.0.0"
    assert response["Tus-Extension"] == "creation,expiration,termination,checksum"
    assert response["Tus-Checksum-Algorithm"] == "sha1,sha256"
    assert int(response["Tus-Max-Size"]) == 50 * 1024 * 1024


def test_a_file_comes_in_pieces_and_is_an_image_with_the_last_byte(lis, case, place):
    assert place.startswith("http://testserver/api/v1/uploads/")
    first = piece(lis, place, 0, FILE[:100])
    assert (first.status_code, first["Upload-Offset"]) == (204, "100")
    assert "Upload-Image" not in first
    asked = ask(lis, place)
    assert (asked.status_code, asked["Upload-Offset"], asked["Upload-Length"]) == (200, "100", str(len(FILE)))
    assert "no-store" in asked["Cache-Control"]
    assert "Upload-Expires" in asked
    assert kept(place) == 1
    last = piece(lis, place, 100, FILE[100:])
    image = SmearImage.objects.get()
    assert (last.status_code, last["Upload-Image"], last["Upload-Offset"]) == (204, str(image.pk), str(len(FILE)))
    assert str(image.case_id) == case
    assert image.sha256 == hashlib.sha256(FILE).hexdigest()
    with image.original.open("rb") as original:
        assert original.read() == FILE
    assert kept(place) == 0
    assert ask(lis, place)["Upload-Image"] == str(image.pk)
    # A client that lost the answer asks for nothing more.
    assert piece(lis, place, len(FILE), b"")["Upload-Image"] == str(image.pk)


def test_a_body_that_ends_early_is_kept_as_far_as_it_came(lis, place):
    response = lis.http.generic(
        "PATCH",
        place,
        FILE,
        content_type=PIECE,
        headers={**TUS, "Upload-Offset": "0"},
        **{"wsgi.input": io.BytesIO(FILE[:70])},
    )
    assert response["Upload-Offset"] == "70"
    assert piece(lis, place, 70, FILE[70:]).status_code == 204
    assert SmearImage.objects.count() == 1


def test_the_same_client_id_is_the_upload_there_is(lis, case):
    first = begin(lis, case, client_id="a")
    piece(lis, first["Location"], 0, FILE[:10])
    again = begin(lis, case, client_id="a")
    assert (first.status_code, again.status_code) == (201, 200)
    assert (again["Location"], again["Upload-Offset"]) == (first["Location"], "10")
    piece(lis, first["Location"], 10, FILE[10:])
    done = begin(lis, case, client_id="a")
    assert (done.status_code, done["Upload-Image"]) == (200, str(SmearImage.objects.get().pk))


def test_the_same_bytes_are_one_image(lis, case, place):
    there = lis.send(case, FILE).json()["id"]
    assert piece(lis, place, 0, FILE)["Upload-Image"] == there
    assert SmearImage.objects.count() == 1


def test_a_wrong_offset_is_told_the_right_one(lis, place):
    piece(lis, place, 0, FILE[:10])
    response = piece(lis, place, 5, b"abc")
    assert problem_of(response, 409)["type"].endswith("wrong-offset")
    assert response["Upload-Offset"] == "10"


def test_more_than_was_announced_is_not_kept(lis, place):
    problem_of(piece(lis, place, 0, FILE + b"x"), 413)
    assert ask(lis, place)["Upload-Offset"] == "0"
    assert kept(place) == 0


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_piece_is_what_its_checksum_says_or_is_not_kept(lis, place, algorithm):
    right = base64.b64encode(hashlib.new(algorithm, FILE[:10]).digest()).decode()
    response = piece(lis, place, 0, b"x" * 10, Upload_Checksum=f"{algorithm} {right}")
    assert problem_of(response, 460)["title"] == "Checksum Mismatch"
    assert ask(lis, place)["Upload-Offset"] == "0"
    assert piece(lis, place, 0, FILE[:10], Upload_Checksum=f"{algorithm} {right}").status_code == 204


def test_a_checksum_that_cannot_be_compared_is_refused(lis, place):
    problem_of(piece(lis, place, 0, b"abc", Upload_Checksum="md5 AAAA"), 400)
    problem_of(piece(lis, place, 0, b"abc", Upload_Checksum="sha1 -"), 400)


def test_another_type_or_version_is_refused(lis, case, place):
    wrong = lis.http.patch(place, b"abc", content_type="text/plain", headers={**TUS, "Upload-Offset": "0"})
    problem_of(wrong, 415)
    for headers in ({}, {"Tus-Resumable": "0.2.2"}):
        response = begin(lis, case, headers=headers)
        problem_of(response, 412)
        assert response["Tus-Version"] == "1.0.0"
    assert lis.http.head(place).status_code == 412


@pytest.mark.parametrize(
    "said",
    [
        {"Upload-Length": "many"},
        {"Upload-Length": "-1"},
        {"Upload-Length": "9" * 30},
        {"Upload-Metadata": ""},
        {"Upload-Metadata": "case nothing"},
        {"Upload-Metadata": "case " + base64.b64encode(b"4").decode()},
    ],
)
def test_what_is_said_badly_is_refused(lis, case, said):
    headers = {**TUS, "Upload-Length": "10", "Upload-Metadata": metadata(case=case), **said}
    problem_of(lis.http.post(f"{API}/uploads/", headers=headers), 400)


def test_a_checksum_or_name_that_is_none_is_refused(lis, case):
    problem_of(begin(lis, case, sha256="abc"), 400)
    problem_of(begin(lis, case, client_id="a" * 65), 400)
    problem_of(begin(lis, case, client_id="a b"), 400)
    problem_of(begin(lis, case, length=0), 422)


def test_a_file_over_the_limit_or_the_quota_is_refused_before_it_comes(lis, case, settings):
    problem_of(begin(lis, case, length=settings.UPLOAD_MAX_BYTES + 1), 413)
    settings.UPLOAD_QUOTA_BYTES_PER_DAY = 1000
    assert begin(lis, case, length=600).status_code == 201
    assert problem_of(begin(lis, case, length=600), 413)["type"].endswith("quota-exceeded")


def test_a_full_disk_refuses_and_keeps_the_upload(lis, case, place, monkeypatch):
    piece(lis, place, 0, FILE[:10])
    with monkeypatch.context() as full:
        full.setattr("hematovision.disk._room", lambda: 0)
        problem_of(piece(lis, place, 10, FILE[10:]), 507)
        problem_of(begin(lis, case), 507)
    assert ask(lis, place)["Upload-Offset"] == "10"
    assert piece(lis, place, 10, FILE[10:])["Upload-Image"]


def test_what_passes_by_itself_leaves_the_upload_open(lis, place, monkeypatch):
    def full(**_):
        raise NoRoom

    with monkeypatch.context() as patched:
        patched.setattr("cases.services.resumable_uploads.receive_image", full)
        problem_of(piece(lis, place, 0, FILE), 507)
    assert piece(lis, place, 0, FILE)["Upload-Image"]


def test_a_file_that_is_no_image_is_refused_with_its_sentence_and_is_gone(lis, case):
    place = begin(lis, case, length=9)["Location"]
    piece(lis, place, 0, b"not ")
    problem_of(piece(lis, place, 4, b"image"), 415)
    assert ask(lis, place).status_code == 410
    assert kept(place) == 0
    assert not SmearImage.objects.exists()


def test_a_file_that_is_not_the_announced_one_is_refused(lis, case):
    place = begin(lis, case, sha256="0" * 64)["Location"]
    assert problem_of(piece(lis, place, 0, FILE), 422)["type"].endswith("sha256-mismatch")
    assert not SmearImage.objects.exists()


def test_a_case_that_takes_no_images_begins_and_finishes_none(lis, case, place):
    Case.objects.filter(pk=case).update(state=CaseState.CANCELLED)
    problem_of(begin(lis, case), 409)
    problem_of(piece(lis, place, 0, FILE), 409)
    assert ask(lis, place).status_code == 410


def test_uploads_of_others_are_not_there(lis, session_of, bora, place):
    bora_session = session_of(bora)
    assert bora_session.http.head(place, headers=TUS).status_code == 404
    assert piece(bora_session, place, 0, FILE).status_code == 404
    assert bora_session.http.delete(place, headers=TUS).status_code == 404


def test_an_upload_is_given_up(lis, place):
    piece(lis, place, 0, FILE[:10])
    assert lis.http.delete(place, headers=TUS).status_code == 204
    assert ask(lis, place).status_code == 410
    assert problem_of(piece(lis, place, 10, FILE[10:]), 410)
    assert kept(place) == 0
    assert lis.http.delete(place, headers=TUS).status_code == 204


def test_an_upload_expires_a_week_after_its_last_bytes(lis, place):
    piece(lis, place, 0, FILE[:10])
    Upload.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert ask(lis, place).status_code == 410
    assert expire_uploads() == 1
    upload = Upload.objects.get()
    assert (upload.state, upload.name, upload.pieces) == (UploadState.EXPIRED, "", [])
    assert kept(place) == 0
    assert expire_uploads() == 0


def test_who_comes_second_with_the_same_bytes_keeps_nothing(lis, place, monkeypatch):
    keep = resumable_uploads.keep_piece

    def overtaken(*args):
        name = keep(*args)
        Upload.objects.update(received=20)
        return name

    monkeypatch.setattr(resumable_uploads, "keep_piece", overtaken)
    response = piece(lis, place, 0, FILE[:10])
    assert (response.status_code, response["Upload-Offset"]) == (409, "20")
    assert kept(place) == 0


def test_a_piece_that_is_gone_ends_the_upload(lis, place):
    piece(lis, place, 0, FILE[:10])
    name = Upload.objects.get().pieces[0]
    storages["clinical"].delete(name)
    problem_of(piece(lis, place, 10, FILE[10:]), 410)
    assert not SmearImage.objects.exists()


def test_what_was_begun_and_ended_is_in_the_audit_trail_without_the_name(lis, place):
    lis.http.delete(place, headers=TUS)
    events = AuditEvent.objects.filter(object_type="cases.upload")
    assert [event.action for event in events.order_by("id")] == ["create", "update"]
    assert "Okafor" not in str([(event.before, event.after, event.reason) for event in events])


def test_a_session_needs_its_csrf_token(amina, case, settings):
    http = Client(enforce_csrf_checks=True)
    http.force_login(amina, backend="allauth.account.auth_backends.AuthenticationBackend")
    browser = Caller(http)
    problem_of(begin(browser, case), 403)
    token = "a" * 32
    http.cookies[settings.CSRF_COOKIE_NAME] = token
    place = begin(browser, case, headers={**TUS, "X-CSRFToken": token})["Location"]
    assert piece(browser, place, 0, FILE, X_CSRFToken=token)["Upload-Image"]
