"""Which case a picture is sent to, and where it lies afterwards."""

import hashlib

import pytest

from accounts.models import Source
from cases.models import Case, SmearImage
from cases.states import CaseState
from tests.contract.conftest import picture
from tests.factories.specimens import specimen

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_picture_is_sent_by_its_name_and_has_a_receipt(live_server, microscope, new_case, riverside):
    case = new_case(riverside, "A-1")
    content = picture(1)
    microscope.put("A-1_field 1.png", content)
    status, said = microscope.once(live_server.url)
    assert (status, microscope.names()) == (0, {"sent/A-1_field 1.png", "sent/A-1_field 1.png.receipt.json"})
    receipt = microscope.receipt("A-1_field 1.png")
    image = SmearImage.objects.get()
    assert (str(image.case_id), str(image.pk)) == (receipt["case"], receipt["image"]) == (case, str(image.pk))
    assert (receipt["sha256"], receipt["bytes"]) == (hashlib.sha256(content).hexdigest(), len(content))
    # Names hold accession numbers: the log says which picture by a word that the receipt says too.
    assert "A-1" not in said
    assert f"Picture {receipt['log']} was sent: image {image.pk}." in said


def test_by_its_folder_or_by_the_file_beside_it(live_server, microscope, new_case, riverside):
    cases = {number: new_case(riverside, number) for number in ("A-1", "A/2", "A_3")}
    microscope.put("A-1/IMG_0001.png", picture(1))
    microscope.put("Tray 7/IMG_0001.png", picture(2))
    microscope.put("Tray 7/case.json", b'\xef\xbb\xbf{"accession_number": "A/2"}')
    microscope.put("a_3_1.PNG", picture(3))
    assert microscope.once(live_server.url)[0] == 0
    sent = {name: microscope.receipt(name)["case"] for name in ("A-1/IMG_0001.png", "Tray 7/IMG_0001.png", "a_3_1.PNG")}
    assert list(sent.values()) == list(cases.values())
    assert microscope.folder.joinpath("Tray 7/case.json").exists()


def test_what_a_person_has_to_decide_is_held_with_a_sentence(
    live_server, microscope, new_case, riverside, hilltop, amina
):
    new_case(hilltop, "H-1")
    new_case(riverside, "A_1")
    new_case(riverside, "A_1_2")
    signed = specimen(by=amina, state=CaseState.SIGNED, number=1, version=None).case
    held = {
        "Z-9_1.png": "There is no such case that this computer may send to. Looked for: Z-9, Z-9_1.",
        "H-1_1.png": "There is no such case that this computer may send to. Looked for: H-1, H-1_1.",
        "A_1_2_3.png": "The name means more than one case: A_1 and A_1_2.",
        "smear 3.png": "The name does not begin with an accession number.",
        f"{signed.accession_number}_1.png": "takes no further images",
        "A_1_3.dcm": "DICOM files are not taken here.",
        "Tray/1.png": 'case.json is not of the form {"accession_number": "A-2026-000123"}.',
    }
    microscope.put("Tray/case.json", b"[]")
    for shade, name in enumerate(held):
        microscope.put(name, picture(shade))
    before = SmearImage.objects.count()
    status, said = microscope.once(live_server.url)
    assert (status, SmearImage.objects.count()) == (0, before)
    for name, sentence in held.items():
        assert microscope.folder.joinpath("held", name).exists()
        assert sentence in microscope.sentence("held", name)
        assert name not in said


def test_what_is_no_picture_is_refused(live_server, microscope, new_case, riverside):
    new_case(riverside, "A-1")
    microscope.put("A-1_1.jpg", b"these are words")
    microscope.put("A-1_2.png", picture(1)[:-30] + b"IEND\xaeB`\x82")
    microscope.put("A-1_notes.txt", b"no picture by its name: left alone")
    assert microscope.once(live_server.url)[0] == 0
    assert microscope.names() == {
        "A-1_notes.txt",
        "refused/A-1_1.jpg",
        "refused/A-1_1.jpg.txt",
        "refused/A-1_2.png",
        "refused/A-1_2.png.txt",
    }
    assert "JPEG" in microscope.sentence("refused", "A-1_1.jpg")


