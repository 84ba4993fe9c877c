"""Names and bodies that nobody's software writes: taken with a name that harms nobody, or refused; never a defect."""

from __future__ import annotations

import pytest
from django.conf import settings

from cases.models import SmearImage
from tests.contract.conftest import API, picture, problem_of
from tests.factories.image_files import encoded, noise

NAMES = {
    "a long extension": "smear." + "x" * 300,
    "a long name": "s" * 400 + ".png",
    "a long name of four-byte characters": "\U0001f9a0" * 300 + ".png",
    "control characters": "sm\x01ear\x1b[31m\x7f.png",
    "a zero byte": "smear\x00.png",
    "a way out": "../../../etc/passwd",
    "a way out of Windows": "..\\..\\boot.ini",
    "dots": "..",
    "a device": "C:con",
    "letters from right to left": "smear\u202egnp.exe",
    "half of a character": "smear\udcff.png",
    "an entity": "smear&#0;&sol;x.png",
    "nothing": "",
    "a blank": " ",
}
PARTS = {
    "no name": 'form-data; name="file"',
    "no field": 'form-data; filename="smear.png"',
    "an unknown encoding": "form-data; name=\"file\"; filename*=unheard-of''smear.png",
    "a broken encoding": "form-data; name=\"file\"; filename*=utf-8''%ff%fe%",
    "a name that never ends": 'form-data; name="file"; filename="smear',
    "a name of half a megabyte": 'form-data; name="file"; filename="' + "s" * 500_000 + '"',
    "a field of a thousand characters": f'form-data; name="{"f" * 1000}"; filename="smear.png"',
}
BOUNDARY = "frontier"
# Above the size from which a part waits in a file of its own.
ON_DISK = encoded(noise(1200, 800), "BMP")


@pytest.fixture
def case(lis):
    return lis.new_case()["id"]


def sent(lis, case, disposition, content):
    body = f"--{BOUNDARY}\r\nContent-Disposition: ".encode()
    body += disposition.encode("utf-8", "surrogateescape") + b"\r\nContent-Type: image/png\r\n\r\n" + content
    body += f"\r\n--{BOUNDARY}--\r\n".encode()
    content_type = f"multipart/form-data; boundary={BOUNDARY}"
    return lis.http.generic("POST", f"{API}/cases/{case}/images/", body, content_type=content_type)


@pytest.mark.parametrize("content", [picture(), ON_DISK], ids=["small", "on disk"])
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_an_odd_name_is_taken_safely_or_refused(lis, case, name, content):
    assert len(ON_DISK) > settings.FILE_UPLOAD_MAX_MEMORY_SIZE
    response = sent(lis, case, f'form-data; name="file"; filename="{name}"', content)
    # A part without a file name is a field, and a field of megabytes is too large.
    assert response.status_code in {201, 400, 415} or (response.status_code == 413 and not name)
    for image in SmearImage.objects.all():
        assert image.original.name.startswith("originals/")
        assert image.original.name.isascii()


@pytest.mark.parametrize("disposition", PARTS.values(), ids=PARTS)
def test_an_odd_part_is_taken_safely_or_refused(lis, case, disposition):
    assert sent(lis, case, disposition, picture()).status_code in {201, 400, 415}


@pytest.mark.parametrize("shape", ["[", '{"a":', '[{"a":'])
def test_json_that_is_nested_without_end_is_refused(lis, shape):
    response = lis.http.post(f"{API}/patients/", shape * 100_000, content_type="application/json")
    assert problem_of(response, 400)["detail"]


def test_json_that_is_nested_and_closed_is_refused(lis):
    body = "[" * 50_000 + "]" * 50_000
    response = lis.http.post(f"{API}/patients/", body, content_type="application/json")
    problem_of(response, 400)
