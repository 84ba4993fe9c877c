"""What Windows knows in no file name, what a name may mean, and when a picture has its end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.watch.hematovision_watch import accession_numbers, extended, free_name, looks_whole, safe_name

RECEIPT = ".receipt.json"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("A-1_field 1.jpg", "A-1_field 1.jpg"),
        ("A-1:2.jpg", "A-1_2.jpg"),
        ('a<b>c"d|e?f*g\\h.png', "a_b_c_d_e_f_g_h.png"),
        ("CON.jpg", "_CON.jpg"),
        ("nul", "_nul"),
        ("Com1.field.tif", "_Com1.field.tif"),
        ("LPT\u00b9.jpg", "_LPT\u00b9.jpg"),
        ("CONSTANCE.jpg", "CONSTANCE.jpg"),
        ("con .jpg", "_con .jpg"),
        ("A-1. . ", "A-1"),
        ("...", "_"),
        ("bell\x07.jpg", "bell_.jpg"),
    ],
)
def test_what_windows_takes_in_no_name_is_replaced(name, kept):
    assert safe_name(name) == kept


@given(st.text(st.characters(exclude_characters="/"), min_size=1, max_size=300))
def test_every_name_can_lie_on_windows_and_fits(name):
    kept = safe_name(name, RECEIPT)
    assert kept.endswith(RECEIPT)
    assert len(kept.encode("utf-8", "surrogatepass")) <= 255
    assert set(kept).isdisjoint('<>:"/\\|?*\0')
    assert safe_name(kept) == kept


def test_a_long_name_keeps_its_ending():
    kept = safe_name("A-1_" + "x" * 300 + ".jpg", RECEIPT)
    assert (kept[:4], kept[-len(".jpg" + RECEIPT) :], len(kept)) == ("A-1_", ".jpg" + RECEIPT, 255)


@pytest.mark.parametrize(
    ("path", "long"),
    [
        (r"C:\Pictures\A-1.jpg", r"\\?\C:\Pictures\A-1.jpg"),
        ("C:/Pictures", r"\\?\C:\Pictures"),
        (r"\\nas\scope\A-1.jpg", r"\\?\UNC\nas\scope\A-1.jpg"),
        (r"\\?\C:\Pictures", r"\\?\C:\Pictures"),
    ],
)
def test_windows_takes_long_paths_in_a_form_of_their_own(path, long):
    assert extended(path, windows=True) == long


def test_elsewhere_a_path_stays_as_it_is():
    assert extended("/srv/scope/A:1", windows=False) == "/srv/scope/A:1"


def test_nothing_is_overwritten_in_capitals_or_not(tmp_path):
    assert free_name(tmp_path, "A-1_1.jpg", ("", RECEIPT)) == "A-1_1.jpg"
    (tmp_path / "a-1_1.JPG").touch()
    assert free_name(tmp_path, "A-1_1.jpg", ("", RECEIPT)) == "A-1_1 (2).jpg"
    (tmp_path / f"A-1_1 (2).jpg{RECEIPT}").touch()
    assert free_name(tmp_path, "A-1_1.jpg", ("", RECEIPT)) == "A-1_1 (3).jpg"
    long = "x" * 251 + ".jpg"
    (tmp_path / free_name(tmp_path, long, ("", ".txt"))).touch()
    again = free_name(tmp_path, long, ("", ".txt"))
    assert (again[-8:], len(again)) == (" (2).jpg", 251)


@pytest.mark.parametrize(
    ("stem", "numbers"),
    [
        ("A-2026-1_field 3", ["A-2026-1", "A-2026-1_field 3"]),
        ("A-1", ["A-1"]),
        ("A_1_2", ["A", "A_1", "A_1_2"]),
        ("_1", []),
        ("field 3", []),
        ("\u00e4_1", []),
    ],
)
def test_a_name_may_mean_what_is_before_each_of_its_underscores(stem, numbers):
    assert accession_numbers(stem) == [number for number in numbers if " " not in number]


@pytest.mark.parametrize(
    ("content", "whole"),
    [
        (b"\xff\xd8\xff\xe0" + b"x" * 20 + b"\xff\xd9", True),
        (b"\xff\xd8\xff\xe0" + b"x" * 20, False),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 20 + b"IEND\xaeB`\x82", True),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 20, False),
        (b"BM" + (30).to_bytes(4, "little") + b"x" * 24, True),
        (b"BM" + (31).to_bytes(4, "little") + b"x" * 24, False),
        (b"II*\0" + (20).to_bytes(4, "little") + b"x" * 20, True),
        (b"MM\0*" + (80).to_bytes(4, "big") + b"x" * 20, False),
        (b"nothing we know", True),
    ],
)
def test_a_picture_without_its_end_is_still_being_written(tmp_path, content, whole):
    (tmp_path / "a").write_bytes(content)
    assert looks_whole(tmp_path / "a") is whole