def test_a_held_picture_is_tried_again_when_it_is_moved_back(live_server, microscope, new_case, riverside):
    microscope.put("A-1_1.png", picture(1))
    microscope.once(live_server.url)
    new_case(riverside, "A-1")
    microscope.folder.joinpath("held/A-1_1.png").rename(microscope.folder / "A-1_1.png")
    assert microscope.once(live_server.url)[0] == 0
    assert "sent/A-1_1.png" in microscope.names()


def test_a_name_that_was_sent_before_is_overwritten_by_none(live_server, microscope, new_case, riverside):
    new_case(riverside, "A-1")
    for shade in (1, 2, 2):
        microscope.put("A-1_1.png", picture(shade))
        assert microscope.once(live_server.url)[0] == 0
    images = [microscope.receipt(name)["image"] for name in ("A-1_1.png", "A-1_1 (2).png", "A-1_1 (3).png")]
    # The third has the bytes of the second: one image.
    assert images[1] == images[2] != images[0]
    assert SmearImage.objects.count() == 2


def test_a_file_that_is_half_written_waits(live_server, microscope, new_case, riverside):
    new_case(riverside, "A-1")
    content = picture(1)
    path = microscope.put("A-1_1.png", content[:-20])
    status, _ = microscope.once(live_server.url)
    assert (status, SmearImage.objects.count(), microscope.names()) == (1, 0, {"A-1_1.png"})
    path.write_bytes(content)
    assert microscope.once(live_server.url)[0] == 0
    assert SmearImage.objects.get().sha256 == hashlib.sha256(content).hexdigest()


def test_the_client_of_a_laboratory_reaches_the_drafts_of_its_clinics(
    live_server, microscope_of, new_case, central, hilltop, lakeside
):
    microscope = microscope_of(central, "cases:read", "cases:write", "images:write")
    new_case(hilltop, "H-1")
    new_case(lakeside, "L-1")
    microscope.put("H-1_1.png", picture(1))
    microscope.put("L-1_1.png", picture(2))
    microscope.once(live_server.url)
    assert {"sent/H-1_1.png", "held/L-1_1.png"} <= microscope.names()
    assert SmearImage.objects.get().case == Case.objects.get(accession_number="H-1")


def test_the_laboratory_sees_what_lies_where(live_server, microscope, new_case, riverside):
    new_case(riverside, "A-1")
    microscope.put("A-1_1.png", picture(1))
    microscope.put("A-1_2.png", picture(2)[:-20])
    microscope.put("A-1_3.png", b"no picture")
    microscope.put("smear 1.png", picture(3))
    microscope.put("smear 2.png", picture(4))
    for _ in range(2):
        microscope.once(live_server.url, "--name", "By the window")
    source = Source.objects.get()
    assert (source.name, source.version) == ("By the window", "1.0.0")
    assert (source.waiting, source.held, source.refused) == (1, 2, 1)
    assert abs(source.clock_off_s) < 10


def test_a_link_is_not_followed(live_server, microscope, new_case, riverside, tmp_path):
    new_case(riverside, "A-1")
    (tmp_path / "elsewhere.png").write_bytes(picture(1))
    (microscope.folder / "A-1_1.png").symlink_to(tmp_path / "elsewhere.png")
    microscope.once(live_server.url)
    assert SmearImage.objects.count() == 0


def test_a_dry_run_says_what_it_would_do_and_does_nothing(live_server, microscope, new_case, riverside):
    case = new_case(riverside, "A-1")
    microscope.put("A-1_1.png", picture(1))
    microscope.put("Z-9_1.png", picture(2))
    status, said = microscope.once(live_server.url, "--dry-run")
    assert status == 0
    assert f"A-1_1.png: to the case A-1 ({case})" in said
    assert "Z-9_1.png: would be held. There is no such case" in said
    assert microscope.names() == {"A-1_1.png", "Z-9_1.png"}
    assert list(microscope.folder.glob(".hematovision*")) == []
    assert SmearImage.objects.count() == 0
