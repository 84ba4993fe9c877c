"""What a file says beside its pixels stays in the browser: place, times, owner, comments, previews. Its pixels do not change."""

import io
import json
import struct

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps, PngImagePlugin

from cases.imaging.camera import camera_of
from tests.contract.node import needs_npm, run
from tests.factories.hostile_files import KINDS
from tests.factories.hostile_files.jpeg import segment
from tests.factories.image_files import encoded, noise

pytestmark = needs_npm()

SECRETS = (
    b"Okonkwo",
    b"SERIAL-77",
    b"Amina's phone",
    b"2026:01:31",
    b"comment of the maker",
    b"Keywords",
    b"photoshop",
)
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf tiff:Orientation="6" dc:title="Okonkwo photoshop"/></x:xmpmeta>'
IPTC = b"Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x10\x1c\x02\x19\x00\x08Keywords\x1c\x02\x50\x00\x00"
BLURB = b"comment of the maker"


def exif(*, orientation=1, make="Olympus", model="EP50"):
    """EXIF with all that a phone writes: the camera, how the picture lies, and who, where and when."""
    said = Image.Exif()
    said[0x010F], said[0x0110], said[0x0112] = make, model, orientation
    said[0x010E], said[0x0132] = "PATIENT Okonkwo", "2026:01:31 10:11:12"
    inner = said.get_ifd(0x8769)
    inner[0xA430], inner[0xA431], inner[0x9286] = "Amina's phone", "SERIAL-77", BLURB
    said.get_ifd(0x8825)[2] = (48.0, 12.0, 30.0)
    return said


def profile():
    """A colour profile, which decoding uses."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def jpeg(**options):
    """A JPEG of a size no two sides of which are equal, with a comment."""
    return encoded(noise(88, 56), "JPEG", comment=BLURB, **options)


def behind_the_header(content, *segments):
    """A JPEG with segments of one's own after its start."""
    return content[:2] + b"".join(segments) + content[2:]


def text_of_png():
    """Every kind of text that a PNG may hold."""
    text = PngImagePlugin.PngInfo()
    text.add_text("Author", "Okonkwo")
    text.add_text("Comment", "comment of the maker", zip=True)
    text.add_itxt("XML:com.adobe.xmp", XMP.decode())
    return text


def with_jfxx_and_a_thumbnail():
    """A JFIF header that holds a small picture, and the extension with another."""
    plain = encoded(noise(88, 56), "JPEG")
    header = b"JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x02\x02" + b"Okonkwo12345"
    rest = plain[2 + 2 + int.from_bytes(plain[4:6]) :]
    return plain[:2] + segment(0xE0, header) + segment(0xE0, b"JFXX\x00\x10Okonkwo") + rest


def with_comment_before_the_second_scan():
    """A progressive JPEG in whose middle somebody wrote a comment."""
    plain = encoded(noise(88, 56), "JPEG", progressive=True)
    second = plain.index(b"\xff\xda", plain.index(b"\xff\xda") + 2)
    second = plain.rindex(b"\xff\xc4", 0, second)
    return plain[:second] + segment(0xFE, b"Okonkwo") + plain[second:]


def pair():
    """Two pictures in one file, as phones with two cameras write them."""
    buffer = io.BytesIO()
    noise(88, 56).save(buffer, "MPO", save_all=True, append_images=[noise(20, 20)], exif=exif())
    return buffer.getvalue()


FILES = {
    "phone.jpg": lambda: jpeg(exif=exif(orientation=6), icc_profile=profile(), xmp=XMP),
    "mirrored.jpg": lambda: jpeg(exif=exif(orientation=5)),
    "upright.jpg": lambda: jpeg(exif=exif()),
    "progressive.jpg": lambda: jpeg(exif=exif(orientation=8), progressive=True, quality=97),
    "cmyk.jpg": lambda: encoded(noise().convert("CMYK"), "JPEG", exif=exif()),
    "iptc.jpg": lambda: behind_the_header(jpeg(exif=exif()), segment(0xED, IPTC), segment(0xEC, b"Ducky Okonkwo")),
    "xmp_turns.jpg": lambda: behind_the_header(jpeg(), segment(0xE1, b"http://ns.adobe.com/xap/1.0/\x00" + XMP)),
    "long_xmp.jpg": lambda: behind_the_header(
        jpeg(exif=exif(orientation=3)),
        *[segment(0xE1, b"http://ns.adobe.com/xmp/extension/\x00" + b"Okonkwo " * 8000) for _ in range(3)],
    ),
    "big_endian.jpg": lambda: behind_the_header(
        jpeg(), segment(0xE1, b"Exif\x00\x00MM\x00*" + struct.pack(">IHHHIHxxI", 8, 1, 0x0112, 3, 1, 6, 0))
    ),
    "thumbnails.jpg": with_jfxx_and_a_thumbnail,
    "comment_between_scans.jpg": with_comment_before_the_second_scan,
    "filled_markers.jpg": lambda: behind_the_header(jpeg(exif=exif()), b"\xff\xff", segment(0xFE, BLURB)),
    "second_picture.jpg": lambda: jpeg(exif=exif()) + jpeg(exif=exif()),
    "pair.jpg": pair,
    "slide.png": lambda: encoded(noise(88, 56), "PNG", exif=exif(orientation=6), icc_profile=profile(), dpi=(300, 300)),
    "texts.png": lambda: encoded(noise(88, 56), "PNG", pnginfo=text_of_png()),
    "palette.png": lambda: encoded(noise(88, 56).convert("P"), "PNG", transparency=3, exif=exif()),
    "behind.png": lambda: encoded(noise(88, 56), "PNG", exif=exif()) + b"Okonkwo",
    "slide.webp": lambda: encoded(noise(88, 56), "WEBP", exif=exif(orientation=6), xmp=XMP, icc_profile=profile()),
    "lossless.webp": lambda: encoded(noise(88, 56), "WEBP", lossless=True, exif=exif(make="", model="")),
}
ALREADY_CLEAN = {
    "bare.jpg": lambda: encoded(noise(), "JPEG"),
    "bare.png": lambda: encoded(noise(), "PNG"),
    "bare.webp": lambda: encoded(noise(), "WEBP"),
    "bare.bmp": lambda: encoded(noise(), "BMP"),
}
CUT = {
    "cut_in_the_pixels.jpg": lambda: jpeg(exif=exif())[:-300],
    "cut_in_the_exif.jpg": lambda: jpeg(exif=exif())[:90],
    "cut.png": lambda: encoded(noise(), "PNG", exif=exif())[:-300],
    "cut.webp": lambda: encoded(noise(), "WEBP", exif=exif())[:-300],
    "start.jpg": lambda: b"\xff\xd8\xff",
    "nothing.jpg": lambda: b"",
}


def opened(content):
    picture = Image.open(io.BytesIO(content))
    picture.load()
    return picture


def pixels(picture):
    return np.asarray(picture)


@pytest.fixture(scope="module")
def sent(tmp_path_factory):
    """Every file as it was and as it is sent, and what the page is told."""
    before, after = tmp_path_factory.mktemp("before"), tmp_path_factory.mktemp("after")
    contents = {name: make() for name, make in {**FILES, **ALREADY_CLEAN, **CUT}.items()}
    contents["scan.tif"] = encoded(noise(), "TIFF", exif=exif())
    for name, content in contents.items():
        (before / name).write_bytes(content)
    told = json.loads(run("tests/js/send_without_metadata.js", before, after, cwd="."))
    again = tmp_path_factory.mktemp("again")
    run("tests/js/send_without_metadata.js", after, again, cwd=".")
    return {
        name: (content, (after / name).read_bytes(), told[name], (again / name).read_bytes())
        for name, content in contents.items()
    }


@pytest.mark.parametrize("name", FILES)
def test_the_pixels_are_the_same_and_lie_the_same_way(sent, name):
    was, now = (opened(content) for content in sent[name][:2])
    assert np.array_equal(pixels(was), pixels(now))
    assert np.array_equal(pixels(ImageOps.exif_transpose(was)), pixels(ImageOps.exif_transpose(now)))
    assert was.info.get("icc_profile") == now.info.get("icc_profile")


@pytest.mark.parametrize("name", FILES)
def test_nothing_is_said_but_camera_and_turn(sent, name):
    _, content, told, _ = sent[name]
    now = opened(content)
    assert told["leftOut"]
    assert set(now.getexif()) <= {0x010F, 0x0110, 0x0112}
    assert not now.getexif().get_ifd(0x8825)
    assert not set(now.info) & {"xmp", "comment", "photoshop", "mp", "mpoffset", "XML:com.adobe.xmp"}
    assert not getattr(now, "text", {})
    assert getattr(now, "n_frames", 1) == 1
    assert not [secret for secret in SECRETS if secret in content]


@pytest.mark.parametrize("name", FILES)
def test_the_server_knows_the_camera_as_before(sent, name):
    was, now = (opened(content) for content in sent[name][:2])
    assert camera_of(now) == camera_of(was)


@pytest.mark.parametrize("name", [*FILES, *ALREADY_CLEAN])
def test_what_was_sent_once_is_sent_the_same_again(sent, name):
    _, once, told, twice = sent[name]
    assert once == twice
    assert (told["name"], told["type"], told["at"]) == (name, "image/jpeg", 1)


@pytest.mark.parametrize("name", ALREADY_CLEAN)
def test_a_file_that_says_nothing_is_sent_as_it_is(sent, name):
    was, now, told, _ = sent[name]
    assert (was, told["leftOut"], told["isSame"]) == (now, False, True)


def test_a_tiff_is_left_as_it_is_and_the_page_is_told(sent):
    was, now, told, _ = sent["scan.tif"]
    assert (was, told["asItIs"]) == (now, True)


@pytest.mark.parametrize("name", CUT)
def test_a_file_that_breaks_off_is_left_to_the_server_to_refuse(sent, name):
    with pytest.raises((OSError, SyntaxError)):
        opened(sent[name][1])


def test_the_files_said_what_may_not_leave():
    everything = b"".join(make() for make in FILES.values())
    assert not [secret for secret in SECRETS if secret not in everything]


def test_files_built_to_break_a_decoder_break_nothing_here(tmp_path):
    before, after = tmp_path / "before", tmp_path / "after"
    before.mkdir()
    after.mkdir()
    for kind in KINDS:
        (before / kind.name).write_bytes(kind.make())
    told = json.loads(run("tests/js/send_without_metadata.js", before, after, cwd="."))
    assert set(told) == {kind.name for kind in KINDS}
